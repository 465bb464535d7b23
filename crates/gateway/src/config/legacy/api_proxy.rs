//! The gateway with a folder of provider files and a database of sealed keys.
//!
//! Its keys become credentials, those of one provider and base URL together. Which of them went first was decided by
//! what is left of their quota and by their cost for each call. Those without quota keep that order as their priorities;
//! the others go below them with their quotas, and their costs become weights.

mod files;
mod seal;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sluice_domain::route::policy::Strategy;
use sluice_protocol::operation::Operation;
use sluice_protocol::vendor::{Vendors, path_param};
use sluice_store::OldKey;

use super::address::Address;
use super::document::{Credential, Model, Provider, Secret};
use super::{Translation, free_name};
use crate::config::Environment;
use files::ProviderFile;

/// Passphrase of installations that never set one.
const USUAL_PASSPHRASE: &str = "default-secret-key-change-in-production";
/// `remaining_quota` of a key without quota.
const UNLIMITED: i64 = -1;
/// Version of Azure's API that the old gateway should have named and did not.
const AZURE_VERSION: &str = "2025-04-01-preview";
/// What stands for the key in the headers of a provider file.
const KEY_PLACE: &str = "{{api_key}}";

/// What each provider calls the models that the old gateway offered.
const OFFERED: [(&str, &[(&str, &str)]); 3] = [
    ("openai", &[("gpt-4", "gpt-4"), ("gpt-4-turbo", "gpt-4-turbo-preview"), ("gpt-3.5-turbo", "gpt-3.5-turbo")]),
    (
        "anthropic",
        &[
            ("gpt-4", "claude-3-opus-20240229"),
            ("gpt-4-turbo", "claude-3-sonnet-20240229"),
            ("gpt-3.5-turbo", "claude-3-haiku-20240307"),
            ("claude-3-opus", "claude-3-opus-20240229"),
        ],
    ),
    ("azure", &[("gpt-4", "gpt-4"), ("gpt-4-turbo", "gpt-4"), ("gpt-3.5-turbo", "gpt-35-turbo")]),
];

/// Where an installation of the old gateway keeps its things.
pub(crate) struct Installation {
    providers: PathBuf,
    database: PathBuf,
    passphrase: Option<String>,
}

impl Installation {
    /// Finds one at `dir`: the folder of the program, or that of its provider files.
    pub(crate) fn find(dir: &Path, environment: &Environment) -> Self {
        let below = dir.join("configs").join("providers");
        let (root, providers) = if below.is_dir() {
            (dir.to_owned(), below)
        } else {
            (dir.parent().and_then(Path::parent).unwrap_or(dir).to_owned(), dir.to_owned())
        };
        let database = environment.get("DATABASE_PATH").map(|path| root.join(path));
        Self {
            providers,
            database: database.unwrap_or_else(|| root.join("data").join("api_proxy.db")),
            passphrase: environment.get("ENCRYPTION_KEY").map(str::to_owned),
        }
    }

    /// Returns what it says.
    pub(crate) fn translate(&self, vendors: &Vendors) -> Translation {
        let mut translation = Translation::default();
        let files = files::read_all(&self.providers, &mut translation);
        let keys = self.read_keys(&mut translation);
        add(&files, self.opened(keys, &mut translation), vendors, &mut translation);
        translation
    }

    fn read_keys(&self, to: &mut Translation) -> Vec<OldKey> {
        let shown = self.database.display().to_string();
        if !self.database.exists() {
            to.note(format!("there is no database `{shown}`, so there are no keys; `DATABASE_PATH` names another"));
            return Vec::new();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let read = match runtime {
            Ok(runtime) => {
                runtime.block_on(sluice_store::read_old_keys(&self.database)).map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        read.unwrap_or_else(|reason| {
            to.problem(shown, format!("cannot be read: {reason}"), "name the old database in `DATABASE_PATH`");
            Vec::new()
        })
    }

    /// Opens the seals; a key that stays shut is reported.
    fn opened(&self, keys: Vec<OldKey>, to: &mut Translation) -> Vec<(OldKey, Secret)> {
        let passphrase = self.passphrase.as_deref().unwrap_or(USUAL_PASSPHRASE);
        let mut opened = Vec::with_capacity(keys.len());
        for key in keys {
            match seal::open(&key.sealed, passphrase) {
                Some(secret) => opened.push((key, Secret(secret))),
                None => {
                    let at = format!("{} key `{}`", self.database.display(), key.name);
                    to.problem(at, "cannot be opened", "set `ENCRYPTION_KEY` to what the old gateway had");
                }
            }
        }
        opened
    }
}

fn add(files: &[ProviderFile], keys: Vec<(OldKey, Secret)>, vendors: &Vendors, to: &mut Translation) {
    to.document.routing.strategy = Some(Strategy::QuotaFirst);
    let ranks = Ranks::of(keys.iter().map(|(key, _)| key));
    let mut places: Vec<Place> = Vec::new();
    for (key, secret) in keys {
        note_quota(&key, to);
        let file = files.iter().find(|file| file.provider == key.provider);
        let place = Place::of(&key, file);
        let index = places.iter().position(|known| *known == place);
        if index.is_none() {
            match provider_of(&key, file, vendors) {
                Ok(provider) => add_provider(provider, (&key, file, &secret), to),
                Err((what, fix)) => {
                    to.problem(format!("key `{}`", key.name), format!("`base_url` {what}"), fix);
                    continue;
                }
            }
            places.push(place);
        }
        if let Some(provider) = to.document.providers.get_mut(index.unwrap_or(places.len() - 1)) {
            add_credential(provider, &key, ranks.credential(&key, secret));
        }
    }
    let is_unused = |file: &&ProviderFile| !places.iter().any(|place| place.provider == file.provider);
    let unused = files.iter().filter(is_unused);
    to.notes.extend(unused.map(|file| format!("provider `{}` has no key and is left out", file.provider)));
}

/// What keys of one provider have in common.
#[derive(PartialEq, Eq)]
struct Place {
    provider: String,
    base_url: String,
    /// The key's own id where a header of the provider holds it: such keys cannot share a provider.
    alone: Option<i64>,
}

impl Place {
    fn of(key: &OldKey, file: Option<&ProviderFile>) -> Self {
        let is_in_header = file.is_some_and(|file| !file.own_headers(KEY_PLACE).is_empty());
        Self {
            provider: key.provider.clone(),
            base_url: key.base_url.trim().trim_end_matches('/').to_owned(),
            alone: is_in_header.then_some(key.id),
        }
    }
}

fn add_provider(provider: Provider, of: (&OldKey, Option<&ProviderFile>, &Secret), to: &mut Translation) {
    let (key, file, secret) = of;
    let name = free_name(&key.provider, to.document.provider_names());
    let headers = file.map(|file| file.headers_with(&secret.0)).unwrap_or_default();
    to.document.providers.push(Provider { name, headers, ..provider });
}

fn add_credential(provider: &mut Provider, key: &OldKey, plain: Credential) {
    let names = provider.credentials.iter().map(|credential| credential.name.as_str());
    let name = free_name(&key.name, names);
    let enabled = (!key.is_active).then_some(false);
    provider.credentials.push(Credential { name, enabled, ..plain });
}

fn note_quota(key: &OldKey, to: &mut Translation) {
    match key.remaining_quota {
        UNLIMITED => {}
        0 => to.note(format!("key `{}` has no calls left; raise its `call_quota` to use it again", key.name)),
        left => to.note(format!("key `{}` has {left} calls left, which are counted down from now on", key.name)),
    }
}

/// Where each key stands among the others.
struct Ranks {
    /// Those without quota: the cheaper the higher, all above the others.
    priorities: BTreeMap<i64, i64>,
    /// Those with one: the cheaper the heavier, from 1.
    weights: BTreeMap<i64, i64>,
}

impl Ranks {
    fn of<'k>(keys: impl Iterator<Item = &'k OldKey>) -> Self {
        let (unlimited, limited): (Vec<_>, Vec<_>) = keys.partition(|key| key.remaining_quota == UNLIMITED);
        Self { priorities: ranked(&unlimited), weights: ranked(&limited) }
    }

    fn credential(&self, key: &OldKey, secret: Secret) -> Credential {
        let weight = self.weights.get(&key.id).and_then(|weight| u64::try_from(*weight).ok());
        let priority = self.priorities.get(&key.id).copied();
        let call_quota = weight.map(|_| u64::try_from(key.remaining_quota).unwrap_or(0));
        Credential { secret, priority: priority.or(Some(0)), weight, call_quota, ..Credential::default() }
    }
}

/// Returns a rank from 1 for each key, the cheapest highest; those that cost the same share one.
fn ranked(keys: &[&OldKey]) -> BTreeMap<i64, i64> {
    let mut keys = keys.to_vec();
    keys.sort_by(|a, b| b.cost_per_request.total_cmp(&a.cost_per_request));
    let mut rank = 0;
    let mut last = None;
    let mut ranked = BTreeMap::new();
    for key in keys {
        rank += i64::from(last != Some(key.cost_per_request));
        last = Some(key.cost_per_request);
        ranked.insert(key.id, rank);
    }
    ranked
}

fn provider_of(
    key: &OldKey,
    file: Option<&ProviderFile>,
    vendors: &Vendors,
) -> Result<Provider, (String, &'static str)> {
    let speaks = |dialect: &str| file.is_some_and(|file| file.request_format.as_deref() == Some(dialect));
    let is_anthropic = key.provider == "anthropic" || speaks("anthropic");
    let is_azure = key.provider == "azure";
    let bare = Address::bare(&key.base_url)?;
    let base_url = key.base_url.trim().trim_end_matches('/').to_owned();
    let (vendor, base_url, params) = match (is_anthropic, is_azure) {
        (true, _) => ("anthropic".to_owned(), base_url, BTreeMap::new()),
        (_, true) if base_url.contains("/deployments/") => {
            let path = bare.params.get(&path_param(Operation::ChatCompletions)).cloned().unwrap_or_default();
            let path = format!("{path}?api-version={AZURE_VERSION}");
            ("azure".to_owned(), base_url, BTreeMap::from([(path_param(Operation::ChatCompletions), path)]))
        }
        (_, true) => ("azure".to_owned(), base_url, BTreeMap::new()),
        (false, false) => (bare.vendor(vendors), bare.base_url, bare.params),
    };
    let remark = file.map(|file| file.name.clone()).unwrap_or_default();
    let models = models(&key.provider, file);
    Ok(Provider { vendor, base_url: Some(base_url), params, remark, models, ..Provider::default() })
}

/// Returns what the old gateway offered of a provider, and what its file lists.
fn models(provider: &str, file: Option<&ProviderFile>) -> Vec<Model> {
    let offered = OFFERED.iter().filter(|(name, _)| *name == provider).flat_map(|(_, models)| *models);
    let mut models: Vec<Model> = offered
        .map(|(name, there)| Model {
            upstream: Some((*there).to_owned()).filter(|there| there != name),
            ..Model::named(*name)
        })
        .collect();
    for name in file.iter().flat_map(|file| &file.models) {
        if !models.iter().any(|model| model.name == *name) {
            models.push(Model::named(name));
        }
    }
    models
}
