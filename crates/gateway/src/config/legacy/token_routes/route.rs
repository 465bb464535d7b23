//! One route of the old gateway: a token and the upstream that it stands for.

use std::collections::BTreeMap;

use sluice_protocol::vendor::Vendors;

use crate::config::Environment;
use crate::config::legacy::Translation;

const DEFAULT_MODEL: &str = "openai/gpt-4o-mini";
pub(super) const DEFAULT_PROVIDER: &str = "openrouter";
const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";
const DEFAULT_TIMEOUT_MS: u64 = 60_000;
/// Longest time-out that a provider can have.
const MAX_TIMEOUT_SECS: f64 = 86_400.0;

/// A token and the upstream that it stands for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Where it is written.
    pub(super) place: String,
    /// What its key is to be called.
    pub(super) name: String,
    pub(super) token: String,
    /// A label, which names a vendor where there is one of that name.
    pub(super) provider: String,
    pub(super) default_model: Option<String>,
    /// The only models that it may be used for; empty for all.
    pub(super) available_models: Vec<String>,
    /// `None` for the address of the vendor that `provider` names.
    pub(super) base_url: Option<String>,
    pub(super) chat_url: Option<String>,
    pub(super) models_url: Option<String>,
    pub(super) timeout_ms: u64,
    pub(super) api_keys: Vec<String>,
    pub(super) extra_headers: BTreeMap<String, String>,
}

/// What routes that do not say otherwise have.
pub(super) struct Defaults<'v> {
    vendors: &'v Vendors,
    pub(super) model: Option<String>,
    /// The base URL that was set.
    pub(super) base_url: Option<String>,
    pub(super) timeout_ms: u64,
    /// For routes to OpenRouter that are made of single variables.
    pub(super) openrouter_timeout_ms: u64,
}

impl<'v> Defaults<'v> {
    pub(super) fn read(environment: &Environment, vendors: &'v Vendors, to: &mut Translation) -> Self {
        let set = |name: &'static str| environment.raw(name).map(|text| (name, text));
        let mut timeout = |found: Option<(&'static str, &str)>| {
            let (name, text) = found?;
            let read = text.trim().parse().ok().and_then(timeout_ms);
            if read.is_none() {
                to.problem(name, "is not a number of seconds", "write one such as `60`, or unset it");
            }
            read
        };
        let upstream = timeout(set("UPSTREAM_TIMEOUT"));
        let openrouter = timeout(set("OPENROUTER_TIMEOUT"));
        let base_url = environment.raw("UPSTREAM_BASE_URL").map(|url| without_slashes(url).to_owned());
        Self {
            vendors,
            model: filled(environment.raw("DEFAULT_MODEL").unwrap_or(DEFAULT_MODEL)),
            base_url,
            timeout_ms: upstream.or(openrouter).unwrap_or(DEFAULT_TIMEOUT_MS),
            openrouter_timeout_ms: openrouter.or(upstream).unwrap_or(DEFAULT_TIMEOUT_MS),
        }
    }

    /// Returns the base URL of a route to `provider` that names none; `None` for the vendor's own. A label that is no
    /// vendor's meant OpenRouter.
    pub(super) fn base_url_for(&self, provider: &str) -> Option<String> {
        let has_address = self.vendors.get(provider).is_some_and(|vendor| vendor.base_url.is_some());
        let is_own = has_address && provider != DEFAULT_PROVIDER;
        self.base_url.clone().or_else(|| (!is_own).then(|| DEFAULT_BASE_URL.to_owned()))
    }
}

/// Returns a time-out in milliseconds; `None` if it is none.
pub(super) fn timeout_ms(secs: f64) -> Option<u64> {
    let is_usable = secs > 0.0 && secs <= MAX_TIMEOUT_SECS;
    is_usable.then(|| std::time::Duration::from_secs_f64(secs).as_millis()).and_then(|ms| ms.max(1).try_into().ok())
}

pub(super) fn without_slashes(url: &str) -> &str {
    url.trim().trim_end_matches('/')
}

/// Returns the text without blanks around it; `None` if nothing is left.
pub(super) fn filled(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns the items of a list with commas.
pub(super) fn listed(text: &str) -> Vec<String> {
    text.split(',').filter_map(filled).collect()
}
