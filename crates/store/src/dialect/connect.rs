//! Connection pools.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::mysql::MySqlConnectOptions;
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use super::classify;
use crate::database_url::Address;
use crate::{DatabaseUrl, StoreError};

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a server waits for the next statement of a transaction before it rolls it back and lets go of what it locked.
/// Where the network forgot a connection it would else wait for hours, and whoever needs the same accounts with it.
const SILENT_TRANSACTION: Duration = Duration::from_secs(30);
/// MySQL and MariaDB have one such limit for connections inside and outside of transactions.
const SILENT_CONNECTION: Duration = Duration::from_secs(60);
/// Connections that rest are closed before that.
const REST: Duration = Duration::from_secs(45);
/// A connection that rested longer is asked whether it still lives before it is used.
const PING_AFTER_IDLE: Duration = Duration::from_secs(5);
/// Pages that SQLite's writer keeps, KiB: all that a batch changes must fit, or pages are written more than once.
const WRITER_CACHE_KIB: u32 = 32_768;
const READER_CACHE_KIB: u32 = 8_192;
/// Pages in the log before they go back into the file: what many batches change is then written once.
const WAL_PAGES: u32 = 8_000;
/// The log's file is cut to this length, in bytes, once it is back in the file.
const WAL_LIMIT_BYTES: u32 = 64 << 20;
const SQLITE_READERS: u32 = 4;
const SERVER_CONNECTIONS: u32 = 16;

/// Where statements go: SQLite has one connection that writes and several that read; a server has one pool.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
}

pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Pools, StoreError> {
    match url.address() {
        Address::Sqlite(path) => {
            prepare_file(path)
                .map_err(|error| StoreError::File { path: path.display().to_string(), reason: error.to_string() })?;
            let writer = connect_pool(sqlite_options(path, Access::Write)).await?;
            let reader = connect_pool(sqlite_options(path, Access::Read)).await?;
            Ok(Pools { writer, reader })
        }
        Address::Postgres(url) => {
            let server = PgConnectOptions::from_url(url).map_err(|_| bad_url())?.application_name("sluice");
            let mut options = pool_options("postgres://", SERVER_CONNECTIONS);
            options.map_sqlx_postgres_opts(move |_| server.clone().disable_statement_logging());
            options.map_sqlx_postgres_pool_opts(|options| beginning_with(keeping_good_ones(options), postgres_limits));
            shared_pool(options).await
        }
        Address::MySql(url) => {
            let server = MySqlConnectOptions::from_url(url).map_err(|_| bad_url())?;
            let mut options = pool_options("mysql://", SERVER_CONNECTIONS);
            options.map_sqlx_mysql_opts(move |_| server.clone().disable_statement_logging());
            options.idle_timeout(REST);
            options.map_sqlx_mysql_pool_opts(|options| beginning_with(keeping_good_ones(options), mysql_limits));
            shared_pool(options).await
        }
    }
}

fn bad_url() -> StoreError {
    StoreError::Invalid { field: "database address", problem: "has a parameter that is not understood".to_owned() }
}

async fn shared_pool(options: ConnectOptions) -> Result<Pools, StoreError> {
    let pool = connect_pool(options).await?;
    Ok(Pools { writer: pool.clone(), reader: pool })
}

async fn connect_pool(options: ConnectOptions) -> Result<DatabaseConnection, StoreError> {
    Database::connect(options).await.map_err(|error| StoreError::Unavailable { reason: classify(&error).into_reason() })
}

/// The true address goes in through the driver's own type, so that no layer can log a password.
fn pool_options(scheme: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("{scheme}localhost/sluice"));
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(PING_AFTER_IDLE);
    options
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn sqlite_options(path: &Path, access: Access) -> ConnectOptions {
    let file = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", if access == Access::Read { "on" } else { "off" })
        .pragma("cache_size", format!("-{}", if access == Access::Read { READER_CACHE_KIB } else { WRITER_CACHE_KIB }))
        // A statement of many rows keeps the pages it changes, to undo itself; that belongs in memory, not in a file.
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
        .pragma("journal_size_limit", WAL_LIMIT_BYTES.to_string())
        .disable_statement_logging();
    let mut options = pool_options("sqlite://", if access == Access::Read { SQLITE_READERS } else { 1 });
    options.map_sqlx_sqlite_opts(move |_| file.clone()).test_before_acquire(false).idle_timeout(None);
    options.map_sqlx_sqlite_pool_opts(keeping_good_ones);
    options
}

/// Makes a pool take back only connections that answer and are in no transaction.
///
/// SQLite ends a transaction by itself when the disk is full; the driver, whose own `ROLLBACK` then fails, goes on
/// counting it, makes savepoints in it instead of transactions, and what they commit is never there for others. A server
/// that a firewall forgot about never answers, and its connection would take up a place in the pool for good.
fn keeping_good_ones<DB: sqlx::Database>(options: PoolOptions<DB>) -> PoolOptions<DB> {
    options.after_release(|connection, _| {
        Box::pin(async move {
            // A transaction that was dropped is rolled back before this is answered.
            match tokio::time::timeout(ACQUIRE_TIMEOUT, connection.ping()).await {
                Ok(answered) => answered.map(|()| !connection.is_in_transaction()),
                Err(_) => Err(sqlx::Error::PoolTimedOut),
            }
        })
    })
}

/// Makes every connection begin with a statement.
fn beginning_with<DB>(options: PoolOptions<DB>, statement: fn() -> String) -> PoolOptions<DB>
where
    DB: sqlx::Database,
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    options.after_connect(move |connection, _| {
        Box::pin(async move { connection.execute(sqlx::AssertSqlSafe(statement())).await.map(drop) })
    })
}

fn postgres_limits() -> String {
    format!("SET idle_in_transaction_session_timeout = {}", SILENT_TRANSACTION.as_millis())
}

fn mysql_limits() -> String {
    format!("SET SESSION wait_timeout = {}", SILENT_CONNECTION.as_secs())
}

/// Makes the file and its folder, so that only its owner may read password hashes and sealed secrets.
fn prepare_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sea_orm::{ConnectionTrait, Statement, TransactionTrait};

    use super::*;

    /// A server forgets a transaction whose client went silent; that it was told to is all that can be seen at once.
    #[rstest]
    #[case::postgres(
        "SLUICE_TEST_POSTGRES_URL",
        "SELECT current_setting('idle_in_transaction_session_timeout')",
        "30s"
    )]
    #[case::mariadb("SLUICE_TEST_MARIADB_URL", "SELECT CAST(@@SESSION.wait_timeout AS CHAR)", "60")]
    #[tokio::test]
    async fn a_server_does_not_wait_for_long_for_a_silent_transaction(
        #[case] variable: &str,
        #[case] question: &str,
        #[case] answer: &str,
    ) {
        let Ok(url) = std::env::var(variable) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "`{variable}` must name a server when CI is true");
            return;
        };
        let pools = connect(&url.parse().unwrap()).await.unwrap();
        let tx = pools.writer.begin().await.unwrap();
        let asked = Statement::from_string(pools.writer.get_database_backend(), question);
        let told: String = tx.query_one_raw(asked).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(told, answer);
    }
}
