//! The route that is made of single variables.

use std::collections::BTreeMap;

use super::TOKEN;
use super::route::{DEFAULT_PROVIDER, Defaults, Route, filled, listed};
use crate::config::Environment;
use crate::config::legacy::Translation;

const GEMINI: &str = "gemini";
const OPENAI: &str = "openai";

/// Returns the route, if there is a token for it.
pub(super) fn read(environment: &Environment, defaults: &Defaults<'_>, to: &mut Translation) -> Option<Route> {
    let token = filled(environment.raw(TOKEN)?)?;
    let provider = environment.raw("PROVIDER").unwrap_or(DEFAULT_PROVIDER).trim().to_lowercase();
    let is_openrouter = provider == DEFAULT_PROVIDER;
    let chat_url = environment.raw("UPSTREAM_CHAT_URL").or_else(|| environment.raw("OPENROUTER_URL"));
    Some(Route {
        place: TOKEN.to_owned(),
        name: "gateway-token".to_owned(),
        token,
        default_model: defaults.model.clone(),
        available_models: listed(environment.raw("AVAILABLE_MODELS").unwrap_or_default()),
        base_url: defaults.base_url_for(&provider),
        chat_url: chat_url.and_then(filled),
        models_url: None,
        timeout_ms: if is_openrouter { defaults.openrouter_timeout_ms } else { defaults.timeout_ms },
        api_keys: keys(environment, &provider, to),
        extra_headers: if is_openrouter { openrouter_headers(environment) } else { BTreeMap::new() },
        provider,
    })
}

fn openrouter_headers(environment: &Environment) -> BTreeMap<String, String> {
    let value = |name: &str, default: &str| environment.raw(name).unwrap_or(default).to_owned();
    BTreeMap::from([
        ("HTTP-Referer".to_owned(), value("OPENROUTER_REFERER", "http://localhost")),
        ("X-Title".to_owned(), value("OPENROUTER_TITLE", "ai-gateway")),
    ])
}

/// Returns the upstream's keys. One vendor's key is never sent to another: where the provider's own are set, those of
/// others stay out.
fn keys(environment: &Environment, provider: &str, to: &mut Translation) -> Vec<String> {
    let list = |plural: &str, single: &str| {
        let several = listed(environment.raw(plural).unwrap_or_default());
        if several.is_empty() { environment.raw(single).and_then(filled).into_iter().collect() } else { several }
    };
    let first = |names: &[&str]| names.iter().find_map(|name| environment.raw(name).and_then(filled));
    let own = match provider {
        GEMINI => list("GEMINI_API_KEYS", "GEMINI_API_KEY"),
        OPENAI => first(&["OPENAI_API_KEY"]).into_iter().collect(),
        _ => Vec::new(),
    };
    if !own.is_empty() {
        let foreign = ["OPENROUTER_API_KEYS", "OPENROUTER_API_KEY"].iter().find(|name| environment.get(name).is_some());
        if let Some(name) = foreign {
            to.note(format!("`{name}` is not sent to `{provider}`, which has keys of its own"));
        }
        return own;
    }
    if provider == GEMINI {
        return first(&["UPSTREAM_API_KEY"]).into_iter().collect();
    }
    let mut keys = list("OPENROUTER_API_KEYS", "OPENROUTER_API_KEY");
    let fallback = first(&["OPENROUTER_API_KEY", "UPSTREAM_API_KEY", "OPENAI_API_KEY"]);
    let new = fallback.filter(|key| !keys.contains(key));
    keys.extend(new);
    keys
}
