//! Takes typed values out of the tree and collects every problem on the way instead of stopping at the first.
//!
//! A key is known because some code asks for it: there is no second list to keep in step. What nobody asked for when a
//! table has been read is reported with the nearest name that was asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::environment;
use super::problem::{Problem, nearest, quoted};
use super::tree::Tree;

/// Where problems are collected while the readers of several tables are alive.
pub(super) type Problems = RefCell<Vec<Problem>>;

/// Reads one table.
pub(super) struct Reader<'a> {
    tree: &'a Tree,
    table: Option<&'a Map<String, Value>>,
    path: String,
    asked: Vec<&'static str>,
    problems: &'a Problems,
}

/// One value and where it stands.
pub(super) struct Field<'a> {
    tree: &'a Tree,
    problems: &'a Problems,
    path: String,
    value: &'a Value,
}

impl<'a> Reader<'a> {
    /// Reads the top level with `read`, then reports the keys that it did not ask for.
    pub(super) fn read_root<T>(tree: &'a Tree, problems: &'a Problems, read: impl FnOnce(&mut Self) -> T) -> T {
        Self { tree, table: Some(tree.root()), path: String::new(), asked: Vec::new(), problems }.read(read)
    }

    fn read<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let result = read(&mut self);
        self.report_unknown_keys();
        result
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Returns whether `key` has a value, be it right or wrong.
    pub(super) fn is_written(&self, key: &str) -> bool {
        self.table.and_then(|table| table.get(key)).is_some_and(|value| !value.is_null())
    }

    /// Returns the value of `key`; one that is absent or empty counts as not written.
    pub(super) fn field(&mut self, key: &'static str) -> Option<Field<'a>> {
        self.asked.push(key);
        let value = self.table?.get(key).filter(|value| !value.is_null())?;
        Some(Field { tree: self.tree, problems: self.problems, path: self.path_of(key), value })
    }

    /// Reads the table at `key`; an absent one reads like an empty one.
    pub(super) fn section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        match self.field(key) {
            Some(field) => field.table(read),
            None => {
                let path = self.path_of(key);
                Self { tree: self.tree, table: None, path, asked: Vec::new(), problems: self.problems }.read(read)
            }
        }
    }

    /// Reads the table at `key` if there is one.
    pub(super) fn optional_section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.field(key).map(|field| field.table(read))
    }

    /// Returns the items of the list at `key`; none if it is absent.
    pub(super) fn items(&mut self, key: &'static str) -> Vec<Field<'a>> {
        self.field(key).map(|field| field.items()).unwrap_or_default()
    }

    /// Returns the text at `key`.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.field(key)?.text().map(str::to_owned)
    }

    /// Returns the text at `key`, and reports its absence.
    pub(super) fn required_text(&mut self, key: &'static str) -> String {
        if !self.is_written(key) {
            self.asked.push(key);
            self.report(key, "is missing", format!("add `{key}: …`"));
            return String::new();
        }
        self.text(key).unwrap_or_default()
    }

    /// Returns the number at `key`, which has to lie in `range`.
    pub(super) fn whole(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let wide = i128::from(*range.start())..=i128::from(*range.end());
        self.field(key)?.integer(&wide).and_then(|number| u64::try_from(number).ok())
    }

    /// Returns the number at `key`, which may be negative.
    pub(super) fn integer(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let wide = i128::from(*range.start())..=i128::from(*range.end());
        self.field(key)?.integer(&wide).and_then(|number| i64::try_from(number).ok())
    }

    /// Returns the `true` or `false` at `key`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.field(key)?.flag()
    }

    /// Returns the texts at `key`: a list, or one text with commas.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        Some(self.field(key)?.texts())
    }

    /// Returns the table of texts at `key`.
    pub(super) fn text_map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        self.field(key).map(|field| field.text_map()).unwrap_or_default()
    }

    /// Returns what `parse` makes of the text at `key`; its error says what is wrong and what to write.
    pub(super) fn parsed<T, E: Into<Complaint>>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let field = self.field(key)?;
        field.accept(parse(field.text()?))
    }

    /// Returns the value that stands beside the word at `key`.
    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let field = self.field(key)?;
        let word = field.text()?;
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, value)| *value);
        let names = || choices.iter().map(|(name, _)| *name);
        field.accept(found.ok_or_else(|| Complaint::new(format!("`{word}` is not a choice here"), one_of(word, names))))
    }

    /// Reports a problem with `key`.
    pub(super) fn report(&self, key: &str, what: impl Into<String>, fix: impl Into<String>) {
        report(self.tree, self.problems, &self.path_of(key), Complaint::new(what, fix));
    }

    fn report_unknown_keys(&self) {
        let Some(table) = self.table else { return };
        for key in table.keys().filter(|key| !self.asked.contains(&key.as_str())) {
            let path = self.path_of(key);
            let meant = nearest(key, self.asked.iter().copied());
            let problem = match self.tree.origin(&path) {
                Some((full_path, origin)) => {
                    environment::unknown_variable(origin, full_path, &path, meant.map(|name| self.path_of(name)))
                }
                None => Problem::new(path, "is not a known key", one_of(key, || self.asked.iter().copied())),
            };
            self.problems.borrow_mut().push(problem);
        }
    }
}

/// What is wrong with a value and what to write instead.
pub(super) struct Complaint {
    what: String,
    fix: String,
}

impl Complaint {
    pub(super) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }
}

impl<A: Into<String>, B: Into<String>> From<(A, B)> for Complaint {
    fn from((what, fix): (A, B)) -> Self {
        Self::new(what, fix)
    }
}

impl<'a> Field<'a> {
    /// Reads the value as a table.
    pub(super) fn table<T>(&self, read: impl FnOnce(&mut Reader<'a>) -> T) -> T {
        let table = match self.value {
            Value::Object(table) => Some(table),
            other => {
                self.complain((format!("is {}, not a table", kind_of(other)), "write `key: value` lines below it"))
            }
        };
        let path = self.path.clone();
        Reader { tree: self.tree, table, path, asked: Vec::new(), problems: self.problems }.read(read)
    }

    /// Returns whether the value is a table rather than a scalar or a list.
    pub(super) fn is_table(&self) -> bool {
        self.value.is_object()
    }

    /// Returns the value as a text.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.value {
            Value::String(text) => Some(text.as_str()),
            Value::Number(_) | Value::Bool(_) => {
                self.complain((format!("is {}, not text", kind_of(self.value)), "put it in quotes"))
            }
            other => self.complain((format!("is {}, not text", kind_of(other)), "write one text")),
        }
    }

    fn items(&self) -> Vec<Field<'a>> {
        let Value::Array(items) = self.value else {
            let what = format!("is {}, not a list", kind_of(self.value));
            let fix = if self.tree.origin(&self.path).is_some() {
                "write it into `sluice.yaml`: it cannot be set from the environment"
            } else {
                "write each item on a line that begins with `- `"
            };
            return self.complain((what, fix)).unwrap_or_default();
        };
        let field = |(index, value)| Field {
            tree: self.tree,
            problems: self.problems,
            path: format!("{}[{index}]", self.path),
            value,
        };
        items.iter().enumerate().map(field).collect()
    }

    /// Returns the texts of a list, or of one text with commas.
    pub(super) fn texts(&self) -> Vec<String> {
        match self.value {
            Value::String(text) => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            _ => self.items().iter().filter_map(Field::text).map(str::to_owned).collect(),
        }
    }

    /// Returns the words of a list, or of one text with commas; a number counts as its digits.
    pub(super) fn words(&self) -> Vec<String> {
        match self.value {
            Value::String(_) => self.texts(),
            Value::Number(number) => vec![number.to_string()],
            _ => self.items().iter().filter_map(Field::word).collect(),
        }
    }

    /// Returns the value as a word; a number counts as its digits.
    pub(super) fn word(&self) -> Option<String> {
        match self.value {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text().map(str::to_owned),
        }
    }

    /// Returns whether the value is a plain `false`.
    pub(super) fn is_false(&self) -> bool {
        matches!(self.value, Value::Bool(false)) || self.value == "false"
    }

    fn text_map(&self) -> BTreeMap<String, String> {
        let Value::Object(table) = self.value else {
            let what = format!("is {}, not a table", kind_of(self.value));
            return self.complain((what, "write `name: text` lines below it")).unwrap_or_default();
        };
        let entry = |(key, value): (&String, &'a Value)| {
            let path = format!("{}.{key}", self.path);
            let field = Field { tree: self.tree, problems: self.problems, path, value };
            Some((key.clone(), field.text()?.to_owned()))
        };
        table.iter().filter_map(entry).collect()
    }

    fn integer(&self, range: &RangeInclusive<i128>) -> Option<i128> {
        let fix = || format!("write a whole number from {} to {}", range.start(), range.end());
        let number = match self.value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse::<i128>().ok(),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            Some(number) => self.complain((format!("{number} is out of range"), fix())),
            None => self.complain(("is not a whole number", fix())),
        }
    }

    fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if ["true", "1"].contains(&text.as_str()) => Some(true),
            Value::String(text) if ["false", "0"].contains(&text.as_str()) => Some(false),
            _ => self.complain(("is neither true nor false", "write `true` or `false`")),
        }
    }

    /// Returns the value of `result`, or reports what is wrong with this field.
    pub(super) fn accept<T, E: Into<Complaint>>(&self, result: Result<T, E>) -> Option<T> {
        result.map_err(|complaint| self.complain::<()>(complaint)).ok()
    }

    fn complain<T>(&self, complaint: impl Into<Complaint>) -> Option<T> {
        report(self.tree, self.problems, &self.path, complaint.into());
        None
    }
}

fn report(tree: &Tree, problems: &Problems, path: &str, complaint: Complaint) {
    let at = match tree.origin(path) {
        Some((full_path, origin)) if full_path == path => origin,
        _ => path,
    };
    problems.borrow_mut().push(Problem::new(at, complaint.what, complaint.fix));
}

fn one_of<'n, I: Iterator<Item = &'n str>>(written: &str, names: impl Fn() -> I) -> String {
    match nearest(written, names()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("write one of {}", quoted(names())),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
