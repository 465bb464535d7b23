//! `/healthz`, `/readyz` and `/metrics`, and what other gateways call the first of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::{DateTime, SecondsFormat};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use sluice_domain::clock::Clock;
use sluice_store::Store;

/// Longest wait for the database before Sluice counts as not ready.
const PING_LIMIT: Duration = Duration::from_secs(2);
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the three paths look at.
struct Facts {
    store: Arc<Store>,
    registry: Registry,
}

/// Returns the three paths.
pub(super) fn router(store: Arc<Store>, registry: Registry) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/health", get(async || Json(json!({"ok": true}))))
        .route("/api/health", get(async || Json(healthy())))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(Facts { store, registry }))
}

fn healthy() -> Value {
    let now = DateTime::from_timestamp_millis(Clock::System.now().0).unwrap_or_default();
    let timestamp = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"success": true, "message": "Sluice is healthy", "timestamp": timestamp})
}

/// Ready means: the database answers. Calls go on without it for a while, but a new node should not be sent any.
async fn ready(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    match tokio::time::timeout(PING_LIMIT, facts.store.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

async fn metrics(State(facts): State<Arc<Facts>>) -> impl IntoResponse {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &facts.registry) {
        Ok(()) => (StatusCode::OK, [(CONTENT_TYPE, METRICS_TYPE)], text),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, "text/plain")], String::new()),
    }
}
