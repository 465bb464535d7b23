//! What a request of the Responses API says about what is kept.

use std::ops::Range;

use sluice_protocol::raw::RawObject;
use sluice_protocol::responses::references;

/// What is to be kept of a call, and what it needs that was kept before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Retention {
    /// Whether the answer is to be kept; it is unless the caller says no.
    pub(super) is_wanted: bool,
    /// Where the caller says yes.
    pub(super) wish: Option<Range<usize>>,
    /// Where the input stands.
    pub(super) input: Option<Range<usize>>,
    /// Items that are named instead of being there.
    pub(super) references: Vec<String>,
    /// What only an upstream can do that keeps responses.
    pub(super) only_where_kept: Option<&'static str>,
    /// The earlier response that was put into the input.
    pub(super) previous: Option<String>,
    /// Whether something was put into the input that is kept here.
    pub(super) is_completed: bool,
}

impl Retention {
    /// Reads it from a request.
    pub(crate) fn of(object: &RawObject<'_>, body: &[u8]) -> Self {
        let needs = [("background", object.is_true("background")), ("conversation", object.has("conversation"))];
        Self {
            is_wanted: object.get("store") != Some(b"false"),
            wish: object.range("store").filter(|_| object.is_true("store")),
            input: object.range("input"),
            references: references(body),
            only_where_kept: needs.into_iter().find_map(|(name, is_asked)| is_asked.then_some(name)),
            previous: None,
            is_completed: false,
        }
    }

    /// Returns the earlier response that was put into the input.
    pub(crate) fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
    }

    /// Returns where the caller asks an upstream to keep something that keeps nothing: several refuse that.
    pub(crate) fn vain_wish(&self) -> Option<Range<usize>> {
        self.wish.clone()
    }
}
