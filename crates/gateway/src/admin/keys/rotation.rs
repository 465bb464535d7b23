//! Rotation: a key gets another secret, and the present one works for a while longer, so that nobody is cut off.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::id::KeyId;
use sluice_domain::key::{KEY_PREFIX, make_key_body};
use sluice_store::{Rotated, hash_key};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{find_writable, last4, reach};
use crate::admin::AdminState;
use crate::admin::access::AsUser;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Body, Envelope, Failure, Language, Note, Problem, Reply, found_with};

const DEFAULT_GRACE_SECS: u64 = 86_400;
const MAX_GRACE_SECS: u64 = 30 * 86_400;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(rotate_key))
}

/// How a key is rotated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotationInput {
    /// How long the present secret works too, seconds: a day by default, at most thirty; 0 ends it at once.
    grace_secs: Option<u64>,
}

impl RotationInput {
    fn grace(&self) -> Result<Option<Duration>, Failure> {
        match self.grace_secs.unwrap_or(DEFAULT_GRACE_SECS) {
            0 => Ok(None),
            secs @ 1..=MAX_GRACE_SECS => Ok(Some(Duration::from_secs(secs))),
            _ => Err(Problem::GraceInvalid.with("max", MAX_GRACE_SECS)),
        }
    }
}

/// Give a key another secret. The present one works for a while longer; the one before that stops at once. Everything
/// else about the key stays: its limits, its balance, its calls.
#[utoipa::path(post, path = "/api/agg-token/{id}/rotate", tag = "Keys", request_body = RotationInput,
    params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The key itself, shown only now.", body = Envelope<String>)))]
async fn rotate_key(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    language: Language,
    At(id): At<i64>,
    Body(input): Body<RotationInput>,
) -> Reply<String> {
    let key = find_writable(&state, &me, KeyId(id)).await?;
    let body = make_key_body(&mut rand::rng());
    let grace_ends = input.grace()?.map(|grace| state.clock.now().plus(grace));
    let turn = Rotated { hash: hash_key(&body), last4: last4(&body), grace_ends };
    state.store.rotate_key(key.id, reach(&me), turn).await?;
    found_with(Note::ShownOnce.say(language, &[]), format!("{KEY_PREFIX}{body}"))
}
