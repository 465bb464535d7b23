//! Reads the boot settings, each with its default and its limits.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use sluice_domain::access::AddressList;
use sluice_domain::provider::Timeouts;
use sluice_store::DatabaseUrl;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::reader::{Complaint, Reader};
use super::{
    Admin, CorsOrigins, Database, JournalSync, Listen, Log, LogFormat, MasterKey, NO_TIMEOUT, Records, Relay,
    Responses, SecureCookies, TlsFiles,
};

const HOUR_MS: u64 = 3_600_000;
const DAY_SECS: u64 = 86_400;
/// Longest time-out that can be set, one day; longer waits are `0`, no limit.
pub(super) const MAX_TIMEOUT_MS: u64 = 24 * HOUR_MS;
const MASTER_KEY_MIN_CHARS: usize = 16;

/// Resolves paths of the configuration against the working directory.
pub(super) struct Paths {
    pub(super) working_dir: PathBuf,
}

impl Paths {
    pub(super) fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        self.working_dir.join(path)
    }

    fn file(&self, reader: &mut Reader<'_>, key: &'static str) -> PathBuf {
        let path = self.resolve(reader.required_text(key));
        if let Err(error) = File::open(&path) {
            reader.report(key, format!("cannot be read: {error}"), "name a file that Sluice may read");
        }
        path
    }
}

pub(super) fn read_listen(reader: &mut Reader<'_>, paths: &Paths) -> Listen {
    let host = reader.parsed("host", parse_host).unwrap_or(IpAddr::from([127, 0, 0, 1]));
    let port = whole(reader, "port", 0..=65_535, 3_000);
    let tls = reader.optional_section("tls", |tls| TlsFiles {
        certificate: paths.file(tls, "certificate_file"),
        key: paths.file(tls, "key_file"),
    });
    Listen { address: SocketAddr::new(host, port), tls }
}

fn parse_host(text: &str) -> Result<IpAddr, Complaint> {
    if text == "localhost" {
        return Ok(IpAddr::from([127, 0, 0, 1]));
    }
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    address.parse().map_err(|_| {
        Complaint::new(format!("`{text}` is not an IP address"), "write `127.0.0.1`, `0.0.0.0` for all, or `::`")
    })
}

pub(super) fn read_database(reader: &mut Reader<'_>, data_dir: &Path) -> Database {
    let url = reader.parsed("url", parse_database_url);
    let master_key = reader.parsed("master_key", parse_master_key);
    Database {
        url: url.unwrap_or_else(|| DatabaseUrl::sqlite(data_dir.join("sluice.sqlite"))),
        master_key: master_key.unwrap_or_else(|| MasterKey::File(data_dir.join("master.key"))),
    }
}

fn parse_database_url(text: &str) -> Result<DatabaseUrl, Complaint> {
    text.parse().map_err(|_| {
        let fix = "write `sqlite://path`, `postgres://user:password@host/database` or \
                   `mysql://user:password@host/database`";
        Complaint::new("is not a database address", fix)
    })
}

fn parse_master_key(text: &str) -> Result<MasterKey, Complaint> {
    if text.chars().count() < MASTER_KEY_MIN_CHARS {
        let what = format!("is shorter than {MASTER_KEY_MIN_CHARS} characters");
        return Err(Complaint::new(
            what,
            "make one with `openssl rand -hex 32`, or leave it out to have one generated",
        ));
    }
    Ok(MasterKey::Given(SecretString::from(text)))
}

pub(super) fn read_log(reader: &mut Reader<'_>, paths: &Paths) -> Log {
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    Log {
        level: reader.parsed("level", parse_level).unwrap_or_else(|| "info".to_owned()),
        format: reader.choice("format", &formats).unwrap_or(LogFormat::Text),
        dir: reader.text("dir").map(|dir| paths.resolve(dir)),
    }
}

fn parse_level(text: &str) -> Result<String, Complaint> {
    let levels = ["trace", "debug", "info", "warn", "error", "off"];
    // A bare word that is no level would be taken for the name of a module, all of which are then at full detail.
    let is_word = !text.contains(['=', ',']);
    let is_known = !is_word || levels.contains(&text.to_ascii_lowercase().as_str());
    if is_known && EnvFilter::try_new(text).is_ok() {
        return Ok(text.to_owned());
    }
    let fix = "write `trace`, `debug`, `info`, `warn`, `error`, `off`, or a filter such as `info,sluice_gateway=debug`";
    Err(Complaint::new(format!("`{text}` is not a log level"), fix))
}

pub(super) fn read_relay(reader: &mut Reader<'_>) -> Relay {
    let threads = reader.whole("threads", 0..=1_024).unwrap_or(0);
    let all_cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Relay {
        threads: usize::try_from(threads).ok().and_then(NonZeroUsize::new).unwrap_or_else(all_cores),
        max_body_bytes: whole(reader, "max_body_bytes", 1_024..=1 << 40, 100 << 20),
        spool_above_bytes: whole(reader, "spool_above_bytes", 0..=1 << 30, 4 << 20),
        trusted_proxies: reader.field("trusted_proxies").map(|field| read_addresses(&field)).unwrap_or_default(),
        cors_origins: read_cors_origins(reader),
        max_attempts: whole(reader, "max_attempts", 1..=100, 5),
        timeouts: reader.section("timeouts", read_timeouts),
        key_cache_entries: whole(reader, "key_cache_entries", 1..=10_000_000, 100_000),
        client_header_timeout: ms(reader, "client_header_timeout_ms", 90_000),
    }
}

/// Reads a list of addresses and networks, naming every bad one.
pub(super) fn read_addresses(field: &super::reader::Field<'_>) -> AddressList {
    let mut list = String::new();
    for item in field.texts() {
        let parsed = AddressList::parse(&item);
        let what = |bad: sluice_domain::access::BadAddress| Complaint::new(bad.to_string(), "correct or remove it");
        if let Some(parsed) = field.accept(parsed.map_err(what)) {
            list.push_str(&parsed.to_text());
            list.push('\n');
        }
    }
    AddressList::parse(&list).unwrap_or_default()
}

fn read_cors_origins(reader: &mut Reader<'_>) -> CorsOrigins {
    let Some(field) = reader.field("cors_origins") else { return CorsOrigins::Any };
    let origins = field.texts();
    match origins.as_slice() {
        [only] if only == "*" => CorsOrigins::Any,
        [only] if only == "off" => CorsOrigins::Off,
        _ => CorsOrigins::Only(origins.iter().filter_map(|text| field.accept(parse_origin(text))).collect()),
    }
}

fn parse_origin(text: &str) -> Result<String, Complaint> {
    let is_origin = Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text);
    is_origin.then(|| text.to_owned()).ok_or_else(|| {
        let fix = "write `\"*\"` for any, `off`, or origins such as `https://chat.example.com` without a path";
        Complaint::new(format!("`{text}` is not an origin"), fix)
    })
}

fn read_timeouts(reader: &mut Reader<'_>) -> Timeouts {
    let default = Timeouts::default();
    Timeouts {
        connect: timeout(reader, "connect_ms", default.connect),
        first_byte: timeout(reader, "first_byte_ms", default.first_byte),
        idle: timeout(reader, "idle_ms", default.idle),
        total: timeout(reader, "total_ms", default.total),
    }
}

fn timeout(reader: &mut Reader<'_>, key: &'static str, default: Duration) -> Duration {
    let written = reader.whole(key, 0..=MAX_TIMEOUT_MS);
    written.map_or(default, |ms| if ms == 0 { NO_TIMEOUT } else { Duration::from_millis(ms) })
}

pub(super) fn read_records(reader: &mut Reader<'_>) -> Records {
    let syncs = [("group", JournalSync::Group), ("always", JournalSync::Always)];
    Records {
        retention_days: whole(reader, "retention_days", 0..=36_500, 90),
        batch_rows: whole(reader, "batch_rows", 1..=10_000, 2_000),
        batch_delay: ms(reader, "batch_ms", 200),
        queue_rows: whole(reader, "queue_rows", 100..=10_000_000, 100_000),
        journal_sync: reader.choice("journal_sync", &syncs).unwrap_or(JournalSync::Group),
        journal_max_bytes: reader.whole("journal_max_mb", 16..=1_000_000).unwrap_or(2_048) * 1024 * 1024,
    }
}

pub(super) fn read_responses(reader: &mut Reader<'_>) -> Responses {
    let bytes = |mb: u64| mb * 1024 * 1024;
    Responses {
        kept_for: Duration::from_secs(reader.whole("keep_days", 1..=3_650).unwrap_or(30) * DAY_SECS),
        max_bytes: bytes(reader.whole("max_mb", 0..=10_000_000).unwrap_or(4_096)),
        max_user_bytes: bytes(reader.whole("max_user_mb", 1..=10_000_000).unwrap_or(1_024)),
    }
}

pub(super) fn read_admin(reader: &mut Reader<'_>) -> Admin {
    let cookies = [("auto", SecureCookies::Auto), ("always", SecureCookies::Always), ("never", SecureCookies::Never)];
    let days = reader.whole("session_days", 1..=3_650).unwrap_or(30);
    Admin {
        session_ttl: Duration::from_secs(days * DAY_SECS),
        secure_cookies: reader.choice("secure_cookies", &cookies).unwrap_or(SecureCookies::Auto),
        public_url: reader.parsed("public_url", parse_public_url),
    }
}

fn parse_public_url(text: &str) -> Result<Url, Complaint> {
    let parsed = Url::parse(text).ok().filter(|url| {
        let is_web = ["http", "https"].contains(&url.scheme()) && url.has_host();
        is_web && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    });
    parsed.ok_or_else(|| Complaint::new("is not an address of a web page", "write it like `https://ai.example.com`"))
}

pub(super) fn read_vendors_dir(reader: &mut Reader<'_>, paths: &Paths) -> Option<PathBuf> {
    let dir = paths.resolve(reader.text("vendors_dir")?);
    if !dir.is_dir() {
        reader.report("vendors_dir", "is not a directory", "name an existing one, or remove the key");
    }
    Some(dir)
}

pub(super) fn ms(reader: &mut Reader<'_>, key: &'static str, default: u64) -> Duration {
    Duration::from_millis(reader.whole(key, 1..=HOUR_MS).unwrap_or(default))
}

/// Returns the number at `key`; the range has to fit `T`.
pub(super) fn whole<T: TryFrom<u64>>(
    reader: &mut Reader<'_>,
    key: &'static str,
    range: std::ops::RangeInclusive<u64>,
    default: T,
) -> T {
    reader.whole(key, range).and_then(|number| T::try_from(number).ok()).unwrap_or(default)
}
