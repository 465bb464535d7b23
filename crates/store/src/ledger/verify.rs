//! The proof that the ledger adds up, read page by page while calls go on.
//!
//! Whatever is in a chain up to the head that was read first never changes, so that no long transaction is needed.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, TransferId};
use sluice_domain::money::Micros;

use crate::{Store, StoreError};

mod chains;
mod charges;
mod words;

/// Rows read at once.
const PAGE: i64 = 1_000;
/// Deviations that are kept; more are counted.
const MAX_DEVIATIONS: usize = 1_000;

/// What a verification takes for granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions {
    /// Records of calls that began before this may have been purged; `None` when none ever were.
    pub calls_kept_since: Option<Timestamp>,
}

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deviation {
    /// A transfer, or the one before it in the account, is not what was once booked.
    LinkBroken {
        /// Account whose chain it is.
        account: AccountId,
        /// Place in the chain.
        seq: i64,
        /// The transfer there.
        transfer: TransferId,
    },
    /// A place of the chain has no transfer: it was deleted.
    TransferMissing {
        /// Account whose chain it is.
        account: AccountId,
        /// Place in the chain.
        seq: i64,
    },
    /// A transfer was slipped in: its place is taken, or beyond the end of the chain.
    TransferUnknown {
        /// Account whose chain it claims to be in.
        account: AccountId,
        /// Place that it claims.
        seq: i64,
        /// The transfer.
        transfer: TransferId,
    },
    /// The end of the chain is not what the account says.
    HeadDiffers {
        /// The account.
        account: AccountId,
    },
    /// The balance is not the sum of the transfers.
    PostedDiffers {
        /// The account.
        account: AccountId,
        /// What the account says.
        posted: Micros,
        /// What the transfers add up to.
        transferred: Micros,
    },
    /// What the account says is leased is not the sum of its leases.
    LeasedDiffers {
        /// The account.
        account: AccountId,
        /// What the account says.
        leased: Micros,
        /// What its leases add up to.
        lent: Micros,
    },
    /// A transfer names an account that does not exist.
    AccountMissing {
        /// The account.
        account: AccountId,
        /// The transfer.
        transfer: TransferId,
    },
    /// A charge has no record of its call.
    CallMissing {
        /// The call.
        call: CallId,
    },
    /// A call's record says that it was charged, and no transfer says so.
    ChargeMissing {
        /// The call.
        call: CallId,
        /// What the record says.
        charged: Micros,
    },
    /// A call's record and its transfer do not say the same.
    ChargeDiffers {
        /// The call.
        call: CallId,
        /// What the record says; `None` for not charged.
        charged: Option<Micros>,
        /// What the transfer says.
        transferred: Micros,
    },
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Accounts looked at.
    pub accounts: u64,
    /// Links of chains followed; each transfer has two.
    pub links: u64,
    /// Transfers compared with records of calls.
    pub transfers: u64,
    /// Records of charged calls compared with transfers.
    pub calls: u64,
    /// What does not add up, the first thousand.
    pub deviations: Vec<Deviation>,
    /// How many more there are.
    pub more_deviations: u64,
}

impl Verification {
    /// Returns whether everything adds up.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.deviations.is_empty()
    }

    fn report(&mut self, deviation: Deviation) {
        if self.deviations.len() < MAX_DEVIATIONS {
            self.deviations.push(deviation);
        } else {
            self.more_deviations += 1;
        }
    }
}

impl Store {
    /// Checks every chain, balance, lease and charge. Calls may go on meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when the database is away, `Corrupt` when a row cannot be read at all.
    pub async fn verify_ledger(&self, options: &VerifyOptions) -> Result<Verification, StoreError> {
        let mut verification = Verification::default();
        chains::verify(self, &mut verification).await?;
        charges::verify_transfers(self, options, &mut verification).await?;
        charges::verify_calls(self, &mut verification).await?;
        Ok(verification)
    }
}
