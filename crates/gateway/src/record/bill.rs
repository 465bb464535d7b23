//! What a call costs and what its caller pays: worked out when it has ended, from what was agreed before it was made.

use std::sync::Arc;

use sluice_domain::call::CallRecord;
use sluice_domain::ledger::Draw;
use sluice_domain::money::Micros;
use sluice_domain::price::{Basis, Multiplier, PriceVersion, Sale, Service, Tariff};

use crate::money::bank::{Hold, Settling, Stake};

/// What was agreed with the caller: what is reserved, and at which prices the answer is bought and sold.
#[derive(Debug, Default)]
pub(crate) struct Deal {
    pub(crate) hold: Hold,
    /// Known once a candidate has answered; `None` when nobody says what it costs.
    pub(crate) tariff: Option<Tariff>,
    /// The service level that was asked for, else the one that was given.
    pub(crate) service: Service,
}

/// What a call owes, as the journal keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dues {
    /// Where the charge is drawn from; empty when nobody is billed.
    pub(crate) stakes: Vec<Stake>,
    /// What the sums are computed from.
    pub(crate) basis: Option<Basis>,
    /// What the caller pays; `None` until that is known.
    pub(crate) charge: Option<Micros>,
}

/// The sums of an ended call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bill {
    /// What the operator pays; `None` when nothing was used or nobody says what it costs.
    pub(crate) cost: Option<Micros>,
    /// What is drawn from every account and budget.
    pub(crate) charge: Micros,
    /// What the sums are computed from.
    pub(crate) basis: Option<Basis>,
}

/// What the caller can be told when its call has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// What the call cost the caller, or the operator where nobody is billed; `None` when nobody says what that is.
    pub(crate) cost: Option<Micros>,
    /// What the caller pays; `None` when nobody is billed.
    pub(crate) charge: Option<Micros>,
}

impl Deal {
    /// Returns what the caller can be told of a bill for a record whose usage is known.
    pub(crate) fn told(&self, record: &CallRecord, bill: &Bill) -> Told {
        let charge = (!self.hold.is_empty()).then_some(bill.charge);
        let cost = if record.usage.is_empty() { Some(Micros(0)) } else { bill.cost };
        // What the operator pays is nobody's business who pays more.
        Told { cost: charge.or(cost), charge }
    }

    /// Returns what the call owes so far.
    pub(crate) fn dues(&self, charge: Option<Micros>) -> Dues {
        let stakes = self.hold.stakes();
        let basis = self.tariff.as_ref().map(|tariff| tariff.basis(self.service, self.hold.amount()));
        Dues { stakes, basis, charge }
    }

    /// Works out the sums for a record whose usage is known.
    pub(crate) fn bill(&self, record: &CallRecord) -> Bill {
        let Some(tariff) = self.tariff.as_ref().filter(|_| !record.usage.is_empty()) else { return Bill::default() };
        let basis = Some(tariff.basis(self.service, self.hold.amount()));
        let log = |error| {
            tracing::error!(call = %record.id, model = %record.model_used, %error, "what a call used has no price");
        };
        let cost = tariff.cost(&record.usage, self.service).map_err(log).ok();
        let is_at_cost = matches!(tariff.sale, Sale::Marked { group: Multiplier::ONE, key: Multiplier::ONE });
        let charge = if self.hold.is_empty() || is_at_cost {
            cost
        } else {
            tariff.charge(&record.usage, self.service).map_err(log).ok()
        };
        // What cannot be priced after all is paid with what was reserved for it: unknown never means free.
        let charge = charge.unwrap_or_else(|| self.hold.amount());
        Bill { cost, charge, basis }
    }

    /// Returns the versions of prices that the sums depend on.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Arc<PriceVersion>> {
        self.tariff.iter().flat_map(Tariff::versions)
    }
}

impl Dues {
    /// Returns the draws that the stakes come to.
    pub(crate) fn settling(&self, charge: Micros) -> Settling {
        let draw = |stake: &Stake| Draw { account: stake.account, lease: Some(stake.lease), amount: charge };
        let of_kind = |is_budget| self.stakes.iter().filter(move |stake| stake.is_budget == is_budget).map(draw);
        Settling { charge: of_kind(false).next(), budgets: of_kind(true).collect(), claims: Vec::new() }
    }
}
