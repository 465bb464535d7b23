//! Vendors as data: one JSON file says how a kind of upstream is spoken to.

mod balance;
mod traits;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

pub use balance::{BalanceSource, Reading};
pub(crate) use traits::Pattern;
pub use traits::{TraitRule, TraitRules};

use crate::operation::{Dialect, Family, Operation};
use crate::suffix::Suffixes;

/// A deviation from what the dialect's own vendor does. Each is implemented in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// Usage reports reasoning tokens in addition to `completion_tokens`.
    ReasoningOutsideOutput,
    /// The vendor refuses `stream_options`.
    NoStreamOptions,
    /// Cached tokens are reported as `prompt_cache_hit_tokens`.
    CacheHitFields,
    /// The last chunk of a stream has `usage` inside `choices[0]`.
    UsageInChoices,
    /// The vendor has every path that its file names: "not found" means something else.
    CertainPaths,
    /// Responses are not kept: `store` and `previous_response_id` of the Responses API have no effect, or are refused.
    KeepsNoResponses,
}

/// A management API: by it an account's keys, prices and balance are kept current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Management {
    /// That of NewAPI, One-API and their descendants.
    Newapi,
}

/// How a secret is presented.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Header name, lower case.
    pub header: String,
    /// Text before the secret, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
}

/// A vendor's name for people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// A kind of upstream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Unique name, as providers refer to it.
    pub name: String,
    /// Name shown to people.
    pub title: Title,
    /// Where the vendor documents its API.
    #[serde(default)]
    pub docs: String,
    /// Root URL; `None` when the operator must give it.
    #[serde(default)]
    pub base_url: Option<String>,
    /// How a secret is presented.
    pub auth: Auth,
    /// Exceptions by dialect.
    #[serde(default)]
    pub auth_by_dialect: BTreeMap<String, Auth>,
    /// Headers that are set where the client sent none.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Default values for placeholders in paths.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Path of each operation that the vendor has.
    pub paths: BTreeMap<Operation, String>,
    /// Dialects into which a chat is converted first, best first; the others come after them.
    #[serde(default)]
    pub preferred: Vec<Dialect>,
    /// How long its prompt caches live after their last use, seconds, as far as it says.
    #[serde(default)]
    pub prompt_cache_secs: Option<u32>,
    /// Which management API its sites have.
    #[serde(default)]
    pub management: Option<Management>,
    /// Where it says what is left on an account.
    #[serde(default)]
    pub balance: Option<BalanceSource>,
    /// Deviations.
    #[serde(default)]
    pub quirks: Vec<Quirk>,
    /// How its models differ, for conversions; comes after the rules for all vendors.
    #[serde(default)]
    pub traits: Vec<TraitRule>,
}

fn check_traits(rules: &[TraitRule]) -> Result<(), String> {
    for (index, rule) in rules.iter().enumerate() {
        rule.check().map_err(|reason| format!("`traits[{index}]`: {reason}"))?;
    }
    Ok(())
}

// `BTreeMap` keys need an order; the declaration order of operations serves.
impl PartialOrd for Operation {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Operation {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// A vendor file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("vendor file `{file}`: {reason}")]
pub struct VendorError {
    /// File name.
    pub file: String,
    /// What is wrong.
    pub reason: String,
}

/// All known vendors by name.
#[derive(Debug, Clone, Default)]
pub struct Vendors {
    by_name: BTreeMap<String, Vendor>,
    /// Rules for models, whatever the vendor.
    models: Arc<[TraitRule]>,
    suffixes: Arc<Suffixes>,
}

/// The file with rules for models of all vendors: relays and clouds serve them too.
const MODELS: (&str, &str) = ("models", include_str!("../vendors/models.json"));

/// The shape of that file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelsFile {
    traits: Vec<TraitRule>,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../vendors/", $name, ".json")))),+] };
}

const EMBEDDED: &[(&str, &str)] = embedded![
    "anthropic",
    "azure",
    "cohere",
    "dashscope",
    "deepseek",
    "gemini",
    "groq",
    "jina",
    "minimax",
    "mistral",
    "moonshot",
    "newapi",
    "ollama",
    "openai",
    "openai_compatible",
    "openrouter",
    "siliconflow",
    "vllm",
    "volcengine",
    "xai",
    "zhipu",
];

impl Vendors {
    /// Returns the vendors that ship with Sluice.
    ///
    /// # Errors
    /// Names the file that does not follow the schema; a test makes sure that none does.
    pub fn embedded() -> Result<Self, VendorError> {
        let mut vendors = Self { suffixes: Arc::new(Suffixes::embedded()?), ..Self::default() };
        vendors.set_models(MODELS.0, MODELS.1)?;
        for (name, text) in EMBEDDED {
            vendors.add(name, text)?;
        }
        Ok(vendors)
    }

    /// Adds the vendor of one file, replacing one of the same name.
    ///
    /// # Errors
    /// Says what in the file is wrong.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), VendorError> {
        let fail = |reason: String| VendorError { file: file.to_owned(), reason };
        let vendor: Vendor = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
        vendor.check().map_err(fail)?;
        self.by_name.insert(vendor.name.clone(), vendor);
        Ok(())
    }

    /// Replaces the rules for models of all vendors.
    ///
    /// # Errors
    /// Says what in the file is wrong.
    pub fn set_models(&mut self, file: &str, text: &str) -> Result<(), VendorError> {
        let fail = |reason: String| VendorError { file: file.to_owned(), reason };
        let models: ModelsFile = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
        check_traits(&models.traits).map_err(fail)?;
        self.models = models.traits.into();
        Ok(())
    }

    /// Returns how a vendor's models differ.
    #[must_use]
    pub fn trait_rules(&self, vendor: &Vendor) -> TraitRules {
        TraitRules::new(Arc::clone(&self.models), &vendor.traits)
    }

    /// Returns what the ends of models' names mean.
    #[must_use]
    pub fn suffixes(&self) -> &Arc<Suffixes> {
        &self.suffixes
    }

    /// Returns a vendor.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Vendor> {
        self.by_name.get(name)
    }

    /// Returns all vendors by name.
    pub fn iter(&self) -> impl Iterator<Item = &Vendor> {
        self.by_name.values()
    }
}

impl Vendor {
    fn check(&self) -> Result<(), String> {
        for (operation, path) in &self.paths {
            if !path.starts_with('/') {
                return Err(format!("the path of `{}` must begin with `/`", operation.as_str()));
            }
            for placeholder in placeholders(path) {
                if !matches!(placeholder, "model" | "id") && !self.params.contains_key(placeholder) {
                    return Err(format!(
                        "the path of `{}` uses `{{{placeholder}}}`, which `params` does not define",
                        operation.as_str()
                    ));
                }
            }
        }
        if let Some(balance) = &self.balance {
            balance.check(&self.params)?;
        }
        check_traits(&self.traits)?;
        let known = ["openai_chat", "openai_responses", "anthropic", "gemini", "single"];
        match self.auth_by_dialect.keys().find(|dialect| !known.contains(&dialect.as_str())) {
            Some(dialect) => Err(format!("`auth_by_dialect` names the unknown dialect `{dialect}`")),
            None => Ok(()),
        }
    }

    /// Returns how a secret is presented on calls of `dialect`.
    #[must_use]
    pub fn auth_for(&self, dialect: Dialect) -> &Auth {
        self.auth_by_dialect.get(dialect.as_str()).unwrap_or(&self.auth)
    }

    /// Returns the dialects of chat that the vendor speaks, in the order in which a call is converted into one of them.
    /// Unless the file says otherwise chat completions go first: whoever calls itself compatible has them.
    #[must_use]
    pub fn chat_dialects(&self) -> Vec<Dialect> {
        const USUAL: [Dialect; 4] =
            [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini];
        let mut dialects: Vec<Dialect> = Vec::new();
        for &dialect in self.preferred.iter().chain(&USUAL) {
            let is_spoken =
                Operation::chat_in(dialect, false).is_some_and(|operation| self.paths.contains_key(&operation));
            if is_spoken && !dialects.contains(&dialect) {
                dialects.push(dialect);
            }
        }
        dialects
    }

    /// Returns whether the vendor has a deviation.
    #[must_use]
    pub fn has_quirk(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// Returns the template for one operation under a base URL's path, or `None` when the vendor lacks the operation.
    ///
    /// `base_path` is the path of the provider's base URL. People paste the vendor's root, but also what an SDK takes,
    /// such as `https://host/v1` or `https://host/compatible-mode/v1`: what the base has in common with the front of
    /// any path of the vendor stands only once. A provider's parameter named by [`path_param`] replaces all of it.
    #[must_use]
    pub fn template(
        &self,
        operation: Operation,
        base_path: &str,
        params: &BTreeMap<String, String>,
    ) -> Option<PathTemplate> {
        let value = |name: &str| params.get(name).or_else(|| self.params.get(name));
        if let Some(path) = params.get(&path_param(operation)).filter(|path| path.starts_with('/')) {
            return Some(PathTemplate::new(path, operation.dialect().family(), value));
        }
        let path = self.paths.get(&operation)?;
        let base = base_path.trim_end_matches('/');
        let joined = match self.root_of(base) {
            Some(root) => format!("{root}{path}"),
            None => format!("{base}{}", without_repeated_version(base, path)),
        };
        Some(PathTemplate::new(&joined, operation.dialect().family(), value))
    }

    /// Returns `base` without the longest end that is the front of some path of this vendor; `None` without such an
    /// end.
    fn root_of<'b>(&self, base: &'b str) -> Option<&'b str> {
        base.match_indices('/').map(|(at, _)| base.split_at(at)).find_map(|(root, end)| {
            let is_front = |path: &String| path.strip_prefix(end).is_some_and(|rest| rest.starts_with('/'));
            self.paths.values().any(is_front).then_some(root)
        })
    }
}

/// Returns the name of the parameter by which a provider gives an operation a path of its own, query included.
#[must_use]
pub fn path_param(operation: Operation) -> String {
    format!("path_{}", operation.as_str())
}

fn without_repeated_version<'a>(base: &str, path: &'a str) -> &'a str {
    if !base.rsplit('/').next().is_some_and(is_version) {
        return path;
    }
    match path.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((first, rest)) if is_version(first) => path.get(path.len() - rest.len() - 1..).unwrap_or(path),
        _ => path,
    }
}

fn is_version(segment: &str) -> bool {
    let Some(rest) = segment.strip_prefix('v') else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && matches!(rest.get(digits..), Some("" | "beta" | "alpha"))
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A path with its parameters filled in; only the model or the object's id is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    before: String,
    /// What stands after the open place; `None` when there is no open place.
    after: Option<String>,
    family: Family,
}

impl PathTemplate {
    fn new<'v>(path: &str, family: Family, value: impl Fn(&str) -> Option<&'v String>) -> Self {
        let mut filled = path.to_owned();
        let names: Vec<String> = placeholders(path).map(str::to_owned).collect();
        for name in names {
            if let Some(value) = value(&name) {
                filled = filled.replace(&format!("{{{name}}}"), &encode(value));
            }
        }
        let open = ["{model}", "{id}"].iter().find_map(|place| filled.split_once(place));
        match open {
            Some((before, after)) => Self { before: before.to_owned(), after: Some(after.to_owned()), family },
            None => Self { before: filled, after: None, family },
        }
    }

    /// Returns the path without query where nothing is open, so that it can be prepared once.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        self.after.is_none().then_some(self.before.as_str())
    }

    /// Returns path and query for a call: `subject` is the model's name upstream or the object's id, `query` the
    /// client's query without our key. `client_path` decides between Google's `v1` and `v1beta`. `None` when the
    /// subject would lead out of its place in the path.
    #[must_use]
    pub fn render(&self, subject: &str, query: &str, client_path: &str) -> Option<String> {
        let mut path = self.before.clone();
        if let Some(after) = &self.after {
            if subject.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
                return None;
            }
            // Google's names may have slashes (`tunedModels/x`), which stay.
            path.push_str(&encode_segments(subject));
            path.push_str(after);
        }
        if self.family == Family::Gemini
            && client_path.starts_with("/v1/")
            && let Some(at) = path.rfind("/v1beta/models/")
        {
            path.replace_range(at..at + "/v1beta".len(), "/v1");
        }
        if !query.is_empty() {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(query);
        }
        Some(path)
    }
}

fn encode(text: &str) -> String {
    encode_keeping(text, b"-._~:")
}

fn encode_segments(text: &str) -> String {
    encode_keeping(text, b"-._~:/@")
}

fn encode_keeping(text: &str, kept: &[u8]) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
