//! Keys: what callers present. Each user has its own; administrators may look at all.

mod rotation;
mod scope;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{KEY_PREFIX, Key, KeyBilling, KeyFunding, make_key_body};
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::{Scope, Strategy};
use sluice_store::{KeyPatch, NewKey, StoreError, What, hash_key};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::{AsUser, Identity};
use super::docs::Spellings;
use super::state::origin_of;
use super::trail::Made;
use super::wire::input::{nullable, read_multiplier, text};
use super::wire::paging::Blend;
use super::wire::{
    At, Body, Envelope, Failure, Language, LimitsView, Note, Nothing, PageQuery, PageView, Params, Problem, Reply,
    done, found, found_with, status,
};

const NEVER: i64 = -1;
/// Longest list of models or addresses that a key may have.
const MAX_LIST_CHARS: usize = 16_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_keys, create_key, update_key))
        .serve(routes!(read_key, delete_key))
        .merge(rotation::endpoints())
}

/// A key; the secret itself is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    id: i64,
    /// Owner.
    user_id: i64,
    /// Only the last four characters.
    #[schema(example = "ag-****wxyz")]
    key: String,
    /// Name given by the owner.
    name: String,
    /// 1 enabled, 2 disabled.
    status: i64,
    /// Refused from this time on, Unix seconds; -1 never.
    expired_time: i64,
    /// Whether only the listed models may be used.
    model_limits_enabled: bool,
    /// Models, comma separated; `*` stands for any run of characters.
    model_limits: String,
    /// Addresses and networks it may be used from, one per line; empty for all.
    allow_ips: String,
    /// Who pays for its calls: `owner` (its owner, if billed at all) or `own` (nothing but its own balance).
    funding: &'static str,
    /// What prices are multiplied by for its calls, besides the factor of the owner's group.
    #[schema(example = "0.8")]
    multiplier: String,
    /// Whether the caller is told what each call cost.
    shows_cost: bool,
    /// How much it may ask for.
    limits: LimitsView,
    /// Names of the only providers that its calls go to; empty for all.
    providers: Vec<String>,
    /// Model of calls that name none.
    default_model: Option<String>,
    /// How its candidates are ordered; `null` as the model or the general setting says.
    strategy: Option<&'static str>,
    /// When it was made, Unix seconds.
    created_at: i64,
    /// When it was last used, Unix seconds; 0 never.
    accessed_at: i64,
    /// Until when the secret that it had before the last rotation works too, Unix seconds; 0 where none does.
    previous_until: i64,
    /// `database`, or `file` for keys that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl KeyView {
    fn of(key: Key) -> Self {
        Self {
            id: key.id.0,
            user_id: key.user_id.0,
            key: format!("{KEY_PREFIX}****{}", key.last4),
            status: status::number(key.enabled),
            expired_time: key.expires_at.map_or(NEVER, Timestamp::unix_secs),
            model_limits_enabled: !key.models.is_empty(),
            model_limits: key.models.to_text(),
            allow_ips: key.addresses.to_text(),
            funding: key.billing.funding.as_str(),
            multiplier: key.billing.multiplier.to_string(),
            shows_cost: key.billing.shows_cost,
            limits: key.limits.into(),
            providers: key.scope.providers,
            default_model: key.scope.default_model,
            strategy: key.scope.strategy.map(Strategy::as_str),
            created_at: key.created_at.unix_secs(),
            accessed_at: key.accessed_at.map_or(0, Timestamp::unix_secs),
            previous_until: key.previous_until.map_or(0, Timestamp::unix_secs),
            origin: origin_of(key.id.0),
            name: key.name,
        }
    }
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

/// A key to make, or a change of one: absent fields take the default, or stay.
#[derive(Debug, Deserialize, ToSchema)]
struct KeyInput {
    /// Which key to change; not looked at when a key is made.
    id: Option<i64>,
    /// `default` by default.
    name: Option<String>,
    /// 1 enabled (default), 2 disabled.
    status: Option<i64>,
    /// Refused from this time on, Unix seconds; -1 never (default).
    expired_time: Option<i64>,
    /// Whether only the listed models may be used; follows `model_limits` when absent.
    model_limits_enabled: Option<bool>,
    /// Models, comma separated; `*` stands for any run of characters.
    model_limits: Option<String>,
    /// Addresses and networks it may be used from, one per line; empty for all.
    allow_ips: Option<String>,
    /// Who pays for its calls: `owner` (default) or `own`, the key's own balance. Only administrators change it, and not
    /// their own keys'.
    funding: Option<String>,
    /// What prices are multiplied by for its calls, as text: `1` by default. Only administrators change it, and not
    /// their own keys'.
    #[schema(example = "0.8")]
    multiplier: Option<String>,
    /// Whether the caller is told what each call cost, in a header; `false` by default.
    shows_cost: Option<bool>,
    /// How much it may ask for, all at once; `{}` for no limits.
    limits: Option<LimitsView>,
    /// Names of the only providers that its calls go to; empty for all (default). Only administrators change it.
    providers: Option<Vec<String>>,
    /// Model of calls that name none; empty and `null` clear.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    default_model: Option<Option<String>>,
    /// How its candidates are ordered, such as `cheapest`; empty and `null` clear. Only administrators change it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    strategy: Option<Option<String>>,
}

impl KeyInput {
    fn name(&self) -> Result<Option<String>, Failure> {
        let name = self.name.as_deref().map(|name| text("name", name, 50)).transpose()?;
        Ok(name.filter(|name| !name.is_empty()))
    }

    /// Returns the list in force after the change, or `None` when it stays.
    fn models(&self, present: &ModelList) -> Result<Option<ModelList>, Failure> {
        let listed = match self.model_limits.as_deref() {
            Some(list) => Some(ModelList::parse(&text("model_limits", list, MAX_LIST_CHARS)?)),
            None => None,
        };
        match self.model_limits_enabled {
            Some(false) => Ok(Some(ModelList::default())),
            // A list that is on and empty would allow every model.
            Some(true) if listed.as_ref().unwrap_or(present).is_empty() => Err(Problem::ModelLimitsEmpty.into()),
            Some(true) | None => Ok(listed),
        }
    }

    /// Returns how the key is paid for after the change.
    fn billing(&self, present: KeyBilling) -> Result<KeyBilling, Failure> {
        let funding = self.funding.as_deref().map(|name| {
            KeyFunding::from_name(name.trim()).ok_or_else(|| Problem::FundingUnknown.with("funding", name))
        });
        let multiplier = self.multiplier.as_deref().map(|text| read_multiplier("multiplier", text));
        Ok(KeyBilling {
            funding: funding.transpose()?.unwrap_or(present.funding),
            multiplier: multiplier.transpose()?.unwrap_or(present.multiplier),
            shows_cost: self.shows_cost.unwrap_or(present.shows_cost),
        })
    }

    fn addresses(&self) -> Result<Option<AddressList>, Failure> {
        let Some(list) = self.allow_ips.as_deref() else { return Ok(None) };
        let list = text("allow_ips", list, MAX_LIST_CHARS)?;
        AddressList::parse(&list).map(Some).map_err(|bad| Problem::AddressInvalid.with("item", bad.0))
    }
}

/// Reads how a key of `owner` is to be paid for; `None` when it stays. What its calls cost and who pays is for those to
/// say who stand above the owner; whether the caller is told is the owner's to say.
async fn read_billing(
    state: &AdminState,
    me: &Identity,
    input: &KeyInput,
    (owner, present): (UserId, KeyBilling),
) -> Result<Option<KeyBilling>, Failure> {
    let billing = input.billing(present)?;
    let is_priced_anew = (billing.funding, billing.multiplier) != (present.funding, present.multiplier);
    if is_priced_anew && !me.is_admin() {
        return Err(Problem::Forbidden.into());
    }
    if is_priced_anew {
        me.may_touch(state, owner).await?;
    }
    Ok(Some(billing).filter(|billing| *billing != present))
}

fn read_expiry(secs: i64) -> Result<Option<Timestamp>, Failure> {
    match secs {
        NEVER => Ok(None),
        0.. => secs.checked_mul(1_000).map(|ms| Some(Timestamp(ms))).ok_or_else(|| Problem::ExpiryInvalid.into()),
        _ => Err(Problem::ExpiryInvalid.into()),
    }
}

/// Make a key of one's own.
#[utoipa::path(post, path = "/api/agg-token/", tag = "Keys", request_body = KeyInput,
    responses((status = 200, description = "The key itself, shown only now.", body = Envelope<String>)))]
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
    let made = state.store.create_key(me.user.id, key).await?;
    Ok((Extension(Made(made.id.0)), found_with(Note::ShownOnce.say(language, &[]), format!("{KEY_PREFIX}{body}"))))
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
