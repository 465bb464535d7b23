//! Calls as a file, newest first, with the filters of the list.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sluice_store::{CallCursor, CallFilter, Store, StoreError};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Wanted;
use super::query::CallQuery;
use super::view::{CallView, Sight};
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, AsUser};
use crate::admin::docs::Spellings;
use crate::admin::wire::file::{self, Format, csv_line};
use crate::admin::wire::{Failure, Params};

/// Calls of a file, unless fewer are asked for.
const MAX_CALLS: u64 = 1_000_000;
/// Calls that are looked at for one file.
const MAX_LOOKED_AT: u64 = 10_000_000;
/// Calls that are read at once: with all their attempts they may be long.
const STEP: u64 = 500;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(export_calls)).serve(routes!(export_own_calls))
}

/// How calls are written, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `csv` (default) or `jsonl`, which has everything that the list shows.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
    /// Most calls: a million by default, and not more.
    limit: Option<u64>,
}

/// Calls of everybody as a file, newest first, with the filters of `/api/log/`. Breaking off without an end means that the
/// database went away.
#[utoipa::path(get, path = "/api/log/export", tag = "Calls", params(CallQuery, ExportQuery),
    responses((status = 200, description = "The file.",
        content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export_calls(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(query): Params<CallQuery>,
    Params(how): Params<ExportQuery>,
) -> Result<Response, Failure> {
    let filter = query.whole_filter(&state).await?;
    let wanted = Wanted { filter, sieve: query.sieve()?, sight: Sight::Whole };
    Ok(file::send(Calls::new(&state, wanted, &how), how.format).await?)
}

/// One's own calls as a file, otherwise as `/api/log/export`.
#[utoipa::path(get, path = "/api/log/self/export", tag = "Calls", params(CallQuery, ExportQuery),
    responses((status = 200, description = "The file.",
        content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export_own_calls(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(query): Params<CallQuery>,
    Params(how): Params<ExportQuery>,
) -> Result<Response, Failure> {
    let filter = CallFilter { user_id: Some(me.user.id), ..query.plain_filter()? };
    let wanted = Wanted { filter, sieve: query.sieve()?, sight: Sight::of(&me) };
    Ok(file::send(Calls::new(&state, wanted, &how), how.format).await?)
}

/// The calls of a file, and where it goes on.
struct Calls {
    store: Arc<Store>,
    wanted: Wanted,
    cursor: Option<CallCursor>,
    left: u64,
    to_look_at: u64,
}

impl Calls {
    fn new(state: &AdminState, wanted: Wanted, how: &ExportQuery) -> Self {
        let left = how.limit.unwrap_or(MAX_CALLS).min(MAX_CALLS);
        Self { store: Arc::clone(&state.store), wanted, cursor: None, left, to_look_at: MAX_LOOKED_AT }
    }
}

impl file::Pages for Calls {
    type Row = CallView;
    const NAME: &'static str = "calls";

    fn csv_header() -> String {
        csv_line(CallView::CSV_COLUMNS)
    }

    fn to_csv(row: &CallView) -> String {
        row.to_csv()
    }

    fn to_json(row: &CallView) -> serde_json::Result<String> {
        serde_json::to_string(row)
    }

    async fn next(&mut self) -> Result<Option<Vec<CallView>>, StoreError> {
        let step = STEP.min(self.to_look_at);
        if self.left == 0 || step == 0 {
            return Ok(None);
        }
        let rows = self.store.list_calls(&self.wanted.filter, self.cursor, step).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.cursor = Some(CallCursor::after(last));
        self.to_look_at -= step;
        let (sieve, sight) = (&self.wanted.sieve, self.wanted.sight);
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let found = rows.into_iter().filter(|row| sieve.lets_through(row, sight)).take(room);
        let page: Vec<CallView> = found.map(|row| CallView::of(row, sight)).collect();
        self.left = self.left.saturating_sub(u64::try_from(page.len()).unwrap_or(u64::MAX));
        Ok(Some(page))
    }
}
