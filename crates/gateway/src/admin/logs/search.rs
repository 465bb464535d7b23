//! Restrictions that no index finds: calls are read newest first and looked at, so many at a time and no more.

use sluice_store::{CallCursor, CallRow};

use super::view::Sight;
use super::{Wanted, place_after};
use crate::admin::AdminState;
use crate::admin::wire::paging::seal_cursor;
use crate::admin::wire::{Failure, PageQuery, PageView};

/// Calls that one request looks at; a cursor leads on from there.
const MAX_LOOKED_AT: u64 = 10_000;
/// Calls that are read at once.
const STEP: u64 = 500;

/// What is looked at in each call; absent fields do not restrict.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sieve {
    /// Part of something in it, in lower case.
    pub(super) keyword: Option<String>,
    pub(super) stream: Option<bool>,
    /// HTTP status that the client got.
    pub(super) status: Option<u16>,
    /// Stable code of the error that the client got.
    pub(super) error: Option<String>,
}

impl Sieve {
    pub(super) fn lets_all_through(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether a call is wanted. What somebody may not see cannot be searched either.
    pub(super) fn lets_through(&self, row: &CallRow, sight: Sight) -> bool {
        self.stream.is_none_or(|stream| stream == row.stream)
            && self.status.is_none_or(|status| status == row.status)
            && self.error.as_ref().is_none_or(|error| *error == row.error)
            && self.keyword.as_ref().is_none_or(|keyword| holds(row, keyword, sight))
    }
}

fn holds(row: &CallRow, keyword: &str, sight: Sight) -> bool {
    let is_in = |text: &str| text.to_lowercase().contains(keyword);
    let is_visible = is_in(&row.model_asked)
        || is_in(&row.error)
        || is_in(&row.id.to_string())
        || is_in(&row.upstream_request_id)
        || is_in(row.usage_source.as_str())
        || row.client_ip.is_some_and(|address| is_in(&address.to_string()));
    let is_hidden = || {
        let attempts = row.attempts.iter();
        let mut errors = attempts.filter_map(|attempt| attempt.error.as_ref());
        is_in(&row.model_used) || is_in(&row.provider_name) || errors.any(|error| is_in(error))
    };
    is_visible || (sight == Sight::Whole && is_hidden())
}

/// Returns a page of the calls that the sieve lets through.
pub(super) async fn page(
    state: &AdminState,
    wanted: &Wanted,
    page: &PageQuery,
    mut cursor: Option<CallCursor>,
) -> Result<PageView<CallRow>, Failure> {
    let size = page.size();
    let number = if cursor.is_some() { 0 } else { page.number() };
    let mut to_skip = number.saturating_mul(size);
    let mut found = Vec::new();
    let mut looked_at = 0;
    let has_more = 'looking: loop {
        let rows = state.store.list_calls(&wanted.filter, cursor, STEP).await?;
        let is_end = u64::try_from(rows.len()).unwrap_or(0) < STEP;
        looked_at += STEP;
        for row in rows {
            if !wanted.sieve.lets_through(&row, wanted.sight) {
                cursor = Some(CallCursor::after(&row));
            } else if to_skip > 0 {
                to_skip -= 1;
                cursor = Some(CallCursor::after(&row));
            } else if u64::try_from(found.len()).unwrap_or(u64::MAX) < size {
                cursor = Some(CallCursor::after(&row));
                found.push(row);
            } else {
                break 'looking true;
            }
        }
        if is_end || looked_at >= MAX_LOOKED_AT {
            break !is_end;
        }
    };
    let next_cursor = cursor.filter(|_| has_more).map(|cursor| seal_cursor(&cursor.to_string()));
    let view = PageView::beginning(found, size, place_after);
    Ok(PageView { p: number, page: number, has_more, next_cursor, ..view })
}
