//! What this node is doing right now.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_live))
}

/// What the node that answers is doing. Other nodes have their own numbers.
#[derive(Debug, Serialize, ToSchema)]
struct LiveView {
    /// Id of the node.
    node: i64,
    /// Calls that were answered in a second, mean of the last ten.
    calls_per_second: f64,
    /// Calls that were answered in each of the last sixty seconds, oldest first; fewer after a start.
    calls_by_second: Vec<u64>,
    /// Calls under way.
    open_calls: u64,
    /// Open connections of clients.
    open_connections: u64,
}

/// What this node is doing right now; ask as often as every second.
#[utoipa::path(get, path = "/api/dashboard/live", tag = "Calls",
    responses((status = 200, description = "The numbers.", body = Envelope<LiveView>)))]
async fn read_live(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<LiveView> {
    let beat = state.pulse.read();
    found(LiveView {
        node: state.node.0,
        calls_per_second: beat.per_second,
        calls_by_second: beat.by_second,
        open_calls: beat.open_calls,
        open_connections: beat.open_connections,
    })
}
