//! Providers, their credentials and the routes made of them: the operator's configuration as values.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

use crate::clock::Timestamp;
use crate::id::{CredentialId, ProviderId, RouteId};
use crate::limit::Limits;
use crate::money::Micros;
use crate::route::Withheld;
use crate::route::policy::Rotation;

/// Where a row of configuration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Edited in the console or the API, kept in the database.
    Database,
    /// Declared in `sluice.yaml`; read-only elsewhere.
    File,
}

/// How long Sluice waits for one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, TLS included.
    pub connect: Duration,
    /// From the request's last byte to the first byte of the answer's body.
    pub first_byte: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For the whole attempt.
    pub total: Duration,
}

impl Default for Timeouts {
    /// Ten seconds to connect, five minutes for the first byte (reasoning models think long before they speak), two
    /// minutes between pieces, one hour in all.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(120),
            total: Duration::from_secs(3_600),
        }
    }
}

/// A provider's own time-outs; `None` takes the general setting. Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeoutOverrides {
    /// See [`Timeouts::connect`].
    pub connect_ms: Option<u64>,
    /// See [`Timeouts::first_byte`].
    pub first_byte_ms: Option<u64>,
    /// See [`Timeouts::idle`].
    pub idle_ms: Option<u64>,
    /// See [`Timeouts::total`].
    pub total_ms: Option<u64>,
}

impl TimeoutOverrides {
    /// Returns the time-outs in force: its own where set, else those of `general`.
    #[must_use]
    pub fn over(self, general: Timeouts) -> Timeouts {
        let pick = |own: Option<u64>, general: Duration| own.map_or(general, Duration::from_millis);
        Timeouts {
            connect: pick(self.connect_ms, general.connect),
            first_byte: pick(self.first_byte_ms, general.first_byte),
            idle: pick(self.idle_ms, general.idle),
            total: pick(self.total_ms, general.total),
        }
    }
}

/// What is left on an upstream account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The sum; below zero where the vendor lets accounts run into debt.
    pub left: Micros,
    /// When the vendor said so.
    pub updated_at: Timestamp,
}

/// What a site says of one of its keys, as far as calls depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyStanding {
    /// Why the site does not let it be used; `None` when it does.
    pub withheld: Option<Withheld>,
    /// It has expired from then on.
    pub expires_at: Option<Timestamp>,
}

impl KeyStanding {
    /// Returns why the key must not be used at `now`.
    #[must_use]
    pub fn withheld_at(&self, now: Timestamp) -> Option<Withheld> {
        let has_expired = self.expires_at.is_some_and(|at| at <= now);
        self.withheld.or(has_expired.then_some(Withheld::Expired))
    }
}

/// One configured upstream account.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Row id; providers from the file have negative ids.
    pub id: ProviderId,
    /// Name shown to the operator, unique.
    pub name: String,
    /// Name of the vendor file that describes how to speak to it.
    pub vendor: String,
    /// Root URL, as the operator wrote it without trailing slashes.
    pub base_url: String,
    /// A disabled provider is never used.
    pub enabled: bool,
    /// Priority that new routes start with; higher goes first.
    pub priority: i64,
    /// Weight that new routes start with.
    pub weight: i64,
    /// Values for the placeholders in the vendor's paths, such as `api_version`.
    pub params: BTreeMap<String, String>,
    /// Headers that every call to it carries, whatever the client sent. Some upstreams take secrets there.
    pub headers: BTreeMap<String, SecretString>,
    /// How its credentials take turns.
    pub rotation: Rotation,
    /// What is left on the account, as far as that is known.
    pub balance: Option<Balance>,
    /// Outbound proxy, may hold a password.
    pub proxy_url: Option<SecretString>,
    /// Its own time-outs.
    pub timeouts: TimeoutOverrides,
    /// Public model name → name at this provider.
    pub model_alias: BTreeMap<String, String>,
    /// System access token of a NewAPI site, for management calls.
    pub access_token: Option<SecretString>,
    /// Value of the `New-Api-User` header for management calls.
    pub upstream_user_id: Option<i64>,
    /// Whether the daily check-in is wanted.
    pub checkin_enabled: bool,
    /// Free text.
    pub remark: String,
    /// Where it is configured.
    pub origin: Origin,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One secret of a provider.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Row id; negative when it comes from the file.
    pub id: CredentialId,
    /// Provider it belongs to.
    pub provider_id: ProviderId,
    /// Name given by the operator or the upstream.
    pub name: String,
    /// The secret itself.
    pub secret: SecretString,
    /// How much the vendor lets it ask for.
    pub limits: Limits,
    /// How many calls it may answer in all, counted from when it had this bound first; `None` for no bound.
    pub call_quota: Option<u64>,
    /// Group at the upstream, for NewAPI sites.
    pub group_name: String,
    /// A disabled credential is never used.
    pub enabled: bool,
    /// Priority that new routes start with.
    pub priority: i64,
    /// Weight that new routes start with.
    pub weight: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Model → credential: one way to serve a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Row id; negative when it comes from the file.
    pub id: RouteId,
    /// Public model name; `*` stands for any run of characters.
    pub model: String,
    /// Provider that serves it.
    pub provider_id: ProviderId,
    /// Credential that is used.
    pub credential_id: CredentialId,
    /// Name to send upstream; `None` sends what was asked for.
    pub upstream_model: Option<String>,
    /// A disabled route is never used.
    pub enabled: bool,
    /// Higher goes first.
    pub priority: i64,
    /// Share inside its priority tier.
    pub weight: i64,
}
