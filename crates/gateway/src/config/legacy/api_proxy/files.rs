//! Provider files of the old gateway.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::KEY_PLACE;
use crate::config::legacy::Translation;

/// Headers that a vendor of ours sets itself.
const SET_BY_VENDORS: [&str; 4] = ["authorization", "x-api-key", "api-key", "content-type"];

/// One file.
#[derive(Debug, Deserialize)]
pub(super) struct ProviderFile {
    pub(super) provider: String,
    pub(super) name: String,
    pub(super) request_format: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, rename = "models")]
    listed: Vec<Listed>,
    #[serde(skip)]
    pub(super) models: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
}

impl ProviderFile {
    /// Returns the headers beside those that vendors set, which hold `text`.
    pub(super) fn own_headers(&self, text: &str) -> BTreeMap<String, String> {
        let is_own = |name: &str| !SET_BY_VENDORS.iter().any(|set| name.eq_ignore_ascii_case(set));
        let own = self.headers.iter().filter(|(name, value)| is_own(name) && value.contains(text));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Returns the headers beside those that vendors set, with the key in its place.
    pub(super) fn headers_with(&self, key: &str) -> BTreeMap<String, String> {
        let own = self.own_headers("").into_iter();
        own.map(|(name, value)| (name, value.replacen(KEY_PLACE, key, 1))).collect()
    }
}

/// Reads all files of a folder, in the order of their names; a later one of the same provider replaces an earlier one.
/// Files that cannot be used were skipped without a word, and are noted.
pub(super) fn read_all(dir: &Path, to: &mut Translation) -> Vec<ProviderFile> {
    let mut paths = match fs::read_dir(dir) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>(),
        Err(error) => {
            let fix = "name the folder of the old gateway, or its `configs/providers`";
            to.problem(dir.display().to_string(), format!("cannot be read: {error}"), fix);
            return Vec::new();
        }
    };
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    if paths.is_empty() {
        to.problem(dir.display().to_string(), "holds no provider file", "name a folder with `*.json` of providers");
    }
    let mut files: Vec<ProviderFile> = Vec::new();
    for path in paths {
        match read(&path) {
            Ok(file) => {
                files.retain(|other| other.provider != file.provider);
                files.push(file);
            }
            Err(reason) => to.note(format!("`{}` is no provider file and was skipped: {reason}", path.display())),
        }
    }
    files
}

fn read(path: &Path) -> Result<ProviderFile, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut file: ProviderFile = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    file.models = file.listed.drain(..).map(|listed| listed.name).collect();
    Ok(file)
}
