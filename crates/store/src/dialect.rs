//! What differs between SQLite, PostgreSQL and MySQL or MariaDB. Nothing outside this module asks which one it is.

mod connect;
mod faults;

use sea_orm::sea_query::{ColumnDef, TableCreateStatement};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    Statement, TransactionOptions,
};

pub(crate) use connect::{Pools, connect};
pub(crate) use faults::{Fault, classify};

/// Any number, the same on every node.
const POSTGRES_MIGRATION_LOCK: i64 = 0x51_0C_E0;
const MIGRATION_LOCK_SECS: i64 = 60;

/// Returns how a transaction that writes begins. SQLite takes the write lock at once: a transaction that reads first
/// and wants it later fails without waiting when another one wrote in between.
pub(crate) fn write_options() -> TransactionOptions {
    TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() }
}

/// Returns how a transaction begins whose queries must see one moment. SQLite gives that without being asked.
pub(crate) fn read_options(backend: DbBackend) -> TransactionOptions {
    match backend {
        DbBackend::Sqlite => TransactionOptions::default(),
        _ => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..Default::default()
        },
    }
}

/// Appends the place of a statement's `nth` value, counted from 1.
pub(crate) fn push_placeholder(backend: DbBackend, nth: usize, sql: &mut String) {
    match backend {
        DbBackend::Postgres => {
            sql.push('$');
            sql.push_str(&nth.to_string());
        }
        _ => sql.push('?'),
    }
}

/// Returns the type that makes a whole number of a sum: two of the databases add up decimals.
pub(crate) const fn whole_number(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::MySql => "signed",
        _ => "bigint",
    }
}

/// Makes `column` a text without a length that matters: MySQL's plain `text` ends at 64 KiB.
pub(crate) fn long_text(backend: DbBackend, column: &mut ColumnDef) -> &mut ColumnDef {
    match backend {
        DbBackend::MySql => column.custom("mediumtext"),
        _ => column.text(),
    }
}

/// Adds what a table needs so that texts compare by their bytes everywhere: MySQL ignores case by default.
pub(crate) fn finish_table(backend: DbBackend, table: &mut TableCreateStatement) {
    if backend == DbBackend::MySql {
        table.engine("InnoDB").character_set("utf8mb4").collate("utf8mb4_bin");
    }
}

/// Keeps the rows of a table in the order of its primary key, as MySQL does without being asked.
pub(crate) fn order_by_key(backend: DbBackend, table: &mut TableCreateStatement) {
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
}

/// Makes other nodes wait until this one has migrated. SQLite's write transaction does that by itself.
pub(crate) async fn lock_migrations(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    match backend {
        DbBackend::Postgres => {
            let lock = "SELECT pg_advisory_xact_lock($1)";
            tx.execute_raw(Statement::from_sql_and_values(backend, lock, [POSTGRES_MIGRATION_LOCK.into()])).await?;
            Ok(())
        }
        DbBackend::MySql => {
            let lock = "SELECT GET_LOCK(CONCAT('sluice_', MD5(DATABASE())), ?)";
            let taken = tx
                .query_one_raw(Statement::from_sql_and_values(backend, lock, [MIGRATION_LOCK_SECS.into()]))
                .await?
                .and_then(|row| row.try_get_by_index::<Option<i64>>(0).ok().flatten());
            match taken {
                Some(1) => Ok(()),
                _ => Err(DbErr::Custom("another node has been migrating for a minute".to_owned())),
            }
        }
        _ => Ok(()),
    }
}

/// Lets other nodes migrate again, where the end of the transaction does not do that by itself.
pub(crate) async fn unlock_migrations(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::MySql {
        tx.execute_unprepared("DO RELEASE_LOCK(CONCAT('sluice_', MD5(DATABASE())))").await?;
    }
    Ok(())
}
