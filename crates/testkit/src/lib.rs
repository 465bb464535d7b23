//! Scripted upstreams: small HTTP servers on loopback that speak a vendor's protocol, refuse what the vendor refuses,
//! and misbehave when told to.
//!
//! End-to-end tests and benches use them to see what a gateway sends and to make it face every fault; `sluice demo`
//! uses them as providers, so this is production code. An [`Upstream`] is one server of one [`Kind`]; a [`Script`]
//! says how it answers; [`Upstream::requests`] and [`Upstream::cancellations`] say what it saw. Nothing here knows
//! how a gateway works inside.

mod anthropic;
mod azure;
mod call;
mod checkin;
mod compose;
mod contract;
mod delivery;
mod failure;
mod gemini;
mod kind;
mod line;
mod newapi;
mod openai;
pub mod proxy;
mod reply;
pub mod script;
pub mod site;
mod upstream;

pub use checkin::{CheckinAnswer, CheckinSite};
pub use failure::Failure;
pub use kind::{Kind, UnknownKind};
pub use line::{Break, Line};
pub use script::{Act, Answer, Contract, Cut, Encoding, Pace, Piece, Raw, Script, Turn};
pub use upstream::{Cancellation, Received, Settings, Upstream, Voice};
