//! What can go wrong, by kinds that a caller chooses by.

use std::fmt;

/// The kind of row that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A user; conflicts are about its name.
    User,
    /// A personal access token.
    AccessToken,
    /// A login session.
    Session,
    /// A group of users.
    Group,
    /// A key.
    Key,
    /// A provider; conflicts are about its name.
    Provider,
    /// A credential; conflicts are about its name at one provider.
    Credential,
    /// A route; conflicts are about model, credential and upstream model together.
    Route,
    /// A setting.
    Setting,
    /// The record of a call.
    Call,
    /// What was used in an hour.
    Usage,
    /// An object that lives at an upstream.
    UpstreamObject,
    /// A response that is kept.
    Response,
    /// An account of the ledger.
    Account,
    /// A transfer; conflicts are about its id.
    Transfer,
    /// A lease.
    Lease,
    /// A budget; conflicts are about scope and period together.
    Budget,
    /// An idempotency key; a conflict means that it was used before with other input.
    IdempotencyKey,
    /// A price.
    Price,
    /// A price as it was charged.
    PriceVersion,
    /// An alert.
    Alert,
    /// An entry of the audit log.
    AuditEntry,
    /// A call that could not be settled.
    ParkedCall,
    /// A job that one node at a time does.
    Job,
    /// A run of a job.
    JobRun,
    /// A check-in, or a run of them.
    Checkin,
    /// The process that runs as a node.
    NodeRun,
    /// The store's own facts, such as the configuration's revision.
    Meta,
}

impl What {
    /// Returns the word used in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AccessToken => "access token",
            Self::Session => "session",
            Self::Group => "group",
            Self::Key => "key",
            Self::Provider => "provider",
            Self::Credential => "credential",
            Self::Route => "route",
            Self::Setting => "setting",
            Self::Call => "call",
            Self::Usage => "usage",
            Self::UpstreamObject => "upstream object",
            Self::Response => "response",
            Self::Account => "account",
            Self::Transfer => "transfer",
            Self::Lease => "lease",
            Self::Budget => "budget",
            Self::IdempotencyKey => "idempotency key",
            Self::Price => "price",
            Self::PriceVersion => "price version",
            Self::Alert => "alert",
            Self::AuditEntry => "audit entry",
            Self::ParkedCall => "parked call",
            Self::Job => "job",
            Self::JobRun => "run of a job",
            Self::Checkin => "check-in",
            Self::NodeRun => "run of a node",
            Self::Meta => "meta",
        }
    }

    /// Returns what a row of this kind belongs to and cannot exist without.
    pub(crate) const fn parent(self) -> Self {
        match self {
            Self::AccessToken | Self::Session | Self::Key => Self::User,
            Self::Credential => Self::Provider,
            Self::Route => Self::Credential,
            Self::User
            | Self::Group
            | Self::Provider
            | Self::Setting
            | Self::Call
            | Self::Usage
            | Self::UpstreamObject
            | Self::Response
            | Self::Account
            | Self::Transfer
            | Self::Lease
            | Self::Budget
            | Self::IdempotencyKey
            | Self::Price
            | Self::PriceVersion
            | Self::Alert
            | Self::AuditEntry
            | Self::ParkedCall
            | Self::Job
            | Self::JobRun
            | Self::Checkin
            | Self::NodeRun
            | Self::Meta => self,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure of the store. Messages never hold SQL, secrets or a database's address with its password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row that was named does not exist, or is not the asking user's.
    #[error("no such `{what}`")]
    NotFound {
        /// What was looked for.
        what: What,
    },
    /// Another row has the same name.
    #[error("a `{what}` like this exists already; choose another name or change the existing one")]
    Conflict {
        /// What exists already.
        what: What,
    },
    /// Others need the row, which therefore stays.
    #[error("this `{what}` is still used by {by}; change those first")]
    InUse {
        /// What cannot go.
        what: What,
        /// The names of those that use it, each in backticks; the last ones of many are only counted.
        by: String,
    },
    /// A value cannot be stored.
    #[error("`{field}` {problem}")]
    Invalid {
        /// Name of the field.
        field: &'static str,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// The database is away, too busy, or gave up on a deadlock. Trying again later may work.
    #[error("the database is not available: {reason}; check that it runs and can be reached, then try again")]
    Unavailable {
        /// What failed, without addresses.
        reason: String,
    },
    /// The master key is not the one that the secrets were sealed with.
    #[error(
        "the master key does not open this database's secrets; start with the key (environment or key file) that was \
         in use when they were saved"
    )]
    WrongMasterKey,
    /// A stored value cannot be read.
    #[error("`{place}` cannot be read: {problem}")]
    Corrupt {
        /// Table, row and column.
        place: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A schema migration failed; the start must stop.
    #[error("a migration of the database failed: {reason}; restore a backup or fix the cause, then start again")]
    Migration {
        /// What failed.
        reason: String,
    },
    /// A file or folder of the database cannot be used.
    #[error("`{path}` cannot be used for the database: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The database refused a statement: a fault in Sluice or in the database's set-up.
    #[error("the database refused a statement: {reason}")]
    Refused {
        /// What it said, without SQL.
        reason: String,
    },
}

impl StoreError {
    /// Returns whether the same call may succeed later without a change.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
