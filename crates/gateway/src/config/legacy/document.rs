//! The part of `sluice.yaml` that old configurations turn into, under the names that it has there.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use sluice_domain::route::policy::{Alias, Rule, Strategy};

/// What `sluice.yaml` would say.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Document {
    /// Where it listens.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) listen: BTreeMap<&'static str, Value>,
    /// What is logged.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) log: BTreeMap<&'static str, Value>,
    /// How records are kept.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) records: BTreeMap<&'static str, Value>,
    /// How calls are routed.
    #[serde(skip_serializing_if = "Routing::is_empty")]
    pub(crate) routing: Routing,
    /// Upstream accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) providers: Vec<Provider>,
    /// Keys of callers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<Key>,
}

/// How calls are routed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Routing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strategy: Option<Strategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_provider: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) aliases: Vec<Alias>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<Rule>,
}

/// An upstream account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) vendor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) params: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) timeouts: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) remark: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) credentials: Vec<Credential>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<Model>,
}

/// A secret of a provider.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Credential {
    pub(crate) name: String,
    pub(crate) secret: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call_quota: Option<u64>,
}

/// A text that nothing but the configuration itself may show.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A model of a provider.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) name: String,
    /// Name to send; `None` sends what was asked for.
    pub(crate) upstream: Option<String>,
    pub(crate) priority: Option<i64>,
}

impl Model {
    /// Makes one that is asked for as it is called there.
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.upstream.is_none() && self.priority.is_none() {
            return serializer.serialize_str(&self.name);
        }
        let mut table = Map::new();
        table.insert("name".to_owned(), self.name.as_str().into());
        table.extend(self.upstream.as_deref().map(|upstream| ("upstream".to_owned(), upstream.into())));
        table.extend(self.priority.map(|priority| ("priority".to_owned(), priority.into())));
        table.serialize(serializer)
    }
}

/// A key of callers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Key {
    pub(crate) name: String,
    /// SHA-256 of its body: old keys may be too short to be declared in the open.
    pub(crate) hash: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) providers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strategy: Option<Strategy>,
}

/// Below this length a key could be found by trying.
const SAFE_KEY_CHARS: usize = 16;

impl Key {
    /// Makes a key that callers present as `presented`.
    pub(crate) fn presented(name: impl Into<String>, presented: &str) -> Self {
        Self { name: name.into(), hash: hex::encode(sluice_store::hash_key(presented).0), ..Self::default() }
    }
}

/// Returns whether a key that callers present could be found by trying.
pub(crate) fn is_short(presented: &str) -> bool {
    sluice_domain::key::key_body(presented).chars().count() < SAFE_KEY_CHARS
}

impl Routing {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Document {
    /// Returns it as the tree that a file is read into.
    pub(crate) fn into_table(self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(table)) => table,
            // Nothing in it can fail to be written: keys are texts and numbers are whole.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    /// Returns the names of the providers.
    pub(super) fn provider_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.providers.iter().map(|provider| provider.name.as_str())
    }

    /// Returns the names of the keys.
    pub(super) fn key_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.keys.iter().map(|key| key.name.as_str())
    }
}
