//! The database behind one type: [`Store`]. The only place with SQL.
//!
//! Methods are named for intentions, take and return values of `sluice-domain`, and run the same statements on
//! SQLite, PostgreSQL and MySQL or MariaDB. Entities, migrations and the ORM stay private. Secrets are sealed here
//! on the way in and opened on the way out; what callers present (keys, session and access tokens) is stored as
//! SHA-256 only. HTTP, passwords' hashing and caches belong to the gateway.

mod alerts;
mod batch;
mod calls;
mod catalog;
mod checkins;
mod credential_calls;
mod credentials;
mod database_url;
mod dialect;
mod entities;
mod error;
mod groups;
mod hash;
mod idempotency;
mod jobs;
mod json;
mod keys;
mod ledger;
mod meta;
mod migrations;
mod node_runs;
mod objects;
mod old_keys;
mod options;
mod overview;
mod page;
mod personal_tokens;
mod policy;
mod prices;
mod providers;
mod responses;
mod routes;
mod search;
mod sessions;
mod sites;
mod sql;
mod store;
mod text;
mod trail;
mod usage;
mod users;
mod vault;

pub use calls::{CallCursor, CallFilter, CallRow};
pub use catalog::{Catalog, ZONE_OPTION};
pub use checkins::{NewCheckinRun, Reach, SettledCheckin, SiteClaim};
pub use credentials::{CredentialPatch, NewCredential};
pub use database_url::{BadDatabaseUrl, DatabaseUrl};
pub use error::{StoreError, What};
pub use hash::{TokenHash, hash_key, hash_token};
pub use idempotency::{CallClaim, Claim, ClaimEnd, EndedClaim, IdempotencyKey, KeptAnswer};
pub use jobs::{FinishedTurn, Job, JobTurn, NewTurn};
pub use keys::{KeyPatch, NewKey, Rotated};
pub use ledger::{
    Booking, Borrow, Borrowed, BudgetFilter, Correction, Deviation, Direction, Extended, Extension, NewBudget, Order,
    ParkedCall, Settled, Settlement, TransferCursor, TransferRange, Verification, VerifyOptions,
};
pub use node_runs::NodeRun;
pub use old_keys::{OldKey, read_old_keys};
pub use overview::Offer;
pub use page::{MAX_PAGE_SIZE, Page, PageRequest};
pub use personal_tokens::{AccessToken, NewAccessToken};
pub use policy::PolicySetting;
pub use prices::{NewPrice, PriceFilter, PriceRow};
pub use providers::{NewProvider, ProviderFilter, ProviderPatch};
pub use routes::{DiscoveredRoutes, ModelsByCredential, NewRoute, RouteFilter, RoutePatch, RouteRow};
pub use sessions::{NewSession, OpenSession, Session};
pub use sites::{KeyChanges, NewSiteKey, SiteKey, SiteKeyPatch, SiteRow, UpstreamKey};
pub use store::Store;
pub use trail::TrailFilter;
pub use usage::{Grouping, SpeedSums, Step, Unpriced, UsageFilter, UsageGroup, UsagePoint, UsageSums, UsageTotal};
pub use users::{Login, NewUser, UserFilter, UserPatch};
pub use vault::{BadMasterKey, MasterKey};
