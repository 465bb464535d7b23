//! Money: prices, the bank that lends what calls may cost, receipts of what they did cost, and the proof that it adds up.

pub(crate) mod audit;
pub(crate) mod bank;
pub mod ledger_file;
pub mod prices;
pub(crate) mod receipt;
#[cfg(test)]
pub(crate) mod scene;
