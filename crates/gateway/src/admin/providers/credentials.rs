//! Credentials of a provider. Their secrets go in and never come out.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::limit::Limits;
use sluice_domain::provider::Credential;
use sluice_store::{CredentialPatch, NewCredential, SiteKey, StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::credential_view::{CreatedView, CredentialView};
use super::site_keys::{self, SiteKeyWish};
use super::validation::read_secret;
use super::{find, find_writable};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::input::{not_negative, nullable, required_text, text};
use crate::admin::wire::{
    At, Body, Envelope, Failure, Language, LimitsView, Nothing, Problem, Reply, done, found, status,
};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_credentials, create_credential)).serve(routes!(
        read_credential,
        update_credential,
        delete_credential
    ))
}

/// The credentials of a provider, secrets masked.
#[utoipa::path(get, path = "/api/provider/{id}/tokens", tag = "Credentials",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "The credentials.", body = Envelope<Vec<CredentialView>>)))]
async fn list_credentials(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
) -> Reply<Vec<CredentialView>> {
    let provider = find(&state, ProviderId(id)).await?;
    if provider.id.0 < 0 {
        let declared: Vec<SiteKey> = all_of(&state, provider.id).await?.into_iter().map(own).collect();
        return found(CredentialView::counted(&state, &declared).await?);
    }
    found(CredentialView::counted(&state, &state.store.list_site_keys(provider.id).await?).await?)
}

fn own(credential: Credential) -> SiteKey {
    SiteKey { credential, upstream: None }
}

/// Returns the credentials of a provider, declared or stored; those that the site does not let be used count as disabled.
pub(in crate::admin) async fn all_of(state: &AdminState, provider: ProviderId) -> Result<Vec<Credential>, StoreError> {
    if provider.0 < 0 {
        let declared = state.declared.credentials.iter();
        return Ok(declared.filter(|credential| credential.provider_id == provider).cloned().collect());
    }
    let keys = state.store.list_site_keys(provider).await?;
    let usable = |key: SiteKey| Credential { enabled: key.is_usable(), ..key.credential };
    Ok(keys.into_iter().map(usable).collect())
}

/// A credential to make, or a change of one: absent fields take the default, or stay.
#[derive(Deserialize, ToSchema)]
struct CredentialInput {
    /// Unique at its provider; `default` by default.
    name: Option<String>,
    /// The secret; empty keeps the stored one.
    #[serde(alias = "sk_key")]
    #[schema(write_only)]
    key: Option<String>,
    /// Group at the upstream, for NewAPI sites.
    group_name: Option<String>,
    /// 1 enabled (default), 2 disabled.
    status: Option<i64>,
    /// Priority that new routes start with; the provider's by default.
    priority: Option<i64>,
    /// Weight that new routes start with; the provider's by default.
    weight: Option<i64>,
    /// What the vendor lets it ask for, all at once; `{}` for no limits.
    limits: Option<LimitsView>,
    /// How many calls it may answer in all, counted from when it gets such a bound first; `null` for no bound.
    #[serde(default, deserialize_with = "nullable")]
    call_quota: Option<Option<u64>>,
    /// For a key to make at the site: whether only the account limits it (default).
    unlimited_quota: Option<bool>,
    /// For a key to make at the site: what it may use, in the site's units.
    remain_quota: Option<i64>,
    /// For a key to make at the site: the only models that it may be used for, with commas; empty for all.
    model_limits: Option<String>,
}

impl CredentialInput {
    fn has_site_fields(&self) -> bool {
        self.unlimited_quota.is_some() || self.remain_quota.is_some() || self.model_limits.is_some()
    }

    fn site_key(&self) -> SiteKeyWish {
        SiteKeyWish {
            group_name: self.group_name.clone(),
            unlimited_quota: self.unlimited_quota,
            remain_quota: self.remain_quota,
            model_limits: self.model_limits.clone().unwrap_or_default(),
        }
    }

    fn patch(&self) -> Result<CredentialPatch, Failure> {
        Ok(CredentialPatch {
            name: self.name.as_deref().map(|name| required_text("name", Some(name), 100)).transpose()?,
            secret: self.key.as_deref().map(|key| read_secret("key", key)).transpose()?.flatten(),
            group_name: self.group_name.as_deref().map(|group| text("group_name", group, 64)).transpose()?,
            enabled: self.status.map(status::read).transpose()?,
            priority: self.priority,
            weight: self.weight.map(|weight| not_negative("weight", weight)).transpose()?,
            limits: self.limits.map(Limits::from),
            call_quota: self.call_quota,
        })
    }
}

/// Add a credential to a provider: the secret that is sent as `key`, or, without one, a new key that is made at the provider's
/// site with the group, quota and models that are sent.
#[utoipa::path(post, path = "/api/provider/{id}/tokens", tag = "Credentials", request_body = CredentialInput,
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "The new credential.", body = Envelope<CreatedView>)))]
async fn create_credential(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
    Body(input): Body<CredentialInput>,
) -> Reply<CreatedView> {
    let provider = find_writable(&state, ProviderId(id)).await?;
    let sent = input.patch()?;
    let Some(secret) = sent.secret else {
        if !state.upkeep.is_managed(&provider) {
            return Err(if provider.access_token.is_none() && input.has_site_fields() {
                Problem::NotManaged.into()
            } else {
                Problem::ValueMissing.with("field", "key")
            });
        }
        return site_keys::create(&state, &provider, (&input.site_key(), sent.name), language).await;
    };
    let new = NewCredential {
        name: sent.name.unwrap_or_else(|| "default".to_owned()),
        secret,
        limits: sent.limits.unwrap_or_default(),
        call_quota: sent.call_quota.flatten(),
        group_name: sent.group_name.unwrap_or_default(),
        enabled: status::read_new(input.status)?,
        priority: sent.priority.unwrap_or(provider.priority),
        weight: sent.weight.unwrap_or(provider.weight),
        created_at: state.clock.now(),
    };
    let made = state.store.create_credential(provider.id, new).await?;
    found(CreatedView::here(CredentialView::counted_one(&state, own(made)).await?))
}

/// One credential, its secret masked.
#[utoipa::path(get, path = "/api/provider/token/{token_id}", tag = "Credentials",
    params(("token_id" = i64, Path, description = "Id of the credential.")),
    responses((status = 200, description = "The credential.", body = Envelope<CredentialView>)))]
async fn read_credential(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<CredentialView> {
    if let Some(credential) = state.declared.credentials.iter().find(|credential| credential.id.0 == id) {
        return found(CredentialView::counted_one(&state, own(credential.clone())).await?);
    }
    let credential = existing(&state, CredentialId(id)).await?;
    found(CredentialView::counted_one(&state, credential).await?)
}

/// Change a credential: only the fields that are sent.
#[utoipa::path(put, path = "/api/provider/token/{token_id}", tag = "Credentials", request_body = CredentialInput,
    params(("token_id" = i64, Path, description = "Id of the credential.")),
    responses((status = 200, description = "The credential as it is now.", body = Envelope<CredentialView>)))]
async fn update_credential(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
    Body(input): Body<CredentialInput>,
) -> Reply<CredentialView> {
    let id = stored(&state, id)?;
    let patch = input.patch()?;
    let known = existing(&state, id).await?;
    if known.upstream.is_some() && patch.group_name.as_ref().is_some_and(|group| *group != known.credential.group_name)
    {
        return Err(Problem::KeyGroupFixed.into());
    }
    if let (Some(secret), Some(upstream)) = (&patch.secret, known.upstream) {
        site_keys::enter(&state, &known.credential, upstream, secret).await?;
    }
    state.store.update_credential(id, patch).await?;
    let changed = existing(&state, id).await?;
    found(CredentialView::counted_one(&state, changed).await?)
}

/// Delete a credential with its routes. One that is a key of the provider's site is deleted there first; where that fails
/// nothing is deleted.
#[utoipa::path(delete, path = "/api/provider/token/{token_id}", tag = "Credentials",
    params(("token_id" = i64, Path, description = "Id of the credential.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_credential(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<Nothing> {
    let id = stored(&state, id)?;
    let known = existing(&state, id).await?;
    if let Some(upstream) = &known.upstream {
        site_keys::delete(&state, &known.credential, upstream, language).await?;
    }
    state.store.delete_credential(id).await?;
    done()
}

async fn existing(state: &AdminState, id: CredentialId) -> Result<SiteKey, Failure> {
    let key = state.store.find_site_key(id).await?;
    Ok(key.ok_or(StoreError::NotFound { what: What::Credential })?)
}

fn stored(state: &AdminState, id: i64) -> Result<CredentialId, Failure> {
    if state.declared.credentials.iter().any(|credential| credential.id.0 == id) {
        return Err(Problem::ReadOnly.with("what", What::Credential));
    }
    Ok(CredentialId(id))
}
