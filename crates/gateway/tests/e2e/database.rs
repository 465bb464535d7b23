//! Databases that gateways of tests run on: a file in the gateway's own folder, or one that a server keeps for one test.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::ConnectionTrait;
use url::Url;

/// The master key of gateways that share a database.
pub(crate) const MASTER_KEY: &str = "4d61737465724b65794f6653686172656444617461626173657331323334353637";

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// What one or more gateways of a test keep their books in. Dropping it drops it from its server.
#[derive(Debug, Default)]
pub(crate) struct Database {
    /// `None` is a file in the data folder of the only gateway.
    url: Option<Url>,
    server: Option<Url>,
    /// Calls that all gateways together must have recorded.
    expected_records: AtomicUsize,
}

impl Database {
    /// A file in the folder of the gateway.
    pub(crate) fn file() -> Arc<Self> {
        Arc::default()
    }

    /// Makes an empty database; `None` where there is no server of this kind, which is no excuse where CI says so.
    pub(crate) async fn make(kind: Kind) -> Option<Arc<Self>> {
        let (variable, create) = match kind {
            Kind::Sqlite => return Some(Self::file()),
            Kind::Postgres => ("SLUICE_TEST_POSTGRES_URL", "CREATE DATABASE {} TEMPLATE template0"),
            Kind::MariaDb => ("SLUICE_TEST_MARIADB_URL", "CREATE DATABASE {}"),
        };
        let server = server_url(variable)?;
        let name = format!("sluice_{:016x}", rand::random::<u64>());
        execute(&server, &create.replace("{}", &name)).await;
        let mut url = server.clone();
        url.set_path(&name);
        Some(Arc::new(Self { url: Some(url), server: Some(server), expected_records: AtomicUsize::new(0) }))
    }

    /// Returns the address on its server; `None` for a file.
    pub(crate) fn url(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    pub(crate) fn expect_records(&self, count: usize) {
        self.expected_records.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn expected_records(&self) -> u64 {
        self.expected_records.load(Ordering::Relaxed) as u64
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (Some(server), Some(url)) = (self.server.take(), self.url.take()) else { return };
        let force = if server.scheme().starts_with("postgres") { " WITH (FORCE)" } else { "" };
        let statement = format!("DROP DATABASE {}{force}", url.path().trim_matches('/'));
        // A runtime cannot wait for another one on the same thread.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &statement));
        });
        if dropping.join().is_err() {
            eprintln!("a test's database stays behind");
        }
    }
}

async fn execute(server: &Url, statement: &str) {
    let connection = sea_orm::Database::connect(server.as_str()).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

fn server_url(variable: &str) -> Option<Url> {
    let Ok(text) = env::var(variable) else {
        assert!(env::var("CI").as_deref() != Ok("true"), "`{variable}` must name a server when CI is true");
        eprintln!("skipped: `{variable}` is not set");
        return None;
    };
    let mut url: Url = text.parse().unwrap();
    if url.path().trim_matches('/').is_empty() && url.scheme().starts_with("postgres") {
        url.set_path("postgres");
    }
    Some(url)
}
