//! Delivery: the upstream's bytes to the client as they come, with the meter looking on.

pub(super) mod cost;
pub(super) mod deliver;
pub(super) mod farewell;
pub(super) mod reading;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sluice_domain::call::Outcome;
use sluice_protocol::meter::{Framing, is_usage_only_event};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::problem::{EventStyle, Problem};
use sluice_protocol::sse::EventFilter;
use tokio::time::Sleep;

use super::conversion::rewrite::Rewrite;
use super::exchange::Accepted;
use super::fault::{Fault, Kind};
use super::reserve::{Credit, Meterage};
use super::stored::Keeper;
use super::wire::body::BodyError;
use crate::record::{Ending, Ticket, Told};
use crate::upstream::{AnswerBody, Lease};
use reading::Reading;

/// Called with the id of an object that the answer made.
pub(crate) type OnObject = Box<dyn FnOnce(String) + Send + Sync>;

/// An answer on its way. Whatever happens to it, its ticket is finished exactly once: at its end, when the upstream
/// breaks, or when the client leaves and it is dropped.
pub(crate) struct Tap {
    held: VecDeque<Bytes>,
    body: AnswerBody,
    lease: Option<Lease>,
    reading: Option<Reading>,
    filter: Option<EventFilter>,
    /// What rewrites the answer for a client of another dialect.
    rewrite: Option<Rewrite>,
    /// What was held back until the end.
    rest: Option<Bytes>,
    /// Why the client gets nothing of an answer that was only understood at its end.
    spoiled: Option<Fault>,
    /// Whether only whole events went out.
    was_filtered: bool,
    ticket: Ticket,
    facts: Facts,
    patience: Patience,
    meterage: Option<Meterage>,
    on_object: Option<OnObject>,
    keeper: Option<Box<Keeper>>,
    is_done: bool,
    /// Whether nothing of it goes out before its end.
    is_awaited: bool,
    /// What it cost, once it has ended.
    told: Option<Told>,
}

/// What the delivery must know of the call.
pub(crate) struct Facts {
    pub(crate) operation: Operation,
    pub(crate) call: String,
    pub(crate) is_error_answer: bool,
}

/// How long the upstream may keep silent. The timer is only set when a poll finds nothing, and only moved when it
/// fires: a chunk costs no timer work.
struct Patience {
    idle: Duration,
    deadline: Instant,
    last_piece: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn touch(&mut self) {
        self.last_piece = Instant::now();
    }

    /// Returns whether time is up; otherwise this task is woken when it may be.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            let until = (self.last_piece + self.idle).min(self.deadline);
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until.into())));
            if timer.as_mut().poll(cx).is_pending() {
                return false;
            }
            if Instant::now() >= until {
                return true;
            }
            timer.as_mut().reset(until.into());
        }
    }
}

impl Tap {
    /// Begins the delivery of an accepted answer.
    pub(super) fn new(
        accepted: Accepted,
        ticket: Ticket,
        facts: Facts,
        (on_object, meterage, keeper): (Option<OnObject>, Option<Meterage>, Option<Box<Keeper>>),
    ) -> Self {
        let Accepted { held, body, lease, reading, withholds_usage, bridge, rendering, idle, deadline, .. } = accepted;
        let rewrite = bridge.and_then(|bridge| Rewrite::new(bridge, reading.framing, rendering));
        let mut tap = Self {
            held,
            body,
            lease: Some(lease),
            reading: Some(reading),
            filter: withholds_usage.then(EventFilter::default),
            rewrite,
            rest: None,
            spoiled: None,
            was_filtered: withholds_usage,
            ticket,
            facts,
            patience: Patience { idle, deadline, last_piece: Instant::now(), timer: None },
            meterage,
            on_object,
            keeper,
            is_done: false,
            is_awaited: false,
            told: None,
        };
        tap.tell_object();
        tap
    }

    /// Tells the object's id as soon as it is known: a client may cancel a response that still streams.
    fn tell_object(&mut self) {
        if self.on_object.is_none() {
            return;
        }
        let id = self.reading.as_ref().and_then(|reading| reading.meter.object_id()).map(str::to_owned);
        if let Some(id) = id
            && let Some(on_object) = self.on_object.take()
        {
            on_object(id);
        }
    }

    /// Says whether nothing of the answer goes out before its end. Should it break off until then, the client gets nothing
    /// of it, and pays nothing.
    pub(super) const fn set_awaited(&mut self, is_awaited: bool) {
        self.is_awaited = is_awaited;
    }

    /// Returns what the call cost, as far as that is known at its end.
    pub(super) const fn told(&self) -> Option<Told> {
        self.told
    }

    /// Returns whether the answer is at its end but for its usage.
    pub(super) fn awaits_usage(&self) -> bool {
        let is_metered = self.facts.operation.consumes() && !self.facts.is_error_answer;
        is_metered && self.reading.as_ref().is_some_and(|reading| reading.meter.awaits_usage())
    }

    /// Returns whether the upstream has sent all that it announced.
    fn is_read_out(&self) -> bool {
        self.body.is_end_stream() || self.body.size_hint().exact() == Some(0)
    }

    /// Takes bytes that go out; returns what the client sees of them.
    fn pass(&mut self, bytes: Bytes) -> Result<Bytes, Fault> {
        let passed = match (&mut self.rewrite, &mut self.filter) {
            (Some(rewrite), _) => rewrite.push(&bytes)?,
            (None, Some(filter)) => filter.push(&bytes, |event| !is_usage_only_event(event)).into(),
            (None, None) => bytes,
        };
        let passed = match &mut self.keeper {
            None => passed,
            Some(keeper) => keeper.pass(passed),
        };
        if let Some(keeping) = self.ticket.keeping() {
            keeping.push(&passed);
        }
        if self.rewrite.as_ref().is_some_and(Rewrite::has_failed) {
            // The client was told, so there is nothing to wait for.
            self.lease = None;
            self.rest = self.rewrite.as_mut().and_then(Rewrite::close).filter(|rest| !rest.is_empty());
            self.end(Outcome::Broken, "upstream_error_event", false);
        }
        Ok(passed)
    }

    /// The upstream's answer is at its end.
    fn complete(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
        match self.take_rest() {
            Ok(rest) => self.rest = Some(rest).filter(|rest| !rest.is_empty()),
            Err(fault) => {
                self.note_spoiled(fault.kind);
                self.end(Outcome::Broken, fault.kind.facts().code, true);
                self.spoiled = Some(fault);
                return;
            }
        }
        if let Some(keeping) = self.ticket.keeping() {
            keeping.push(self.rest.as_deref().unwrap_or_default());
            keeping.complete();
        }
        match &self.rewrite {
            // What came was good until now, so its end is missing.
            Some(rewrite) if rewrite.has_failed() => self.end(Outcome::Broken, "upstream_truncated", true),
            _ => self.end(Outcome::Complete, "", true),
        }
    }

    /// Returns what was held back until the answer's end.
    fn take_rest(&mut self) -> Result<Bytes, Fault> {
        if self.is_done {
            return Ok(Bytes::new());
        }
        let rest = match (&mut self.rewrite, self.filter.take()) {
            (Some(rewrite), _) => rewrite.finish()?,
            (None, Some(mut filter)) => filter.finish(|event| !is_usage_only_event(event)).into(),
            (None, None) => Bytes::new(),
        };
        Ok(match self.keeper.take() {
            Some(keeper) => keeper.complete(rest),
            None => rest,
        })
    }

    fn end(&mut self, outcome: Outcome, error: &'static str, reached_end: bool) {
        let Some(reading) = self.reading.take() else { return };
        self.is_done = true;
        let metered = reading.meter.finish(reached_end);
        if let (Some(id), Some(on_object)) = (metered.object_id.clone(), self.on_object.take()) {
            on_object(id);
        }
        let (outcome, error) = match outcome {
            _ if self.facts.is_error_answer => (outcome, error),
            // Many clients hang up after the last event without waiting for the connection's own end.
            Outcome::Abandoned if metered.is_finished => (Outcome::Complete, ""),
            Outcome::Complete if metered.is_failed => (Outcome::Broken, "upstream_error_event"),
            Outcome::Complete if !metered.is_finished => (Outcome::Broken, "upstream_truncated"),
            _ => (outcome, error),
        };
        let metered = Some(metered).filter(|_| self.facts.operation.consumes());
        self.told = self.ticket.finish(Ending { outcome, error, metered });
    }

    /// The upstream broke off. Returns the last event for the client, or `None` where none can be told.
    fn break_off(&mut self, kind: Kind, message: &str) -> Option<Bytes> {
        self.lease = None;
        self.filter = None;
        let last_event = match &mut self.rewrite {
            Some(rewrite) => rewrite.fail(kind, message),
            None => self.last_event(kind, message),
        };
        self.note_spoiled(kind);
        self.end(Outcome::Broken, kind.facts().code, false);
        last_event
    }

    /// Notes the status that the client gets if nothing went out yet.
    fn note_spoiled(&mut self, kind: Kind) {
        if self.is_awaited {
            self.ticket.note(|record| {
                record.status = kind.facts().status.as_u16();
                record.first_token_ms = None;
            });
        }
    }

    fn last_event(&self, kind: Kind, message: &str) -> Option<Bytes> {
        let reading = self.reading.as_ref()?;
        if reading.framing != Framing::Events || !reading.is_plain() {
            return None;
        }
        let facts = kind.facts();
        let (status, call) = (facts.status.as_u16(), &self.facts.call);
        let problem = Problem { status, code: facts.code, message, param: None, call, retry_after_secs: None };
        let dialect = self.facts.operation.dialect();
        let style = match dialect {
            Dialect::OpenaiResponses => EventStyle::Responses { sequence_number: reading.meter.events() },
            Dialect::OpenaiChat | Dialect::Anthropic | Dialect::Gemini | Dialect::Single => EventStyle::Plain,
        };
        let event = problem.event(dialect.family(), style);
        // A torn event is closed first, so that the error stands by itself.
        let is_torn = !self.was_filtered && !reading.meter.is_between_events();
        Some(if is_torn { [b"\n\n", event.as_slice()].concat().into() } else { event.into() })
    }

    /// Makes sure that what comes next is paid for.
    fn cover(&mut self, context: &mut Context<'_>) -> Credit {
        match (&mut self.meterage, &self.reading) {
            (Some(meterage), Some(reading)) => meterage.cover(reading.meter.written_tokens(), context),
            _ => Credit::Good,
        }
    }

    fn fail(&mut self, kind: Kind, message: &'static str) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.fail_with(Fault::new(kind, message))
    }

    fn fail_with(&mut self, fault: Fault) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.break_off(fault.kind, &fault.message) {
            Some(event) => Poll::Ready(Some(Ok(Frame::data(event)))),
            None => Poll::Ready(Some(Err(fault.into()))),
        }
    }

    /// Returns what is left when the answer is at its end.
    fn poll_rest(&mut self) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.spoiled.take() {
            Some(fault) => Poll::Ready(Some(Err(fault.into()))),
            None => Poll::Ready(self.rest.take().map(|rest| Ok(Frame::data(rest)))),
        }
    }
}

impl Body for Tap {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        while let Some(bytes) = this.held.pop_front() {
            let passed = match this.pass(bytes) {
                Ok(passed) => passed,
                Err(fault) => return this.fail_with(fault),
            };
            if this.held.is_empty() && this.is_read_out() {
                this.complete();
            }
            if !passed.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(passed))));
            }
        }
        if this.is_done {
            return this.poll_rest();
        }
        loop {
            match this.cover(cx) {
                Credit::Good => {}
                Credit::More(hold) => this.ticket.hold_more(hold),
                Credit::Waiting => return Poll::Pending,
                Credit::Refused(kind) => {
                    let what = match kind {
                        Kind::BudgetExhausted => "the answer was cut: the budget has nothing left; raise it or wait",
                        _ => "the answer was cut: the balance has nothing left; top it up",
                    };
                    return this.fail(kind, what);
                }
            }
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let Ok(mut bytes) = frame.into_data() else { continue };
                    this.patience.touch();
                    if let Some(reading) = &mut this.reading {
                        let plain = reading.push(&bytes);
                        if this.rewrite.is_some() {
                            bytes = plain;
                        }
                        this.ticket.keep_open(this.patience.last_piece, || reading.meter.reported_so_far());
                    }
                    this.tell_object();
                    let passed = match this.pass(bytes) {
                        Ok(passed) => passed,
                        Err(fault) => return this.fail_with(fault),
                    };
                    if this.is_read_out() {
                        this.complete();
                    }
                    match (passed.is_empty(), this.is_done) {
                        (true, false) => continue,
                        (true, true) => return this.poll_rest(),
                        (false, _) => return Poll::Ready(Some(Ok(Frame::data(passed)))),
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    tracing::warn!(call = %this.facts.call, %error, "an upstream broke off in the middle of an answer");
                    return this.fail(Kind::UpstreamBroken, "the upstream broke off in the middle of the answer");
                }
                Poll::Ready(None) => {
                    this.complete();
                    return this.poll_rest();
                }
                Poll::Pending if this.patience.is_over(cx) => {
                    return this
                        .fail(Kind::UpstreamTimeout, "the upstream stopped sending in the middle of the answer");
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.is_done && self.rest.is_none() && self.spoiled.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let is_mended = self.keeper.as_ref().is_some_and(|keeper| keeper.mends());
        if self.filter.is_some() || self.rewrite.is_some() || is_mended || self.is_done {
            return SizeHint::default();
        }
        let held: u64 = self.held.iter().map(|bytes| bytes.len() as u64).sum();
        match self.body.size_hint().exact() {
            Some(rest) => SizeHint::with_exact(rest + held),
            None => SizeHint::default(),
        }
    }
}

impl Drop for Tap {
    /// The client left, or has all that was announced: hyper does not ask again when the announced length is reached.
    /// Dropping the lease closes the upstream's connection at once.
    fn drop(&mut self) {
        if self.held.is_empty() && self.is_read_out() {
            self.complete();
        }
        self.end(Outcome::Abandoned, "client_left", false);
    }
}
