//! Jobs: work that one node at a time does for all, and what came of it.

use crate::clock::Timestamp;
use crate::id::{JobRunId, NodeId};

/// Why a job was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// It was time.
    Schedule,
    /// Somebody asked for it.
    Manual,
}

impl Trigger {
    /// Returns the stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Schedule, Self::Manual].into_iter().find(|trigger| trigger.as_str() == name)
    }
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It did its work.
    Succeeded,
    /// It did not, and said why.
    Failed,
    /// It took longer than it may.
    TimedOut,
    /// Its node was stopped.
    Cancelled,
    /// Its node died, or lost the database for so long that another one took the turn.
    Lost,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 5] = [Self::Succeeded, Self::Failed, Self::TimedOut, Self::Cancelled, Self::Lost];

    /// Returns the stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == name)
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Things done.
    pub done: u64,
    /// Things there are to do, where that is known.
    pub total: Option<u64>,
    /// What is being done; while a run goes on this is its message.
    pub text: String,
}

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// Row id.
    pub id: JobRunId,
    /// The job's name.
    pub job: String,
    /// Node that does it, or did.
    pub node: NodeId,
    /// Why it was begun.
    pub trigger: Trigger,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` while it goes on.
    pub ended_at: Option<Timestamp>,
    /// What became of it; `None` while it goes on.
    pub ending: Option<Ending>,
    /// How far it came; the text is what came of it once it has ended.
    pub progress: Progress,
}
