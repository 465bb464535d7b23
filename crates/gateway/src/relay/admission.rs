//! Admission: whether a call has room within the limits of its key, its user, their group and its model. All that apply
//! must have room; a call that finds none takes nothing.
//!
//! Calls that have a model do something are limited. Lists of models, token counts and calls about stored objects are
//! not: they use no tokens, and vendors count them apart. Tokens are taken by an estimate and corrected at the call's end;
//! a call that is turned away later, or finds no answer, has used a request and no tokens.

mod limiters;
mod scarcest;

use std::sync::Arc;

use sluice_domain::limit::Limits;

use super::fault::{Fault, Kind};
use super::inbound::demand::Demand;
use super::{Asked, Relay};
use crate::money::prices::ModelLimits;
use crate::record::Ticket;
use crate::standing::limiter::{Full, Left, Limit, Limiter, Permit, nanos};
pub(crate) use limiters::Limiters;
pub(crate) use scarcest::Scarcest;

/// Tokens that an answer is taken for until it has ended, unless the request asks for less: callers ask for far more than
/// they get, and all of that would turn their other calls away.
const OUTPUT_LIKELY: u64 = 1_024;
const SECOND_NANOS: u64 = 1_000_000_000;

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Key,
    User,
    Group,
    Model,
}

/// Calls that are counted together, and how many there may be.
#[derive(Debug, Clone)]
pub(crate) struct Limited {
    whose: Whose,
    limits: Limits,
    limiter: Arc<Limiter>,
}

/// Room that a call has within its limits, or the limits of a call that found none. Dropping it ends the call.
#[derive(Debug)]
pub(crate) struct Admission {
    limited: Vec<Limited>,
    permits: Vec<Permit>,
}

impl Relay {
    /// Takes room for a call within all limits that it falls under. Its ticket keeps it.
    ///
    /// # Errors
    /// One of them has none; nothing is taken.
    pub(super) fn admit(&self, asked: &Asked<'_>, demand: &Demand, ticket: &mut Ticket) -> Result<(), Fault> {
        if !demand.operation.consumes() {
            return Ok(());
        }
        let of_model = self.shared.limiters.of_model(asked.snapshot, demand);
        if of_model.is_empty() && asked.client.limited.is_empty() {
            return Ok(());
        }
        let mut admission = Admission::of(asked.client.limited.iter().cloned().chain(of_model).collect());
        let tokens = if admission.counts_tokens() { likely_tokens(demand) } else { 0 };
        let entered = admission.enter(tokens, nanos());
        ticket.admit(admission);
        entered.map_err(|shortage| shortage.fault())
    }
}

/// Returns about how many tokens a call reads and writes.
fn likely_tokens(demand: &Demand) -> u64 {
    let usual = ModelLimits { context: None, max_output: Some(OUTPUT_LIKELY) };
    let most = demand.asks.estimate(demand.operation, demand.bulk(), usual);
    demand.bulk().likely_tokens().saturating_add(most.output_tokens)
}

impl Admission {
    fn of(limited: Vec<Limited>) -> Self {
        Self { permits: Vec::with_capacity(limited.len()), limited }
    }

    fn counts_tokens(&self) -> bool {
        self.limited.iter().any(|limited| limited.limits.tokens_per_minute.is_some())
    }

    fn enter(&mut self, tokens: u64, now: u64) -> Result<(), Shortage> {
        // Looked at before anything is taken, so that calls without room do not stand in the way of others, and hear of the
        // limit that they wait for longest.
        let short = |limited: &Limited| Some(limited.shortage(limited.limiter.full(&limited.limits, tokens, now)?));
        if let Some(worst) = self.limited.iter().filter_map(short).max_by_key(Shortage::wait) {
            return Err(worst);
        }
        for limited in &self.limited {
            match limited.limiter.enter(&limited.limits, tokens, now) {
                Ok(permit) => self.permits.push(permit),
                Err(full) => {
                    self.permits.drain(..).for_each(|mut permit| permit.cancel());
                    return Err(limited.shortage(full));
                }
            }
        }
        Ok(())
    }

    /// Corrects the tokens of an ended call to those that it `used`.
    pub(crate) fn settle(&mut self, used: u64, now: u64) {
        self.permits.iter_mut().for_each(|permit| permit.settle(used, now));
    }

    /// Returns what is left of the limits per minute, of each kind the scarcest; `None` where there are none.
    pub(crate) fn scarcest(&self, now: u64) -> Option<Scarcest> {
        let scarcer = |one: Option<Left>, other: Option<Left>| {
            one.into_iter().chain(other).min_by_key(|left| (left.left, left.allowance))
        };
        let (requests, tokens) = self.limited.iter().fold((None, None), |(requests, tokens), limited| {
            let [more_requests, more_tokens] = limited.left(now);
            (scarcer(requests, more_requests), scarcer(tokens, more_tokens))
        });
        (requests.is_some() || tokens.is_some()).then_some(Scarcest { requests, tokens })
    }
}

impl Limited {
    fn left(&self, now: u64) -> [Option<Left>; 2] {
        let [requests, tokens] = self.limiter.left(&self.limits, now);
        let nothing = Left { allowance: 0, left: 0, full_in: 0 };
        [
            requests.or(self.limits.requests_per_minute.map(|_| nothing)),
            tokens.or(self.limits.tokens_per_minute.map(|_| nothing)),
        ]
    }

    fn shortage(&self, full: Full) -> Shortage {
        let most = match full.limit {
            Limit::Requests => self.limits.requests_per_minute.map(u64::from),
            Limit::Tokens => self.limits.tokens_per_minute,
            Limit::Concurrency => self.limits.concurrency.map(u64::from),
        };
        Shortage { whose: self.whose, full, most: most.unwrap_or_default() }
    }
}

/// A limit without room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shortage {
    whose: Whose,
    full: Full,
    most: u64,
}

impl Shortage {
    /// Returns after how many nanoseconds to try again; the most there are where it never helps.
    fn wait(&self) -> u64 {
        // When a call under way ends is not known: soon.
        if self.most == 0 { u64::MAX } else { self.full.wait.unwrap_or(SECOND_NANOS) }
    }

    fn fault(&self) -> Fault {
        let whose = match self.whose {
            Whose::Key => "key",
            Whose::User => "user",
            Whose::Group => "group",
            Whose::Model => "model",
        };
        let (one, per) = match self.full.limit {
            Limit::Requests => ("request", "per minute"),
            Limit::Tokens => ("token", "per minute"),
            Limit::Concurrency => ("call", "at once"),
        };
        let plural = if self.most == 1 { "" } else { "s" };
        let limit = format!("this {whose}'s limit of {} {one}{plural} {per}", self.most);
        if self.most == 0 {
            return Fault::new(
                Kind::RateLimited,
                format!("{limit} lets nothing through; ask the operator to raise it"),
            );
        }
        let secs = u32::try_from(self.wait().div_ceil(SECOND_NANOS)).unwrap_or(u32::MAX);
        let message = match self.full.limit {
            Limit::Requests | Limit::Tokens => format!("{limit} is used up; try again in {secs} s"),
            Limit::Concurrency => format!("{limit} is reached; try again when one of them has ended"),
        };
        Fault::later(Kind::RateLimited, message, secs)
    }
}

#[cfg(test)]
mod tests;
