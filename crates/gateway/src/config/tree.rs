//! The merged configuration before it has types: values of the file with those of the environment and the command
//! line laid over them, and where each laid-over value came from.

use std::collections::BTreeMap;

use config::{File, FileFormat, Source, ValueKind};
use serde_json::{Map, Number, Value};

use super::problem::Problem;

/// A tree of untyped values that remembers which of them did not come from the file.
#[derive(Default)]
pub(super) struct Tree {
    root: Map<String, Value>,
    /// Path → name of the variable or option that set it.
    origins: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the text of `sluice.yaml`.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        // The crate's builder would split keys at dots, which model names are full of; its source does not.
        let table = File::from_str(text, FileFormat::Yaml).collect().map_err(|error| {
            Problem::new("sluice.yaml", format!("is not valid YAML: {error}"), "correct the syntax at that place")
        })?;
        let root = table.into_iter().map(|(key, value)| (key, to_json(value.kind))).collect();
        Ok(Self { root, origins: BTreeMap::new() })
    }

    /// Makes a tree of values that are there already.
    pub(super) fn of(root: Map<String, Value>) -> Self {
        Self { root, origins: BTreeMap::new() }
    }

    /// Adds the items of the other tree's lists behind those that are here, and its other values where there are none.
    pub(super) fn append(&mut self, other: Self) {
        for (key, value) in other.root {
            match (self.root.get_mut(&key).filter(|here| !here.is_null()), value) {
                (Some(Value::Array(here)), Value::Array(items)) => here.extend(items),
                (Some(_), _) => {}
                (None, value) => {
                    self.root.insert(key, value);
                }
            }
        }
    }

    /// Lays `text` over whatever stands at the dotted `path`; `origin` is who says so.
    pub(super) fn set(&mut self, path: &str, text: &str, origin: &str) {
        let mut segments: Vec<&str> = path.split('.').collect();
        let Some(last) = segments.pop() else { return };
        let mut table = &mut self.root;
        for segment in segments {
            let below = table.entry(segment).or_insert(Value::Null);
            if below.is_null() {
                *below = Value::Object(Map::new());
            }
            // Anything but a table here is a mistake in the file, which the reader reports.
            let Value::Object(next) = below else { return };
            table = next;
        }
        table.insert(last.to_owned(), Value::String(text.to_owned()));
        self.origins.insert(path.to_owned(), origin.to_owned());
    }

    /// Returns the top level.
    pub(super) fn root(&self) -> &Map<String, Value> {
        &self.root
    }

    /// Returns the path that was laid over the file at or below `path`, and by what.
    pub(super) fn origin(&self, path: &str) -> Option<(&str, &str)> {
        let is_below = |other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        let exact = self.origins.get_key_value(path);
        let found = exact.or_else(|| self.origins.iter().find(|(other, _)| is_below(other)));
        found.map(|(path, origin)| (path.as_str(), origin.as_str()))
    }
}

fn to_json(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Nil => Value::Null,
        ValueKind::Boolean(flag) => Value::Bool(flag),
        ValueKind::I64(number) => Value::from(number),
        ValueKind::U64(number) => Value::from(number),
        ValueKind::I128(number) => Value::String(number.to_string()),
        ValueKind::U128(number) => Value::String(number.to_string()),
        ValueKind::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        ValueKind::String(text) => Value::String(text),
        ValueKind::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, to_json(value.kind))).collect())
        }
        ValueKind::Array(items) => Value::Array(items.into_iter().map(|item| to_json(item.kind)).collect()),
    }
}
