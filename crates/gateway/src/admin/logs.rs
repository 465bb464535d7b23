//! The records of calls. Administrators see all; users see their own, without what is behind Sluice.

mod dashboard;
mod explain;
mod export;
mod names;
mod query;
mod receipt;
mod search;
mod statistics;
mod summary;
mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::id::CallId;
use sluice_store::{CallCursor, CallFilter, CallRow, PageRequest, StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::AdminState;
use super::access::{AsAdmin, AsUser};
use super::docs::Spellings;
use super::wire::paging::{open_cursor, seal_cursor};
use super::wire::{At, Envelope, Failure, PageQuery, PageView, Params, Problem, Reply, found};
use query::{CallQuery, Grain};
use search::Sieve;
pub(super) use statistics::days_offset;
use summary::SummaryView;
use view::{CallView, Sight};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_calls))
        .serve(routes!(list_own_calls))
        .serve(routes!(read_call))
        .merge(receipt::endpoints())
        .merge(explain::endpoints())
        .merge(export::endpoints())
        .merge(dashboard::endpoints())
        .merge(statistics::endpoints())
}

/// One page of calls, and what the first page says of all of them.
#[derive(Debug, Serialize, ToSchema)]
struct CallPageView {
    #[serde(flatten)]
    page: PageView<CallView>,
    /// Names of the providers that answered, whatever `provider` says; `null` on later pages, and for users who may not
    /// see them.
    providers: Option<Vec<String>>,
    /// The calls in numbers; `null` on later pages.
    summary: Option<SummaryView>,
}

/// What of which calls is wanted, and for whose eyes.
struct Wanted {
    filter: CallFilter,
    sieve: Sieve,
    sight: Sight,
}

/// Lists calls: by cursor where one is given, else by number.
async fn list(state: &AdminState, wanted: &Wanted, grain: Grain, page: &PageQuery) -> Result<CallPageView, Failure> {
    let cursor = page.cursor.as_deref().map(read_cursor).transpose()?;
    let rows = if wanted.sieve.lets_all_through() {
        plain_page(state, &wanted.filter, page, cursor).await?
    } else {
        search::page(state, wanted, page, cursor).await?
    };
    let is_first = cursor.is_none() && page.number() == 0;
    let is_whole = wanted.sight == Sight::Whole;
    Ok(CallPageView {
        page: match grain {
            Grain::Call => rows.map(|row| CallView::of(row, wanted.sight)),
            Grain::Attempt => by_attempt(rows, wanted.sight),
        },
        providers: if is_first && is_whole { Some(names::of_providers(state, &wanted.filter).await?) } else { None },
        summary: if is_first { Some(summary::of(state, wanted).await?) } else { None },
    })
}

/// Takes a page apart into attempts; it still counts calls.
fn by_attempt(mut rows: PageView<CallRow>, sight: Sight) -> PageView<CallView> {
    let calls = std::mem::take(&mut rows.items);
    rows.with(calls.into_iter().flat_map(|row| CallView::attempts_of(&row, sight)).collect())
}

fn read_cursor(cursor: &str) -> Result<CallCursor, Failure> {
    open_cursor(cursor)?.parse().map_err(|_: StoreError| Problem::CursorInvalid.into())
}

/// Returns a page that indexes find.
async fn plain_page(
    state: &AdminState,
    filter: &CallFilter,
    page: &PageQuery,
    cursor: Option<CallCursor>,
) -> Result<PageView<CallRow>, Failure> {
    if cursor.is_none() {
        let request = PageRequest::nth(page.number(), page.size());
        let rows = state.store.page_calls(filter, request).await?;
        let after = rows.items.last().map(|row| seal_cursor(&place_after(row)));
        let view = PageView::of(rows, request, |row| row);
        let next_cursor = after.filter(|_| view.has_more);
        return Ok(PageView { next_cursor, ..view });
    }
    let size = page.size();
    // One more than asked tells whether a page follows.
    let rows = state.store.list_calls(filter, cursor, size + 1).await?;
    Ok(PageView::beginning(rows, size, place_after))
}

fn place_after(row: &CallRow) -> String {
    CallCursor::after(row).to_string()
}

/// Calls of everybody, newest first. Page by `next_cursor`; with `p`, `total` stops counting at 10,000. With `keyword`,
/// `stream`, `error` or an exact `status`, which no index finds, a page may hold fewer calls than asked, or none, although more
/// follow: go on while there is a `next_cursor`. With `aggregation=attempt` pages and numbers still count calls.
#[utoipa::path(get, path = "/api/log/", tag = "Calls", params(PageQuery, CallQuery),
    responses((status = 200, description = "One page.", body = Envelope<CallPageView>)))]
async fn list_calls(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<CallQuery>,
) -> Reply<CallPageView> {
    let filter = query.whole_filter(&state).await?;
    let wanted = Wanted { filter, sieve: query.sieve()?, sight: Sight::Whole };
    found(list(&state, &wanted, query.grain()?, &page).await?)
}

/// One's own calls, newest first, otherwise as `/api/log/`. `provider` and `user` are not looked at.
#[utoipa::path(get, path = "/api/log/self", tag = "Calls", params(PageQuery, CallQuery),
    responses((status = 200, description = "One page.", body = Envelope<CallPageView>)))]
async fn list_own_calls(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(page): Params<PageQuery>,
    Params(query): Params<CallQuery>,
) -> Reply<CallPageView> {
    let filter = CallFilter { user_id: Some(me.user.id), ..query.plain_filter()? };
    let wanted = Wanted { filter, sieve: query.sieve()?, sight: Sight::of(&me) };
    found(list(&state, &wanted, query.grain()?, &page).await?)
}

/// One call, as named by `x-sluice-call`.
#[utoipa::path(get, path = "/api/log/{call}", tag = "Calls", params(("call" = String, Path, description = "Id of the call.")),
    responses((status = 200, description = "The call.", body = Envelope<CallView>)))]
async fn read_call(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(call): At<String>) -> Reply<CallView> {
    let missing = || Failure::from(StoreError::NotFound { what: What::Call });
    let id = Uuid::try_parse(&call).map(CallId).map_err(|_| missing())?;
    let owner = (!me.is_admin()).then_some(me.user.id);
    let row = state.store.find_call(id, owner).await?.ok_or_else(missing)?;
    found(CallView::of(row, Sight::of(&me)))
}
