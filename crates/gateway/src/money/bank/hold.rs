//! Money that one call has reserved.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, LeaseId};
use sluice_domain::ledger::Draw;
use sluice_domain::money::Micros;

use super::fund::{Claim, Part};

/// Proves that money is reserved for a call in every account and budget that it falls under. Dropping it gives it all
/// back. The hold of a call that nobody is billed for is empty.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    /// The first of each fund is what its charge is drawn from.
    pub(super) parts: Vec<Part>,
}

/// Where a hold stands: what the journal keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stake {
    pub(crate) account: AccountId,
    pub(crate) lease: LeaseId,
    /// Whether it is a budget, which has no transfers.
    pub(crate) is_budget: bool,
    /// What is held.
    pub(crate) held: Micros,
}

/// What a settled call draws. The claims keep its leases until the database has it.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    pub(crate) charge: Option<Draw>,
    pub(crate) budgets: Vec<Draw>,
    pub(crate) claims: Vec<Claim>,
}

impl Hold {
    /// Returns whether nobody is billed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Returns what is reserved, in each fund.
    pub(crate) fn amount(&self) -> Micros {
        let Some(first) = self.parts.first() else { return Micros(0) };
        let of_first = self.parts.iter().filter(|part| std::sync::Arc::ptr_eq(&part.fund, &first.fund));
        Micros(of_first.fold(0, |sum, part| sum.saturating_add(part.amount)))
    }

    /// Returns where the charge will be drawn from.
    pub(crate) fn stakes(&self) -> Vec<Stake> {
        let held = self.amount();
        self.firsts()
            .map(|part| Stake { account: part.account, lease: part.lease, is_budget: part.is_budget(), held })
            .collect()
    }

    /// Turns the hold into draws of `charge`, whatever was held.
    pub(crate) fn settle(mut self, charge: Micros, now: Timestamp) -> Settling {
        let mut settling = Settling::default();
        let mut rest = std::mem::take(&mut self.parts);
        while !rest.is_empty() {
            let part = rest.remove(0);
            let is_budget = part.is_budget();
            // The charge is drawn from the first lease; what was added from others covers what it exceeds that one by.
            let (of_fund, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|other| std::sync::Arc::ptr_eq(&other.fund, &part.fund));
            rest = others;
            let mut lacking = charge.0.saturating_sub(part.amount).max(0);
            for other in of_fund {
                let (taken, claim) = other.cover(lacking);
                lacking -= taken;
                settling.claims.extend(claim);
            }
            let covered = charge.0.saturating_sub(part.amount).max(0) - lacking;
            let (draw, claim) = part.settle(charge, covered, now);
            if is_budget {
                settling.budgets.push(draw);
            } else {
                settling.charge = Some(draw);
            }
            settling.claims.push(claim);
        }
        settling
    }

    /// Adds what another hold reserved in the same funds.
    pub(crate) fn absorb(&mut self, mut more: Self) {
        for mut part in std::mem::take(&mut more.parts) {
            let is_same = |own: &&mut Part| own.lease == part.lease && std::sync::Arc::ptr_eq(&own.fund, &part.fund);
            match self.parts.iter_mut().find(is_same) {
                // What is moved is still taken from the slice; the emptied part gives nothing back.
                Some(own) => own.amount = own.amount.saturating_add(std::mem::take(&mut part.amount)),
                None => self.parts.push(part),
            }
        }
    }

    fn firsts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().enumerate().filter_map(|(index, part)| {
            let is_first = !self.parts.iter().take(index).any(|other| std::sync::Arc::ptr_eq(&other.fund, &part.fund));
            is_first.then_some(part)
        })
    }
}
