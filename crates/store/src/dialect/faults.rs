//! What a database's error means, read from the codes that each of them uses.

use std::error::Error as _;

use sea_orm::sqlx::error::{DatabaseError, Error as SqlxError};
use sea_orm::sqlx::mysql::MySqlDatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

const REASON_CHARS: usize = 300;

/// The kinds of failure that the store tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A row with this value exists already.
    Unique,
    /// The row that this one belongs to does not exist.
    ForeignKey,
    /// Away, busy, or gave up on a deadlock.
    Unavailable(String),
    /// Anything else.
    Refused(String),
}

impl Fault {
    pub(crate) fn into_reason(self) -> String {
        match self {
            Self::Unique => "a value exists already".to_owned(),
            Self::ForeignKey => "a row that is referred to does not exist".to_owned(),
            Self::Unavailable(reason) | Self::Refused(reason) => reason,
        }
    }
}

pub(crate) fn classify(error: &DbErr) -> Fault {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => return Fault::Unique,
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Fault::ForeignKey,
        _ => {}
    }
    match error {
        DbErr::ConnectionAcquire(_) => Fault::Unavailable("no connection became free within 5 seconds".to_owned()),
        DbErr::Conn(RuntimeErr::SqlxError(cause)) => Fault::Unavailable(reason(cause)),
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            if is_passing(cause) {
                Fault::Unavailable(reason(cause))
            } else {
                Fault::Refused(reason(cause))
            }
        }
        DbErr::Conn(cause) => Fault::Unavailable(shortened(&cause.to_string())),
        other => Fault::Refused(shortened(&other.to_string())),
    }
}

fn is_passing(error: &SqlxError) -> bool {
    match error {
        SqlxError::Database(refusal) => is_passing_code(refusal.as_ref()),
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed
        | SqlxError::BeginFailed => true,
        _ => false,
    }
}

fn is_passing_code(refusal: &dyn DatabaseError) -> bool {
    if let Some(mysql) = refusal.try_downcast_ref::<MySqlDatabaseError>() {
        // Disk or table full, too many connections, shutdown, lock wait time-out, deadlock, read-only after a fail-over,
        // killed.
        return matches!(
            mysql.number(),
            1021 | 1114 | 1040 | 1041 | 1053 | 1077 | 1205 | 1213 | 1290 | 1317 | 1836 | 1927 | 3024
        );
    }
    let code = refusal.code().unwrap_or_default();
    if refusal.try_downcast_ref::<SqliteError>().is_some() {
        // The low byte is the kind: busy, locked, read-only, disk error, disk full, cannot be opened.
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xFF, 5 | 6 | 8 | 10 | 13 | 14));
    }
    // PostgreSQL classes: connection, rollback (deadlock, serialisation), resources, operator intervention, errors of
    // the system; lock not available; read-only after a fail-over.
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "55P03" || code == "25006"
}

fn reason(error: &SqlxError) -> String {
    match error {
        SqlxError::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            shortened(&format!("{} (code {code})", refusal.message()))
        }
        SqlxError::Io(cause) => shortened(&cause.to_string()),
        other => shortened(&other.source().map_or_else(|| other.to_string(), ToString::to_string)),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(REASON_CHARS).collect()
}
