//! Providers, credentials, routes, keys and the routing policy that are declared in the file, as the domain's values.
//!
//! Their ids are negative and depend on names only, so that records keep pointing at the right row when the file is
//! reordered or Sluice restarts; renaming makes a new row.

mod headers;
mod keys;
mod limits;
mod policy;
mod providers;

use std::fs;

use chrono::{DateTime, NaiveDate, NaiveTime};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::key::{Caller, KeyHash};
use sluice_domain::provider::{Credential, Provider, Route};
use sluice_protocol::vendor::Vendors;

use super::boot::Paths;
use super::environment::Environment;
use super::problem::{Problem, nearest, quoted};
use super::reader::Reader;

pub(super) use keys::loopback_key;
pub use policy::DeclaredPolicy;

/// Owner of the keys of the file: nobody in the database, always enabled.
pub const FILE_OWNER: UserId = UserId(0);

const NAME_MAX_CHARS: usize = 64;

/// What the file declares.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Upstream accounts, in the order of the file.
    pub providers: Vec<Provider>,
    /// Their secrets. A provider without any has one that is empty, for upstreams that ask for none.
    pub credentials: Vec<Credential>,
    /// One per model and credential.
    pub routes: Vec<Route>,
    /// Keys that callers may present.
    pub keys: Vec<DeclaredKey>,
    /// What is said about routing.
    pub policy: DeclaredPolicy,
}

/// A key of the file: what is known of it is its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredKey {
    /// Hash of the key's body.
    pub hash: KeyHash,
    /// What it may do.
    pub caller: Caller,
}

/// What declared rows are read with besides the file.
pub(super) struct Surroundings<'a> {
    pub(super) environment: &'a Environment,
    pub(super) paths: &'a Paths,
    pub(super) now: Timestamp,
}

/// Reads all declared rows.
pub(super) fn read(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Declared {
    let mut declared = Declared { policy: reader.section("routing", policy::read), ..Declared::default() };
    for field in reader.items("providers") {
        field.table(|provider| providers::read(provider, around, &mut declared));
    }
    for field in reader.items("keys") {
        let key = field.table(|key| keys::read(key, around, &declared.keys));
        declared.keys.extend(key);
    }
    declared
}

impl Declared {
    /// Reports what does not fit together in the routing policy.
    pub(super) fn check_policy(&self, problems: &mut Vec<Problem>) {
        policy::check(&self.policy, problems);
    }

    /// Checks that every provider's vendor exists and gives providers without a base URL that of their vendor.
    pub(super) fn resolve_vendors(&mut self, vendors: &Vendors, problems: &mut Vec<Problem>) {
        for (index, provider) in self.providers.iter_mut().enumerate() {
            // One without a vendor was reported when it was read.
            if provider.vendor.is_empty() {
                continue;
            }
            match vendors.get(&provider.vendor).map(|vendor| vendor.base_url.as_ref()) {
                None => problems.push(unknown_vendor(index, &provider.vendor, vendors)),
                Some(Some(base_url)) if provider.base_url.is_empty() => provider.base_url.clone_from(base_url),
                Some(None) if provider.base_url.is_empty() => problems.push(Problem::new(
                    format!("providers[{index}].base_url"),
                    format!("is missing, and vendor `{}` has no public address", provider.vendor),
                    "add `base_url: https://…`",
                )),
                Some(_) => {}
            }
        }
    }

    /// Returns a sentence for each declaration that is valid but has no effect.
    pub(super) fn notes(&self) -> Vec<String> {
        let has_route = |provider: &Provider| self.routes.iter().any(|route| route.provider_id == provider.id);
        let is_named = |provider: &Provider| self.policy.names(&provider.name);
        let idle = self.providers.iter().filter(|provider| !has_route(provider) && !is_named(provider));
        idle.map(|provider| format!("provider `{}` lists no `models`, so no call goes to it", provider.name)).collect()
    }
}

fn unknown_vendor(index: usize, written: &str, vendors: &Vendors) -> Problem {
    let names = || vendors.iter().map(|vendor| vendor.name.as_str());
    let fix = nearest(written, names()).map_or_else(
        || format!("write one of {}, or add a vendor file to `vendors_dir`", quoted(names())),
        |name| format!("did you mean `{name}`?"),
    );
    Problem::new(format!("providers[{index}].vendor"), format!("`{written}` is not a known vendor"), fix)
}

/// Returns the id of a declared row: 53 bits of a hash of its names, negated. The console reads ids as JavaScript
/// numbers, which are exact up to there.
fn id_of(kind: &str, names: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for part in std::iter::once(&kind).chain(names) {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    let bits = digest.iter().take(8).fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
    -i64::try_from(bits >> 11).unwrap_or(i64::MAX).max(1)
}

/// Reads the name of a row, which none of `others` may have.
fn read_name<'n>(reader: &mut Reader<'_>, others: impl IntoIterator<Item = &'n str>) -> String {
    let name = reader.required_text("name").trim().to_owned();
    check_name(reader, &name, others);
    name
}

fn check_name<'n>(reader: &Reader<'_>, name: &str, others: impl IntoIterator<Item = &'n str>) {
    if name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        let fix = format!("write at most {NAME_MAX_CHARS} characters on one line");
        reader.report("name", "is too long or holds control characters", fix);
    }
    if !name.is_empty() && others.into_iter().any(|other| other == name) {
        reader.report("name", format!("`{name}` is used twice"), "give each its own name");
    }
}

/// Reads the secret that `secret`, `secret_env` or `secret_file` gives, and reports it if it is unusable.
fn read_secret(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Given {
    let found = [
        reader.text("secret").map(|text| (Ok(text), "secret")),
        reader.text("secret_env").map(|name| (from_environment(&name, around.environment), "secret_env")),
        reader.text("secret_file").map(|path| (from_file(&path, around.paths), "secret_file")),
    ];
    let mut found = found.into_iter().flatten();
    let Some((secret, key)) = found.next() else {
        let is_written = ["secret", "secret_env", "secret_file"].iter().any(|key| reader.is_written(key));
        return if is_written { Given::Unusable } else { Given::Nothing };
    };
    if let Some((_, second)) = found.next() {
        reader.report(second, format!("stands beside `{key}`"), "keep one of them");
    }
    match secret.and_then(|secret| usable(&secret)) {
        Ok(secret) => Given::Secret(SecretString::from(secret)),
        Err((what, fix)) => {
            reader.report(key, what, fix);
            Given::Unusable
        }
    }
}

/// What a row says about its secret.
enum Given {
    Nothing,
    Unusable,
    Secret(SecretString),
}

type Unusable = (String, &'static str);

fn from_environment(name: &str, environment: &Environment) -> Result<String, Unusable> {
    let unset = || (format!("the variable `{name}` is not set"), "set it, or correct its name");
    environment.get(name).map(str::to_owned).ok_or_else(unset)
}

fn from_file(path: &str, paths: &Paths) -> Result<String, Unusable> {
    let failed = |error| (format!("`{path}` cannot be read: {error}"), "name a file that Sluice may read");
    fs::read_to_string(paths.resolve(path)).map_err(failed)
}

fn usable(secret: &str) -> Result<String, Unusable> {
    let trimmed = secret.trim();
    if trimmed.is_empty() {
        return Err(("the secret is blank".to_owned(), "write the secret, or remove the row"));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(("the secret has more than one line".to_owned(), "give the secret alone"));
    }
    Ok(trimmed.to_owned())
}

/// Reads a time: RFC 3339, or a date, which stands for its first moment in UTC.
#[must_use]
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let at_midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis());
    time.ok().or_else(|| text.parse::<NaiveDate>().ok().map(at_midnight)).map(Timestamp)
}
