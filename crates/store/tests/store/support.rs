//! Fresh databases, and rows to fill them with.

use std::env;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use sluice_domain::SecretString;
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{ProviderId, UserId};
use sluice_domain::key::KeyBilling;
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Credential, Provider, TimeoutOverrides};
use sluice_domain::route::policy::{Rotation, Scope, Strategy};
use sluice_domain::user::{DEFAULT_GROUP, Funding, Role, User};
use sluice_store::{DatabaseUrl, MasterKey, NewCredential, NewKey, NewProvider, NewUser, Store, hash_key};
use tempfile::TempDir;

/// The time at which everything is made.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// An empty, migrated database of one kind.
pub(crate) struct TestDatabase {
    /// Open store.
    pub(crate) store: Store,
    /// Its address, to open it again.
    pub(crate) url: DatabaseUrl,
    /// The same address for the ORM, to look behind the store's back.
    raw_url: String,
    _folder: TempDir,
}

impl TestDatabase {
    pub(crate) async fn open_again(&self) -> Store {
        Store::open(&self.url, &master_key()).await.unwrap()
    }

    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(&self.raw_url).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) -> u64 {
        let connection = self.raw().await;
        let outcome = connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
        outcome.rows_affected()
    }
}

pub(crate) fn master_key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

/// Runs a claim on a fresh database of each kind that is at hand.
pub(crate) async fn on_every_database(claim: impl AsyncFn(&TestDatabase)) {
    on_every_empty_database(async |database| {
        database.store.migrate().await.unwrap();
        claim(database).await;
    })
    .await;
}

/// Runs a claim on a fresh database of each kind that has no tables yet.
pub(crate) async fn on_every_empty_database(claim: impl AsyncFn(&TestDatabase)) {
    let folder = tempfile::tempdir().unwrap();
    let raw_url = format!("sqlite://{}", folder.path().join("data/sluice.db").display());
    run("sqlite", raw_url, folder, &claim).await;
    for (variable, create) in [
        ("SLUICE_TEST_POSTGRES_URL", "CREATE DATABASE {} TEMPLATE template0"),
        ("SLUICE_TEST_MARIADB_URL", "CREATE DATABASE {}"),
    ] {
        let Some(server) = server_url(variable) else { continue };
        let name = format!("sluice_{:016x}", rand::random::<u64>());
        let admin = Database::connect(server.as_str()).await.unwrap();
        admin.execute_unprepared(&create.replace("{}", &name)).await.unwrap();
        let mut url = server;
        url.set_path(&name);
        run(variable, url.to_string(), tempfile::tempdir().unwrap(), &claim).await;
        admin.execute_unprepared(&format!("DROP DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();
    }
}

async fn run(kind: &str, raw_url: String, folder: TempDir, claim: &impl AsyncFn(&TestDatabase)) {
    eprintln!("on {kind}");
    let url: DatabaseUrl = raw_url.parse().unwrap();
    let store = Store::open(&url, &master_key()).await.unwrap();
    let database = TestDatabase { store, url, raw_url, _folder: folder };
    claim(&database).await;
    database.store.close().await.unwrap();
}

fn server_url(variable: &str) -> Option<url::Url> {
    let Ok(text) = env::var(variable) else {
        assert!(env::var("CI").as_deref() != Ok("true"), "`{variable}` must name a server when CI is true");
        eprintln!("skipped: `{variable}` is not set");
        return None;
    };
    let mut url: url::Url = text.parse().unwrap();
    if url.path().trim_matches('/').is_empty() && url.scheme().starts_with("postgres") {
        url.set_path("postgres");
    }
    Some(url)
}

pub(crate) fn new_user(name: &str) -> NewUser {
    NewUser {
        username: name.to_owned(),
        display_name: format!("Display {name}"),
        email: format!("{name}@example.org"),
        role: Role::Common,
        enabled: true,
        funding: Funding::Unlimited,
        group: DEFAULT_GROUP.to_owned(),
        limits: limits(1),
        password_hash: None,
        created_at: NOW,
    }
}

/// Limits that differ in all parts.
pub(crate) fn limits(number: u32) -> Limits {
    Limits { requests_per_minute: Some(number), tokens_per_minute: Some(u64::MAX), concurrency: None }
}

pub(crate) fn scope() -> Scope {
    Scope {
        providers: vec!["one".to_owned()],
        default_model: Some("o3".to_owned()),
        strategy: Some(Strategy::QuotaFirst),
    }
}

pub(crate) async fn user(store: &Store, name: &str) -> User {
    store.create_user(new_user(name)).await.unwrap()
}

pub(crate) fn new_key(secret: &str) -> NewKey {
    NewKey {
        name: format!("key {secret}"),
        hash: hash_key(secret),
        last4: "wxyz".to_owned(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing: KeyBilling::default(),
        limits: limits(2),
        scope: scope(),
        created_at: NOW,
    }
}

pub(crate) async fn key(store: &Store, owner: UserId, secret: &str) -> sluice_domain::key::Key {
    store.create_key(owner, new_key(secret)).await.unwrap()
}

pub(crate) fn new_provider(name: &str) -> NewProvider {
    NewProvider {
        name: name.to_owned(),
        vendor: "openai".to_owned(),
        base_url: "https://api.example.org/".to_owned(),
        enabled: true,
        priority: 5,
        weight: 10,
        params: [("api_version".to_owned(), "v1".to_owned())].into(),
        headers: [("x-title".to_owned(), SecretString::from("hush 安"))].into(),
        rotation: Rotation::LeastUsed,
        proxy_url: Some(SecretString::from("socks5://u:hush@proxy")),
        timeouts: TimeoutOverrides { connect_ms: Some(1_000), ..TimeoutOverrides::default() },
        model_alias: [("fast".to_owned(), "gpt-4o-mini".to_owned())].into(),
        access_token: Some(SecretString::from("site-token")),
        upstream_user_id: Some(42),
        checkin_enabled: true,
        remark: "first".to_owned(),
        created_at: NOW,
    }
}

pub(crate) async fn provider(store: &Store, name: &str) -> Provider {
    store.create_provider(new_provider(name)).await.unwrap()
}

pub(crate) fn new_credential(name: &str) -> NewCredential {
    NewCredential {
        name: name.to_owned(),
        secret: SecretString::from(format!("sk-{name}")),
        limits: limits(3),
        call_quota: Some(7),
        group_name: "default".to_owned(),
        enabled: true,
        priority: 3,
        weight: 7,
        created_at: NOW,
    }
}

pub(crate) async fn credential(store: &Store, owner: ProviderId, name: &str) -> Credential {
    store.create_credential(owner, new_credential(name)).await.unwrap()
}
