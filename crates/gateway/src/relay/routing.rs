//! Where a call goes: who is in question for it, in which order they are tried, and what failures mean for later calls.

mod contest;
pub(super) mod preview;
mod refusal;
mod retries;
mod sessions;
mod setback;
pub(super) mod shortlist;
pub(super) mod standings;
mod turns;
pub(super) mod unserved;

pub(super) use contest::{Contest, Outcome};
pub(super) use refusal::{none_usable, unpriced};
pub(super) use retries::Retries;
pub(super) use sessions::{may_be_cached, session};
pub(super) use setback::{Mishap, Verdict, judge, probe_limit};
pub(crate) use turns::Turns;
