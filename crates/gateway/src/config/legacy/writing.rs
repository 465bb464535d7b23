//! Writing a document as `sluice.yaml`.

use serde_json::{Map, Value};
use yaml_rust2::yaml::Hash;
use yaml_rust2::{Yaml, YamlEmitter};

use super::Document;

/// Whether secrets are written or only hinted at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// For a file that only its owner may read.
    Written,
    /// For a screen.
    Hidden,
}

/// Letters at the end of a secret that tell it from others.
const SHOWN_CHARS: usize = 4;
/// Below this length they would tell too much of it.
const HIDDEN_WHOLE_CHARS: usize = 12;
/// Parts of the names of headers that hold secrets.
const SECRET_HEADERS: [&str; 5] = ["key", "token", "auth", "secret", "cookie"];

/// Returns the text of `sluice.yaml` for a document.
pub(crate) fn to_yaml(document: Document, secrets: Secrets) -> String {
    let mut table = document.into_table();
    if secrets == Secrets::Hidden {
        hide_secrets(&mut table);
    }
    let mut text = String::new();
    // Writing into a text cannot fail.
    YamlEmitter::new(&mut text).dump(&to_tree(Value::Object(table))).ok();
    let body = text.strip_prefix("---\n").unwrap_or(&text);
    if body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") }
}

fn to_tree(value: Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(flag) => Yaml::Boolean(flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Yaml::Integer(whole),
            None => Yaml::Real(number.to_string()),
        },
        Value::String(text) => Yaml::String(text),
        Value::Array(items) => Yaml::Array(items.into_iter().map(to_tree).collect()),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (Yaml::String(name), to_tree(value)));
            Yaml::Hash(members.collect::<Hash>())
        }
    }
}

fn hide_secrets(table: &mut Map<String, Value>) {
    let providers = table.get_mut("providers").and_then(Value::as_array_mut);
    for provider in providers.into_iter().flatten() {
        let credentials = provider.get_mut("credentials").and_then(Value::as_array_mut);
        credentials.into_iter().flatten().filter_map(|credential| credential.get_mut("secret")).for_each(hide);
        let headers = provider.get_mut("headers").and_then(Value::as_object_mut);
        let is_secret = |name: &str| {
            let name = name.to_ascii_lowercase();
            SECRET_HEADERS.iter().any(|part| name.contains(part))
        };
        headers.into_iter().flatten().filter(|(name, _)| is_secret(name)).for_each(|(_, value)| hide(value));
    }
}

fn hide(secret: &mut Value) {
    let text = secret.as_str().unwrap_or_default();
    let chars = text.chars().count();
    let end: String = text.chars().skip(chars.saturating_sub(SHOWN_CHARS)).collect();
    *secret = Value::from(if chars < HIDDEN_WHOLE_CHARS { "…".to_owned() } else { format!("…{end}") });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::legacy::document::{Credential, Key, Model, Provider, Secret};

    fn sample() -> Document {
        let credential =
            Credential { name: "main".to_owned(), secret: Secret("sk-0123456789".to_owned()), ..Credential::default() };
        let headers = [("X-Title", "a: b"), ("x-api-key", "short"), ("X-Odd", "true")];
        Document {
            providers: vec![Provider {
                name: "p".to_owned(),
                vendor: "openai".to_owned(),
                headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                credentials: vec![credential],
                models: vec![Model::named("*"), Model { priority: Some(-1), ..Model::named("m") }],
                ..Provider::default()
            }],
            keys: vec![Key { name: "# 1".to_owned(), hash: "00".to_owned(), ..Key::default() }],
            ..Document::default()
        }
    }

    #[test]
    fn what_is_written_reads_as_it_was() {
        let text = to_yaml(sample(), Secrets::Written);
        let read = crate::config::read_yaml(&text).unwrap();
        assert_eq!(Value::Object(read), Value::Object(sample().into_table()));
    }

    #[test]
    fn hidden_secrets_show_at_most_their_end() {
        let text = to_yaml(sample(), Secrets::Hidden);
        assert!(text.contains("…6789") && !text.contains("sk-0123") && !text.contains("short"), "{text}");
        assert!(text.contains("a: b"));
    }
}
