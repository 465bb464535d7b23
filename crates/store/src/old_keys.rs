//! The keys that another gateway keeps in an SQLite database of its own. It is read and never written.

use std::path::Path;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr, QueryResult, Statement};

use crate::StoreError;
use crate::dialect::classify;

/// A key of the other gateway, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct OldKey {
    /// Its id there.
    pub id: i64,
    /// Name of its provider.
    pub provider: String,
    /// Its name.
    pub name: String,
    /// The secret, sealed by the other gateway.
    pub sealed: String,
    /// Where it is used.
    pub base_url: String,
    /// What a call costs, US dollars.
    pub cost_per_request: f64,
    /// Calls that are left; -1 for any number.
    pub remaining_quota: i64,
    /// Whether it is used.
    pub is_active: bool,
}

/// The casts make one type of what such files hold in several.
const QUERY: &str = "SELECT id, provider, name, api_key, base_url, \
    CAST(COALESCE(cost_per_request, 0) AS REAL) AS cost, \
    CAST(COALESCE(remaining_quota, -1) AS INTEGER) AS quota, \
    CAST(COALESCE(is_active, 1) AS INTEGER) AS active FROM api_keys ORDER BY id";

/// Reads the keys of a database of API-Proxy.
///
/// # Errors
/// The file cannot be opened, or is no such database.
pub async fn read_old_keys(path: &Path) -> Result<Vec<OldKey>, StoreError> {
    let file = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
    let mut options = ConnectOptions::new("sqlite://");
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |_| file.clone());
    let failed =
        |error: DbErr| StoreError::File { path: path.display().to_string(), reason: classify(&error).into_reason() };
    let database = Database::connect(options).await.map_err(failed)?;
    let query = Statement::from_string(ConnectionTrait::get_database_backend(&database), QUERY);
    let rows = database.query_all_raw(query).await.map_err(failed)?;
    database.close().await.map_err(failed)?;
    rows.iter().map(to_key).collect::<Result<Vec<OldKey>, DbErr>>().map_err(failed)
}

fn to_key(row: &QueryResult) -> Result<OldKey, DbErr> {
    Ok(OldKey {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        name: row.try_get("", "name")?,
        sealed: row.try_get("", "api_key")?,
        base_url: row.try_get("", "base_url")?,
        cost_per_request: row.try_get("", "cost")?,
        remaining_quota: row.try_get("", "quota")?,
        is_active: row.try_get::<i64>("", "active")? != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keys_are_read_whatever_their_columns_hold() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api_proxy.db");
        let database = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
        let statements = "CREATE TABLE api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, \
            name TEXT NOT NULL, api_key TEXT NOT NULL, api_secret TEXT, base_url TEXT NOT NULL, \
            cost_per_request REAL DEFAULT 0, remaining_quota INTEGER DEFAULT -1, total_quota INTEGER DEFAULT -1, \
            is_active BOOLEAN DEFAULT 1, created_at DATETIME DEFAULT CURRENT_TIMESTAMP); \
            INSERT INTO api_keys (provider, name, api_key, base_url) VALUES ('openai', 'a', 'x', 'https://h/v1'); \
            INSERT INTO api_keys (provider, name, api_key, base_url, cost_per_request, remaining_quota, is_active) \
            VALUES ('azure', 'b', 'y', 'https://z', 2, 7, 0);";
        database.execute_unprepared(statements).await.unwrap();
        database.close().await.unwrap();
        let first = OldKey {
            id: 1,
            provider: "openai".to_owned(),
            name: "a".to_owned(),
            sealed: "x".to_owned(),
            base_url: "https://h/v1".to_owned(),
            cost_per_request: 0.0,
            remaining_quota: -1,
            is_active: true,
        };
        let second = OldKey {
            id: 2,
            provider: "azure".to_owned(),
            name: "b".to_owned(),
            sealed: "y".to_owned(),
            base_url: "https://z".to_owned(),
            cost_per_request: 2.0,
            remaining_quota: 7,
            is_active: false,
        };
        assert_eq!(read_old_keys(&path).await.unwrap(), [first, second]);
    }

    #[tokio::test]
    async fn what_is_no_such_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.db");
        assert!(read_old_keys(&path).await.is_err());
        std::fs::write(&path, "not a database").unwrap();
        assert!(read_old_keys(&path).await.is_err());
    }
}
