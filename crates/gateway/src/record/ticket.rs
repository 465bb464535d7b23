//! A ticket: the record of one call while it is being filled.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::price::{Service, Tariff};
use sluice_domain::route::Reasons;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_protocol::meter::Metered;

use super::{Deal, Due, Dues, Finished, Keeping, Queue, RequestSample, Told, estimate};
use crate::money::bank::Hold;
use crate::record::journal::{Journal, Mark, Note, Room, Stage};
use crate::relay::{Admission, Scarcest};
use crate::standing::health::{Finish, Visit};
use crate::standing::limiter::nanos;
use crate::standing::quota::Taken;
use crate::telemetry::metrics::CallGuard;

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
    queue: Queue,
    record: CallRecord,
    request: RequestSample,
    started: Instant,
    journal: Arc<Journal>,
    deal: Deal,
    /// The note that the call is under way, and when it was made.
    opened: Option<(Mark, Instant)>,
    /// Its idempotency key, if it has one.
    keeping: Option<Box<Keeping>>,
    /// The attempt whose answer the client gets.
    visit: Option<Box<Visit>>,
    /// The limits that the call counts against, if there are any.
    admission: Option<Box<Admission>>,
    /// Counts the call as being under way.
    guard: Option<CallGuard>,
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
    /// Begins the record of a call that began at `started`; it goes to `queue` when the call has ended.
    pub(crate) fn new(queue: Queue, record: CallRecord, started: Instant, journal: Arc<Journal>) -> Self {
        let request = RequestSample::default();
        Self {
            open: Some(Box::new(Open {
                queue,
                record,
                request,
                started,
                journal,
                deal: Deal::default(),
                opened: None,
                keeping: None,
                visit: None,
                admission: None,
                guard: None,
            })),
        }
    }

    /// Has the call counted as under way until it has ended.
    pub(crate) fn count(&mut self, guard: CallGuard) {
        if let Some(open) = &mut self.open {
            open.guard = Some(guard);
        }
    }

    /// Notes in the journal that the call is about to go to an upstream.
    ///
    /// # Errors
    /// The journal is full; the call must not go on.
    pub(crate) fn note_open(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            let dues = open.deal.dues(None);
            let note = Note { stage: Stage::Open, room: Room::Free, record: &open.record, dues: &dues };
            let mark = open.journal.append(&note)?;
            if let Some((old, _)) = open.opened.replace((mark, Instant::now())) {
                old.settle();
            }
        }
        Ok(())
    }

    /// Notes a long call again from time to time, with what it has `used` so far: its first note must not keep an old
    /// segment of the journal, and should the process die, it owes that much.
    pub(crate) fn keep_open(&mut self, now: Instant, used: impl FnOnce() -> Option<Usage>) {
        let noted = self.open.as_ref().and_then(|open| open.opened.as_ref()).map(|(_, noted)| *noted);
        if noted.is_none_or(|noted| now.duration_since(noted) < RENEW_INTERVAL) {
            return;
        }
        if let (Some(open), Some(used)) = (&mut self.open, used()) {
            (open.record.usage, open.record.usage_source) = (used, UsageSource::Estimated);
        }
        if let Err(error) = self.note_open() {
            tracing::warn!(%error, "a long call could not be noted again in the journal");
            // Not again with every piece of the answer.
            if let Some((_, noted)) = self.open.as_mut().and_then(|open| open.opened.as_mut()) {
                *noted = now;
            }
        }
    }

    /// Keeps what was agreed about the call's money.
    pub(crate) fn agree(&mut self, hold: Hold, service: Service) {
        if let Some(open) = &mut self.open {
            open.deal = Deal { hold, tariff: None, service };
        }
    }

    /// Keeps at which prices the call is bought and sold.
    pub(crate) fn buy(&mut self, tariff: Option<Tariff>) {
        if let Some(open) = &mut self.open {
            open.deal.tariff = tariff;
        }
    }

    /// Keeps the attempt whose answer the client gets, until that has come to its end.
    pub(crate) fn visit(&mut self, visit: Visit) {
        if let Some(open) = &mut self.open {
            open.visit = Some(Box::new(visit));
        }
    }

    /// Keeps the call's room within its limits until it has ended; of a call that found none, the limits.
    pub(crate) fn admit(&mut self, admission: Admission) {
        if let Some(open) = &mut self.open {
            open.admission = Some(Box::new(admission));
        }
    }

    /// Returns what is left of the limits per minute that the call counts against.
    pub(crate) fn scarcest(&self) -> Option<Scarcest> {
        self.open.as_ref()?.admission.as_ref()?.scarcest(nanos())
    }

    /// Adds what was reserved later.
    pub(crate) fn hold_more(&mut self, more: Hold) {
        if let Some(open) = &mut self.open {
            open.deal.hold.absorb(more);
        }
    }

    /// Keeps the answer from now on, for whoever sends the same key again.
    pub(crate) fn keep_answer(&mut self, keeping: Keeping) {
        if let Some(open) = &mut self.open {
            open.keeping = Some(Box::new(keeping));
        }
    }

    /// Returns what is kept of the answer, if it is kept.
    pub(crate) fn keeping(&mut self) -> Option<&mut Keeping> {
        self.open.as_mut()?.keeping.as_deref_mut()
    }

    /// Keeps the answer no longer, and returns what was kept.
    pub(crate) fn stop_keeping(&mut self) -> Option<Box<Keeping>> {
        self.open.as_mut()?.keeping.take()
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

    /// Hands the record over, and returns what the call cost, unless text must be counted to know it. Nothing happens
    /// the second time.
    pub(crate) fn finish(&mut self, ending: Ending) -> Option<Told> {
        let open = self.open.take()?;
        let Open { queue, mut record, request, started, journal, mut deal, opened, keeping, visit, admission, guard } =
            *open;
        record.duration_ms = millis(started.elapsed());
        let ended_at = Timestamp(record.created_at.0.saturating_add(record.duration_ms.cast_signed()));
        record.outcome = ending.outcome;
        if !ending.error.is_empty() {
            ending.error.clone_into(&mut record.error);
        }
        // A level that costs less holds only if the vendor says that it gave it.
        let given = ending.metered.as_ref().and_then(|metered| metered.service);
        deal.service = given.unwrap_or_else(|| deal.service.unconfirmed());
        let known = estimate::known(&record, ending.metered.as_ref());
        let is_known = known.is_some();
        let rough = || ending.metered.as_ref().map(|metered| estimate::rough(metered, &request)).unwrap_or_default();
        (record.usage, record.usage_source) = known.unwrap_or_else(rough);
        let bill = deal.bill(&record);
        record.decision.iter_mut().for_each(Reasons::write);
        record.cost = bill.cost;
        let taken = visit.and_then(|visit| end_visit(*visit, &record));
        if let Some(mut admission) = admission {
            admission.settle(record.usage.total_input().saturating_add(record.usage.total_output()), nanos());
        }
        let (marks, has_end) = note_end(&journal, opened.map(|(mark, _)| mark), &record, &deal.dues(Some(bill.charge)));
        let told = (is_known || deal.tariff.is_none()).then(|| deal.told(&record, &bill));
        let versions = deal.versions().cloned().collect();
        let due = match ending.metered {
            Some(metered) if !is_known => Due::Count { deal, metered, request },
            Some(_) | None => Due::Settled(bill, deal.hold.settle(bill.charge, ended_at)),
        };
        queue.send(Box::new(Finished { record, due, versions, marks, has_end, keeping, taken }));
        drop(guard);
        told
    }
}

/// Tells what is known of upstreams how an answer ended. Returns what it takes of a quota.
fn end_visit(mut visit: Visit, record: &CallRecord) -> Option<Taken> {
    let started_ms = record.attempts.last().map_or(0, |attempt| attempt.started_ms);
    let first_token_ms = record.first_token_ms.filter(|_| record.stream);
    let usage = &record.usage;
    visit.finish(
        Finish {
            has_failed: record.outcome == Outcome::Broken,
            first_token_ms: first_token_ms.map(|ms| ms.saturating_sub(started_ms)),
            output_tokens: usage.total_output(),
            cost: record.cost.unwrap_or_default(),
            ..Finish::default()
        },
        usage.total_input().saturating_add(usage.total_output()),
    );
    visit.give_taken().filter(|_| record.attempts.last().is_some_and(Attempt::was_taken))
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.finish(Ending { outcome: Outcome::Abandoned, error: "client_left", metered: None });
    }
}

/// Notes the end of a call. Returns its marks, and whether the end is among what they stand for. A call that was not noted
/// when it began never reached an upstream: it must not fill the journal while the database is away.
fn note_end(journal: &Journal, opened: Option<Mark>, record: &CallRecord, dues: &Dues) -> (Vec<Mark>, bool) {
    if opened.is_none() && !journal.is_calm() {
        return (Vec::new(), false);
    }
    // What no upstream saw may not take the room of what one did.
    let room = if opened.is_some() { Room::Reserved } else { Room::Free };
    let mut marks: Vec<Mark> = opened.into_iter().collect();
    match journal.append(&Note { stage: Stage::Close, room, record, dues }) {
        Ok(closed) => {
            marks.push(closed);
            (marks, true)
        }
        Err(error) if room == Room::Free => {
            tracing::debug!(%error, "a refusal is not in the journal");
            (marks, false)
        }
        Err(error) => {
            tracing::error!(%error, call = %record.id, "the end of a call is not in the journal");
            (marks, false)
        }
    }
}

/// Returns whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
