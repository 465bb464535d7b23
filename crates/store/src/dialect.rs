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

/// Returns how a statement begins that inserts many rows, whose transaction or savepoint is undone when one of them is
/// refused. SQLite, where it is to undo the statement alone, first copies every page that it changes.
pub(crate) const fn insert_many(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "INSERT OR FAIL INTO",
        _ => "INSERT INTO",
    }
}

/// Returns how a statement begins that updates many rows; else as [`insert_many`].
pub(crate) const fn update_many(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "UPDATE OR FAIL",
        _ => "UPDATE",
    }
}

/// How a statement is given the values of many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// A place for each value.
    Rows,
    /// A place for each column, whose value is an array: the server has as little to plan for many rows as for one.
    Columns,
}

/// Returns how values of many rows are given.
pub(crate) const fn listing(backend: DbBackend) -> Listing {
    match backend {
        DbBackend::Postgres => Listing::Columns,
        _ => Listing::Rows,
    }
}

/// Returns how many rows one statement takes at most. A row of calls may be 100 kB, and MySQL takes 16 MiB by default.
pub(crate) const fn max_rows(backend: DbBackend) -> usize {
    match listing(backend) {
        Listing::Rows => 128,
        Listing::Columns => 1_024,
    }
}

/// How one statement gives many rows values of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewriting {
    /// The rows are joined with a list of values.
    Joined,
    /// Each value is chosen by the row's key, which takes time that grows with the square of the rows.
    Chosen,
}

/// Returns how many rows are changed at once. MySQL has no `UPDATE … FROM`.
pub(crate) const fn rewriting(backend: DbBackend) -> Rewriting {
    match backend {
        DbBackend::MySql => Rewriting::Chosen,
        _ => Rewriting::Joined,
    }
}

/// Returns how many rows one statement changes at most.
pub(crate) const fn max_rewritten(backend: DbBackend) -> usize {
    match rewriting(backend) {
        Rewriting::Joined => max_rows(backend),
        Rewriting::Chosen => 32,
    }
}

/// Appends to an insertion that rows whose id is taken are added up instead: each of `columns` with what is there.
pub(crate) fn push_addition(backend: DbBackend, table: &str, columns: &[&str], sql: &mut String) {
    sql.push_str(match backend {
        DbBackend::MySql => " ON DUPLICATE KEY UPDATE",
        _ => " ON CONFLICT (id) DO UPDATE SET",
    });
    for (place, column) in columns.iter().enumerate() {
        let more = match backend {
            DbBackend::MySql => format!("VALUES({column})"),
            _ => format!("excluded.{column}"),
        };
        sql.push_str(if place == 0 { " " } else { ", " });
        sql.push_str(&format!("{column} = {table}.{column} + {more}"));
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

/// Returns whether a table is kept in the order of its primary key only when [`order_by_key`] says so.
pub(crate) const fn orders_by_key_when_told(backend: DbBackend) -> bool {
    matches!(backend, DbBackend::Sqlite)
}

/// Returns whether an index can be of some rows only.
pub(crate) const fn has_partial_indexes(backend: DbBackend) -> bool {
    !matches!(backend, DbBackend::MySql)
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
