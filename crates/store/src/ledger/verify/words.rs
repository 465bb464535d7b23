//! Deviations in words.

use std::fmt;

use super::Deviation;

impl Deviation {
    /// Returns the stable name of the kind of deviation.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::LinkBroken { .. } => "link_broken",
            Self::TransferMissing { .. } => "transfer_missing",
            Self::TransferUnknown { .. } => "transfer_unknown",
            Self::HeadDiffers { .. } => "head_differs",
            Self::PostedDiffers { .. } => "posted_differs",
            Self::LeasedDiffers { .. } => "leased_differs",
            Self::AccountMissing { .. } => "account_missing",
            Self::CallMissing { .. } => "call_missing",
            Self::ChargeMissing { .. } => "charge_missing",
            Self::ChargeDiffers { .. } => "charge_differs",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkBroken { account, seq, transfer } => {
                write!(f, "account {account}: transfer {transfer} at place {seq}, or the one before it, was altered")
            }
            Self::TransferMissing { account, seq } => {
                write!(f, "account {account}: the transfer at place {seq} is gone")
            }
            Self::TransferUnknown { account, seq, transfer } => {
                write!(f, "account {account}: transfer {transfer} was slipped in at place {seq}")
            }
            Self::HeadDiffers { account } => {
                write!(f, "account {account}: its last transfer is not the one that the account remembers")
            }
            Self::PostedDiffers { account, posted, transferred } => {
                write!(f, "account {account}: its balance says {posted} USD, its transfers add up to {transferred} USD")
            }
            Self::LeasedDiffers { account, leased, lent } => {
                write!(f, "account {account}: it says that {leased} USD are lent, its leases add up to {lent} USD")
            }
            Self::AccountMissing { account, transfer } => {
                write!(f, "account {account}: it is gone, and transfer {transfer} names it")
            }
            Self::CallMissing { call } => write!(f, "call {call}: it was charged, and its record is gone"),
            Self::ChargeMissing { call, charged } => {
                write!(f, "call {call}: its record says that {charged} USD were charged, and no transfer does")
            }
            Self::ChargeDiffers { call, charged: Some(charged), transferred } => {
                write!(f, "call {call}: its record says {charged} USD, its charge says {transferred} USD")
            }
            Self::ChargeDiffers { call, charged: None, transferred } => {
                write!(f, "call {call}: its record says that nobody was charged, its charge says {transferred} USD")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sluice_domain::id::{AccountId, CallId};
    use sluice_domain::money::Micros;

    use super::*;

    #[test]
    fn a_deviation_names_what_it_is_about_and_both_amounts() {
        let call = CallId::new(1, [2; 10]);
        let differs = Deviation::ChargeDiffers { call, charged: Some(Micros(2_500)), transferred: Micros(4) };
        let expected = format!("call {call}: its record says 0.002500 USD, its charge says 0.000004 USD");
        assert_eq!((differs.kind(), differs.to_string()), ("charge_differs", expected));
        let posted = Deviation::PostedDiffers { account: AccountId(7), posted: Micros(-1), transferred: Micros(0) };
        let expected = "account 7: its balance says -0.000001 USD, its transfers add up to 0.000000 USD";
        assert_eq!(posted.to_string(), expected);
    }
}
