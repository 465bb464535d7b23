//! What the admin API works with.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{KeyId, NodeId};
use sluice_domain::key::Key;
use sluice_domain::provider::{Credential, Provider, Route};
use sluice_protocol::vendor::Vendors;
use sluice_store::Store;
use tokio::sync::Notify;
use url::Url;

use super::access::{Attempts, CookiePolicy, Passwords, SetupGate};
use crate::config::DeclaredPolicy;
use crate::jobs::Jobs;
use crate::jobs::check_in::CheckIns;
use crate::outgoing::Outgoing;
use crate::relay::Previewer;
use crate::telemetry::pulse::Pulse;
use crate::upkeep::Upkeep;

/// All that handlers of the admin API share.
#[derive(Debug)]
pub struct AdminState {
    /// Which node this is: money that is booked here is booked against its accounts of the operator.
    pub node: NodeId,
    /// Days that records of calls are kept; 0 keeps them for good.
    pub records_kept_days: u32,
    /// The database.
    pub store: Arc<Store>,
    /// The kinds of upstream that exist.
    pub vendors: Arc<Vendors>,
    /// Told after every request that may have changed the configuration.
    pub changed: Arc<Notify>,
    /// What the configuration file declares.
    pub declared: Arc<Declared>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Whether the first administrator may still be made, and by whom.
    pub setup: SetupGate,
    /// When cookies are sent over TLS only.
    pub cookies: CookiePolicy,
    /// How long a login lasts.
    pub session_days: u32,
    /// Address under which people reach this installation, if the operator gave one.
    pub public_url: Option<Url>,
    /// What the handlers keep in memory.
    pub memory: Memory,
    /// What is done from time to time.
    pub(crate) jobs: Arc<Jobs>,
    /// Checks in at sites.
    pub(crate) checkins: CheckIns,
    /// What this node is doing.
    pub(crate) pulse: Arc<Pulse>,
    /// Tells where calls would go.
    pub(crate) previewer: Previewer,
    /// Keeps providers current.
    pub(crate) upkeep: Arc<Upkeep>,
    /// What the configuration file says about routing.
    pub(crate) policy: DeclaredPolicy,
}

/// What the handlers keep in memory between requests; all of it bounded.
#[derive(Debug)]
pub struct Memory {
    /// When this process started.
    pub started_at: Timestamp,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
    pub(crate) outgoing: Outgoing,
    /// Taken by the verification of the ledger that is under way.
    pub(crate) verification: tokio::sync::Mutex<()>,
    /// Taken by the rebuilding of routes that is under way.
    pub(crate) rebuilding: Arc<tokio::sync::Mutex<()>>,
}

impl Memory {
    /// Begins with nothing remembered.
    #[must_use]
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            outgoing: Outgoing::default(),
            verification: tokio::sync::Mutex::default(),
            rebuilding: Arc::default(),
        }
    }
}

/// The part of the configuration that `sluice.yaml` declares; read-only here. Ids are negative.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Declared providers.
    pub providers: Vec<Provider>,
    /// Their credentials.
    pub credentials: Vec<Credential>,
    /// Their routes.
    pub routes: Vec<Route>,
    /// Declared keys.
    pub keys: Vec<Key>,
    /// The groups that declared keys are in.
    pub key_groups: HashMap<KeyId, String>,
}

impl Declared {
    /// Returns the names of the declared keys in a group.
    pub(crate) fn keys_in_group(&self, group: &str) -> impl Iterator<Item = &str> {
        let is_in = move |key: &&Key| self.key_groups.get(&key.id).is_some_and(|name| name == group);
        self.keys.iter().filter(is_in).map(|key| key.name.as_str())
    }
}

/// The word for rows that are kept in the database.
pub(crate) const FROM_DATABASE: &str = "database";
/// The word for rows that the configuration file declares.
pub(crate) const FROM_FILE: &str = "file";

/// Returns where the row with this id is configured: ids of declared rows are negative.
pub(crate) const fn origin_of(id: i64) -> &'static str {
    if id < 0 { FROM_FILE } else { FROM_DATABASE }
}
