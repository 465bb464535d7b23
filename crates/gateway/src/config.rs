//! Settings: `sluice.yaml`, the environment and the command line, merged, checked and typed.
//!
//! The stronger source wins: command line, then environment, then file, then defaults. All problems are reported at
//! once, each with where it is, what is wrong and what to write. Paths are relative to the working directory. What is
//! declared in the file as providers, keys and routes becomes domain values here.

mod boot;
mod declared;
mod dotenv;
mod dsn;
mod environment;
pub(crate) mod legacy;
mod media;
mod old;
mod problem;
mod reader;
mod tree;
mod vendors;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use sluice_domain::access::AddressList;
use sluice_domain::clock::Timestamp;
use sluice_domain::key::make_key_body;
use sluice_domain::provider::Timeouts;
use sluice_protocol::vendor::Vendors;
use sluice_store::DatabaseUrl;
use url::Url;

use boot::Paths;
pub(crate) use declared::parse_time;
pub use declared::{Declared, DeclaredKey, DeclaredPolicy, FILE_OWNER};
pub use environment::Environment;
pub use media::Media;
use old::Old;
pub(crate) use old::{SHARED_NAME, read_document};
pub use problem::{ConfigError, Problem};
use reader::{Problems, Reader};
use tree::Tree;

/// Name of the configuration file where none is given.
pub const FILE_NAME: &str = "sluice.yaml";
/// Stands for "no time-out": long enough never to matter, short enough to be added to any clock.
pub const NO_TIMEOUT: Duration = Duration::from_secs(365 * 86_400);
/// A time-out of a provider that stands for "no time-out".
const NO_TIMEOUT_MS: u64 = 365 * 86_400_000;
const DATA_DIR: &str = "./data";
const DEMO_DATA_DIR: &str = "./data/demo";

/// Everything that is fixed when Sluice starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: Listen,
    /// Where the database, the master key and temporary files are kept.
    pub data_dir: PathBuf,
    /// Where rows are kept.
    pub database: Database,
    /// What is logged and where to.
    pub log: Log,
    /// How calls are relayed.
    pub relay: Relay,
    /// How media that callers name by URL are fetched.
    pub media: Media,
    /// How call records are written and kept.
    pub records: Records,
    /// How responses are kept where no upstream keeps them.
    pub responses: Responses,
    /// Sessions of the console.
    pub admin: Admin,
    /// Directory with vendor files of the operator.
    pub vendors_dir: Option<PathBuf>,
    /// Providers, credentials, routes and keys of the file.
    pub declared: Declared,
    /// What callers of other gateways are used to.
    pub legacy: Legacy,
}

/// What callers of other gateways are used to.
#[derive(Debug, Clone, Default)]
pub struct Legacy {
    /// Key of callers on this machine that present none; without it they are refused. It is made anew at every start.
    pub loopback_key: Option<SecretString>,
}

/// Where Sluice listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Serves TLS with these files, plain without.
    pub tls: Option<TlsFiles>,
}

/// The files that TLS needs, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, own certificate first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Where rows are kept and what seals the secrets among them.
#[derive(Debug, Clone)]
pub struct Database {
    /// Address of the database; it shows itself without the password.
    pub url: DatabaseUrl,
    /// What upstream credentials are encrypted under.
    pub master_key: MasterKey,
}

/// What upstream credentials are encrypted under.
#[derive(Debug, Clone)]
pub enum MasterKey {
    /// A passphrase of at least 16 characters from the environment or the file.
    Given(SecretString),
    /// A file that is generated on the first start, readable by its owner only.
    File(PathBuf),
}

/// What is logged and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level, or a filter of levels by module; it is known to be valid.
    pub level: String,
    /// Shape of a line.
    pub format: LogFormat,
    /// Where `common.log` and `error.log` are written, besides standard error.
    pub dir: Option<PathBuf>,
}

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// How calls are relayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Relay threads.
    pub threads: NonZeroUsize,
    /// Larger request bodies are refused.
    pub max_body_bytes: u64,
    /// Larger request bodies wait in a temporary file instead of memory.
    pub spool_above_bytes: u64,
    /// Only these may say for whom they forward.
    pub trusted_proxies: AddressList,
    /// Web pages that may call the relay.
    pub cors_origins: CorsOrigins,
    /// Most attempts per call.
    pub max_attempts: u32,
    /// Time-outs of providers that have none of their own.
    pub timeouts: Timeouts,
    /// Most keys that are remembered between calls.
    pub key_cache_entries: usize,
    /// How long a client may take to send its request's head.
    pub client_header_timeout: Duration,
}

/// Web pages that may call the relay from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// All, without credentials.
    Any,
    /// None.
    Off,
    /// Those with one of these origins.
    Only(Vec<String>),
}

/// How call records are written and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// Days that a record is kept; 0 keeps it for good.
    pub retention_days: u32,
    /// Most rows per transaction.
    pub batch_rows: usize,
    /// Longest time that a row waits for its batch.
    pub batch_delay: Duration,
    /// Most rows that wait in memory.
    pub queue_rows: usize,
    /// When what a call owes must have reached the disk.
    pub journal_sync: JournalSync,
    /// Most that the journal takes on the disk, bytes; when it is full, new calls are refused.
    pub journal_max_bytes: u64,
}

/// When notes of calls must have reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalSync {
    /// Every few milliseconds, for all calls at once: a power failure may lose the last of them.
    Group,
    /// Before the upstream is called.
    Always,
}

/// How responses of the Responses API are kept where no upstream keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Responses {
    /// How long a response is kept.
    pub kept_for: Duration,
    /// Most that all of them take in the database, bytes; 0 keeps none.
    pub max_bytes: u64,
    /// Most that those of one user take, bytes.
    pub max_user_bytes: u64,
}

/// Sessions of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// How long a session lasts.
    pub session_ttl: Duration,
    /// When session cookies are limited to HTTPS.
    pub secure_cookies: SecureCookies,
    /// Address under which people reach the console, for links.
    pub public_url: Option<Url>,
}

/// When session cookies are limited to HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecureCookies {
    /// When the request came by HTTPS, directly or through a trusted proxy.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the command line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--host`.
    pub host: Option<String>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--log-dir`.
    pub log_dir: Option<PathBuf>,
}

/// What the settings are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Real use.
    Run,
    /// A demonstration. It must not touch real data: it takes no file that it was not told of, nothing but the address
    /// and the log from the environment, and a data directory of its own.
    Demo,
}

/// Where settings are read from.
#[derive(Debug)]
pub struct Sources {
    /// What they are for.
    pub purpose: Purpose,
    /// What the command line says.
    pub overrides: Overrides,
    /// The environment, without `.env`.
    pub environment: Environment,
    /// Where relative paths begin and `.env` and `sluice.yaml` are looked for; empty for the working directory.
    pub working_dir: PathBuf,
    /// The time at which declared rows count as made.
    pub now: Timestamp,
}

/// Settings and how they came about.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The vendors that ship with Sluice and those of `vendors_dir`.
    pub vendors: Vendors,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// What the operator should know, such as variables without effect. One sentence each.
    pub notes: Vec<String>,
}

impl Sources {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// Returns every problem of every source at once.
    pub fn load(mut self) -> Result<Loaded, ConfigError> {
        let mut problems = Vec::new();
        self.add_dotenv(&mut problems);
        let mut old = Old::default();
        let (file, mut tree) = self.read_file(&mut old, &mut problems);
        if self.purpose == Purpose::Run {
            old.add_routes(&mut tree, (&self.environment, &self.working_dir), &mut problems);
        }
        for setting in self.environment.settings(&mut problems) {
            if self.takes(&setting.path) && !old.claims(&setting) {
                tree.set(&setting.path, &setting.text, &setting.origin);
            }
        }
        self.overrides.lay_over(&mut tree);
        let collected = Problems::new(problems);
        let mut settings = Reader::read_root(&tree, &collected, |reader| self.read_settings(reader));
        let mut problems = collected.into_inner();
        let vendors = vendors::load(settings.vendors_dir.as_deref(), &mut problems);
        settings.declared.resolve_vendors(&vendors, &mut problems);
        settings.declared.check_policy(&mut problems);
        if !problems.is_empty() {
            return Err(ConfigError { file, problems });
        }
        let mut notes = self.environment.notes();
        notes.extend(old.notes);
        notes.extend(settings.declared.notes());
        Ok(Loaded { settings, vendors, file, notes })
    }

    fn add_dotenv(&mut self, problems: &mut Vec<Problem>) {
        match fs::read_to_string(self.working_dir.join(".env")) {
            Ok(text) => problems.extend(self.environment.add_dotenv(&text).err()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                problems.push(Problem::new(".env", format!("cannot be read: {error}"), "correct or remove it"));
            }
        }
    }

    fn read_file(&self, old: &mut Old, problems: &mut Vec<Problem>) -> (Option<PathBuf>, Tree) {
        let Some(path) = self.find_file() else { return (None, Tree::default()) };
        if path.is_dir() {
            let tree = old.read_folder(&path, &self.environment, problems);
            return (Some(path), tree);
        }
        let name = path.display().to_string();
        let read = fs::read_to_string(&path)
            .map_err(|error| {
                Problem::new(&name, format!("cannot be read: {error}"), "name a file that Sluice may read")
            })
            .and_then(|text| match old.read_text(&name, &text, problems) {
                Some(tree) => Ok(tree),
                None => Tree::parse(&text).map_err(|problem| Problem { at: name.clone(), ..problem }),
            });
        let tree = read.unwrap_or_else(|problem| {
            problems.push(problem);
            Tree::default()
        });
        (Some(path), tree)
    }

    /// Returns the file that was named, else the first of the usual places where there is one.
    fn find_file(&self) -> Option<PathBuf> {
        let from_environment = || match self.purpose {
            Purpose::Run => self.environment.config_file().map(PathBuf::from),
            Purpose::Demo => None,
        };
        if let Some(named) = self.overrides.config.clone().or_else(from_environment) {
            return Some(self.working_dir.join(named));
        }
        let data_dir = self.overrides.data.clone().or_else(|| {
            let variable = self.environment.get("SLUICE_DATA_DIR").or_else(|| self.environment.get("SLUICE_DATA"));
            variable.map(PathBuf::from)
        });
        let places = [PathBuf::new(), data_dir.unwrap_or_else(|| PathBuf::from(DATA_DIR))];
        let candidates = places.iter().map(|place| self.working_dir.join(place).join(FILE_NAME));
        candidates.filter(|_| self.purpose == Purpose::Run).find(|candidate| candidate.exists())
    }

    fn takes(&self, path: &str) -> bool {
        match self.purpose {
            Purpose::Run => true,
            Purpose::Demo => path.starts_with("listen.") || path.starts_with("log."),
        }
    }

    /// Makes the key of callers on this machine, where they may call without one.
    fn read_legacy(&self, reader: &mut Reader<'_>, declared: &mut Declared) -> Legacy {
        let is_open = reader.section("legacy", |legacy| legacy.flag("allow_loopback_without_key"));
        let loopback_key = is_open.unwrap_or(false).then(|| SecretString::from(make_key_body(&mut rand::rng())));
        declared.keys.extend(loopback_key.as_ref().map(|key| declared::loopback_key(key, self.now)));
        Legacy { loopback_key }
    }

    fn read_settings(&self, reader: &mut Reader<'_>) -> Settings {
        let paths = Paths { working_dir: self.working_dir.clone() };
        let default_data_dir = match self.purpose {
            Purpose::Run => DATA_DIR,
            Purpose::Demo => DEMO_DATA_DIR,
        };
        let data_dir = reader.text("data_dir").unwrap_or_else(|| default_data_dir.to_owned());
        let data_dir = paths.resolve(data_dir);
        let around = declared::Surroundings { environment: &self.environment, paths: &paths, now: self.now };
        let mut declared = declared::read(reader, &around);
        Settings {
            listen: reader.section("listen", |listen| boot::read_listen(listen, &paths)),
            database: reader.section("database", |database| boot::read_database(database, &data_dir)),
            log: reader.section("log", |log| boot::read_log(log, &paths)),
            relay: reader.section("relay", boot::read_relay),
            media: reader.section("media", media::read),
            records: reader.section("records", boot::read_records),
            responses: reader.section("responses", boot::read_responses),
            admin: reader.section("admin", boot::read_admin),
            vendors_dir: boot::read_vendors_dir(reader, &paths),
            legacy: self.read_legacy(reader, &mut declared),
            declared,
            data_dir,
        }
    }
}

impl Overrides {
    fn lay_over(&self, tree: &mut Tree) {
        let path = |path: &Option<PathBuf>| path.as_deref().map(Path::to_string_lossy).map(String::from);
        let values = [
            ("listen.host", "--host", self.host.clone()),
            ("listen.port", "--port", self.port.map(|port| port.to_string())),
            ("data_dir", "--data", path(&self.data)),
            ("log.dir", "--log-dir", path(&self.log_dir)),
        ];
        for (path, option, value) in values {
            if let Some(value) = value {
                tree.set(path, &value, option);
            }
        }
    }
}

/// Reads YAML, or JSON, which is a part of it, as the values that it holds.
///
/// # Errors
/// Says where the syntax is broken.
pub(crate) fn read_yaml(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, Problem> {
    Tree::parse(text).map(|tree| tree.root().clone())
}
