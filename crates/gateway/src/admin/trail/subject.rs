//! What a request is about, found by the API's own document: the nearest thing that can be looked at.

use std::collections::HashSet;

use http::Method;
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// More things at once are not looked at.
const MAX_MANY: usize = 50;
/// Fields of bodies that name what is changed.
const NAMES: [&str; 2] = ["id", "key"];
/// Where things are found that are made elsewhere.
const FOUND_AT: [(&str, &str); 4] = [
    ("/api/provider/{id}/tokens", "/api/provider/token"),
    ("/api/setup", "/api/user"),
    ("/api/user/login", "/api/user"),
    ("/api/user/register", "/api/user"),
];

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// Nothing that can be looked at.
    None,
    /// What stands at this path.
    One(String),
    /// What stands at these paths.
    Many(Vec<String>),
    /// A user that the body names by name.
    UserByName,
}

impl Subject {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::One(path) => path.clone(),
            Self::Many(paths) => paths
                .first()
                .and_then(|path| path.rsplit_once('/'))
                .map(|(parent, _)| parent.to_owned())
                .unwrap_or_default(),
            Self::None | Self::UserByName => String::new(),
        }
    }
}

/// The paths of the document that can be looked at, without a final slash.
#[derive(Debug)]
pub(super) struct Places(HashSet<String>);

impl Places {
    /// Reads the document; looking at the paths in `but` would change something.
    pub(super) fn of(document: &OpenApi, but: &[&str]) -> Self {
        let readable = document.paths.paths.iter().filter(|(_, item)| item.get.is_some());
        let paths = readable.map(|(path, _)| path.trim_end_matches('/').to_owned());
        Self(paths.filter(|path| !but.contains(&path.as_str())).collect())
    }

    /// Returns what a request is about.
    pub(super) fn subject(&self, method: &Method, template: &str, path: &str, body: &Value) -> Subject {
        if template == "/api/user/manage" {
            return Subject::UserByName;
        }
        let path = path.trim_end_matches('/');
        if *method == Method::PUT
            && let Some(found) = NAMES.iter().find_map(|name| self.item(template, path, (name, &body[name])))
        {
            return Subject::One(found);
        }
        if let Some(items) = body["items"].as_array() {
            return self.many(template, path, items);
        }
        // What is posted to a list becomes another thing, which is not there yet.
        if *method == Method::POST && self.0.contains(template) { Subject::None } else { self.nearest(template, path) }
    }

    /// Returns where the thing is that a request to a list made.
    pub(super) fn made(&self, template: &str, path: &str, id: &Value) -> Option<String> {
        if let Some((_, place)) = FOUND_AT.iter().find(|(from, _)| *from == template) {
            return Some(format!("{place}/{}", plain(id)?));
        }
        self.item(template, path, ("id", id)).filter(|_| self.0.contains(template))
    }

    fn item(&self, template: &str, path: &str, (name, value): (&str, &Value)) -> Option<String> {
        self.0.contains(&format!("{template}/{{{name}}}")).then(|| Some(format!("{path}/{}", plain(value)?))).flatten()
    }

    fn many(&self, template: &str, path: &str, items: &[Value]) -> Subject {
        let (Some((list, _)), Some((path, _))) = (template.rsplit_once('/'), path.rsplit_once('/')) else {
            return Subject::None;
        };
        let found = items.iter().take(MAX_MANY).filter_map(|item| self.item(list, path, ("id", &item["id"])));
        let found: Vec<String> = found.collect();
        if found.is_empty() { Subject::None } else { Subject::Many(found) }
    }

    fn nearest(&self, template: &str, path: &str) -> Subject {
        let (mut template, mut path) = (template, path);
        loop {
            if self.0.contains(template) {
                return Subject::One(path.to_owned());
            }
            let (Some((shorter, _)), Some((parent, _))) = (template.rsplit_once('/'), path.rsplit_once('/')) else {
                return Subject::None;
            };
            // A list is not what one of its things is about.
            if !shorter.contains('{') {
                return Subject::None;
            }
            (template, path) = (shorter, parent);
        }
    }
}

/// Returns a number or a plain word as a part of a path.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => {
            let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
            (!text.is_empty() && text.chars().all(is_plain)).then(|| text.clone())
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("PUT", "/api/user", "/api/user/", json!({"id": 5}), "/api/user/5")]
    #[case("PUT", "/api/option", "/api/option", json!({"key": "Notice", "value": "x"}), "/api/option/Notice")]
    #[case("PUT", "/api/option", "/api/option", json!({"key": "../user/1"}), "/api/option")]
    #[case("PUT", "/api/routing", "/api/routing/", json!({}), "/api/routing")]
    #[case("DELETE", "/api/user/{id}", "/api/user/7", json!(null), "/api/user/7")]
    #[case("POST", "/api/user", "/api/user/", json!({"id": 5}), "")]
    #[case("POST", "/api/account/{id}/top-up", "/api/account/3/top-up", json!({}), "/api/account/3")]
    #[case("POST", "/api/provider/{id}/tokens", "/api/provider/3/tokens", json!({}), "")]
    #[case("POST", "/api/route/batch-update", "/api/route/batch-update", json!({"items": [{"id": 4}]}), "/api/route")]
    #[case("POST", "/api/ledger/verify", "/api/ledger/verify", json!({}), "")]
    #[case("DELETE", "/api/user/token", "/api/user/token", json!(null), "")]
    fn a_request_is_about_the_nearest_thing_that_can_be_looked_at(
        #[case] method: &str,
        #[case] template: &str,
        #[case] path: &str,
        #[case] body: Value,
        #[case] expected: &str,
    ) {
        let places = Places::of(&crate::admin::openapi(), &super::super::CHANGING_GETS);
        let method: Method = method.parse().unwrap();
        assert_eq!(places.subject(&method, template, path, &body).to_text(), expected);
    }

    #[test]
    fn what_was_made_is_found_by_its_id() {
        let places = Places::of(&crate::admin::openapi(), &[]);
        let made = |template: &str, path: &str| places.made(template, path, &json!(9));
        assert_eq!(made("/api/user", "/api/user").as_deref(), Some("/api/user/9"));
        assert_eq!(
            made("/api/provider/{id}/tokens", "/api/provider/3/tokens").as_deref(),
            Some("/api/provider/token/9")
        );
        assert_eq!(made("/api/user/manage", "/api/user/manage"), None);
        assert_eq!(made("/api/agg-token/{id}/rotate", "/api/agg-token/9/rotate"), None);
    }
}
