//! The records of calls. Administrators see all; users see their own, without what is behind Sluice.

mod explain;
mod receipt;
mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, KeyId, ProviderId, UserId};
use sluice_store::{CallCursor, CallFilter, CallRow, PageRequest, ProviderFilter, StoreError, What};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::AdminState;
use super::access::{AsAdmin, AsUser};
use super::docs::Spellings;
use super::wire::paging::{open_cursor, seal_cursor};
use super::wire::{At, Envelope, Failure, PageQuery, PageView, Params, Problem, Reply, found};
use view::{CallView, Sight};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_calls))
        .serve(routes!(list_own_calls))
        .serve(routes!(read_call))
        .merge(receipt::endpoints())
        .merge(explain::endpoints())
}

/// Which calls are wanted; absent parameters do not restrict.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallQuery {
    /// Exactly this model was asked for.
    model: Option<String>,
    /// Name or id of the provider that answered.
    provider: Option<String>,
    /// Name or id of the user.
    user: Option<String>,
    /// Id of the key.
    key: Option<i64>,
    /// `complete`, `abandoned`, `broken` or `refused`.
    outcome: Option<String>,
    /// `all` (default), `success` or `error`.
    status: Option<String>,
    /// The call began at this time or later, Unix seconds.
    from: Option<i64>,
    /// The call began before this time, Unix seconds.
    to: Option<i64>,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn unknown(name: &'static str, value: &str, expected: &'static str) -> Failure {
    Problem::FilterInvalid.with("name", name).with("value", value).with("expected", expected)
}

impl CallQuery {
    /// Returns the restrictions that need no look into the database.
    fn plain_filter(&self) -> Result<CallFilter, Failure> {
        let outcome = match filled(self.outcome.as_ref()) {
            None => None,
            Some(name) => Some(
                Outcome::from_name(name)
                    .ok_or_else(|| unknown("outcome", name, "`complete`, `abandoned`, `broken`, `refused`"))?,
            ),
        };
        let failed = match filled(self.status.as_ref()) {
            None | Some("all") => None,
            Some("success") => Some(false),
            Some("error") => Some(true),
            Some(other) => return Err(unknown("status", other, "`all`, `success`, `error`")),
        };
        let time = |secs: Option<i64>| secs.map(|secs| Timestamp(secs.saturating_mul(1_000)));
        Ok(CallFilter {
            key_id: self.key.map(KeyId),
            model: filled(self.model.as_ref()).map(str::to_owned),
            outcome,
            failed,
            since: time(self.from),
            until: time(self.to),
            ..CallFilter::default()
        })
    }
}

/// Returns the provider that is meant; a name that nobody has any more matches no call.
async fn find_provider(state: &AdminState, named: &str) -> Result<ProviderId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(ProviderId(id));
    }
    if let Some(declared) = state.declared.providers.iter().find(|provider| provider.name == named) {
        return Ok(declared.id);
    }
    let filter = ProviderFilter { keyword: Some(named.to_owned()), enabled: None };
    let found = state.store.list_providers(&filter, PageRequest::nth(0, 1_000)).await?;
    let exact = found.items.into_iter().find(|provider| provider.name == named);
    exact.map(|provider| provider.id).ok_or_else(|| Problem::NotFound.with("what", What::Provider))
}

async fn find_user(state: &AdminState, named: &str) -> Result<UserId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(UserId(id));
    }
    let login = state.store.find_login(named).await?;
    login.map(|login| login.user.id).ok_or_else(|| Problem::NotFound.with("what", What::User))
}

/// Lists calls: by cursor where one is given, else by number.
async fn list(
    state: &AdminState,
    filter: &CallFilter,
    page: &PageQuery,
    sight: Sight,
) -> Result<PageView<CallView>, Failure> {
    let Some(cursor) = &page.cursor else {
        let request = PageRequest::nth(page.number(), page.size());
        let rows = state.store.page_calls(filter, request).await?;
        let after = rows.items.last().map(|row| seal_cursor(&place_after(row)));
        let view = PageView::of(rows, request, |row| CallView::of(row, sight));
        let next_cursor = after.filter(|_| view.has_more);
        return Ok(PageView { next_cursor, ..view });
    };
    let cursor: CallCursor = open_cursor(cursor)?.parse().map_err(|_: StoreError| Problem::CursorInvalid)?;
    let size = page.size();
    // One more than asked tells whether a page follows.
    let rows = state.store.list_calls(filter, Some(cursor), size + 1).await?;
    Ok(PageView::beginning(rows, size, place_after).map(|row| CallView::of(row, sight)))
}

fn place_after(row: &CallRow) -> String {
    CallCursor::after(row).to_string()
}

/// Calls of everybody, newest first. Page by `next_cursor`; with `p`, `total` stops counting at 10,000.
#[utoipa::path(get, path = "/api/log/", tag = "Calls", params(PageQuery, CallQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<CallView>>)))]
async fn list_calls(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<CallQuery>,
) -> Reply<PageView<CallView>> {
    let mut filter = query.plain_filter()?;
    if let Some(named) = filled(query.provider.as_ref()) {
        filter.provider_id = Some(find_provider(&state, named).await?);
    }
    if let Some(named) = filled(query.user.as_ref()) {
        filter.user_id = Some(find_user(&state, named).await?);
    }
    found(list(&state, &filter, &page, Sight::Whole).await?)
}

/// One's own calls, newest first. `provider` and `user` are not looked at.
#[utoipa::path(get, path = "/api/log/self", tag = "Calls", params(PageQuery, CallQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<CallView>>)))]
async fn list_own_calls(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(page): Params<PageQuery>,
    Params(query): Params<CallQuery>,
) -> Reply<PageView<CallView>> {
    let filter = CallFilter { user_id: Some(me.user.id), ..query.plain_filter()? };
    found(list(&state, &filter, &page, Sight::of(&me)).await?)
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
