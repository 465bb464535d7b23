//! Reserving what a call may cost before it is made, and more as a stream goes on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use sluice_domain::key::Caller;
use sluice_domain::ledger::Holder;
use sluice_domain::money::Micros;
use sluice_domain::price::{Estimate, Service, Tariff};
use tokio::task::JoinHandle;

use super::fault::{Fault, Kind};
use super::inbound::demand::Demand;
use super::inbound::identify::Client;
use super::routing::unpriced;
use super::{Candidate, Shared, clipped};
use crate::money::bank::{Bank, Hold, HoldError, Purse, SourceId};
use crate::snapshot::Snapshot;

/// Tokens of a stream's answer that are reserved at a time. Reserving all that a model may ever write would turn away
/// callers who have money for what it will write.
const STREAM_STEP: u64 = 8_192;
/// How long before the end of what is reserved more is asked for, in tokens.
const STREAM_MARGIN: u64 = 1_024;

/// A call whose money is reserved.
pub(super) struct Reserved {
    pub(super) hold: Hold,
    /// What the hold was reckoned from; `None` when nobody is billed.
    pub(super) allowance: Option<Allowance>,
}

/// How much of an answer is paid for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// All that the call may consume.
    whole: Estimate,
    /// What of it is reserved.
    reserved: Estimate,
    service: Service,
}

/// Reserves what the call may cost at the dearest of its candidates. Those that nobody has a price for are removed from
/// the list, unless nobody is billed.
pub(super) async fn reserve(
    shared: &Shared,
    snapshot: &Snapshot,
    client: &Client,
    demand: &Demand,
    shortlist: &mut Vec<Candidate<'_>>,
) -> Result<Reserved, Fault> {
    if client.purse.is_empty() || !demand.operation.consumes() {
        return Ok(Reserved { hold: Hold::default(), allowance: None });
    }
    if demand.asks.is_background {
        // Its usage is known long after this call has ended, and only if somebody asks for it.
        let message = "`background` responses cannot be billed; send the request without `background`";
        return Err(Fault::new(Kind::OperationNotServed, message));
    }
    let mut dearest: Option<(Micros, Allowance)> = None;
    shortlist.retain(|candidate| {
        let Some((bound, allowance)) = bound(snapshot, &client.caller, demand, candidate) else {
            return false;
        };
        // The longest answer of all counts, whoever gives it.
        let longest = dearest.map_or(0, |(_, known)| known.whole.output_tokens).max(allowance.whole.output_tokens);
        if dearest.is_none_or(|(known, _)| bound > known) {
            dearest = Some((bound, allowance));
        }
        if let Some((_, allowance)) = &mut dearest {
            allowance.whole.output_tokens = longest;
        }
        true
    });
    let Some((bound, allowance)) = dearest else { return Err(unpriced(&clipped(&demand.model))) };
    let hold = shared.bank.hold(&client.purse, bound).await.map_err(|error| refused(&error))?;
    Ok(Reserved { hold, allowance: Some(allowance) })
}

/// Returns what the call may cost at one candidate; `None` when nobody says.
fn bound(
    snapshot: &Snapshot,
    caller: &Caller,
    demand: &Demand,
    candidate: &Candidate<'_>,
) -> Option<(Micros, Allowance)> {
    let priced = candidate.priced.as_ref()?;
    let whole = demand.asks.estimate(demand.operation, demand.bulk(), priced.limits);
    let output_tokens = if demand.is_stream { whole.output_tokens.min(STREAM_STEP) } else { whole.output_tokens };
    let reserved = Estimate { output_tokens, ..whole };
    let service = demand.asks.service;
    let tariff = snapshot.prices.tariff(priced, caller);
    match tariff.bound(&reserved, service) {
        Ok(bound) => Some((bound, Allowance { whole, reserved, service })),
        Err(error) => {
            tracing::warn!(model = %candidate.model, provider = %candidate.target.provider.name, %error,
                "a price is not complete; billed calls pass this provider over");
            None
        }
    }
}

fn refused(error: &HoldError) -> Fault {
    match error {
        HoldError::Insufficient { source_id: SourceId::Account(holder), needed, left } => {
            let whose = match holder {
                Holder::Key(_) => "this key's balance",
                Holder::User(_)
                | Holder::Organisation(_)
                | Holder::Revenue(_)
                | Holder::Cash(_)
                | Holder::Cost(_)
                | Holder::Budget(..) => "the balance",
            };
            let left = (*left).max(Micros(0));
            let message = format!(
                "this call may cost up to {needed} USD and {whose} has {left} USD left; top it up, or lower the most \
                 that the answer may have"
            );
            Fault::new(Kind::InsufficientFunds, message)
        }
        HoldError::Insufficient { source_id: SourceId::Budget(id), needed, left } => {
            let left = (*left).max(Micros(0));
            let message = format!(
                "this call may cost up to {needed} USD and budget {id} has {left} USD left in this period; wait for the \
                 next one, raise it, or lower the most that the answer may have"
            );
            Fault::new(Kind::BudgetExhausted, message)
        }
        HoldError::Unavailable => Fault::later(
            Kind::StoreUnavailable,
            "the balance cannot be checked right now because the database is away; try again",
            2,
        ),
    }
}

/// Reserves more for a stream as it goes on.
pub(super) struct Meterage {
    bank: Arc<Bank>,
    purse: Purse,
    tariff: Tariff,
    allowance: Allowance,
    asking: Option<JoinHandle<Result<Hold, HoldError>>>,
}

/// Whether a stream may go on.
pub(super) enum Credit {
    /// It is paid for, or nobody is billed.
    Good,
    /// It is, with this added to what is reserved.
    More(Hold),
    /// More is being borrowed.
    Waiting,
    /// It is not.
    Refused(Kind),
}

impl Meterage {
    /// Begins for an answer that is bought at `tariff`; `None` when all of it is reserved already.
    pub(super) fn of(bank: &Arc<Bank>, client: &Client, tariff: Tariff, allowance: Allowance) -> Option<Self> {
        let has_more = allowance.reserved.output_tokens < allowance.whole.output_tokens;
        let meterage = || Self { bank: Arc::clone(bank), purse: client.purse.clone(), tariff, allowance, asking: None };
        has_more.then(meterage)
    }

    /// Reserves the next step when `written` tokens come near the end of what is reserved.
    pub(super) fn cover(&mut self, written: u64, context: &mut Context<'_>) -> Credit {
        if let Some(asking) = &mut self.asking {
            let Poll::Ready(asked) = Pin::new(asking).poll(context) else { return Credit::Waiting };
            self.asking = None;
            return match asked {
                Ok(Ok(hold)) => Credit::More(hold),
                Ok(Err(HoldError::Insufficient { source_id: SourceId::Budget(_), .. })) => {
                    Credit::Refused(Kind::BudgetExhausted)
                }
                Ok(Err(HoldError::Insufficient { .. })) => Credit::Refused(Kind::InsufficientFunds),
                // The answer goes on: the caller was good for it, and cutting streams would double an outage. The
                // settlement takes what was not held.
                Ok(Err(HoldError::Unavailable)) | Err(_) => Credit::Good,
            };
        }
        let Allowance { whole, reserved, .. } = &self.allowance;
        let is_near = written.saturating_add(STREAM_MARGIN) > reserved.output_tokens;
        if !is_near || reserved.output_tokens >= whole.output_tokens {
            return Credit::Good;
        }
        let Some(more) = self.next_step() else { return Credit::Good };
        let mut added = Hold::default();
        if self.bank.extend_at_once(&self.purse, &mut added, more) {
            return Credit::More(added);
        }
        let (bank, purse) = (Arc::clone(&self.bank), self.purse.clone());
        self.asking = Some(tokio::spawn(async move { bank.hold(&purse, more).await }));
        self.cover(written, context)
    }

    /// Moves what is reserved by a step and returns what that costs.
    fn next_step(&mut self) -> Option<Micros> {
        let Allowance { whole, reserved, service } = &mut self.allowance;
        let before = self.tariff.bound(reserved, *service).ok()?;
        reserved.output_tokens = reserved.output_tokens.saturating_add(STREAM_STEP).min(whole.output_tokens);
        let after = self.tariff.bound(reserved, *service).ok()?;
        Some(Micros(after.0.saturating_sub(before.0)))
    }
}
