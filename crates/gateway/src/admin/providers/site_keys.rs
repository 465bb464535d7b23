//! Keys at the providers' sites: making and deleting them there, and entering secrets that a site does not show.

use std::collections::BTreeSet;

use sluice_domain::SecretString;
use sluice_domain::provider::{Credential, Provider};
use sluice_store::{KeyChanges, SiteKeyPatch, UpstreamKey};

use super::credential_view::CreatedView;
use super::standing::say;
use super::{find, sync};
use crate::admin::AdminState;
use crate::admin::wire::input::{not_negative, text};
use crate::admin::wire::{Failure, Language, Note, Problem, Reply, found_with};
use crate::newapi::{NewKey, Offer, SiteFault, credential_of, find_created};

/// Longest name that sites take.
const NAME_CHARS: usize = 30;
const USUAL_NAME: &str = "sluice";

/// A key that somebody wants at a site.
pub(super) struct SiteKeyWish {
    pub(super) group_name: Option<String>,
    pub(super) unlimited_quota: Option<bool>,
    pub(super) remain_quota: Option<i64>,
    pub(super) model_limits: String,
}

impl SiteKeyWish {
    fn read(&self, name: Option<&str>, offer: &Offer, user_id: Option<i64>) -> Result<NewKey, Failure> {
        let groups: Vec<String> = offer.open_groups().into_iter().map(|(group, _)| group).collect();
        let group = match self.group_name.as_deref().map(str::trim).filter(|group| !group.is_empty()) {
            Some(group) if !groups.is_empty() && !groups.iter().any(|open| open == group) => {
                let failure = Problem::KeyGroupUnknown.with("field", "group_name").with("group", group);
                return Err(failure.with("groups", groups.join(", ")));
            }
            Some(group) => group.to_owned(),
            None => offer.default_group(user_id),
        };
        let is_unlimited = self.unlimited_quota.unwrap_or(self.remain_quota.is_none());
        let quota =
            if is_unlimited { None } else { Some(not_negative("remain_quota", self.remain_quota.unwrap_or(0))?) };
        let model_limits = text("model_limits", &self.model_limits, 100_000)?;
        let model_limits =
            model_limits.split(',').map(|model| model.trim().to_owned()).filter(|model| !model.is_empty());
        Ok(NewKey {
            name: text("name", name.unwrap_or(USUAL_NAME), NAME_CHARS)?,
            group,
            quota,
            model_limits: model_limits.collect(),
        })
    }
}

fn failed(fault: &SiteFault, language: Language) -> Failure {
    Problem::SiteFailed.with("reason", say(fault, language))
}

/// Makes a key at the provider's site, and then whatever it takes for it to be used.
pub(super) async fn create(
    state: &AdminState,
    provider: &Provider,
    (wish, name): (&SiteKeyWish, Option<String>),
    language: Language,
) -> Reply<CreatedView> {
    let offer = state.upkeep.offer_of(provider.id).await?.ok_or(Problem::NoOffer)?;
    let wanted = wish.read(name.as_deref(), &offer, provider.upstream_user_id)?;
    let fail = |fault: SiteFault| failed(&fault, language);
    let site = state.upkeep.site(provider).map_err(fail)?;
    let before: BTreeSet<i64> = site.keys().await.map_err(fail)?.iter().map(|key| key.id).collect();
    let named = site.create_key(&wanted).await.map_err(fail)?;
    // From here on the key exists: what fails now is told, and does not hide that.
    let number = match site.keys().await {
        Ok(after) => find_created(&before, &after, &wanted, named),
        Err(_) => named,
    };
    sync::refresh(state, provider).await?;
    let keys = state.store.list_site_keys(provider.id).await?;
    let made = number.and_then(|number| credential_of(&keys, number));
    let made = keys.iter().find(|key| Some(key.credential.id) == made);
    let problem = made.and_then(|key| key.upstream.as_ref()).and_then(|upstream| upstream.problem.clone());
    let message = match (made, problem) {
        (None, _) => Note::KeyUnidentified.say(language, &[]),
        (Some(_), Some(reason)) => Note::KeyUnresolved.say(language, &[("reason", reason)]),
        (Some(_), None) => Note::KeyCreated.say(language, &[]),
    };
    found_with(message, CreatedView::there(made))
}

/// Deletes a key at its site. Without an account there nothing can be done, and the credential is only forgotten here.
pub(super) async fn delete(
    state: &AdminState,
    credential: &Credential,
    upstream: &UpstreamKey,
    language: Language,
) -> Result<(), Failure> {
    let provider = find(state, credential.provider_id).await?;
    if !state.upkeep.is_managed(&provider) {
        return Ok(());
    }
    let site = state.upkeep.site(&provider).map_err(|fault| failed(&fault, language))?;
    let Err(fault) = site.delete_key(upstream.id).await else { return Ok(()) };
    // The answer to an earlier try may have been lost, or somebody deleted it there: what is gone need not be deleted.
    match site.keys().await {
        Ok(keys) if keys.iter().all(|key| key.id != upstream.id) => Ok(()),
        Ok(_) | Err(_) => Err(failed(&fault, language)),
    }
}

/// Keeps a secret that the operator entered for a key of the site: its problem is solved.
pub(super) async fn enter(
    state: &AdminState,
    credential: &Credential,
    upstream: UpstreamKey,
    secret: &SecretString,
) -> Result<(), Failure> {
    let patch = SiteKeyPatch {
        id: credential.id,
        upstream: UpstreamKey { problem: None, ..upstream },
        secret: Some(secret.clone()),
        name: None,
        group_name: None,
    };
    let changes = KeyChanges { update: vec![patch], alters_routing: true, ..KeyChanges::default() };
    Ok(state.store.apply_key_changes(credential.provider_id, &changes).await?)
}
