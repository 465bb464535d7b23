//! What the operator says about this installation: its settings, its public face, what needs looking at, and what is
//! done from time to time.

mod alerts;
mod jobs;
mod options;
mod status;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use super::AdminState;
pub(super) use jobs::begin as begin_job;
pub(crate) use options::Settings;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .merge(status::endpoints())
        .merge(options::endpoints())
        .merge(alerts::endpoints())
        .merge(jobs::endpoints())
}
