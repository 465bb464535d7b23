//! The state of the ledger: what the nightly audit found.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::clock::Timestamp;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Reply, found};
use crate::money::audit::{self, Audit};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_state))
}

/// What is known of the ledger.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerStateView {
    /// When the last audit ended, Unix seconds; `null` before the first.
    last_run: Option<i64>,
    /// When the next one begins, Unix seconds; `null` before the first, which begins a few minutes after the start.
    next_run: Option<i64>,
    /// Node whose turn it is or was.
    node: Option<i64>,
    /// What it found; `null` before the first.
    audit: Option<Audit>,
}

/// What the nightly audit of the ledger found. `POST /api/ledger/verify` makes another one at once.
#[utoipa::path(get, path = "/api/ledger/state", tag = "Money",
    responses((status = 200, description = "The last audit.", body = Envelope<LedgerStateView>)))]
async fn read_state(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<LedgerStateView> {
    let job = state.store.find_job(audit::JOB).await?;
    let job = job.as_ref();
    // What another release wrote is not read wrongly but as nothing.
    let read = |result: &String| serde_json::from_str(result).ok();
    found(LedgerStateView {
        last_run: job.and_then(|job| job.last_run).map(Timestamp::unix_secs),
        next_run: job.filter(|job| job.last_run.is_some()).map(|job| job.until.unix_secs()),
        node: job.map(|job| job.node.0),
        audit: job.and_then(|job| job.last_result.as_ref()).and_then(read),
    })
}
