//! Credentials in a provider's export, and in what is imported.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;
use sluice_domain::limit::Limits;
use sluice_domain::provider::Provider;
use sluice_store::{CredentialPatch, KeyChanges, NewCredential, NewSiteKey, SiteKey, UpstreamKey};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::admin::providers::validation::read_secret;
use crate::admin::wire::input::{not_negative, required_text, text};
use crate::admin::wire::{Failure, LimitsView, Problem, status};
use crate::newapi::KeyProblem;

/// No provider may come with more.
const MAX_CREDENTIALS: usize = 5_000;
/// The site's number for a key that may be used.
const USABLE: i64 = 1;

/// A credential of a provider as exports have it. An import changes the one that has its number at the site, or else its
/// name, and makes it where there is none; others stay.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ExportedCredential)]
pub(super) struct Transferred {
    name: String,
    /// Its secret; empty where the site does not show it.
    #[serde(default)]
    key: String,
    /// Its number at the provider's site; left out for one that was entered by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upstream_token_id: Option<i64>,
    /// Group at the upstream.
    #[serde(default)]
    group_name: String,
    /// 1 enabled (default), 2 disabled.
    #[serde(default)]
    status: Option<i64>,
    /// The provider's by default.
    #[serde(default)]
    priority: Option<i64>,
    /// The provider's by default.
    #[serde(default)]
    weight: Option<i64>,
    /// What the vendor lets it ask for.
    #[serde(default)]
    limits: LimitsView,
    /// How many calls it may answer in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call_quota: Option<u64>,
}

impl Transferred {
    pub(super) fn of(key: &SiteKey) -> Self {
        let SiteKey { credential, upstream } = key;
        Self {
            name: credential.name.clone(),
            key: credential.secret.expose_secret().to_owned(),
            upstream_token_id: upstream.as_ref().map(|upstream| upstream.id),
            group_name: credential.group_name.clone(),
            status: Some(status::number(credential.enabled)),
            priority: Some(credential.priority),
            weight: Some(credential.weight),
            limits: credential.limits.into(),
            call_quota: credential.call_quota,
        }
    }

    fn is(&self, known: &SiteKey) -> bool {
        match (self.upstream_token_id, &known.upstream) {
            (Some(id), Some(upstream)) => id == upstream.id,
            (None, None) => self.name.trim() == known.credential.name,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn patch(&self) -> Result<CredentialPatch, Failure> {
        Ok(CredentialPatch {
            name: Some(required_text("name", Some(&self.name), 100)?),
            secret: read_secret("key", &self.key)?,
            limits: Some(Limits::from(self.limits)),
            call_quota: Some(self.call_quota),
            group_name: Some(text("group_name", &self.group_name, 64)?),
            enabled: self.status.map(status::read).transpose()?,
            priority: self.priority,
            weight: self.weight.map(|weight| not_negative("weight", weight)).transpose()?,
        })
    }

    fn new_row(&self, provider: &Provider, now: Timestamp) -> Result<NewCredential, Failure> {
        let sent = self.patch()?;
        Ok(NewCredential {
            name: sent.name.unwrap_or_default(),
            secret: sent.secret.unwrap_or_default(),
            limits: sent.limits.unwrap_or_default(),
            call_quota: self.call_quota,
            group_name: sent.group_name.unwrap_or_default(),
            enabled: sent.enabled.unwrap_or(true),
            priority: sent.priority.unwrap_or(provider.priority),
            weight: sent.weight.unwrap_or(provider.weight),
            created_at: now,
        })
    }

    /// Returns what is known of the key until the site is asked next.
    fn upstream_key(&self, id: i64, now: Timestamp) -> UpstreamKey {
        UpstreamKey {
            id,
            status: USABLE,
            problem: self.key.is_empty().then(|| KeyProblem::NotRecovered.as_str().to_owned()),
            name: self.name.clone(),
            remain_quota: 0,
            used_quota: 0,
            unlimited_quota: true,
            model_limits: Vec::new(),
            auto_groups: Vec::new(),
            expires_at: None,
            group_closed: false,
            synced_at: now,
        }
    }
}

/// Refuses credentials that cannot be used, before anything is changed.
pub(super) fn check(credentials: &[Transferred]) -> Result<(), Failure> {
    if credentials.len() > MAX_CREDENTIALS {
        let reason = format!("has more than {MAX_CREDENTIALS} credentials");
        return Err(Problem::ValueInvalid.with("field", "credentials").with("reason", reason));
    }
    for (index, credential) in credentials.iter().enumerate() {
        credential.patch()?;
        let is_same = |other: &Transferred| {
            other.upstream_token_id == credential.upstream_token_id
                && (credential.upstream_token_id.is_some() || other.name.trim() == credential.name.trim())
        };
        if credentials.iter().take(index).any(is_same) {
            let reason = format!("holds `{}` twice", credential.name);
            return Err(Problem::ValueInvalid.with("field", "credentials").with("reason", reason));
        }
    }
    Ok(())
}

/// Makes and changes the credentials of a provider.
pub(super) async fn put(state: &AdminState, provider: &Provider, credentials: &[Transferred]) -> Result<(), Failure> {
    let known = state.store.list_site_keys(provider.id).await?;
    let now = state.clock.now();
    let mut add = Vec::new();
    for wanted in credentials {
        if let Some(twin) = known.iter().find(|key| wanted.is(key)) {
            state.store.update_credential(twin.credential.id, wanted.patch()?).await?;
            continue;
        }
        let credential = wanted.new_row(provider, now)?;
        match wanted.upstream_token_id {
            Some(id) => add.push(NewSiteKey { credential, upstream: wanted.upstream_key(id, now) }),
            None if wanted.key.is_empty() => return Err(Problem::ValueMissing.with("field", "key")),
            None => drop(state.store.create_credential(provider.id, credential).await?),
        }
    }
    if !add.is_empty() {
        let changes = KeyChanges { add, alters_routing: true, ..KeyChanges::default() };
        state.store.apply_key_changes(provider.id, &changes).await?;
    }
    Ok(())
}
