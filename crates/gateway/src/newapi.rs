//! NewAPI and One-API sites as upstreams: their management API is asked for prices, groups, keys and the balance, and what
//! it answers becomes the provider's credentials, prices and routes.
//!
//! [`SiteClient`] speaks to one site, `shapes` reads what sites of all generations answer. Nothing here serves calls.

mod check_in;
mod client;
mod fault;
mod material;
mod shapes;

pub(crate) use check_in::{CheckIn, CheckInOutcome};
pub(crate) use client::{Account, NewKey, SiteClient};
pub(crate) use fault::SiteFault;
