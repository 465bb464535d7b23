//! The journal of a data directory against the database: calls that the next start settles.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use sluice_domain::id::CallId;
use sluice_domain::money::Micros;
use sluice_store::Store;

use crate::record::journal::{self, Noted};

/// Calls that are listed; more are counted.
const LISTED_MAX: usize = 1_000;

/// What an audit found in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum JournalAudit {
    /// There is none here: nothing was ever served from this data directory.
    Absent,
    /// A server writes it.
    InUse,
    /// It was read.
    Read {
        /// Calls in it.
        calls: u64,
        /// Those that the database lacks, oldest first.
        unsettled: Vec<Unsettled>,
        /// How many more there are.
        more_unsettled: u64,
    },
}

/// A call that the journal has and the database lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Unsettled {
    /// Its id.
    pub(super) call: CallId,
    /// Model asked for.
    pub(super) model: String,
    /// Whether it ended. One that did not was under way when its process died, and pays for what it had used.
    pub(super) has_ended: bool,
    /// What is held for it.
    pub(super) held_micros: Micros,
    /// What it will be charged; `null` when nobody is billed, or that is not known yet.
    pub(super) charge_micros: Option<Micros>,
}

impl JournalAudit {
    /// Compares the journal in `dir` with the database, unless a server uses it.
    ///
    /// # Errors
    /// The journal cannot be read, or the database is away.
    pub(crate) async fn make(store: &Store, dir: &Path) -> anyhow::Result<Self> {
        if !dir.is_dir() {
            return Ok(Self::Absent);
        }
        let _directory = match journal::Directory::take(dir) {
            Ok(directory) => directory,
            Err(error) if error.kind() == ErrorKind::ResourceBusy => return Ok(Self::InUse),
            Err(error) => return Err(error).context("the journal cannot be opened"),
        };
        let mut left_over = journal::Replay::find(dir).context("the journal cannot be read")?;
        let (mut calls, mut unsettled, mut more_unsettled) = (0, Vec::new(), 0);
        while let Some(noted) = left_over.next_calls().context("the journal cannot be read")? {
            calls += noted.len() as u64;
            for found in unknown_of(store, &noted).await? {
                if unsettled.len() < LISTED_MAX {
                    unsettled.push(Unsettled::from(found));
                } else {
                    more_unsettled += 1;
                }
            }
        }
        unsettled.sort_by_key(|found| found.call);
        Ok(Self::Read { calls, unsettled, more_unsettled })
    }
}

async fn unknown_of<'a>(store: &Store, calls: &'a [Noted]) -> anyhow::Result<impl Iterator<Item = &'a Noted>> {
    let ids: Vec<CallId> = calls.iter().map(|noted| noted.record.id).collect();
    let unknown = store.unknown_calls(&ids).await.context("the calls of the journal cannot be looked up")?;
    let unknown: HashSet<CallId> = unknown.into_iter().collect();
    Ok(calls.iter().filter(move |noted| unknown.contains(&noted.record.id)))
}

impl From<&Noted> for Unsettled {
    fn from(noted: &Noted) -> Self {
        let Noted { record, dues } = noted;
        let is_billed = !dues.stakes.is_empty();
        Self {
            call: record.id,
            model: record.model_asked.clone(),
            has_ended: !noted.was_cut_off(),
            held_micros: dues.stakes.first().map(|stake| stake.held).unwrap_or_default(),
            charge_micros: dues.charge.filter(|_| is_billed),
        }
    }
}
