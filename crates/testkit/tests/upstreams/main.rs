//! The scripted upstreams as a client meets them: what they say, what they refuse, how they fail.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected has to stop, in helpers as in tests"
)]

mod answers;
mod contracts;
mod faults;
mod support;
