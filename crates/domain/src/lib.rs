//! Rules and values of Sluice: money, usage, keys, the ledger, providers, routes, alerts and the record of a call.
//!
//! Nothing here waits, reads a file, opens a socket or knows JSON; every rule is a pure function over values,
//! with time and randomness passed in. The other crates depend on this one and never the other way round.

pub mod access;
pub mod alert;
pub mod call;
pub mod checkin;
pub mod clock;
pub mod id;
pub mod job;
pub mod key;
pub mod ledger;
pub mod limit;
pub mod money;
pub mod price;
pub mod provider;
pub mod response;
pub mod route;
pub mod trail;
pub mod usage;
pub mod user;

pub use secrecy::{ExposeSecret, SecretString};
