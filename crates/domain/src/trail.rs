//! The audit log: who changed what. Not to be taken for an audit of the ledger, which proves that money adds up.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::id::{CallId, UserId};

/// Who made a change, as they were when they made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub id: UserId,
    /// Login name at that time.
    pub name: String,
    /// Number of the role at that time.
    pub role: i32,
    /// How the user proved to be one: `session`, `token` or `login`.
    pub proof: String,
}

/// A change that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Made before anything is changed; the client is told it.
    pub id: CallId,
    /// When it was asked for.
    pub at: Timestamp,
    /// Who asked; `None` for a stranger.
    pub actor: Option<Actor>,
    /// Method and path as the API's document has them, such as `PUT /api/user/`.
    pub action: String,
    /// Path of what was changed, such as `/api/user/5`; empty where nothing can be named.
    pub subject: String,
    /// Where the request came from; `None` where that is not known.
    pub address: Option<IpAddr>,
    /// What it was before, as JSON; `None` where there was nothing to see.
    pub before: Option<String>,
    /// How it ended; `None` while it is under way, and for good when the process died meanwhile.
    pub end: Option<End>,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// HTTP status of the answer.
    pub status: u16,
    /// Stable code of the failure; empty for success.
    pub code: String,
    /// Path of what was made, where that is known only now; else empty.
    pub subject: String,
    /// What it is afterwards, as JSON; `None` where there is nothing to see.
    pub after: Option<String>,
}

impl End {
    /// Returns whether the change was made.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status < 400
    }
}
