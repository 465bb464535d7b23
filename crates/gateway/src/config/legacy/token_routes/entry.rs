//! `GATEWAY_ROUTES`: routes as JSON.
//!
//! The old gateway skipped what it could not use without a word, and took `null` for the text `None`. Here the first is
//! noted and the second refused, with the place of each.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::route::{DEFAULT_PROVIDER, Defaults, Route, filled, timeout_ms, without_slashes};
use super::{Collected, ROUTES};
use crate::config::Problem;

/// Members that an entry may have.
const FIELDS: [&str; 11] = [
    "token",
    "provider",
    "default_model",
    "available_models",
    "base_url",
    "chat_url",
    "models_url",
    "timeout",
    "api_keys",
    "api_key",
    "extra_headers",
];

/// Reads all routes of a text.
pub(super) fn read_all(origin: &str, text: &str, defaults: &Defaults<'_>, collected: &mut Collected<'_>) {
    let entries: Vec<(String, Value)> = match serde_json::from_str(text.trim()) {
        Ok(Value::Array(items)) => {
            items.into_iter().enumerate().map(|(index, item)| (format!("route-{}", index + 1), item)).collect()
        }
        Ok(Value::Object(members)) => members.into_iter().collect(),
        Ok(_) => {
            return collected.to.problem(origin, "is neither a JSON list nor an object", "write a list of routes");
        }
        Err(error) => {
            let fix = format!("write it on one line or in single quotes, or name a file in `{ROUTES}_FILE`");
            return collected.to.problem(origin, format!("is not valid JSON: {error}"), fix);
        }
    };
    for (index, (name, value)) in entries.into_iter().enumerate() {
        let place = format!("{origin}[{index}]");
        match value {
            Value::Object(members) => read_one(&Entry { place, name, members }, defaults, collected),
            _ => collected.to.note(format!("`{place}` is not an object and was skipped")),
        }
    }
}

fn read_one(entry: &Entry, defaults: &Defaults<'_>, collected: &mut Collected<'_>) {
    match entry.read(defaults) {
        Err(problem) => collected.to.problems.push(problem),
        Ok(None) => collected.to.note(format!("`{}` has no token and was skipped", entry.place)),
        Ok(Some(route)) => {
            for name in entry.members.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
                collected.to.note(format!("`{}.{name}` is not a known field and sets nothing", entry.place));
            }
            if let Some(earlier) = collected.routes.iter_mut().find(|earlier| earlier.token == route.token) {
                let note = format!("`{}` has the token of `{}`, and replaces it", route.place, earlier.place);
                collected.to.note(note);
                *earlier = route;
            } else {
                collected.routes.push(route);
            }
        }
    }
}

/// An entry that is an object.
struct Entry {
    place: String,
    name: String,
    members: Map<String, Value>,
}

impl Entry {
    /// Returns its route; `None` if it has no token.
    fn read(&self, defaults: &Defaults<'_>) -> Result<Option<Route>, Problem> {
        let Some(token) = self.text("token")?.filter(|token| !token.is_empty()) else { return Ok(None) };
        let provider = self.text("provider")?.unwrap_or_else(|| DEFAULT_PROVIDER.to_owned()).to_lowercase();
        let base_url = self.text("base_url")?.map(|url| without_slashes(&url).to_owned());
        let (default_model, available_models) = self.models(defaults)?;
        Ok(Some(Route {
            place: self.place.clone(),
            name: self.name.clone(),
            token,
            default_model,
            available_models,
            base_url: base_url.or_else(|| defaults.base_url_for(&provider)),
            chat_url: self.text("chat_url")?.filter(|url| !url.is_empty()),
            models_url: self.text("models_url")?.filter(|url| !url.is_empty()),
            timeout_ms: self.timeout_ms(defaults)?,
            api_keys: match self.texts("api_keys")? {
                Some(keys) => keys,
                None => self.text("api_key")?.and_then(|key| filled(&key)).into_iter().collect(),
            },
            extra_headers: self.headers()?,
            provider,
        }))
    }

    /// Returns the model of calls that name none, and the only ones there are, if some are listed.
    fn models(&self, defaults: &Defaults<'_>) -> Result<(Option<String>, Vec<String>), Problem> {
        let own = self.text("default_model")?.and_then(|model| filled(&model));
        let mut available = self.texts("available_models")?.unwrap_or_default();
        if let Some(own) = own {
            if !available.is_empty() && !available.contains(&own) {
                available.push(own.clone());
            }
            return Ok((Some(own), available));
        }
        let usual = defaults.model.clone().filter(|model| available.is_empty() || available.contains(model));
        Ok((usual.or_else(|| available.first().cloned()), available))
    }

    fn problem(&self, field: &str, what: impl Into<String>, fix: &str) -> Problem {
        Problem::new(format!("{}.{field}", self.place), what, fix)
    }

    /// Returns a text without blanks around it.
    fn text(&self, field: &'static str) -> Result<Option<String>, Problem> {
        match self.members.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(self.problem(field, "is not text", "write text in quotes, or leave it out")),
        }
    }

    /// Returns the texts of a list without those that are blank; `None` where there is no list.
    fn texts(&self, field: &'static str) -> Result<Option<Vec<String>>, Problem> {
        let Some(Value::Array(items)) = self.members.get(field) else { return Ok(None) };
        let text = |item: &Value| match item {
            Value::String(text) => Ok(filled(text)),
            _ => Err(self.problem(field, "holds something that is not text", "write texts in quotes")),
        };
        let texts: Result<Vec<Option<String>>, Problem> = items.iter().map(text).collect();
        Ok(Some(texts?.into_iter().flatten().collect()))
    }

    fn timeout_ms(&self, defaults: &Defaults<'_>) -> Result<u64, Problem> {
        let secs = match self.members.get("timeout") {
            None => return Ok(defaults.timeout_ms),
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        let wrong =
            || self.problem("timeout", "is not a number of seconds above 0", "write one such as `60` or `12.5`");
        secs.and_then(timeout_ms).ok_or_else(wrong)
    }

    fn headers(&self) -> Result<BTreeMap<String, String>, Problem> {
        let Some(Value::Object(members)) = self.members.get("extra_headers") else { return Ok(BTreeMap::new()) };
        let header = |(name, value): (&String, &Value)| match value {
            Value::String(text) => Ok((name.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
            _ => Err(self.problem("extra_headers", format!("gives `{name}` no text"), "write text in quotes")),
        };
        members.iter().map(header).collect()
    }
}
