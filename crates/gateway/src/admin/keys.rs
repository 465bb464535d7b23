//! Keys: what callers present. Each user has its own; administrators may look at all.

mod budgets;
mod input;
mod rotation;
mod scope;
mod view;

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use sluice_domain::access::ModelList;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{KEY_PREFIX, Key, KeyBilling, make_key_body};
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::Scope;
use sluice_store::{KeyPatch, NewKey, StoreError, What, hash_key};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::{AsUser, Identity};
use super::docs::Spellings;
use super::trail::Made;
use super::wire::paging::Blend;
use super::wire::{
    At, Body, Envelope, Failure, Language, Note, Nothing, PageQuery, PageView, Params, Problem, Reply, done, found,
    status,
};
use input::{KeyInput, read_billing, read_expiry};
use view::KeyView;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_keys, create_key, update_key))
        .serve(routes!(read_key, delete_key))
        .merge(rotation::endpoints())
}

/// Whose keys are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct KeyQuery {
    /// `1` or `true`: the keys of all users; administrators only.
    all: Option<String>,
}

impl KeyQuery {
    fn is_all(&self) -> bool {
        matches!(self.all.as_deref(), Some("1" | "true"))
    }
}

/// Returns the user whose keys `me` may touch: its own, or everybody's for administrators.
fn reach(me: &Identity) -> Option<UserId> {
    (!me.is_admin()).then_some(me.user.id)
}

/// One's own keys, newest first; declared ones before.
#[utoipa::path(get, path = "/api/agg-token/", tag = "Keys", params(PageQuery, KeyQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<KeyView>>)))]
async fn list_keys(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(page): Params<PageQuery>,
    Params(query): Params<KeyQuery>,
) -> Reply<PageView<KeyView>> {
    if query.is_all() && !me.is_admin() {
        return Err(Problem::Forbidden.into());
    }
    let request = page.request()?;
    let owner = (!query.is_all()).then_some(me.user.id);
    let is_wanted = |key: &&Key| owner.is_none_or(|owner| key.user_id == owner);
    let blend = Blend::new(state.declared.keys.iter().filter(is_wanted).cloned().collect(), request);
    let stored = state.store.list_keys(owner, blend.rest()).await?;
    found(PageView::of(blend.join(stored), request, KeyView::of))
}

/// One key.
#[utoipa::path(get, path = "/api/agg-token/{id}", tag = "Keys", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The key.", body = Envelope<KeyView>)))]
async fn read_key(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<KeyView> {
    found(KeyView::of(find(&state, &me, KeyId(id)).await?))
}

/// Finds a key that `me` may look at.
pub(super) async fn find(state: &AdminState, me: &Identity, id: KeyId) -> Result<Key, Failure> {
    let reach = reach(me);
    let declared = state.declared.keys.iter().find(|key| key.id == id);
    let key = match declared {
        Some(key) => Some(key.clone()).filter(|key| reach.is_none_or(|owner| key.user_id == owner)),
        None => state.store.find_key(id, reach).await?,
    };
    Ok(key.ok_or(StoreError::NotFound { what: What::Key })?)
}

async fn find_writable(state: &AdminState, me: &Identity, id: KeyId) -> Result<Key, Failure> {
    let key = find(state, me, id).await?;
    if key.id.0 < 0 {
        return Err(Problem::ReadOnly.with("what", What::Key));
    }
    if key.user_id != me.user.id {
        me.may_touch(state, key.user_id).await?;
    }
    Ok(key)
}

/// Make a key of one's own.
#[utoipa::path(post, path = "/api/agg-token/", tag = "Keys", request_body = KeyInput,
    responses((status = 200, description = "The key itself, shown only now.", body = MadeKey)))]
async fn create_key(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    language: Language,
    Body(input): Body<KeyInput>,
) -> Result<impl IntoResponse, Failure> {
    let body = make_key_body(&mut rand::rng());
    let key = NewKey {
        name: input.name()?.unwrap_or_else(|| "default".to_owned()),
        hash: hash_key(&body),
        last4: last4(&body),
        enabled: status::read_new(input.status)?,
        // Old scripts send 0 for "never".
        expires_at: input.expired_time.filter(|&secs| secs != 0).map_or(Ok(None), read_expiry)?,
        models: input.models(&ModelList::default())?.unwrap_or_default(),
        addresses: input.addresses()?.unwrap_or_default(),
        billing: read_billing(&state, &me, &input, (me.user.id, KeyBilling::default())).await?.unwrap_or_default(),
        limits: input.limits.unwrap_or_default().into(),
        scope: scope::read(&state, &me, &input, &Scope::default()).await?.unwrap_or_default(),
        created_at: state.clock.now(),
    };
    let budgets = budgets::read(input.budgets.as_deref())?;
    let made = state.store.create_key(me.user.id, key).await?;
    if let Err(failure) = budgets::put(&state, made.id, budgets.as_deref()).await {
        // Nobody has seen the secret yet: there is no key without the budgets that were asked for.
        state.store.delete_key(made.id, None).await?;
        return Err(failure);
    }
    let message = Note::ShownOnce.say(language, &[]);
    let answer = MadeKey { success: true, message, data: format!("{KEY_PREFIX}{body}"), id: made.id.0 };
    Ok((Extension(Made(made.id.0)), Json(answer)))
}

/// A key that was made. Its id stands beside the data, which old scripts take for the key itself.
#[derive(Serialize, ToSchema)]
struct MadeKey {
    /// Always `true` here.
    success: bool,
    /// Something that a person should read.
    message: String,
    /// The key itself.
    data: String,
    /// Its id, for all that is asked of it later.
    id: i64,
}

fn last4(body: &str) -> String {
    body.chars().skip(body.len().saturating_sub(4)).collect()
}

/// Change a key; absent fields stay.
#[utoipa::path(put, path = "/api/agg-token/", tag = "Keys", request_body = KeyInput,
    responses((status = 200, description = "The key as it is now.", body = Envelope<KeyView>)))]
async fn update_key(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Body(input): Body<KeyInput>,
) -> Reply<KeyView> {
    let id = KeyId(input.id.ok_or_else(|| Problem::ValueMissing.with("field", "id"))?);
    let present = find_writable(&state, &me, id).await?;
    let patch = KeyPatch {
        name: input.name()?,
        enabled: input.status.map(status::read).transpose()?,
        expires_at: input.expired_time.map(read_expiry).transpose()?,
        models: input.models(&present.models)?,
        addresses: input.addresses()?,
        billing: read_billing(&state, &me, &input, (present.user_id, present.billing)).await?,
        limits: input.limits.map(Limits::from),
        scope: scope::read(&state, &me, &input, &present.scope).await?,
    };
    budgets::put(&state, id, budgets::read(input.budgets.as_deref())?.as_deref()).await?;
    found(KeyView::of(state.store.update_key(id, reach(&me), patch).await?))
}

/// Delete a key; the records of its calls stay.
#[utoipa::path(delete, path = "/api/agg-token/{id}", tag = "Keys", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_key(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<Nothing> {
    let key = find_writable(&state, &me, KeyId(id)).await?;
    state.store.delete_key(key.id, reach(&me)).await?;
    done()
}
