//! Why a call went where it went, and what its prompt cache saved. Administrators see all of it; the owner of the call
//! sees how the decision was made, but not between whom.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::call::Attempt;
use sluice_domain::id::CallId;
use sluice_store::{StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::view::Sight;
use crate::admin::AdminState;
use crate::admin::access::AsUser;
use crate::admin::docs::Spellings;
use crate::admin::routing::DecisionView;
use crate::admin::wire::{At, Envelope, Failure, Reply, found};
use crate::money::receipt;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(explain_call))
}

/// Why a call went where it went.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainView {
    /// Id of the call.
    call: String,
    /// Model asked for.
    model: String,
    /// The decision; `null` for calls that were refused before, and for those about something that lives at one upstream.
    decision: Option<DecisionView>,
    /// What came of it, in order.
    attempts: Vec<AttemptView>,
    /// Tokens that were read from a prompt cache.
    cached_tokens: u64,
    /// What reading them from the cache saved the operator, micro-dollars; `null` where the price does not tell, and for
    /// the call's owner.
    cache_saved_micros: Option<i64>,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedAttemptView)]
struct AttemptView {
    /// `null` for the call's owner, as is the name.
    provider_id: Option<i64>,
    provider: Option<String>,
    /// Upstream HTTP status; 0 when none came.
    status: u16,
    /// Start, in milliseconds after the call began.
    started_ms: u64,
    duration_ms: u64,
    /// What went wrong; `null` for the one that was accepted. The call's owner sees the code alone.
    error: Option<String>,
}

impl AttemptView {
    fn of(attempt: Attempt, sight: Sight) -> Self {
        let is_whole = sight == Sight::Whole;
        let code = |error: String| error.split([':', ' ']).next().unwrap_or_default().to_owned();
        Self {
            provider_id: is_whole.then_some(attempt.provider_id.0),
            provider: is_whole.then_some(attempt.provider_name),
            status: attempt.status,
            started_ms: attempt.started_ms,
            duration_ms: attempt.duration_ms,
            error: attempt.error.map(|error| if is_whole { error } else { code(error) }),
        }
    }
}

/// Why a call went where it went: every candidate with its numbers, or why it could not be used. The owner of the call
/// is not told which providers they are, nor what they cost.
#[utoipa::path(get, path = "/api/log/{call}/explain", tag = "Calls",
    params(("call" = String, Path, description = "Id of the call, as named by `x-sluice-call`.")),
    responses((status = 200, description = "The explanation.", body = Envelope<ExplainView>)))]
async fn explain_call(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(call): At<String>,
) -> Reply<ExplainView> {
    let sight = Sight::of(&me);
    let owner = (!me.is_admin()).then_some(me.user.id);
    let missing = || Failure::from(StoreError::NotFound { what: What::Call });
    let id = Uuid::try_parse(&call).map(CallId).map_err(|_| missing())?;
    let row = state.store.find_call(id, owner).await?.ok_or_else(missing)?;
    let kept_since = receipt::kept_since(state.clock.now(), state.records_kept_days);
    let stored = receipt::find(&state.store, id, kept_since).await?;
    let decision = match row.decision {
        Some(decision) if sight == Sight::Owner => Some(DecisionView::veiled(decision)),
        Some(decision) => Some(DecisionView::of(&state, decision).await?),
        None => None,
    };
    let saved = stored.and_then(|stored| stored.cache_saving()).filter(|_| sight == Sight::Whole);
    found(ExplainView {
        call: row.id.to_string(),
        model: row.model_asked,
        decision,
        attempts: row.attempts.into_iter().map(|attempt| AttemptView::of(attempt, sight)).collect(),
        cached_tokens: row.usage.cache_read,
        cache_saved_micros: saved.map(|saved| saved.0),
    })
}
