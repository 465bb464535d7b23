//! `sluice import`: an old configuration as a file of ours, or as rows of the database.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sluice_domain::clock::Clock;
use sluice_domain::id::{CredentialId, ProviderId, UserId};
use sluice_domain::provider::{Credential, Provider};
use sluice_domain::route::policy::Policy;
use sluice_protocol::vendor::Vendors;
use sluice_store::{NewCredential, NewKey, NewProvider, NewRoute, PolicySetting, Store};

use super::{Translation, api_proxy, cost_optimal, token_routes};
use crate::config::{Declared, Environment};

/// An old configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// A file, or the folder of a program.
    pub(crate) path: PathBuf,
}

impl Source {
    /// Returns what it says in our words.
    ///
    /// # Errors
    /// It cannot be read, or is of no known kind.
    pub(crate) fn translate(&self, environment: &Environment) -> anyhow::Result<Translation> {
        let vendors = Vendors::embedded()?;
        let shown = self.path.display();
        if self.path.is_dir() {
            let environment = with_variables(&self.path.join(".env"), environment)?;
            if !self.path.join("configs").is_dir()
                && let Some(translation) = token_routes::translate(&environment, &self.path, &vendors)
            {
                return Ok(translation);
            }
            return Ok(api_proxy::Installation::find(&self.path, &environment).translate(&vendors));
        }
        let text = fs::read_to_string(&self.path).with_context(|| format!("`{shown}` cannot be read"))?;
        if cost_optimal::recognises(&text) {
            return Ok(cost_optimal::translate(&shown.to_string(), &text, &vendors));
        }
        if text.trim_start().starts_with(['[', '{']) {
            return Ok(token_routes::translate_text(&shown.to_string(), &text, &vendors));
        }
        let variables = with_variables(&self.path, &Environment::default())?;
        let dir = self.path.parent().unwrap_or(Path::new(""));
        token_routes::translate(&variables, dir, &vendors).with_context(|| {
            format!("`{shown}` is no configuration of a known gateway; `docs/migrating.md` says which are known")
        })
    }
}

fn with_variables(file: &Path, environment: &Environment) -> anyhow::Result<Environment> {
    let mut environment = environment.clone();
    if file.exists() {
        let text = fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        environment.add_dotenv(&text).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    }
    Ok(environment)
}

/// What was written into the database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) providers: usize,
    pub(crate) credentials: usize,
    pub(crate) routes: usize,
    pub(crate) keys: usize,
}

/// Writes rows into the database; keys become those of `owner`.
///
/// # Errors
/// A provider of the same name is there already, in which case nothing is written, or the database fails on the way.
pub(crate) async fn write(store: &Store, declared: &Declared, owner: UserId) -> anyhow::Result<Written> {
    let there = store.load_catalog().await.context("the database cannot be read")?;
    let is_there = |name: &str| there.providers.iter().any(|provider| provider.name == name);
    if let Some(twice) = declared.providers.iter().find(|provider| is_there(&provider.name)) {
        bail!("there is a provider `{}` already; rename or delete it first, nothing was written", twice.name);
    }
    let mut written = Written::default();
    let mut providers: BTreeMap<ProviderId, ProviderId> = BTreeMap::new();
    let mut credentials: BTreeMap<CredentialId, (ProviderId, CredentialId)> = BTreeMap::new();
    for provider in &declared.providers {
        let made = store.create_provider(new_provider(provider)).await;
        let made = made.with_context(|| format!("the provider `{}` cannot be made", provider.name))?;
        providers.insert(provider.id, made.id);
        written.providers += 1;
    }
    for credential in &declared.credentials {
        let Some(&provider) = providers.get(&credential.provider_id) else { continue };
        let made = store.create_credential(provider, new_credential(credential)).await;
        let made = made.with_context(|| format!("the credential `{}` cannot be made", credential.name))?;
        credentials.insert(credential.id, (provider, made.id));
        written.credentials += 1;
    }
    for route in &declared.routes {
        let Some(&(_, credential_id)) = credentials.get(&route.credential_id) else { continue };
        let new = NewRoute {
            model: route.model.clone(),
            credential_id,
            upstream_model: route.upstream_model.clone(),
            enabled: route.enabled,
            priority: route.priority,
            weight: route.weight,
        };
        store.create_route(new).await.with_context(|| format!("the route of `{}` cannot be made", route.model))?;
        written.routes += 1;
    }
    written.keys = write_keys(store, declared, owner).await?;
    write_policy(store, declared, there.policy).await?;
    Ok(written)
}

/// Lays what is declared over the policy of the database.
async fn write_policy(store: &Store, declared: &Declared, stored: Policy) -> anyhow::Result<()> {
    let policy = declared.policy.over(stored.clone());
    let mut settings = BTreeMap::new();
    for setting in PolicySetting::all() {
        let text = setting.text(&policy)?;
        if text != setting.text(&stored)? {
            settings.insert(setting.name().to_owned(), text);
        }
    }
    store.put_options(&settings).await.context("the routing settings cannot be changed")
}

async fn write_keys(store: &Store, declared: &Declared, owner: UserId) -> anyhow::Result<usize> {
    let mut count = 0;
    for declared in &declared.keys {
        if store.find_caller(&declared.hash).await.context("the database cannot be read")?.is_some() {
            continue;
        }
        let key = &declared.caller.key;
        let new = NewKey {
            name: key.name.clone(),
            hash: declared.hash,
            last4: key.last4.clone(),
            enabled: key.enabled,
            models: key.models.clone(),
            addresses: key.addresses.clone(),
            expires_at: key.expires_at,
            billing: key.billing,
            limits: key.limits,
            scope: key.scope.clone(),
            created_at: Clock::System.now(),
        };
        store.create_key(owner, new).await.with_context(|| format!("the key `{}` cannot be made", key.name))?;
        count += 1;
    }
    Ok(count)
}

fn new_provider(provider: &Provider) -> NewProvider {
    NewProvider {
        name: provider.name.clone(),
        vendor: provider.vendor.clone(),
        base_url: provider.base_url.clone(),
        enabled: provider.enabled,
        priority: provider.priority,
        weight: provider.weight,
        params: provider.params.clone(),
        headers: provider.headers.clone(),
        rotation: provider.rotation,
        proxy_url: provider.proxy_url.clone(),
        timeouts: provider.timeouts,
        model_alias: provider.model_alias.clone(),
        access_token: None,
        upstream_user_id: None,
        checkin_enabled: false,
        remark: provider.remark.clone(),
        created_at: Clock::System.now(),
    }
}

fn new_credential(credential: &Credential) -> NewCredential {
    NewCredential {
        name: credential.name.clone(),
        secret: credential.secret.clone(),
        group_name: credential.group_name.clone(),
        enabled: credential.enabled,
        priority: credential.priority,
        weight: credential.weight,
        limits: credential.limits,
        call_quota: credential.call_quota,
        created_at: Clock::System.now(),
    }
}
