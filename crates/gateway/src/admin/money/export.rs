//! The ledger as a file: every transfer, or those of one account, a page at a time.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::AccountId;
use sluice_domain::ledger::{BookedTransfer, CSV_HEADER};
use sluice_store::{MAX_PAGE_SIZE, Store, StoreError, TransferCursor, TransferRange, What};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::file::{self, Format};
use crate::admin::wire::{Failure, Params};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(export_ledger))
}

/// Which transfers are wanted, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `csv` (default) or `jsonl`.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
    /// Only transfers of this account, in the order of its chain.
    account: Option<i64>,
    /// Only transfers ordered at this time or later, Unix seconds.
    since: Option<i64>,
    /// Only transfers ordered before this time, Unix seconds.
    until: Option<i64>,
}

/// The ledger as a file, oldest transfers first. Break-off without an end means that the database went away.
#[utoipa::path(get, path = "/api/ledger/export", tag = "Money", params(ExportQuery),
    responses((status = 200, description = "The file.",
        content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export_ledger(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(query): Params<ExportQuery>,
) -> Result<Response, Failure> {
    let time = |secs: i64| Timestamp(secs.saturating_mul(1_000));
    let range = TransferRange { since: query.since.map(time), until: query.until.map(time) };
    let place = match query.account.map(AccountId) {
        None => Place::All(None),
        Some(account) if state.store.find_account(account).await?.is_some() => Place::Of(account, 0),
        Some(_) => return Err(StoreError::NotFound { what: What::Account }.into()),
    };
    Ok(file::send(Transfers { store: Arc::clone(&state.store), range, place }, query.format).await?)
}

/// Where an export goes on.
#[derive(Debug, Clone, Copy)]
enum Place {
    All(Option<TransferCursor>),
    Of(AccountId, i64),
}

/// The transfers of a file, and where it goes on.
struct Transfers {
    store: Arc<Store>,
    range: TransferRange,
    place: Place,
}

impl file::Pages for Transfers {
    type Row = BookedTransfer;
    const NAME: &'static str = "transfers";

    fn csv_header() -> String {
        CSV_HEADER.to_owned()
    }

    fn to_csv(row: &BookedTransfer) -> String {
        row.to_csv()
    }

    fn to_json(row: &BookedTransfer) -> serde_json::Result<String> {
        serde_json::to_string(row)
    }

    async fn next(&mut self) -> Result<Option<Vec<BookedTransfer>>, StoreError> {
        match self.place {
            Place::All(cursor) => {
                let page = self.store.export_transfers(self.range, cursor, MAX_PAGE_SIZE).await?;
                let Some(last) = page.last() else { return Ok(None) };
                self.place = Place::All(Some(TransferCursor::after(last)));
                Ok(Some(page))
            }
            Place::Of(account, after) => {
                let mut page = self.store.follow_transfers(account, after, MAX_PAGE_SIZE).await?;
                let Some(last) = page.last() else { return Ok(None) };
                self.place = Place::Of(account, last.seq_in(account));
                page.retain(|booked| self.range.contains(booked.transfer.created_at));
                Ok(Some(page))
            }
        }
    }
}
