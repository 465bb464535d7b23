//! Credentials of a provider. Their secrets go in and never come out.

use std::sync::Arc;

use axum::extract::State;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::limit::Limits;
use sluice_domain::provider::Credential;
use sluice_store::{CredentialPatch, NewCredential, StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::validation::read_secret;
use super::{find, find_writable};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::state::origin_of;
use crate::admin::wire::input::{not_negative, required_text, text};
use crate::admin::wire::{At, Body, Envelope, Failure, LimitsView, Nothing, Problem, Reply, done, found, status};

/// Shorter secrets show nothing: four characters would be too much of them.
const SHORTEST_SHOWN_CHARS: usize = 12;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_credentials, create_credential)).serve(routes!(
        read_credential,
        update_credential,
        delete_credential
    ))
}

/// A credential.
#[derive(Debug, Serialize, ToSchema)]
struct CredentialView {
    id: i64,
    /// Provider it belongs to.
    provider_id: i64,
    /// Only the last four characters.
    #[schema(example = "****wxyz")]
    sk_key: String,
    /// Always `ready`.
    key_status: &'static str,
    /// Unique at its provider.
    name: String,
    /// Group at the upstream, for NewAPI sites.
    group_name: String,
    /// 1 enabled, 2 disabled.
    status: i64,
    /// Priority that new routes start with.
    priority: i64,
    /// Weight that new routes start with.
    weight: i64,
    /// What the vendor lets it ask for.
    limits: LimitsView,
    /// When it was made, Unix seconds.
    created_at: i64,
    /// `database`, or `file` for credentials that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl CredentialView {
    fn of(credential: &Credential) -> Self {
        Self {
            id: credential.id.0,
            provider_id: credential.provider_id.0,
            sk_key: mask(credential.secret.expose_secret()),
            key_status: "ready",
            name: credential.name.clone(),
            group_name: credential.group_name.clone(),
            status: status::number(credential.enabled),
            priority: credential.priority,
            weight: credential.weight,
            limits: credential.limits.into(),
            created_at: credential.created_at.unix_secs(),
            origin: origin_of(credential.id.0),
        }
    }
}

fn mask(secret: &str) -> String {
    let chars = secret.chars().count();
    if chars < SHORTEST_SHOWN_CHARS {
        return "****".to_owned();
    }
    let last4: String = secret.chars().skip(chars - 4).collect();
    format!("****{last4}")
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
    found(all_of(&state, provider.id).await?.iter().map(CredentialView::of).collect())
}

/// Returns the credentials of a provider, declared or stored.
pub(in crate::admin) async fn all_of(state: &AdminState, provider: ProviderId) -> Result<Vec<Credential>, StoreError> {
    if provider.0 < 0 {
        let declared = state.declared.credentials.iter();
        return Ok(declared.filter(|credential| credential.provider_id == provider).cloned().collect());
    }
    state.store.list_credentials(provider).await
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
}

impl CredentialInput {
    fn patch(&self) -> Result<CredentialPatch, Failure> {
        Ok(CredentialPatch {
            name: self.name.as_deref().map(|name| required_text("name", Some(name), 100)).transpose()?,
            secret: self.key.as_deref().map(|key| read_secret("key", key)).transpose()?.flatten(),
            group_name: self.group_name.as_deref().map(|group| text("group_name", group, 64)).transpose()?,
            enabled: self.status.map(status::read).transpose()?,
            priority: self.priority,
            weight: self.weight.map(|weight| not_negative("weight", weight)).transpose()?,
            limits: self.limits.map(Limits::from),
        })
    }
}

/// Add a credential to a provider.
#[utoipa::path(post, path = "/api/provider/{id}/tokens", tag = "Credentials", request_body = CredentialInput,
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "The new credential.", body = Envelope<CredentialView>)))]
async fn create_credential(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
    Body(input): Body<CredentialInput>,
) -> Reply<CredentialView> {
    let provider = find_writable(&state, ProviderId(id)).await?;
    let sent = input.patch()?;
    let new = NewCredential {
        name: sent.name.unwrap_or_else(|| "default".to_owned()),
        secret: sent.secret.ok_or_else(|| Problem::ValueMissing.with("field", "key"))?,
        limits: sent.limits.unwrap_or_default(),
        group_name: sent.group_name.unwrap_or_default(),
        enabled: status::read_new(input.status)?,
        priority: sent.priority.unwrap_or(provider.priority),
        weight: sent.weight.unwrap_or(provider.weight),
        created_at: state.clock.now(),
    };
    found(CredentialView::of(&state.store.create_credential(provider.id, new).await?))
}

/// One credential, its secret masked.
#[utoipa::path(get, path = "/api/provider/token/{token_id}", tag = "Credentials",
    params(("token_id" = i64, Path, description = "Id of the credential.")),
    responses((status = 200, description = "The credential.", body = Envelope<CredentialView>)))]
async fn read_credential(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<CredentialView> {
    if let Some(credential) = state.declared.credentials.iter().find(|credential| credential.id.0 == id) {
        return found(CredentialView::of(credential));
    }
    let credential = state.store.find_credential(CredentialId(id)).await?;
    found(CredentialView::of(&credential.ok_or(StoreError::NotFound { what: What::Credential })?))
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
    found(CredentialView::of(&state.store.update_credential(id, input.patch()?).await?))
}

/// Delete a credential with its routes.
#[utoipa::path(delete, path = "/api/provider/token/{token_id}", tag = "Credentials",
    params(("token_id" = i64, Path, description = "Id of the credential.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_credential(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<Nothing> {
    let id = stored(&state, id)?;
    state.store.delete_credential(id).await?;
    done()
}

fn stored(state: &AdminState, id: i64) -> Result<CredentialId, Failure> {
    if state.declared.credentials.iter().any(|credential| credential.id.0 == id) {
        return Err(Problem::ReadOnly.with("what", What::Credential));
    }
    Ok(CredentialId(id))
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn only_the_end_of_a_long_secret_is_shown() {
        assert_eq!(["", "short", "sk-0123456789abcd"].map(mask), ["****", "****", "****abcd"]);
    }
}
