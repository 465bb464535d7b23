//! Computes the sums of a call again from its stored parts, and compares.

use std::sync::Arc;

use sluice_domain::id::TransferId;
use sluice_domain::ledger::{BookedTransfer, TransferKind};
use sluice_domain::money::Micros;
use sluice_domain::price::{Basis, ChargeError, PriceVersion, Receipt, VersionId, cache_saving};
use sluice_store::CallRow;

use super::remark::{Finding, Note};
use super::{Part, Stored};

/// Who looks at a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever runs Sluice: sees everything.
    Operator,
    /// Whose call it is: sees what was paid, but neither what it cost the operator nor who served it.
    Owner,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything follows from its parts.
    Equal,
    /// Something does not.
    Differs,
    /// There is nothing to compute, and that is in order.
    Nothing,
}

impl Verdict {
    /// Returns the word used in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Differs => "differs",
            Self::Nothing => "nothing_to_recompute",
        }
    }
}

/// A sum as it is on record and as it is computed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) recorded: Option<Micros>,
    pub(crate) computed: Option<Micros>,
    /// Every part of the computation, where there was something to compute.
    pub(crate) parts: Option<Receipt>,
}

/// A call's receipt with the proof that it is right.
pub(crate) struct CallReceipt {
    pub(crate) stored: Stored,
    pub(crate) audience: Audience,
    /// What was reserved for the call when it ended.
    pub(crate) held: Option<Micros>,
    /// What the caller paid; `None` when nobody was billed, or the record is gone.
    pub(crate) charge: Option<Sum>,
    /// What the operator paid; `None` when it is not shown, or the record is gone.
    pub(crate) cost: Option<Sum>,
    /// Whether the call was sold at a price of its own.
    pub(crate) is_fixed: bool,
    pub(crate) findings: Vec<Finding>,
    pub(crate) notes: Vec<Note>,
    pub(crate) verdict: Verdict,
}

impl Stored {
    /// Returns what reading from a prompt cache saved the operator; `None` where the price is not known any more.
    pub(crate) fn cache_saving(&self) -> Option<Micros> {
        let (record, price) = (self.record.as_ref()?, self.cost_price.as_whole()?);
        let service = self.basis.as_whole().map(|basis| basis.service).unwrap_or_default();
        cache_saving(&record.usage, price, service).ok()
    }

    /// Computes the sums again and compares them with what is on record.
    pub(crate) fn prove(self, audience: Audience) -> CallReceipt {
        let mut remarks = Remarks::default();
        let (mut charge, mut cost) = (None, None);
        if let Some(record) = &self.record {
            charge = record.charged.map(|charged| self.charge(record, charged, &mut remarks));
            let is_shown = audience == Audience::Operator || charge.is_none();
            cost = is_shown.then(|| self.cost(record, &mut remarks));
            self.compare_transfer(record.charged, &mut remarks.findings);
            self.remark_on(record, &mut remarks);
        } else if !self.transfers.is_empty() && self.may_be_purged {
            remarks.notes.push(Note::RecordPurged);
        } else if !self.transfers.is_empty() {
            remarks.findings.push(Finding::RecordMissing);
        }
        if let Some(reason) = self.parked.clone().filter(|_| audience == Audience::Operator) {
            remarks.notes.push(Note::Parked(reason));
        }
        let broken = self.broken.iter();
        remarks.findings.extend(broken.map(|&(account, seq, transfer)| Finding::LinkBroken { account, seq, transfer }));
        let is_computed = [&charge, &cost].into_iter().flatten().any(|sum| sum.computed.is_some());
        let verdict = match (remarks.findings.is_empty(), is_computed) {
            (false, _) => Verdict::Differs,
            (true, true) => Verdict::Equal,
            (true, false) => Verdict::Nothing,
        };
        let basis = self.basis.as_whole();
        let (held, is_fixed) = (basis.map(|basis| basis.held), basis.is_some_and(|basis| basis.fixed.is_some()));
        let Remarks { findings, notes } = remarks;
        CallReceipt { stored: self, audience, held, charge, cost, is_fixed, findings, notes, verdict }
    }

    fn charge(&self, record: &CallRow, recorded: Micros, remarks: &mut Remarks) -> Sum {
        let computation = self.compute(record, &self.sale_price, Basis::sold_at, Basis::charge_receipt);
        let (computed, parts) = match computation {
            Computation::Empty => (Some(Micros(0)), None),
            Computation::Done(parts) => (Some(parts.micros), Some(*parts)),
            Computation::Incomplete(held, lacking) => {
                remarks.notes.push(Note::PaidWithHold(lacking));
                (Some(held), None)
            }
            Computation::Impossible(finding) => {
                remarks.find(finding);
                (None, None)
            }
            Computation::Unpriced if recorded.0 > 0 => {
                remarks.find(Finding::BasisMissing);
                (None, None)
            }
            Computation::Unpriced => (None, None),
        };
        if let Some(computed) = computed.filter(|computed| *computed != recorded) {
            remarks.find(Finding::ChargeDiffers { recorded, computed });
        }
        Sum { recorded: Some(recorded), computed, parts }
    }

    fn cost(&self, record: &CallRow, remarks: &mut Remarks) -> Sum {
        let recorded = record.cost;
        let computation = self.compute(record, &self.cost_price, |basis| basis.cost, Basis::cost_receipt);
        let (computed, parts) = match computation {
            Computation::Empty => (None, None),
            Computation::Done(parts) => (Some(parts.micros), Some(*parts)),
            Computation::Incomplete(_, lacking) => {
                remarks.notes.push(Note::CostIncomplete(lacking));
                (None, None)
            }
            Computation::Impossible(finding) => {
                remarks.find(finding);
                return Sum { recorded, computed: None, parts: None };
            }
            Computation::Unpriced if recorded.is_some() => {
                match record.charged {
                    Some(_) => remarks.find(Finding::BasisMissing),
                    None => remarks.notes.push(Note::BasisNotKept),
                }
                return Sum { recorded, computed: None, parts: None };
            }
            Computation::Unpriced => (None, None),
        };
        if computed != recorded {
            remarks.find(Finding::CostDiffers { recorded, computed });
        }
        Sum { recorded, computed, parts }
    }

    fn compute(
        &self,
        record: &CallRow,
        price: &Part<Arc<PriceVersion>>,
        version: impl Fn(&Basis) -> VersionId,
        receipt: impl Fn(&Basis, &sluice_domain::usage::Usage, &PriceVersion) -> Result<Receipt, ChargeError>,
    ) -> Computation {
        if record.usage.is_empty() {
            return Computation::Empty;
        }
        let basis = match &self.basis {
            Part::Absent => return Computation::Unpriced,
            Part::Damaged => return Computation::Impossible(Finding::BasisUnreadable),
            Part::Whole(basis) => basis,
        };
        match price {
            Part::Absent => Computation::Impossible(Finding::PriceMissing(version(basis))),
            Part::Damaged => Computation::Impossible(Finding::PriceAltered(version(basis))),
            Part::Whole(price) => match receipt(basis, &record.usage, price) {
                Ok(parts) => Computation::Done(Box::new(parts)),
                Err(lacking) => Computation::Incomplete(basis.held, lacking),
            },
        }
    }

    fn compare_transfer(&self, charged: Option<Micros>, findings: &mut Vec<Finding>) {
        let transferred = self.charge_transfer().map(|booked| booked.transfer.amount);
        match (charged, transferred) {
            (Some(charged), None) if charged.0 > 0 => findings.push(Finding::TransferMissing { charged }),
            (_, None) => {}
            (charged, Some(transferred)) if charged == Some(transferred) => {}
            (charged, Some(transferred)) => findings.push(Finding::TransferDiffers { charged, transferred }),
        }
    }

    fn charge_transfer(&self) -> Option<&BookedTransfer> {
        let id = TransferId::of_charge(self.call);
        self.transfers.iter().find(|booked| booked.transfer.id == id && booked.transfer.kind == TransferKind::Charge)
    }

    fn remark_on(&self, record: &CallRow, remarks: &mut Remarks) {
        if record.charged.is_none() {
            remarks.notes.push(Note::NobodyBilled);
        }
        if record.usage.is_empty() {
            remarks.notes.push(Note::NothingUsed);
        } else if self.basis == Part::Absent && record.cost.is_none() && record.charged.is_none_or(|sum| sum.0 == 0) {
            remarks.notes.push(Note::Unpriced);
        }
    }
}

/// What came of computing a sum.
enum Computation {
    /// Nothing was used.
    Empty,
    /// Nobody stated a price.
    Unpriced,
    /// The price says nothing about a part of what was used; this much was held.
    Incomplete(Micros, ChargeError),
    /// Something is lost or altered.
    Impossible(Finding),
    Done(Box<Receipt>),
}

#[derive(Default)]
struct Remarks {
    findings: Vec<Finding>,
    notes: Vec<Note>,
}

impl Remarks {
    /// Adds what was found, once.
    fn find(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
