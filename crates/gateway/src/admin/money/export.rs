//! The ledger as a file: every transfer, or those of one account, a page at a time.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::AccountId;
use sluice_domain::ledger::{BookedTransfer, CSV_HEADER};
use sluice_store::{MAX_PAGE_SIZE, Store, StoreError, TransferCursor, TransferRange, What};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Failure, Params};

/// Pages that are read ahead of the client.
const PAGES_AHEAD: usize = 1;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(export_ledger))
}

/// How transfers are written.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// Comma-separated values with a header, as RFC 4180 says.
    #[default]
    Csv,
    /// One JSON object on each line.
    Jsonl,
}

impl Format {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    const fn disposition(self) -> &'static str {
        match self {
            Self::Csv => "attachment; filename=\"transfers.csv\"",
            Self::Jsonl => "attachment; filename=\"transfers.jsonl\"",
        }
    }

    const fn head(self) -> &'static str {
        match self {
            Self::Csv => CSV_HEADER,
            Self::Jsonl => "",
        }
    }

    const fn line_end(self) -> &'static str {
        match self {
            Self::Csv => "\r\n",
            Self::Jsonl => "\n",
        }
    }

    fn write(self, booked: &BookedTransfer) -> io::Result<String> {
        match self {
            Self::Csv => Ok(booked.to_csv()),
            Self::Jsonl => Ok(serde_json::to_string(booked)?),
        }
    }
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
    let mut pages = Pages { store: Arc::clone(&state.store), range, place };
    // The first page is read before the answer begins: what keeps it from being read is told as any failure.
    let first = pages.next().await?;
    let headers = [(CONTENT_TYPE, query.format.content_type()), (CONTENT_DISPOSITION, query.format.disposition())];
    Ok((headers, body(pages, first, query.format)).into_response())
}

/// Where an export goes on.
#[derive(Debug, Clone, Copy)]
enum Place {
    All(Option<TransferCursor>),
    Of(AccountId, i64),
}

/// The pages of an export.
struct Pages {
    store: Arc<Store>,
    range: TransferRange,
    place: Place,
}

impl Pages {
    /// Reads the next page; `None` after the last. A page may be empty and not the last.
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

/// Writes the pages as they are taken. Reading ends when the client leaves.
fn body(mut pages: Pages, first: Option<Vec<BookedTransfer>>, format: Format) -> Body {
    let (sender, mut receiver) = mpsc::channel(PAGES_AHEAD);
    tokio::spawn(async move {
        let mut page = first;
        let mut head = format.head();
        while page.is_some() || !head.is_empty() {
            let written = write(head, page.as_deref().unwrap_or_default(), format);
            if sender.send(written).await.is_err() {
                return;
            }
            head = "";
            page = match pages.next().await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "an export of the ledger broke off");
                    sender.send(Err(io::Error::other(error))).await.ok();
                    return;
                }
            };
        }
    });
    Body::from_stream(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

fn write(head: &str, page: &[BookedTransfer], format: Format) -> io::Result<Bytes> {
    let mut text = String::with_capacity(page.len() * 300);
    if !head.is_empty() {
        text.push_str(head);
        text.push_str(format.line_end());
    }
    for booked in page {
        text.push_str(&format.write(booked)?);
        text.push_str(format.line_end());
    }
    Ok(text.into())
}
