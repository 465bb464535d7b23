//! Alerts: what somebody has to look at.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::alert::Alert;
use sluice_domain::clock::Timestamp;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Failure, Language, PageQuery, PageView, Params, Problem, Reply, found};
use crate::saying::Saying;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_alerts))
}

/// Something that somebody has to look at, once however often it was seen.
#[derive(Debug, Serialize, ToSchema)]
struct AlertView {
    id: i64,
    /// Stable name of what it is about.
    kind: String,
    /// Which one of them; empty where there is only one.
    subject: String,
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// How often it was seen since it was raised.
    count: u64,
    /// When it was raised, Unix seconds.
    raised_time: i64,
    /// When it was seen last, Unix seconds.
    last_seen_time: i64,
    /// When it was over, Unix seconds; `null` while it is not.
    resolved_time: Option<i64>,
}

impl AlertView {
    fn of(alert: Alert, language: Language) -> Self {
        Self {
            id: alert.id.0,
            kind: alert.kind,
            subject: alert.subject,
            message: Saying::read(&alert.message, language),
            count: alert.count,
            raised_time: alert.raised_at.unix_secs(),
            last_seen_time: alert.last_seen_at.unix_secs(),
            resolved_time: alert.resolved_at.map(Timestamp::unix_secs),
        }
    }
}

/// Which alerts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AlertQuery {
    /// `open` (default) or `all`.
    status: Option<String>,
}

impl AlertQuery {
    fn is_open_only(&self) -> Result<bool, Failure> {
        match self.status.as_deref().map(str::trim) {
            None | Some("" | "open") => Ok(true),
            Some("all") => Ok(false),
            Some(other) => {
                let failure = Problem::FilterInvalid.with("name", "status").with("value", other);
                Err(failure.with("expected", "`open`, `all`"))
            }
        }
    }
}

/// Alerts, the one raised last first.
#[utoipa::path(get, path = "/api/alert/", tag = "Alerts", params(PageQuery, AlertQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<AlertView>>)))]
async fn list_alerts(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    Params(page): Params<PageQuery>,
    Params(query): Params<AlertQuery>,
) -> Reply<PageView<AlertView>> {
    let request = page.request()?;
    let alerts = state.store.list_alerts(query.is_open_only()?, request).await?;
    found(PageView::of(alerts, request, |alert| AlertView::of(alert, language)))
}
