//! The ledger: accounts, immutable double-entry transfers chained by hash, budgets, leases, and what a settled call
//! posts. Values and pure rules; the store keeps them and the gateway decides when to ask it.
//!
//! A transfer moves `amount` from its `debit` account to its `credit` account: the debited balance falls, the credited
//! one rises, and the sum over all accounts stays zero. Budgets are funds too, with leases like any account, but
//! without transfers: what is drawn from them is a limit, not money.

mod account;
mod budget;
mod chain;
mod export;
mod lease;
mod settlement;
mod transfer;

pub use account::{Account, AccountKind, Holder, OperatorBook};
pub use budget::{Budget, BudgetScope, Period, Span, UnknownZone, parse_zone};
pub use chain::{ChainHash, Link, TransferDigest, digest};
pub use chrono_tz::Tz;
pub use export::CSV_HEADER;
pub use lease::{Lease, lease_slice};
pub use settlement::{Draw, SettledCall};
pub use transfer::{Actor, BookedTransfer, Transfer, TransferKind};
