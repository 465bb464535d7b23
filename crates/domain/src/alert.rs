//! What somebody has to look at.

use crate::clock::Timestamp;
use crate::id::AlertId;

/// Something that is wrong, or was. Of one kind and subject at most one is open; when the same thing goes wrong again
/// while it is, its count grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Row id.
    pub id: AlertId,
    /// What is wrong, as a short stable name such as `ledger_deviation`.
    pub kind: String,
    /// What it is wrong with, such as an account's id; may be empty.
    pub subject: String,
    /// What was said when it was last seen.
    pub message: String,
    /// When it was first seen.
    pub raised_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// How often it was seen.
    pub count: u64,
    /// When it was over; `None` while it is open.
    pub resolved_at: Option<Timestamp>,
}
