//! NewAPI and One-API sites as upstreams: how their management API is spoken to, and what their answers mean. What is made of
//! the answers is decided here by pure functions, too; carrying it out is `upkeep`'s.
//!
//! [`SiteClient`] speaks to one site, `shapes` reads what sites of all generations answer, [`Offer`] is what a site offers to
//! whom, `reconcile` compares the keys that are known with those that are seen. Nothing here serves calls.

mod check_in;
mod client;
mod fault;
mod material;
mod offer;
mod published;
mod ratios;
mod reconcile;
mod shapes;

pub(crate) use check_in::{CheckIn, CheckInOutcome};
pub(crate) use client::{NewKey, SiteClient};
pub(crate) use fault::SiteFault;
pub(crate) use material::Material;
pub(crate) use offer::{Offer, OfferRow};
pub(crate) use published::{Published, Sheet};
pub(crate) use ratios::RatioInput;
pub(crate) use reconcile::{KeyProblem, Look, Recovered, credential_of, find_created, hidden_keys, reconcile};
pub(crate) use shapes::{AccountGroups, Subscriptions, quota_to_micros};
