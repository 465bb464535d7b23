//! The ledger: accounts, transfers, leases, budgets and settlement, and the proof that it all adds up.
//!
//! Whoever changes an account locks its row first, several in the order of their ids, and only then touches leases
//! and transfers: so nobody waits in a circle, and what is computed from a locked row is what is written. Transfers are
//! only ever inserted.

mod accounts;
mod booking;
mod books;
mod budget_pages;
mod budgets;
mod leases;
mod open;
mod parked;
mod rows;
mod settle;
mod transfers;
mod verify;

pub use booking::{Booking, Correction, Direction, Order};
pub use budget_pages::BudgetFilter;
pub use budgets::NewBudget;
pub(crate) use budgets::budgets_of;
pub use leases::{Borrow, Extended, Extension};
pub use open::Borrowed;
pub use parked::ParkedCall;
pub use settle::{Settled, Settlement};
pub use transfers::{TransferCursor, TransferRange};
pub use verify::{Deviation, Verification, VerifyOptions};
