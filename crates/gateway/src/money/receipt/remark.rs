//! What there is to say about a receipt: what is wrong, and why there is nothing to compute. Codes are for programs.

use std::fmt;

use sluice_domain::id::{AccountId, TransferId};
use sluice_domain::money::Micros;
use sluice_domain::price::{ChargeError, VersionId};

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The record is gone although it should still be kept.
    RecordMissing,
    /// A charge was made and what it was computed from is not kept.
    BasisMissing,
    /// What the sums were computed from cannot be read.
    BasisUnreadable,
    /// A price is gone.
    PriceMissing(VersionId),
    /// A price was altered: its content makes another id.
    PriceAltered(VersionId),
    /// The cost on record is not what the parts come to.
    CostDiffers { recorded: Option<Micros>, computed: Option<Micros> },
    /// The charge on record is not what the parts come to.
    ChargeDiffers { recorded: Micros, computed: Micros },
    /// The record says that something was charged, and no transfer does.
    TransferMissing { charged: Micros },
    /// Record and transfer do not say the same.
    TransferDiffers { charged: Option<Micros>, transferred: Micros },
    /// A transfer, or the one before it in the chain, is not what was once booked.
    LinkBroken { account: AccountId, seq: i64, transfer: TransferId },
}

/// Something to know about a receipt that is in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// The call used nothing.
    NothingUsed,
    /// Nobody stated a price.
    Unpriced,
    /// Nobody pays for the call.
    NobodyBilled,
    /// An older release computed the cost and did not keep what from.
    BasisNotKept,
    /// The record was purged; the charge remains.
    RecordPurged,
    /// The price says nothing about a part of what was used, so that what was held is paid.
    PaidWithHold(ChargeError),
    /// The price says nothing about a part of what was used, so that there is no cost.
    CostIncomplete(ChargeError),
    /// The call could not be posted and was put aside.
    Parked(String),
}

impl Finding {
    /// Returns the code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::RecordMissing => "record_missing",
            Self::BasisMissing => "basis_missing",
            Self::BasisUnreadable => "basis_unreadable",
            Self::PriceMissing(_) => "price_missing",
            Self::PriceAltered(_) => "price_altered",
            Self::CostDiffers { .. } => "cost_differs",
            Self::ChargeDiffers { .. } => "charge_differs",
            Self::TransferMissing { .. } => "transfer_missing",
            Self::TransferDiffers { .. } => "transfer_differs",
            Self::LinkBroken { .. } => "link_broken",
        }
    }
}

impl Note {
    /// Returns the code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NothingUsed => "nothing_used",
            Self::Unpriced => "unpriced",
            Self::NobodyBilled => "nobody_billed",
            Self::BasisNotKept => "basis_not_kept",
            Self::RecordPurged => "record_purged",
            Self::PaidWithHold(_) => "paid_with_hold",
            Self::CostIncomplete(_) => "cost_incomplete",
            Self::Parked(_) => "parked",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordMissing => f.write_str("the record of this call is gone although it should still be kept"),
            Self::BasisMissing => {
                f.write_str("the call was charged, and what the charge was computed from is not kept")
            }
            Self::BasisUnreadable => f.write_str("what the sums were computed from cannot be read: it was altered"),
            Self::PriceMissing(id) => write!(f, "price {id}, which the call was settled at, is gone"),
            Self::PriceAltered(id) => write!(f, "price {id}, which the call was settled at, was altered"),
            Self::CostDiffers { recorded, computed } => {
                write!(f, "the record says that the cost is {}, its parts come to {}", usd(*recorded), usd(*computed))
            }
            Self::ChargeDiffers { recorded, computed } => {
                write!(f, "the record says that {recorded} USD were charged, its parts come to {computed} USD")
            }
            Self::TransferMissing { charged } => {
                write!(f, "the record says that {charged} USD were charged, and no transfer does")
            }
            Self::TransferDiffers { charged: None, transferred } => {
                write!(f, "the record says that nobody was charged, the transfer says {transferred} USD")
            }
            Self::TransferDiffers { charged: Some(charged), transferred } => {
                write!(f, "the record says that {charged} USD were charged, the transfer says {transferred} USD")
            }
            Self::LinkBroken { account, seq, transfer } => {
                write!(f, "transfer {transfer} at place {seq} of account {account}, or the one before it, was altered")
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingUsed => f.write_str("the call used nothing, so it costs nothing"),
            Self::Unpriced => {
                f.write_str("nobody stated a price for what the call used: its cost is unknown, not zero")
            }
            Self::NobodyBilled => f.write_str("nobody is billed for this call"),
            Self::BasisNotKept => f.write_str("what the cost was computed from is not kept"),
            Self::RecordPurged => f.write_str(
                "the record of this call was removed when its time was over; what was charged remains in the ledger",
            ),
            Self::PaidWithHold(lacking) => write!(f, "{lacking}; until then such a call pays what was held for it"),
            Self::CostIncomplete(lacking) => write!(f, "{lacking}; the cost of this call is unknown, not zero"),
            Self::Parked(reason) => write!(f, "the call could not be posted and was put aside: {reason}"),
        }
    }
}

fn usd(amount: Option<Micros>) -> String {
    amount.map_or_else(|| "unknown".to_owned(), |amount| format!("{amount} USD"))
}
