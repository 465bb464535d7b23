//! Keys that are known against keys that are seen: what must change here so that they are the same.

use std::collections::{BTreeMap, BTreeSet};

use sluice_domain::clock::Timestamp;
use sluice_domain::id::CredentialId;
use sluice_domain::limit::Limits;
use sluice_domain::provider::Provider;
use sluice_domain::{ExposeSecret, SecretString};
use sluice_store::{KeyChanges, NewCredential, NewSiteKey, SiteKey, SiteKeyPatch, UpstreamKey};

use super::client::NewKey;
use super::fault::SiteFault;
use super::material::Material;
use super::offer::Offer;
use super::shapes::SeenKey;

/// Longest name of a credential, in characters.
const NAME_CHARS: usize = 100;

/// Why the secret of a key is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyProblem {
    /// The site does not let the account see it.
    Unauthorized,
    /// The site cannot show it.
    Unavailable,
    /// The site failed to show it.
    Failed,
    /// The site takes no more requests for now.
    Limited,
    /// The site showed a masked one.
    NotRecovered,
}

impl KeyProblem {
    /// Returns the word for it in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "key_endpoint_unauthorized",
            Self::Unavailable => "key_endpoint_unavailable",
            Self::Failed => "key_endpoint_request_failed",
            Self::Limited => "key_endpoint_rate_limited",
            Self::NotRecovered => "plaintext_not_recovered",
        }
    }

    /// Returns what a fault of the site means for the key that was asked for.
    pub(crate) const fn of(fault: &SiteFault) -> Self {
        match fault {
            SiteFault::Denied { .. } => Self::Unauthorized,
            SiteFault::Unsupported { .. } => Self::Unavailable,
            SiteFault::Limited { .. } => Self::Limited,
            SiteFault::Address { .. }
            | SiteFault::Unreachable
            | SiteFault::Proxy
            | SiteFault::TimedOut
            | SiteFault::Broken
            | SiteFault::TooLarge { .. }
            | SiteFault::Redirected { .. }
            | SiteFault::Answered { .. }
            | SiteFault::Refused { .. }
            | SiteFault::Malformed { .. }
            | SiteFault::Partial { .. } => Self::Failed,
        }
    }
}

/// Secrets that were asked for, by the key's number at the site.
pub(crate) type Recovered = BTreeMap<i64, Result<SecretString, KeyProblem>>;

/// What is known when a site's list of keys is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    /// Secrets that were asked for.
    pub(crate) recovered: &'a Recovered,
    /// What the site offers, if that is known.
    pub(crate) offer: Option<&'a Offer>,
    /// Group of the account; empty when that is not known.
    pub(crate) account_group: &'a str,
    pub(crate) now: Timestamp,
}

/// Returns the numbers of the keys whose secret must be asked for: those that the site masks and that are not known already.
pub(crate) fn hidden_keys(known: &[SiteKey], seen: &[SeenKey]) -> Vec<i64> {
    let known = by_number(known);
    let is_hidden = |key: &&SeenKey| match &key.material {
        Material::Plain(_) => false,
        Material::Absent => !known.get(&key.id).is_some_and(|known| is_ready(known)),
        Material::Masked(mask) => !known
            .get(&key.id)
            .is_some_and(|known| is_ready(known) && mask.fits(known.credential.secret.expose_secret())),
    };
    seen.iter().filter(is_hidden).map(|key| key.id).collect()
}

/// Returns what must change so that a provider's credentials are the keys that its site lists, all of which `seen` is.
/// Credentials that the operator entered stay, and become a key of the site where their secret is one's. A secret that is
/// known stays until another one is.
pub(crate) fn reconcile(provider: &Provider, known: &[SiteKey], seen: Vec<SeenKey>, look: &Look<'_>) -> KeyChanges {
    let mut changes = KeyChanges::default();
    let numbers: BTreeSet<i64> = seen.iter().map(|key| key.id).collect();
    let is_gone = |key: &&SiteKey| key.upstream.as_ref().is_some_and(|upstream| !numbers.contains(&upstream.id));
    changes.remove = known.iter().filter(is_gone).map(|key| key.credential.id).collect();
    let by_number = by_number(known);
    let mut own: BTreeMap<&str, &SiteKey> = known
        .iter()
        .filter(|key| key.upstream.is_none())
        .map(|key| (key.credential.secret.expose_secret(), key))
        .collect();
    for key in seen {
        let secret = match key.material.clone().into_plain() {
            Some(secret) => Ok(secret),
            None => look.recovered.get(&key.id).cloned().unwrap_or(Err(KeyProblem::NotRecovered)),
        };
        let known = by_number.get(&key.id).copied();
        let known = known.or_else(|| own.remove(secret.as_ref().ok()?.expose_secret()));
        match known {
            Some(known) => changes.update.push(patch(known, key, secret, look)),
            None => changes.add.push(new_key(provider, key, secret, look)),
        }
    }
    let is_other = |patch: &SiteKeyPatch| alters(known, patch);
    changes.alters_routing =
        !changes.add.is_empty() || !changes.remove.is_empty() || changes.update.iter().any(is_other);
    changes
}

fn by_number(known: &[SiteKey]) -> BTreeMap<i64, &SiteKey> {
    known.iter().filter_map(|key| Some((key.upstream.as_ref()?.id, key))).collect()
}

fn is_ready(key: &SiteKey) -> bool {
    !key.credential.secret.expose_secret().is_empty()
}

fn upstream_of(key: SeenKey, problem: Option<String>, look: &Look<'_>) -> UpstreamKey {
    let is_open = |offer: &Offer| offer.is_open_to_key(&key.group, &key.auto_groups, look.account_group);
    UpstreamKey {
        id: key.id,
        group_closed: look.offer.is_some_and(|offer| !is_open(offer)),
        auto_groups: key.auto_groups,
        expires_at: key.expires_at,
        status: key.status,
        problem,
        name: key.name,
        remain_quota: key.remain_quota,
        used_quota: key.used_quota,
        unlimited_quota: key.has_unlimited_quota,
        model_limits: key.model_limits,
        synced_at: look.now,
    }
}

fn patch(known: &SiteKey, key: SeenKey, secret: Result<SecretString, KeyProblem>, look: &Look<'_>) -> SiteKeyPatch {
    let present = &known.credential;
    let is_other = |secret: &SecretString| secret.expose_secret() != present.secret.expose_secret();
    let problem = match &secret {
        Err(problem) if !is_ready(known) => Some(problem.as_str().to_owned()),
        Ok(_) | Err(_) => None,
    };
    // A name that the operator gave it here stays until the site's changes.
    let follows = known.upstream.as_ref().is_some_and(|upstream| upstream.name != key.name);
    let name = Some(name_of(&key)).filter(|name| follows && *name != present.name);
    SiteKeyPatch {
        id: present.id,
        secret: secret.ok().filter(is_other),
        name,
        group_name: Some(key.group.clone()).filter(|group| *group != present.group_name),
        upstream: upstream_of(key, problem, look),
    }
}

fn new_key(provider: &Provider, key: SeenKey, secret: Result<SecretString, KeyProblem>, look: &Look<'_>) -> NewSiteKey {
    let problem = secret.as_ref().err().map(|problem| problem.as_str().to_owned());
    let credential = NewCredential {
        name: name_of(&key),
        secret: secret.unwrap_or_default(),
        limits: Limits::NONE,
        call_quota: None,
        group_name: key.group.clone(),
        enabled: true,
        priority: provider.priority,
        weight: provider.weight,
        created_at: look.now,
    };
    NewSiteKey { credential, upstream: upstream_of(key, problem, look) }
}

fn name_of(key: &SeenKey) -> String {
    let name: String = key.name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    if name.trim().is_empty() { format!("key {}", key.id) } else { name }
}

/// Returns whether calls may go elsewhere for a change: anything but quotas and times.
fn alters(known: &[SiteKey], patch: &SiteKeyPatch) -> bool {
    let known = known.iter().find(|key| key.credential.id == patch.id);
    let upstream = known.and_then(|key| key.upstream.as_ref());
    let is_same = upstream.is_some_and(|upstream| upstream.standing() == patch.upstream.standing());
    patch.secret.is_some() || patch.name.is_some() || patch.group_name.is_some() || !is_same
}

/// Returns the key that was made: the only one that was not there before, else the only one of those that is as it was asked
/// for, else the one that the site named.
pub(crate) fn find_created(
    before: &BTreeSet<i64>,
    after: &[SeenKey],
    wanted: &NewKey,
    named: Option<i64>,
) -> Option<i64> {
    let fresh: Vec<&SeenKey> = after.iter().filter(|key| !before.contains(&key.id)).collect();
    let only = |keys: &[&SeenKey]| match keys {
        [key] => Some(key.id),
        _ => None,
    };
    let is_wanted = |key: &&&SeenKey| {
        key.name == wanted.name
            && (wanted.group.is_empty() || key.group == wanted.group)
            && key.has_unlimited_quota == wanted.quota.is_none()
            && wanted.quota.is_none_or(|quota| key.remain_quota == quota)
            && key.model_limits == wanted.model_limits
    };
    let alike: Vec<&SeenKey> = fresh.iter().filter(is_wanted).copied().collect();
    only(&fresh).or_else(|| only(&alike)).or_else(|| named.filter(|id| fresh.iter().any(|key| key.id == *id)))
}

/// Returns the credential that is a key of the site.
pub(crate) fn credential_of(keys: &[SiteKey], number: i64) -> Option<CredentialId> {
    keys.iter()
        .find(|key| key.upstream.as_ref().is_some_and(|upstream| upstream.id == number))
        .map(|key| key.credential.id)
}

#[cfg(test)]
mod tests;
