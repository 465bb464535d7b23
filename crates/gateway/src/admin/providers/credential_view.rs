//! Credentials as the API shows them. Their secrets never come out.

use secrecy::ExposeSecret;
use serde::Serialize;
use sluice_domain::id::CredentialId;
use sluice_store::{SiteKey, StoreError, What};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::admin::state::origin_of;
use crate::admin::wire::{LimitsView, status};

/// Shorter secrets show nothing: four characters would be too much of them.
const SHORTEST_SHOWN_CHARS: usize = 12;

/// A credential.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CredentialView {
    id: i64,
    /// Provider it belongs to.
    provider_id: i64,
    /// Only the last four characters.
    #[schema(example = "****wxyz")]
    sk_key: String,
    /// `ready`, or `unresolved` while its secret is not known.
    key_status: &'static str,
    /// Why its secret is not known, as a word; empty when it is.
    key_unresolved_reason: String,
    /// Its number at the provider's site; `null` for one that was entered here.
    upstream_token_id: Option<i64>,
    /// What the site says of it: 1 enabled, 2 disabled, 3 expired, 4 used up; `null` for one that was entered here.
    upstream_status: Option<i64>,
    /// What is left of it, in the site's units.
    remain_quota: i64,
    /// Whether only the account limits it.
    unlimited_quota: bool,
    /// What was used of it, in the site's units.
    used_quota: i64,
    /// The only models that it may be used for, with commas; empty for all.
    model_limits: String,
    /// When the site was last asked about it, Unix seconds; 0 never.
    last_synced: i64,
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
    /// How many calls it may answer in all; `null` for no bound.
    call_quota: Option<u64>,
    /// How many of these are left, those under way included; `null` for no bound.
    calls_left: Option<u64>,
    /// When it was made, Unix seconds.
    created_at: i64,
    /// `database`, or `file` for credentials that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl CredentialView {
    /// Shows credentials with what their quotas have left.
    ///
    /// # Errors
    /// The database is away.
    pub(super) async fn counted(state: &AdminState, keys: &[SiteKey]) -> Result<Vec<Self>, StoreError> {
        let has_quota = |key: &&SiteKey| key.credential.call_quota.is_some();
        let ids: Vec<CredentialId> = keys.iter().filter(has_quota).map(|key| key.credential.id).collect();
        let answered = state.store.calls_answered(&ids).await?;
        let view = |key: &SiteKey| {
            let gone = answered.get(&key.credential.id).copied().unwrap_or(0);
            let left = key.credential.call_quota.map(|quota| quota.saturating_sub(gone));
            Self { calls_left: left, ..Self::of(key) }
        };
        Ok(keys.iter().map(view).collect())
    }

    /// Shows one credential with what its quota has left.
    ///
    /// # Errors
    /// The database is away.
    pub(super) async fn counted_one(state: &AdminState, key: SiteKey) -> Result<Self, StoreError> {
        let mut views = Self::counted(state, &[key]).await?;
        views.pop().ok_or(StoreError::NotFound { what: What::Credential })
    }

    fn of(key: &SiteKey) -> Self {
        let SiteKey { credential, upstream } = key;
        let upstream = upstream.as_ref();
        let problem = upstream.and_then(|upstream| upstream.problem.clone());
        Self {
            id: credential.id.0,
            provider_id: credential.provider_id.0,
            sk_key: mask(credential.secret.expose_secret()),
            key_status: if problem.is_some() { "unresolved" } else { "ready" },
            key_unresolved_reason: problem.unwrap_or_default(),
            upstream_token_id: upstream.map(|upstream| upstream.id),
            upstream_status: upstream.map(|upstream| upstream.status),
            remain_quota: upstream.map_or(0, |upstream| upstream.remain_quota),
            unlimited_quota: upstream.is_none_or(|upstream| upstream.unlimited_quota),
            used_quota: upstream.map_or(0, |upstream| upstream.used_quota),
            model_limits: upstream.map(|upstream| upstream.model_limits.join(",")).unwrap_or_default(),
            last_synced: upstream.map_or(0, |upstream| upstream.synced_at.unix_secs()),
            name: credential.name.clone(),
            group_name: credential.group_name.clone(),
            status: status::number(credential.enabled),
            priority: credential.priority,
            weight: credential.weight,
            limits: credential.limits.into(),
            call_quota: credential.call_quota,
            calls_left: credential.call_quota,
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

/// A credential that was added, and what the provider's site had to do with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedView {
    /// The credential; `null` while it cannot be told which of the site's keys it is.
    #[serde(flatten)]
    credential: Option<CredentialView>,
    /// Only for keys that were made at the site: whether one was, which is then always `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_created: Option<bool>,
    /// The same: whether that key is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_token_identified: Option<bool>,
    /// The same: id of the credential, as `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_token_id: Option<i64>,
}

impl CreatedView {
    /// Shows a secret that was entered.
    pub(super) const fn here(credential: CredentialView) -> Self {
        Self {
            credential: Some(credential),
            upstream_created: None,
            created_token_identified: None,
            provider_token_id: None,
        }
    }

    /// Shows a key that was made at the site.
    pub(super) fn there(key: Option<&SiteKey>) -> Self {
        let credential = key.map(CredentialView::of);
        let provider_token_id = credential.as_ref().map(|credential| credential.id);
        let created_token_identified = Some(credential.is_some());
        Self { credential, upstream_created: Some(true), created_token_identified, provider_token_id }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn only_the_end_of_a_long_secret_is_shown() {
        assert_eq!(["", "short", "sk-0123456789abcd"].map(mask), ["****", "****", "****abcd"]);
    }
}
