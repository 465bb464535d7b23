//! Providers and users by what people call them.

use std::collections::HashMap;

use sluice_domain::id::{ProviderId, UserId};
use sluice_store::{CallFilter, Grouping, PageRequest, ProviderFilter, UsageGroup, What};

use super::summary::usage_of;
use crate::admin::AdminState;
use crate::admin::wire::{Failure, Problem};

/// No more providers are named.
const MAX_PROVIDERS: u64 = 1_000;

/// Returns the provider that is meant; a name that nobody has any more matches no call.
pub(super) async fn find_provider(state: &AdminState, named: &str) -> Result<ProviderId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(ProviderId(id));
    }
    if let Some(declared) = state.declared.providers.iter().find(|provider| provider.name == named) {
        return Ok(declared.id);
    }
    let filter = ProviderFilter { keyword: Some(named.to_owned()), enabled: None };
    let found = state.store.list_providers(&filter, PageRequest::nth(0, MAX_PROVIDERS)).await?;
    let exact = found.items.into_iter().find(|provider| provider.name == named);
    exact.map(|provider| provider.id).ok_or_else(|| Problem::NotFound.with("what", What::Provider))
}

pub(super) async fn find_user(state: &AdminState, named: &str) -> Result<UserId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(UserId(id));
    }
    let login = state.store.find_login(named).await?;
    login.map(|login| login.user.id).ok_or_else(|| Problem::NotFound.with("what", What::User))
}

/// Returns the names of all providers, declared or stored.
pub(super) async fn providers(state: &AdminState) -> Result<HashMap<ProviderId, String>, Failure> {
    let stored = state.store.list_providers(&ProviderFilter::default(), PageRequest::nth(0, MAX_PROVIDERS)).await?;
    let all = stored.items.iter().chain(&state.declared.providers);
    Ok(all.map(|provider| (provider.id, provider.name.clone())).collect())
}

/// Returns the names of the providers that answered such calls, in the order of the alphabet.
pub(super) async fn of_providers(state: &AdminState, filter: &CallFilter) -> Result<Vec<String>, Failure> {
    let usage = usage_of(&CallFilter { provider_id: None, ..filter.clone() }, state.clock.now());
    let totals = state.store.usage_totals(&usage, Grouping::Provider, MAX_PROVIDERS).await?;
    let names = providers(state).await?;
    let mut answered: Vec<String> = totals
        .into_iter()
        .filter_map(|total| match total.group {
            UsageGroup::Provider(Some(id)) => names.get(&id).cloned(),
            UsageGroup::Provider(None)
            | UsageGroup::All
            | UsageGroup::Key(_)
            | UsageGroup::Model(_)
            | UsageGroup::User(_) => None,
        })
        .collect();
    answered.sort_unstable();
    answered.dedup();
    Ok(answered)
}
