//! Fail-over: candidates are tried one after the other until one is accepted.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use sluice_protocol::operation::Operation;

use super::demand::Demand;
use super::exchange::{Accepted, Plan, Tried, attempt, discard};
use super::fault::{Fault, Kind};
use super::recording::new_attempt;
use super::shortlist::Shortlist;
use super::{Call, Relay};
use crate::record::Ticket;
use crate::snapshot::Candidate;

/// An answer with the candidate that gave it.
type Given<'s> = (Box<Accepted>, Candidate<'s>);

/// One candidate's turn.
struct Turn<'s> {
    candidate: Candidate<'s>,
    /// What its upstream said in other dialects, the caller's own first: the client gets that if this is no better.
    before: Vec<Given<'s>>,
}

impl Relay {
    /// Tries candidates until one is accepted. Up to there a failure is invisible to the client; after it nothing is
    /// tried again.
    ///
    /// # Errors
    /// None gave anything that the client can have; says why the last one did not.
    pub(super) async fn first_accepted<'s>(
        &self,
        call: &Call,
        plan: &Plan<'_>,
        shortlist: Shortlist<'s>,
        ticket: &mut Ticket,
    ) -> Result<Given<'s>, Fault> {
        let Shortlist { candidates, mut prepared } = shortlist;
        let turn = |candidate| Turn { candidate, before: Vec::new() };
        let mut turns: VecDeque<Turn<'s>> = candidates.into_iter().map(turn).collect();
        let mut last = Fault::new(Kind::UpstreamUnreachable, "no provider could be tried");
        while let Some(Turn { candidate, before }) = turns.pop_front() {
            let conversion =
                match prepared.conversion((&self.shared, plan.snapshot), call, plan.demand, &candidate).await {
                    Ok(conversion) => conversion,
                    Err(fault) => {
                        tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, error = %fault,
                        "a provider cannot carry this call");
                        match first_of(before) {
                            Some(given) => return Ok(given),
                            None => continue,
                        }
                    }
                };
            ticket.begin_attempt(|started_ms| new_attempt(&candidate, conversion.as_ref(), started_ms));
            match attempt(&self.pool, plan, &candidate, conversion).await {
                Tried::Accepted(accepted) => {
                    let status = accepted.parts.status;
                    let error = (!status.is_success()).then(|| format!("upstream_status_{}", status.as_u16()));
                    ticket.end_attempt(status.as_u16(), error);
                    match self.weigh(plan.demand, (accepted, candidate), before).await {
                        ControlFlow::Break(given) => return Ok(given),
                        ControlFlow::Continue(other) => turns.push_front(other),
                    }
                }
                Tried::Failed(fault, status, answer) => {
                    self.counters.count_failed_attempt();
                    ticket.end_attempt(status, Some(format!("{}: {}", fault.kind.facts().code, fault.message)));
                    tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, status,
                        error = %fault, "an attempt failed");
                    if let Some(given) = first_of(before) {
                        answer.into_iter().for_each(discard);
                        return Ok(given);
                    }
                    match answer {
                        Some(accepted) if turns.is_empty() || !fault.kind.facts().tries_next => {
                            return Ok((accepted, candidate));
                        }
                        Some(accepted) => discard(accepted),
                        None => {}
                    }
                    last = fault;
                }
            }
        }
        Err(last)
    }

    /// Decides whether the client gets an answer, or its upstream is asked in another dialect because it seems to lack
    /// this one.
    async fn weigh<'s>(
        &self,
        demand: &Demand,
        mut given: Given<'s>,
        mut before: Vec<Given<'s>>,
    ) -> ControlFlow<Given<'s>, Turn<'s>> {
        let may_lack = demand.operation.is_chat() && given.1.target.provider.may_lack_paths();
        if !may_lack || !given.0.lacks_operation().await {
            if given.0.parts.status.is_success() {
                before.iter().for_each(|(_, candidate)| self.shared.unserved.remember(candidate));
            }
            before.into_iter().for_each(|(accepted, _)| discard(accepted));
            return ControlFlow::Break(given);
        }
        let tried: Vec<Operation> = before.iter().chain([&given]).map(|(_, candidate)| candidate.operation).collect();
        if let Some(operation) = given.1.target.provider.stand_in(demand.wanted(), &tried) {
            let candidate = Candidate { operation, ..given.1.clone() };
            before.push(given);
            return ControlFlow::Continue(Turn { candidate, before });
        }
        ControlFlow::Break(match first_of(before) {
            Some(first) => {
                discard(given.0);
                first
            }
            None => given,
        })
    }
}

/// Returns the first answer and lets the others go.
fn first_of(answers: Vec<Given<'_>>) -> Option<Given<'_>> {
    let mut answers = answers.into_iter();
    let first = answers.next()?;
    answers.for_each(|(accepted, _)| discard(accepted));
    Some(first)
}
