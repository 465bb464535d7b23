//! Pages of lists: by number, as scripts of the old gateways ask for them, and by cursor.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sluice_store::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::{Failure, Problem};

const DEFAULT_PAGE_SIZE: u64 = 10;
const MAX_PAGE_SIZE: u64 = 100;

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Number of the page, counted from 0; what is no such number counts as 0.
    #[param(value_type = Option<u64>)]
    p: Option<String>,
    /// Rows per page: 10 by default, at most 100.
    #[param(value_type = Option<u64>)]
    page_size: Option<String>,
    /// `next_cursor` of the page before; goes before `p`.
    pub(crate) cursor: Option<String>,
}

/// Which part of a list is wanted that is paged by cursor alone.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CursorQuery {
    /// Rows per page: 10 by default, at most 100.
    #[param(value_type = Option<u64>)]
    page_size: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl CursorQuery {
    /// Returns the number of rows per page.
    pub(crate) fn size(&self) -> u64 {
        page_size(self.page_size.as_deref())
    }

    /// Returns the number in a cursor of the list called `list`; `None` on the first page.
    pub(crate) fn after(&self, list: &str) -> Result<Option<i64>, Failure> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let content = open_cursor(cursor)?;
        let place = content.strip_prefix(list).and_then(|rest| rest.strip_prefix(':')?.parse().ok());
        place.map(Some).ok_or_else(|| Problem::CursorInvalid.into())
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Number of this page, counted from 0.
    pub(crate) p: u64,
    /// The same as `p`.
    pub(crate) page: u64,
    /// Rows per page.
    pub(crate) page_size: u64,
    /// Rows of all pages; `null` in lists that are paged by cursor.
    pub(crate) total: Option<u64>,
    /// Pages in all; `null` like `total`.
    pub(crate) total_pages: Option<u64>,
    /// Whether a page follows.
    pub(crate) has_more: bool,
    /// Send it as `cursor` to get the page that follows; `null` on the last page.
    pub(crate) next_cursor: Option<String>,
}

fn page_size(asked: Option<&str>) -> u64 {
    let asked = asked.and_then(|text| text.parse().ok());
    asked.filter(|&size: &u64| size > 0).unwrap_or(DEFAULT_PAGE_SIZE).min(MAX_PAGE_SIZE)
}

impl PageQuery {
    /// Returns the number of rows per page.
    pub(crate) fn size(&self) -> u64 {
        page_size(self.page_size.as_deref())
    }

    /// Returns the number of the page, whatever the cursor says.
    pub(crate) fn number(&self) -> u64 {
        self.p.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Returns the rows wanted.
    pub(crate) fn request(&self) -> Result<PageRequest, Failure> {
        let limit = self.size();
        let Some(cursor) = &self.cursor else { return Ok(PageRequest::nth(self.number(), limit)) };
        let offset = open_cursor(cursor)?.strip_prefix('+').and_then(|text| text.parse().ok());
        Ok(PageRequest { offset: offset.ok_or(Problem::CursorInvalid)?, limit })
    }
}

impl<T> PageView<T> {
    /// Builds the answer from the rows that a request found.
    pub(crate) fn of<R>(page: Page<R>, request: PageRequest, view: impl FnMut(R) -> T) -> Self {
        let items: Vec<T> = page.items.into_iter().map(view).collect();
        let end = request.offset.saturating_add(u64::try_from(items.len()).unwrap_or(u64::MAX));
        let has_more = end < page.total && !items.is_empty();
        let number = request.offset / request.limit.max(1);
        Self {
            items,
            p: number,
            page: number,
            page_size: request.limit,
            total: Some(page.total),
            total_pages: Some(page.total.div_ceil(request.limit.max(1))),
            has_more,
            next_cursor: has_more.then(|| seal_cursor(&format!("+{end}"))),
        }
    }

    /// Builds one page of a list that is paged by cursor, out of one row more than the page holds if another follows.
    pub(crate) fn beginning(mut rows: Vec<T>, page_size: u64, cursor: impl Fn(&T) -> String) -> Self {
        let held = usize::try_from(page_size).unwrap_or(usize::MAX);
        let has_more = rows.len() > held;
        rows.truncate(held);
        let next_cursor = rows.last().filter(|_| has_more).map(|last| seal_cursor(&cursor(last)));
        Self { items: rows, p: 0, page: 0, page_size, total: None, total_pages: None, has_more, next_cursor }
    }

    /// Changes each row.
    pub(crate) fn map<U>(mut self, view: impl FnMut(T) -> U) -> PageView<U> {
        let items = std::mem::take(&mut self.items).into_iter().map(view).collect();
        self.with(items)
    }

    /// Puts other rows into the place of those of the page.
    pub(crate) fn with<U>(self, items: Vec<U>) -> PageView<U> {
        PageView {
            items,
            p: self.p,
            page: self.page,
            page_size: self.page_size,
            total: self.total,
            total_pages: self.total_pages,
            has_more: self.has_more,
            next_cursor: self.next_cursor,
        }
    }

    /// Builds one page out of rows that are all at hand.
    pub(crate) fn cut(rows: Vec<T>, request: PageRequest) -> Self {
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let items = rows.into_iter().skip(skip).take(take).collect();
        Self::of(Page { items, total }, request, |row| row)
    }
}

/// What to read from the database so that a page begins with the rows that the configuration file declares.
#[derive(Debug)]
pub(crate) struct Blend<T> {
    declared: Vec<T>,
    declared_total: u64,
    wanted: u64,
    rest: PageRequest,
}

impl<T> Blend<T> {
    /// Takes the declared rows of the page.
    pub(crate) fn new(declared: Vec<T>, request: PageRequest) -> Self {
        let declared_total = u64::try_from(declared.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let declared: Vec<T> = declared.into_iter().skip(skip).take(take).collect();
        let taken = u64::try_from(declared.len()).unwrap_or(u64::MAX);
        let wanted = request.limit.saturating_sub(taken);
        // The total is needed even when no row is: a page of one row tells it.
        let rest = PageRequest { offset: request.offset.saturating_sub(declared_total), limit: wanted.max(1) };
        Self { declared, declared_total, wanted, rest }
    }

    /// Returns what to read.
    pub(crate) fn rest(&self) -> PageRequest {
        self.rest
    }

    /// Appends what was read.
    pub(crate) fn join(mut self, stored: Page<T>) -> Page<T> {
        self.declared.extend(stored.items.into_iter().take(usize::try_from(self.wanted).unwrap_or(usize::MAX)));
        Page { items: self.declared, total: stored.total.saturating_add(self.declared_total) }
    }
}

/// Makes a cursor: opaque to clients, so that its content may change.
pub(crate) fn seal_cursor(content: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(content)
}

/// Reads a cursor.
pub(crate) fn open_cursor(cursor: &str) -> Result<String, Failure> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Problem::CursorInvalid)?;
    String::from_utf8(bytes).map_err(|_| Problem::CursorInvalid.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn query(p: &str, page_size: &str) -> PageQuery {
        PageQuery { p: Some(p.to_owned()), page_size: Some(page_size.to_owned()), cursor: None }
    }

    #[rstest]
    #[case("0", "20", 0, 20)]
    #[case("3", "20", 60, 20)]
    #[case("-1", "0", 0, 10)]
    #[case("x", "9999", 0, 100)]
    fn odd_numbers_fall_back_to_defaults(#[case] p: &str, #[case] size: &str, #[case] offset: u64, #[case] limit: u64) {
        assert_eq!(query(p, size).request(), Ok(PageRequest { offset, limit }));
    }

    #[test]
    fn a_cursor_leads_through_the_whole_list_and_ends() {
        let rows: Vec<u32> = (0..25).collect();
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let query = PageQuery { cursor, ..query("0", "10") };
            let page = PageView::cut(rows.clone(), query.request().unwrap_or(PageRequest::nth(0, 1)));
            assert_eq!((page.total, page.total_pages), (Some(25), Some(3)));
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, rows);
        assert!(PageQuery { cursor: Some("!".to_owned()), ..query("0", "1") }.request().is_err());
    }

    #[rstest]
    #[case(0, 2, &[-1, -2], 0)]
    #[case(0, 4, &[-1, -2, -3, 0], 0)]
    #[case(2, 2, &[-3, 0], 0)]
    #[case(4, 3, &[1, 2, 3], 1)]
    fn declared_rows_come_first(#[case] offset: u64, #[case] limit: u64, #[case] expected: &[i32], #[case] from: u64) {
        let blend = Blend::new(vec![-1, -2, -3], PageRequest { offset, limit });
        let rest = blend.rest();
        assert_eq!(rest.offset, from);
        let stored = (0..5).skip(rest.offset as usize).take(rest.limit as usize).collect();
        assert_eq!(blend.join(Page { items: stored, total: 5 }), Page { items: expected.to_vec(), total: 8 });
    }
}
