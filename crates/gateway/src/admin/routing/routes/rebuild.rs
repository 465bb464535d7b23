//! Rebuilding routes: every enabled provider is asked for its models again, in the background.

use std::sync::Arc;

use axum::extract::State;
use futures_util::{StreamExt, stream};
use sluice_store::{PageRequest, ProviderFilter};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::providers::discover;
use crate::admin::wire::{Envelope, Language, Note, Nothing, Problem, Reply, found_with};

/// Providers that are asked at the same time.
const MAX_CONCURRENT: usize = 4;
/// No more providers are asked.
const MAX_PROVIDERS: u64 = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(rebuild_routes))
}

/// Ask every enabled provider for its models again and rebuild the routes, in the background. What was set by hand
/// stays, and so do the routes of providers that cannot be asked.
#[utoipa::path(post, path = "/api/route/rebuild", tag = "Routes",
    responses((status = 200, description = "Begun.", body = Envelope<Nothing>)))]
async fn rebuild_routes(State(state): State<Arc<AdminState>>, _: AsAdmin, language: Language) -> Reply<Nothing> {
    let turn = Arc::clone(&state.memory.rebuilding).try_lock_owned().map_err(|_| Problem::RebuildRuns)?;
    let filter = ProviderFilter { keyword: None, enabled: Some(true) };
    let enabled = state.store.list_providers(&filter, PageRequest::nth(0, MAX_PROVIDERS)).await?.items;
    let count = enabled.len();
    // Nothing is lost when the process ends meanwhile: each credential's routes change at once or not at all.
    tokio::spawn(async move {
        let asked = enabled.iter().map(|provider| async {
            if let Err(failure) = discover(&state, provider.id, Language::English).await {
                let reason = failure.message(Language::English);
                tracing::warn!(provider.id = provider.id.0, reason, "the routes of a provider were not rebuilt");
            }
        });
        stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(MAX_CONCURRENT).collect::<Vec<()>>().await;
        state.changed.notify_one();
        drop(turn);
    });
    found_with(Note::Rebuilding.say(language, &[("count", count.to_string())]), Nothing)
}
