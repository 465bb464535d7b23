//! A ticket: the place of one call's record in the queue, and the record while it is being filled.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Metered;
use tokio::sync::mpsc::OwnedPermit;

use super::{Entry, Finished, RequestSample};
use crate::journal::{Journal, Mark, Note};

/// How often a long call is noted again.
const RENEW_INTERVAL: Duration = Duration::from_secs(60);

/// Proves that a call will be recorded. Dropping it unfinished records the call as abandoned: whoever drops it, the
/// record is written exactly once.
#[derive(Debug)]
pub(crate) struct Ticket {
    open: Option<Box<Open>>,
}

#[derive(Debug)]
struct Open {
    permit: OwnedPermit<Entry>,
    record: CallRecord,
    request: RequestSample,
    started: Instant,
    journal: Arc<Journal>,
    /// The note that the call is under way, and when it was made.
    opened: Option<(Mark, Instant)>,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    /// Stable code; empty for none.
    pub(crate) error: &'static str,
    pub(crate) metered: Option<Metered>,
}

impl Ticket {
    /// Takes a reserved place for the call that `record` describes and that began at `started`.
    pub(crate) fn new(permit: OwnedPermit<Entry>, record: CallRecord, started: Instant, journal: Arc<Journal>) -> Self {
        let request = RequestSample::default();
        Self { open: Some(Box::new(Open { permit, record, request, started, journal, opened: None })) }
    }

    /// Notes in the journal that the call is about to go to an upstream.
    ///
    /// # Errors
    /// The journal is full; the call must not go on.
    pub(crate) fn note_open(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            let mark = open.journal.append(&Note::Open(&open.record))?;
            if let Some((old, _)) = open.opened.replace((mark, Instant::now())) {
                old.settle();
            }
        }
        Ok(())
    }

    /// Notes a long call again from time to time, so that its first note does not keep an old segment of the journal.
    pub(crate) fn keep_open(&mut self, now: Instant) {
        let noted = self.open.as_ref().and_then(|open| open.opened.as_ref()).map(|(_, noted)| *noted);
        if noted.is_some_and(|noted| now.duration_since(noted) >= RENEW_INTERVAL)
            && let Err(error) = self.note_open()
        {
            tracing::warn!(%error, "a long call could not be noted again in the journal");
        }
    }

    /// Changes the record.
    pub(crate) fn note(&mut self, change: impl FnOnce(&mut CallRecord)) {
        if let Some(open) = &mut self.open {
            change(&mut open.record);
        }
    }

    /// Keeps what is needed of the request in case its tokens must be estimated.
    pub(crate) fn keep_request(&mut self, request: RequestSample) {
        if let Some(open) = &mut self.open {
            open.request = request;
        }
    }

    /// Returns the time since the call began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.open.as_ref().map_or(Duration::ZERO, |open| open.started.elapsed())
    }

    /// Returns the provider and credential that answered.
    pub(crate) fn answered_by(&self) -> Option<(ProviderId, CredentialId)> {
        let record = &self.open.as_ref()?.record;
        Some((record.provider_id?, record.credential_id?))
    }

    /// Notes that an attempt begins. Until it ends it counts as given up by the client.
    pub(crate) fn begin_attempt(&mut self, attempt: impl FnOnce(u64) -> Attempt) {
        let started_ms = millis(self.elapsed());
        self.note(|record| record.attempts.push(attempt(started_ms)));
    }

    /// Notes how the attempt under way ended.
    pub(crate) fn end_attempt(&mut self, status: u16, error: Option<String>) {
        let now_ms = millis(self.elapsed());
        self.note(|record| {
            if let Some(attempt) = record.attempts.last_mut() {
                attempt.status = status;
                attempt.duration_ms = now_ms.saturating_sub(attempt.started_ms);
                attempt.error = error;
            }
        });
    }

    /// Hands the record over. Nothing happens the second time.
    pub(crate) fn finish(&mut self, ending: Ending) {
        let Some(open) = self.open.take() else { return };
        let Open { permit, mut record, request, started, journal, opened } = *open;
        record.duration_ms = millis(started.elapsed());
        record.outcome = ending.outcome;
        if !ending.error.is_empty() {
            ending.error.clone_into(&mut record.error);
        }
        if let Some(metered) = &ending.metered {
            note_usage(&mut record, metered, &request);
        }
        let mut marks: Vec<Mark> = opened.map(|(mark, _)| mark).into_iter().collect();
        match journal.append(&Note::Close(&record)) {
            Ok(mark) => marks.push(mark),
            Err(error) => tracing::error!(%error, call = %record.id, "the end of a call is not in the journal"),
        }
        permit.send(Entry::Call(Box::new(Finished { record, metered: ending.metered, request, marks })));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.finish(Ending { outcome: Outcome::Abandoned, error: "client_left", metered: None });
    }
}

/// Sets the usage as well as it is known without a tokenizer, in case the process dies before one can count.
fn note_usage(record: &mut CallRecord, metered: &Metered, request: &RequestSample) {
    /// A rough mean over languages; only ever used after a crash.
    const BYTES_PER_TOKEN: u64 = 4;
    if !(200..300).contains(&record.status) {
        return;
    }
    (record.usage, record.usage_source) = match metered.reported {
        Some(reported) => (reported, UsageSource::Reported),
        None => {
            let input = request.total_bytes as u64 / BYTES_PER_TOKEN;
            let output = metered.counted_tokens + metered.uncounted_text.len() as u64 / BYTES_PER_TOKEN;
            (Usage { input, output, ..Usage::default() }, UsageSource::Estimated)
        }
    };
}

/// Returns whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
