//! The environment as a source of settings: one rule for every key, short names for the common ones, and the names that
//! the old gateways gave to what means the same.

use std::collections::BTreeMap;
use std::fmt;

use super::dotenv;
use super::dsn::OldDatabase;
use super::problem::{Problem, nearest};

/// Prefix of every variable of our own. The rest is the path of the key in capitals, with `__` between levels.
const PREFIX: &str = "SLUICE_";
/// Names the file and is therefore not a key inside it.
const CONFIG_FILE: &str = "SLUICE_CONFIG";

/// Short names of common settings.
const SHORT_NAMES: [(&str, &str); 8] = [
    ("SLUICE_HOST", "listen.host"),
    ("SLUICE_PORT", "listen.port"),
    ("SLUICE_DATA", "data_dir"),
    ("SLUICE_LOG_DIR", "log.dir"),
    ("SLUICE_LOG_LEVEL", "log.level"),
    ("SLUICE_LOG_FORMAT", "log.format"),
    ("SLUICE_MASTER_KEY", "database.master_key"),
    ("SLUICE_DATABASE_URL", "database.url"),
];

/// Variables of the old gateways that mean the same, value included.
const OLD_NAMES: [(&str, &str); 3] =
    [("PORT", "listen.port"), ("LOG_DIR", "log.dir"), ("ENCRYPTION_KEY", "database.master_key")];

/// Time-outs of the old gateways, in whole seconds.
const OLD_SECONDS: [(&str, &str); 2] =
    [("RELAY_TIMEOUT", "relay.timeouts.total_ms"), ("STREAMING_TIMEOUT", "relay.timeouts.idle_ms")];

/// Variables of the old gateways that are without effect here, and why.
const WITHOUT_EFFECT: [(&str, &str); 8] = [
    ("REDIS_CONN_STRING", "is not used: limits and caches are kept by each node on its own"),
    ("SESSION_SECRET", "is not needed: sessions are kept in the database"),
    ("CRYPTO_SECRET", "is not needed: keys are stored as hashes"),
    ("LOG_SQL_DSN", "is not used: call records are kept in the main database"),
    ("NODE_TYPE", "is not used: all nodes are alike"),
    ("SYNC_FREQUENCY", "is not needed: changes are live within a second"),
    ("MEMORY_CACHE_ENABLED", "is not needed: the configuration is always in memory"),
    ("BATCH_UPDATE_ENABLED", "is not needed: records are always written in batches"),
];

/// The variables that Sluice was started with. Values are never shown: many are secrets.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// One value from the environment: which key it sets, to what, and which variable says so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) origin: String,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl Environment {
    /// Returns the variables of this process; those that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Returns the value of `name`; a blank one counts as unset, as container files often leave it so.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Returns the same without `name`.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.remove(name);
        Self { variables }
    }

    /// Returns the value of `name` as it is, a blank one too: to some old variables it means something.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Adds the variables of a `.env` file; those that are set already win.
    pub(crate) fn add_dotenv(&mut self, text: &str) -> Result<(), Problem> {
        for (name, value) in dotenv::parse(text)? {
            self.variables.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// Returns the name of the configuration file, if one is set.
    pub(super) fn config_file(&self) -> Option<&str> {
        self.get(CONFIG_FILE)
    }

    /// Returns the settings, weakest first: old names, then short names, then the names that follow the rule.
    pub(super) fn settings(&self, problems: &mut Vec<Problem>) -> Vec<Setting> {
        let mut settings = self.old_settings(problems);
        settings.extend(SHORT_NAMES.iter().filter_map(|(name, path)| self.setting(name, path)));
        settings.extend(self.ruled_settings());
        settings
    }

    /// Returns a line for each variable that an old gateway would follow and this one does not.
    pub(super) fn notes(&self) -> Vec<String> {
        let is_set = |(name, _): &&(&str, &str)| self.get(name).is_some();
        let old = WITHOUT_EFFECT.iter().filter(is_set).map(|(name, why)| format!("`{name}` {why}"));
        let strange = self.variables.keys().filter(|name| is_somebody_elses(name) && self.get(name).is_some());
        old.chain(strange.map(|name| format!("`{name}` sets nothing here"))).collect()
    }

    fn setting(&self, name: &str, path: &str) -> Option<Setting> {
        let text = self.get(name).filter(|value| !is_set_by_kubernetes(name, value))?;
        Some(Setting { path: path.to_owned(), text: text.trim().to_owned(), origin: name.to_owned() })
    }

    fn ruled_settings(&self) -> impl Iterator<Item = Setting> {
        self.variables
            .keys()
            .filter(|name| *name != CONFIG_FILE && !SHORT_NAMES.iter().any(|(short, _)| short == name))
            .filter(|name| !is_somebody_elses(name))
            .filter_map(|name| self.setting(name, &path_of(name)?))
    }

    fn old_settings(&self, problems: &mut Vec<Problem>) -> Vec<Setting> {
        let mut settings: Vec<Setting> = OLD_NAMES.iter().filter_map(|(name, path)| self.setting(name, path)).collect();
        for (name, path) in OLD_SECONDS {
            let Some(setting) = self.setting(name, path) else { continue };
            match setting.text.parse::<u64>().ok().and_then(|seconds| seconds.checked_mul(1_000)) {
                Some(ms) => settings.push(Setting { text: ms.to_string(), ..setting }),
                None => problems.push(Problem::new(name, "is not a number of seconds", "write a whole number")),
            }
        }
        if self.get("GIN_MODE") == Some("debug") {
            settings.extend(self.setting("GIN_MODE", "log.level"));
        }
        if self.get("DEBUG") == Some("true") {
            let level = |setting| Setting { text: "debug".to_owned(), ..setting };
            settings.extend(self.setting("DEBUG", "log.level").map(level));
        }
        settings.extend(self.old_database(problems));
        settings
    }

    fn old_database(&self, problems: &mut Vec<Problem>) -> Option<Setting> {
        let old = OldDatabase {
            driver: self.get("SQL_DRIVER"),
            dsn: self.get("SQL_DSN"),
            sqlite_path: self.get("SQLITE_PATH"),
        };
        let origin = if old.dsn.is_some() { "SQL_DSN" } else { "SQLITE_PATH" }.to_owned();
        match old.address() {
            Ok(address) => address.map(|text| Setting { path: "database.url".to_owned(), text, origin }),
            Err((name, what, fix)) => {
                problems.push(Problem::new(name, what, fix));
                None
            }
        }
    }
}

/// Returns the path that a variable of ours sets: `SLUICE_RELAY__MAX_ATTEMPTS` is `relay.max_attempts`.
fn path_of(name: &str) -> Option<String> {
    let rest = name.strip_prefix(PREFIX).filter(|rest| !rest.is_empty())?;
    Some(rest.to_ascii_lowercase().replace("__", "."))
}

/// Returns whether a variable with our prefix cannot be meant for us: scripts around Sluice have their own, and one that
/// follows no rule of ours and is near to no name of ours must not keep Sluice from starting.
fn is_somebody_elses(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX).filter(|_| name != CONFIG_FILE) else { return false };
    let short = SHORT_NAMES.iter().filter_map(|(name, _)| name.strip_prefix(PREFIX));
    let own: Vec<String> =
        short.map(str::to_owned).chain(TOP_KEYS.iter().map(|key| key.to_ascii_uppercase())).collect();
    let is_exact = own.iter().any(|own| own == rest);
    !rest.contains("__") && !is_exact && nearest(rest, own.iter().map(String::as_str)).is_none()
}

fn name_of(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").to_ascii_uppercase())
}

/// Keys at the top of the file.
const TOP_KEYS: [&str; 11] = [
    "listen",
    "data_dir",
    "database",
    "log",
    "relay",
    "media",
    "records",
    "admin",
    "legacy",
    "vendors_dir",
    "providers",
];

/// Kubernetes gives every container variables for each service of its namespace: a service named `sluice` would
/// otherwise set our port to `tcp://10.0.0.1:3000`.
fn is_set_by_kubernetes(name: &str, value: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let is_link = value.starts_with("tcp://") || value.starts_with("udp://");
    let is_port_part =
        rest.strip_prefix("PORT_").is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    (rest == "PORT" && is_link) || is_port_part || rest == "SERVICE_HOST" || rest.starts_with("SERVICE_PORT")
}

/// Describes the variable `origin`, which sets `full_path`, of which `path` is the first part that is not known.
pub(super) fn unknown_variable(origin: &str, full_path: &str, path: &str, meant: Option<String>) -> Problem {
    let by_rule = meant.map(|meant| name_of(&full_path.replacen(path, &meant, 1)));
    let candidates = SHORT_NAMES.iter().map(|(name, _)| *name).chain([CONFIG_FILE]).chain(by_rule.as_deref());
    // The prefix that all have in common would make everything look alike.
    let own_part = |name| str::strip_prefix(name, PREFIX).unwrap_or(name);
    let fix = match nearest(own_part(origin), candidates.map(own_part)) {
        Some(name) => format!("did you mean `{PREFIX}{name}`?"),
        None => "unset it, or see `sluice.example.yaml` for what can be set".to_owned(),
    };
    Problem::new(origin, "is not a known variable", fix)
}
