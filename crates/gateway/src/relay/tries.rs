//! Fail-over: candidates are tried one after the other until one is accepted.

use std::collections::VecDeque;

use http::StatusCode;

use super::exchange::{Accepted, Plan, Tried, attempt, discard};
use super::fault::{Fault, Kind};
use super::recording::new_attempt;
use super::shortlist::Shortlist;
use super::{Call, Relay, unserved};
use crate::record::Ticket;
use crate::snapshot::Candidate;

/// One candidate's turn.
struct Turn<'s> {
    candidate: Candidate<'s>,
    /// What its upstream said in another dialect; the client gets that if this one is no better.
    before: Option<(Box<Accepted>, Candidate<'s>)>,
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
    ) -> Result<(Box<Accepted>, Candidate<'s>), Fault> {
        let Shortlist { candidates, mut prepared } = shortlist;
        let mut turns: VecDeque<Turn<'s>> =
            candidates.into_iter().map(|candidate| Turn { candidate, before: None }).collect();
        let mut last = Fault::new(Kind::UpstreamUnreachable, "no provider could be tried");
        while let Some(Turn { candidate, before }) = turns.pop_front() {
            let conversion = match prepared.conversion(call, plan.demand, &candidate).await {
                Ok(conversion) => conversion,
                Err(fault) => {
                    tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, error = %fault,
                        "a provider cannot carry this call");
                    match before {
                        Some(before) => return Ok(before),
                        None => continue,
                    }
                }
            };
            ticket.begin_attempt(|started_ms| new_attempt(&candidate, conversion.as_ref(), started_ms));
            let tried = attempt(&self.pool, plan, &candidate, conversion).await;
            let is_last = turns.is_empty();
            match (tried, before) {
                (Tried::Accepted(accepted), before) => {
                    let status = accepted.parts.status;
                    let error = (!status.is_success()).then(|| format!("upstream_status_{}", status.as_u16()));
                    ticket.end_attempt(status.as_u16(), error);
                    match (before, unserved::stand_in(&candidate, plan.demand.wanted(), status)) {
                        (None, Some(other)) => {
                            turns.push_front(Turn { candidate: other, before: Some((accepted, candidate)) });
                        }
                        (Some(before), _) => return Ok(self.better(before, (accepted, candidate))),
                        (None, None) => return Ok((accepted, candidate)),
                    }
                }
                (Tried::Failed(fault, status, answer), before) => {
                    self.counters.count_failed_attempt();
                    ticket.end_attempt(status, Some(format!("{}: {}", fault.kind.facts().code, fault.message)));
                    tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, status,
                        error = %fault, "an attempt failed");
                    match (answer, before) {
                        (answer, Some(before)) => {
                            answer.into_iter().for_each(discard);
                            return Ok(before);
                        }
                        (Some(accepted), None) if is_last || !fault.kind.facts().tries_next => {
                            return Ok((accepted, candidate));
                        }
                        (Some(accepted), None) => discard(accepted),
                        (None, None) => {}
                    }
                    last = fault;
                }
            }
        }
        Err(last)
    }

    /// Returns the better of what an upstream said in two dialects, and remembers if it lacks the first one.
    fn better<'s>(
        &self,
        before: (Box<Accepted>, Candidate<'s>),
        after: (Box<Accepted>, Candidate<'s>),
    ) -> (Box<Accepted>, Candidate<'s>) {
        if after.0.parts.status == StatusCode::NOT_FOUND {
            discard(after.0);
            return before;
        }
        self.shared.unserved.remember(&before.1);
        discard(before.0);
        after
    }
}
