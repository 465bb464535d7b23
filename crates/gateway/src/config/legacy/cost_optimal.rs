//! The gateway that is configured by one YAML file: providers, models that name them in the order in which they are
//! tried, and rules that override that order.

mod models;
mod providers;
mod quoting;
mod yaml;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use serde_json::Value;
use sluice_domain::route::policy::{Alias, AliasTarget};
use sluice_protocol::vendor::Vendors;

use super::document::{Key, is_short};
use super::{Translation, free_name};
use yaml::Node;

/// Days that the old gateway kept records where nothing else was said.
const RETENTION_DAYS: u64 = 3;

/// Returns whether a file is a configuration of the old gateway: ours has no such lists of keys, and its `listen` is a
/// table.
pub(crate) fn recognises(text: &str) -> bool {
    let is_key = |line: &str, name: &str| {
        let (key, value) = line.split_once(':').unwrap_or_default();
        key.trim_end().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    let has_listen = |value: String| value.contains(':') && !value.starts_with(['#', '{']);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    lines.any(|line| is_key(line, "api_keys").is_some() || is_key(line, "listen").is_some_and(has_listen))
}

/// Returns what a file says.
pub(crate) fn translate(file: &str, text: &str, vendors: &Vendors) -> Translation {
    let mut translation = Translation::default();
    match Node::parse(file, &quoting::quoted(text.trim_start_matches('\u{feff}'))) {
        Err(problem) => translation.problems.push(problem),
        Ok(root) => Reading { file, root: &root, vendors, to: &mut translation }.read(),
    }
    translation
}

/// A file that is being read.
struct Reading<'a> {
    file: &'a str,
    root: &'a Node,
    vendors: &'a Vendors,
    to: &'a mut Translation,
}

impl Reading<'_> {
    fn read(&mut self) {
        self.read_listen();
        self.read_keys();
        if self.flag("debug") == Some(true) {
            self.to.document.log.insert("level", "debug".into());
        }
        self.read_records();
        self.read_providers();
        self.read_models();
        self.read_aliases();
        self.read_default_provider();
    }

    fn problem(&mut self, node: &Node, what: impl Into<String>, fix: impl Into<String>) {
        let at = format!("{} line {}", self.file, node.line);
        self.to.problem(at, what, fix);
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.root.get(name)?.text()?.parse().ok()
    }

    fn read_listen(&mut self) {
        let Some(node) = self.root.get("listen") else {
            return self.to.problem(format!("{}: listen", self.file), "is missing", "add `listen: 127.0.0.1:8000`");
        };
        match node.text().and_then(listen_parts) {
            Some((host, port)) => {
                self.to.document.listen.extend([("host", Value::from(host)), ("port", Value::from(port))]);
            }
            None => self.problem(node, "`listen` is not an address with a port", "write `127.0.0.1:8000` or `:8000`"),
        }
    }

    fn read_keys(&mut self) {
        let items = self.root.get("api_keys").and_then(Node::items).unwrap_or_default();
        if items.is_empty() {
            return self.to.problem(format!("{}: api_keys", self.file), "has no key", "add at least one");
        }
        for item in items {
            let Some(key) = item.text().filter(|key| !key.trim().is_empty()) else {
                self.problem(item, "`api_keys` holds a blank key, which would let everybody in", "remove it");
                continue;
            };
            if is_short(key) {
                let place = format!("{} line {}", self.file, item.line);
                self.to.note(format!("{place}: the key is so short that it could be found by trying"));
            }
            let key = Key::presented("", key);
            if !self.to.document.keys.iter().any(|other| other.hash == key.hash) {
                let name = free_name("api-key", self.to.document.key_names());
                self.to.document.keys.push(Key { name, ..key });
            }
        }
    }

    fn read_records(&mut self) {
        let saves = self.flag("save_usage") == Some(true);
        if self.root.get("storage_type").is_some() || self.root.get("storage_uri").is_some() {
            self.to
                .note("`storage_type` and `storage_uri` are not followed: records are kept in the database of Sluice");
        }
        if !saves {
            self.to.note("records of calls are always kept; what was said and answered is not in them");
        }
        if saves && self.flag("cleanup_enabled") == Some(true) {
            let days = self.root.get("retention_days").and_then(|node| node.text()?.parse::<u64>().ok());
            let days = days.filter(|days| *days > 0).unwrap_or(RETENTION_DAYS);
            self.to.document.records.insert("retention_days", days.into());
        }
    }

    fn read_aliases(&mut self) {
        for item in self.root.get("alias").and_then(Node::items).unwrap_or_default() {
            let text = |name| item.get(name).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
            let (Some(name), Some(target)) = (text("model"), text("target")) else {
                self.problem(item, "an alias lacks `model` or `target`", "give both");
                continue;
            };
            let alias =
                Alias { name: name.to_owned(), targets: vec![AliasTarget { model: target.to_owned(), weight: 1 }] };
            let aliases = &mut self.to.document.routing.aliases;
            if let Some(earlier) = aliases.iter_mut().find(|earlier| earlier.name == alias.name) {
                *earlier = alias;
                self.to.note(format!("the alias `{name}` is there twice; the later one counts"));
            } else {
                aliases.push(alias);
            }
        }
    }

    fn read_default_provider(&mut self) {
        let Some(node) = self.root.get("default_provider") else { return };
        let name = node.text().unwrap_or_default().trim();
        if self.knows_provider(name) {
            self.to.document.routing.default_provider = Some(name.to_owned());
        } else {
            self.problem(node, format!("there is no provider `{name}`"), "name one of `providers`");
        }
    }

    fn knows_provider(&self, name: &str) -> bool {
        self.to.document.provider_names().any(|known| known == name)
    }
}

/// Returns host and port of `host:port`; without a host it listens everywhere.
fn listen_parts(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let host = match host.trim_start_matches('[').trim_end_matches(']') {
        "" => "0.0.0.0".to_owned(),
        "localhost" => "127.0.0.1".to_owned(),
        address => address.parse::<IpAddr>().ok()?.to_string(),
    };
    Some((host, port.parse().ok()?))
}
