//! Fail-over: candidates are tried one after the other until one is accepted.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rand::RngExt;
use sluice_domain::route::{Passage, Trouble};

use sluice_protocol::operation::Operation;

use crate::record::Ticket;
use crate::relay::exchange::{Accepted, Failure, Plan, Tried, attempt, discard};
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::demand::Demand;
use crate::relay::recording::new_attempt;
use crate::relay::routing::probe_limit;
use crate::relay::routing::shortlist::{Prepared, QUEUE_JITTER_MS, QUEUE_WAIT_MAX, Shortlist};
use crate::relay::{Call, Relay};
use crate::snapshot::Candidate;
use crate::standing::health::{Refusal, Visit, Windows};

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
    /// tried again. Where all are at their limits they are tried once more when the first of them may have room.
    ///
    /// # Errors
    /// None gave anything that the client can have; says why the last one did not.
    pub(in crate::relay) async fn first_accepted<'s>(
        &self,
        call: &Call,
        plan: &Plan<'_>,
        shortlist: Shortlist<'s>,
        ticket: &mut Ticket,
    ) -> Result<Given<'s>, Fault> {
        self.retries.earn();
        let Shortlist { mut candidates, mut prepared } = shortlist;
        let started = Instant::now();
        let mut round = Round { attempts: 0, left: self.shared.settings.max_attempts.max(1) };
        let mut limited = None;
        let mut kept: Option<Given<'s>> = None;
        loop {
            match self.try_all(call, plan, (&candidates, &mut prepared), (&mut round, ticket)).await {
                Ok(given) => {
                    kept.into_iter().for_each(|(accepted, _)| discard(accepted));
                    return Ok(given);
                }
                Err(Failed { fault, answer }) => {
                    let left = QUEUE_WAIT_MAX.saturating_sub(started.elapsed());
                    let wait = room_in(&candidates, self.shared.clock.now().0, left);
                    let is_untried = round.attempts == 0 && fault.kind == Kind::NoneHealthy;
                    if is_untried && candidates.iter().any(|candidate| !candidate.is_last_resort) {
                        // All that could be tried are being tried by others.
                        candidates.iter_mut().for_each(|candidate| candidate.is_last_resort = true);
                        continue;
                    }
                    match (wait, answer) {
                        (Some(wait), answer) if round.left > 0 && fault.kind == Kind::UpstreamLimited => {
                            if let Some((old, _)) = answer.and_then(|answer| kept.replace(answer)) {
                                discard(old);
                            }
                            limited = Some(Fault { retry_after_secs: fault.retry_after_secs.or(Some(1)), ..fault });
                            tokio::time::sleep(wait).await;
                        }
                        (_, Some(answer)) => {
                            kept.into_iter().for_each(|(accepted, _)| discard(accepted));
                            return Ok(answer);
                        }
                        // That nobody could be tried once more says less than why that was wanted.
                        (_, None) => {
                            let fault = limited.filter(|_| fault.kind == Kind::NoneHealthy).unwrap_or(fault);
                            return kept.ok_or(fault);
                        }
                    }
                }
            }
        }
    }

    /// Tries each candidate in turn.
    async fn try_all<'s>(
        &self,
        call: &Call,
        plan: &Plan<'_>,
        (candidates, prepared): (&[Candidate<'s>], &mut Prepared),
        (round, ticket): (&mut Round, &mut Ticket),
    ) -> Result<Given<'s>, Failed<'s>> {
        let turn = |candidate: &Candidate<'s>| Turn { candidate: candidate.clone(), before: Vec::new() };
        let mut turns = candidates.iter().map(turn);
        let mut again = None;
        let mut last = Failed::from(Fault::new(Kind::NoneHealthy, "no provider could be tried; try again"));
        while let Some(Turn { candidate, before }) = again.take().or_else(|| turns.next()) {
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
            let mut visit = match self.enter(plan.demand, &candidate, round) {
                Ok(visit) => visit,
                Err(Stop::This(fault)) => {
                    last = last.or(fault);
                    match first_of(before) {
                        Some(given) => return Ok(given),
                        None => continue,
                    }
                }
                Err(Stop::All) => return first_of(before).ok_or(last),
            };
            ticket.begin_attempt(|started_ms| new_attempt(&candidate, conversion.as_ref(), started_ms));
            match attempt(&self.pool, plan, &candidate, conversion).await {
                Tried::Accepted(accepted) => {
                    let status = accepted.parts.status;
                    let refused = (!status.is_success()).then(|| format!("upstream_status_{}", status.as_u16()));
                    let observed = accepted.observed.map(|reason| format!("observed: {}", reason.as_str()));
                    let error = refused.or(observed);
                    ticket.end_attempt(status.as_u16(), error);
                    visit.succeed();
                    match self.weigh(plan.demand, (accepted, candidate), before).await {
                        ControlFlow::Break(given) => {
                            ticket.visit(visit);
                            return Ok(given);
                        }
                        ControlFlow::Continue(other) => again = Some(other),
                    }
                }
                Tried::Failed(failure) => {
                    let Failure { fault, status, answer, verdict } = *failure;
                    self.counters.count_failed_attempt();
                    ticket.end_attempt(status, Some(format!("{}: {}", fault.kind.facts().code, fault.message)));
                    tracing::info!(call = %call.id_text, provider = %candidate.target.provider.name, status,
                        error = %fault, "an attempt failed");
                    if let Some((subjects, setback)) = verdict {
                        visit.fail(subjects, setback);
                    }
                    if let Some(given) = first_of(before) {
                        answer.into_iter().for_each(discard);
                        return Ok(given);
                    }
                    let is_final = !fault.kind.facts().tries_next;
                    last = last.replaced(fault, answer.map(|accepted| (accepted, candidate)));
                    if is_final {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    /// Begins an attempt.
    fn enter(&self, demand: &Demand, candidate: &Candidate<'_>, round: &mut Round) -> Result<Visit, Stop> {
        let is_enough = candidate.is_last_resort && round.attempts > 0;
        if round.left == 0 || is_enough || (round.attempts > 0 && !self.retries.spend()) {
            return Err(Stop::All);
        }
        let now_ms = self.shared.clock.now().0;
        let timeouts = candidate.target.provider.timeouts;
        let usual =
            candidate.vital.learned(now_ms, Windows { health: 1, usage: 1 }).map(|learned| learned.sample.mean_ms);
        let probe_ms = i64::try_from(probe_limit(usual.filter(|ms| *ms > 0.0), timeouts.first_byte).as_millis());
        let tokens = if candidate.target.limits.is_none() { 0 } else { demand.bulk().likely_tokens() };
        let (visited, probe_ms) = (candidate.visited(), probe_ms.unwrap_or(i64::MAX));
        let visit = if candidate.is_last_resort {
            visited.enter_anyway(tokens, now_ms, probe_ms)
        } else {
            visited.enter(tokens, now_ms, probe_ms)
        };
        let visit = visit.map_err(|refusal| Stop::This(not_entered(&refusal)))?;
        round.attempts += 1;
        round.left -= 1;
        Ok(visit)
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

/// How many attempts were made, and how many more may be.
struct Round {
    attempts: usize,
    left: usize,
}

/// Why an attempt is not made.
enum Stop {
    /// Not at this candidate.
    This(Fault),
    /// At none: there were enough.
    All,
}

/// That no candidate did it.
struct Failed<'s> {
    fault: Fault,
    /// What the last upstream said, if the client can have that.
    answer: Option<Given<'s>>,
}

impl From<Fault> for Failed<'_> {
    fn from(fault: Fault) -> Self {
        Self { fault, answer: None }
    }
}

impl<'s> Failed<'s> {
    /// Keeps what an upstream said, if one said something.
    fn or(self, fault: Fault) -> Self {
        if self.answer.is_some() || self.fault.kind != Kind::NoneHealthy { self } else { Self::from(fault) }
    }

    fn replaced(self, fault: Fault, answer: Option<Given<'s>>) -> Self {
        self.answer.into_iter().for_each(|(accepted, _)| discard(accepted));
        Self { fault, answer }
    }
}

fn not_entered(refusal: &Refusal) -> Fault {
    match refusal {
        Refusal::UsedUp => Fault::new(Kind::NoneHealthy, "no provider has calls left; try again"),
        Refusal::Probed(_, Some(Trouble::RateLimited)) => {
            Fault::later(Kind::UpstreamLimited, "all providers are at their limits; try again", 1)
        }
        Refusal::Probed(..) => {
            Fault::later(Kind::NoneHealthy, "the provider is being tried after failures; try again", 1)
        }
        Refusal::Full(full) => {
            let secs = full.wait.map_or(1, |nanos| u32::try_from(nanos / 1_000_000_000 + 1).unwrap_or(u32::MAX));
            Fault::later(Kind::UpstreamLimited, "all providers are at their limits; try again", secs)
        }
    }
}

/// Returns how long it takes until a candidate may have room, if that is within `left`.
fn room_in(candidates: &[Candidate<'_>], now_ms: i64, left: Duration) -> Option<Duration> {
    let until = |candidate: &Candidate<'_>| {
        let visited = candidate.visited();
        let gates = [&visited.provider.gate, &visited.credential.gate, &visited.route.gate];
        let ends = gates.map(|gate| match gate.passage(now_ms) {
            Passage::Open | Passage::Probe => now_ms,
            Passage::Shut(_, until_ms) => until_ms,
        });
        ends.into_iter().max().unwrap_or(now_ms)
    };
    let soonest = candidates.iter().map(until).min()?;
    let wait_ms = (soonest - now_ms).max(0) + rand::rng().random_range(1..=QUEUE_JITTER_MS);
    let wait = Duration::from_millis(wait_ms.unsigned_abs());
    (wait <= left).then_some(wait)
}

/// Returns the first answer and lets the others go.
fn first_of(answers: Vec<Given<'_>>) -> Option<Given<'_>> {
    let mut answers = answers.into_iter();
    let first = answers.next()?;
    answers.for_each(|(accepted, _)| discard(accepted));
    Some(first)
}
