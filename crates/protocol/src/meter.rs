//! The meter: reads what an answer used, while its bytes pass by untouched.
//!
//! It looks for what it needs instead of parsing each event, keeps no stream, and counts the text that passed so that
//! a call whose upstream reports nothing, or whose client leaves early, is still metered.

mod first_frame;
mod framing;
mod images;
mod tally;
mod usage;
mod window;

use memchr::memmem::Finder;
use sluice_domain::price::Service;
use sluice_domain::usage::Usage;

use crate::needles;
use crate::operation::{Dialect, Operation};
use crate::raw::{RawObject, value_end};
use crate::sse::{Line, Lines};
use first_frame::is_error_answer;
pub(crate) use first_frame::is_error_data;
pub use first_frame::{FIRST_FRAME_MAX_BYTES, FirstFrame, judge_first_frame};
pub use framing::Framing;
pub use tally::CountTokens;
use tally::Tally;
use usage::Report;
pub use usage::{Convention, RunningUsage, read_report};
use window::Window;

/// What the meter needs to know before the first byte.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// What was asked.
    pub operation: Operation,
    /// How the answer is framed.
    pub framing: Framing,
    /// How the vendor's counts relate.
    pub convention: Convention,
    /// Counts the tokens of a text.
    pub count_tokens: CountTokens,
}

impl Subject {
    /// Returns the convention of an operation's own vendor.
    #[must_use]
    pub const fn usual_convention(operation: Operation) -> Convention {
        match operation.dialect() {
            Dialect::Anthropic => Convention::Exclusive,
            Dialect::Gemini => Convention::Gemini,
            Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Single => Convention::Inclusive,
        }
    }
}

/// Reads an answer as it passes.
#[derive(Debug)]
pub struct Meter {
    subject: Subject,
    lines: Lines,
    window: Window,
    tally: Tally,
    seen: Seen,
    has_begun: bool,
}

/// What an answer has told so far.
#[derive(Debug, Default)]
struct Seen {
    /// The reports so far as one. They are normalised together at the end: their fields relate to each other.
    report: Option<Report>,
    object_id: Option<String>,
    /// The last service level that was told beside a usage.
    service: Option<Service>,
    events: u64,
    /// Length of what nobody here can read.
    opaque_bytes: u64,
    images: u64,
    is_finished: bool,
    /// Whether nothing more is to come.
    is_done: bool,
    is_failed: bool,
    is_error_event: bool,
    is_image_event: bool,
}

/// What an answer told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metered {
    /// What the upstream reported.
    pub reported: Option<Usage>,
    /// Tokens of text counted so far.
    pub counted_tokens: u64,
    /// Text that is not counted yet; at most a few kilobytes.
    pub uncounted_text: String,
    /// Number of images in the answer.
    pub images: u64,
    /// Whether the answer came to its proper end.
    pub is_finished: bool,
    /// Whether the answer itself told of an error.
    pub is_failed: bool,
    /// Id of a stored response or a task.
    pub object_id: Option<String>,
    /// The service level that the vendor says it gave.
    pub service: Option<Service>,
}

impl Meter {
    /// Begins before the first byte of an answer.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            lines: Lines::new(),
            window: Window::new(counts_images(subject.operation)),
            tally: Tally::new(subject.count_tokens),
            seen: Seen::default(),
            has_begun: false,
        }
    }

    /// Sets the framing, for answers whose first bytes had to show it. Once bytes were taken it stays as it is: what
    /// they told would be lost.
    pub fn reframe(&mut self, framing: Framing) {
        if !self.has_begun {
            self.subject.framing = framing;
        }
    }

    /// Takes the next bytes of the answer.
    pub fn push(&mut self, bytes: &[u8]) {
        self.has_begun |= !bytes.is_empty();
        match self.subject.framing {
            Framing::Events => {
                let Self { subject, lines, tally, seen, .. } = self;
                lines.push(bytes, |line| seen.line(*subject, tally, line));
            }
            Framing::Json => self.window.push(bytes),
            Framing::Opaque => self.seen.opaque_bytes += bytes.len() as u64,
        }
    }

    /// Returns the id of the stored response or task, as soon as a stream has told it.
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.seen.object_id.as_deref()
    }

    /// Returns how many events went by; the number of the next one in dialects that number them.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.seen.events
    }

    /// Returns whether another event may follow here without tearing one apart.
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.lines.is_at_boundary()
    }

    /// Returns what the answer told, be it at its end or where it was cut off. `reached_end` says whether the
    /// transport closed properly.
    #[must_use]
    pub fn finish(mut self, reached_end: bool) -> Metered {
        match self.subject.framing {
            Framing::Events => {
                let Self { subject, lines, tally, seen, .. } = &mut self;
                lines.finish(|line| seen.line(*subject, tally, line));
            }
            Framing::Json => {
                self.read_window();
                self.seen.is_finished = reached_end;
            }
            Framing::Opaque => {
                self.seen.is_finished = reached_end;
                // Speech and pictures have no tokens; a text that cannot be read has.
                if self.subject.operation.dialect() != Dialect::Single {
                    self.tally.add(self.seen.opaque_bytes / OPAQUE_BYTES_PER_TOKEN);
                }
            }
        }
        // Endpoints of one shape have no common last event; their end is the transport's.
        let ends_with_transport = self.subject.operation.dialect() == Dialect::Single;
        Metered {
            reported: self.seen.report.map(|report| report.normalise(self.subject.convention)),
            counted_tokens: self.tally.counted(),
            uncounted_text: self.tally.into_text(),
            images: self.seen.images + self.window.images(),
            is_finished: self.seen.is_finished || (ends_with_transport && reached_end),
            is_failed: self.seen.is_failed,
            object_id: self.seen.object_id,
            service: self.seen.service,
        }
    }

    /// Returns roughly how many tokens were written so far: what was reported, or what the text that passed comes to.
    #[must_use]
    pub fn written_tokens(&self) -> u64 {
        let reported =
            self.seen.report.as_ref().map_or(0, |report| report.normalise(self.subject.convention).total_output());
        reported.max(self.tally.roughly())
    }

    /// Returns whether a stream has told how it ended, but not yet what it used.
    #[must_use]
    pub const fn awaits_usage(&self) -> bool {
        let Seen { is_finished, is_done, is_failed, .. } = self.seen;
        is_finished && !is_done && !is_failed && self.seen.report.is_none()
    }

    /// Returns what an answer that goes on has used so far, as far as it told.
    #[must_use]
    pub fn reported_so_far(&self) -> Option<Usage> {
        self.seen.report.as_ref().map(|report| report.normalise(self.subject.convention))
    }

    /// Reads a JSON answer from what was kept of it.
    fn read_window(&mut self) {
        let convention = self.subject.convention;
        match self.window.whole().and_then(|whole| RawObject::parse(whole).ok()) {
            Some(object) => {
                self.seen.report = report_of(&object, convention);
                self.seen.service = service_of(&object);
                if self.seen.report.is_none() && is_hearing(self.subject.operation) {
                    self.seen.report = object.read::<f64>("duration").and_then(Report::of_seconds);
                }
                self.seen.is_failed = is_error_answer(&object);
                if makes_object(self.subject.operation) {
                    self.seen.object_id = object_id(&object);
                }
            }
            None => {
                self.seen.report =
                    last_report(self.window.tail(), convention).or_else(|| last_report(self.window.head(), convention));
                if makes_object(self.subject.operation) {
                    self.seen.object_id = first_string(self.window.head(), &needles::ID);
                }
            }
        }
        if self.seen.report.is_none() {
            let dialect = match self.subject.operation.dialect() {
                // A whole response has its texts where its events have deltas.
                Dialect::OpenaiResponses => Dialect::Single,
                other => other,
            };
            self.tally.texts(dialect, self.window.head());
            self.tally.stretch(self.window.head().len(), self.window.total_len());
        }
    }
}

/// Bytes of an answer in an unknown encoding for one token: less than text has, as encodings mostly compress.
const OPAQUE_BYTES_PER_TOKEN: u64 = 3;

const fn counts_images(operation: Operation) -> bool {
    matches!(operation, Operation::ImageGenerations | Operation::ImageEdits | Operation::ImageVariations)
}

/// Returns whether the answer has the id of something that later calls may ask for.
#[must_use]
pub const fn makes_object(operation: Operation) -> bool {
    matches!(operation, Operation::Responses | Operation::VideoGenerations)
}

impl Seen {
    fn line(&mut self, subject: Subject, tally: &mut Tally, line: Line<'_>) {
        match line {
            Line::Event(name) => {
                self.is_error_event = name == b"error";
                self.is_image_event = is_image_end(name);
            }
            Line::Data(data) => self.data(subject, tally, data),
            Line::Blank => {
                self.is_error_event = false;
                self.is_image_event = false;
            }
            Line::Other | Line::TooLong => {}
        }
    }

    fn data(&mut self, subject: Subject, tally: &mut Tally, data: &[u8]) {
        if data == b"[DONE]" {
            (self.is_finished, self.is_done) = (true, true);
            return;
        }
        self.events += 1;
        self.is_failed |= self.is_error_event || is_error_data(data);
        if counts_images(subject.operation) {
            self.image(data);
        }
        let dialect = subject.operation.dialect();
        if has_usage_object(data, dialect)
            && let Ok(object) = RawObject::parse(data)
            && let Some(report) = report_of(&object, subject.convention)
        {
            self.report.get_or_insert_default().merge(report);
            self.service = service_of(&object).or(self.service);
        }
        if !self.is_finished {
            self.is_finished = is_last(dialect, data);
        }
        if self.object_id.is_none() && makes_object(subject.operation) {
            self.object_id = RawObject::parse(data).ok().and_then(|object| object_id(&object));
        }
        tally.texts(dialect, data);
    }

    /// Counts an event that brings a finished image; what comes after an error is no answer.
    fn image(&mut self, data: &[u8]) {
        // The event's name is used up here, so that a second line of data does not count again.
        let is_named = std::mem::take(&mut self.is_image_event);
        let is_end = || {
            let kind = RawObject::parse(data).ok().and_then(|object| object.string("type"));
            kind.is_some_and(|kind| is_image_end(kind.as_bytes()))
        };
        if !self.is_failed && (is_named || is_end()) {
            self.images += 1;
        }
    }
}

fn is_image_end(kind: &[u8]) -> bool {
    matches!(kind, b"image_generation.completed" | b"image_edit.completed")
}

/// Returns whether an event carries a usage object. `"usage":null`, which many events have, does not count.
fn has_usage_object(data: &[u8], dialect: Dialect) -> bool {
    let key = match dialect {
        Dialect::Gemini => &needles::USAGE_METADATA,
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Anthropic | Dialect::Single => &needles::USAGE,
    };
    positions_of(data, key).any(|after| next_value_byte(data, after) == Some(b'{'))
}

/// Returns the offsets just behind each `"key":`.
fn positions_of<'a>(data: &'a [u8], key: &'a Finder<'_>) -> impl Iterator<Item = usize> + 'a {
    key.find_iter(data).filter_map(move |at| {
        let after_key = at + key.needle().len();
        let space = data.get(after_key..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        (data.get(after_key + space) == Some(&b':')).then_some(after_key + space + 1)
    })
}

fn next_value_byte(data: &[u8], at: usize) -> Option<u8> {
    data.get(at..)?.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Returns whether an event is the one that says how the answer ended.
fn is_last(dialect: Dialect, data: &[u8]) -> bool {
    let names_string =
        |key: &Finder<'_>| positions_of(data, key).any(|after| next_value_byte(data, after) == Some(b'"'));
    match dialect {
        Dialect::OpenaiChat => names_string(&needles::FINISH_REASON),
        Dialect::Gemini => names_string(&needles::GEMINI_FINISH_REASON),
        Dialect::Anthropic => needles::MESSAGE_STOP.find(data).is_some(),
        Dialect::OpenaiResponses => ends_response(data),
        Dialect::Single => false,
    }
}

/// Returns whether an event of the Responses API is a last one.
fn ends_response(data: &[u8]) -> bool {
    // The type is the first key in every event that OpenAI sends; a relay may reorder, hence the short search.
    let head = data.get(..data.len().min(256)).unwrap_or_default();
    needles::RESPONSE_ENDS.iter().any(|end| end.find(head).is_some())
}

/// Finds the usage report of an answer or event, wherever the dialects put it.
fn report_of(object: &RawObject<'_>, convention: Convention) -> Option<Report> {
    let report = |json: &[u8]| Report::read(json, convention);
    let nested = |outer: &str, inner: &str| {
        let object = RawObject::parse(object.get(outer)?).ok()?;
        report(object.get(inner)?)
    };
    object
        .get("usage")
        .and_then(report)
        .or_else(|| object.get("usageMetadata").and_then(report))
        .or_else(|| nested("response", "usage"))
        .or_else(|| nested("message", "usage"))
        .or_else(|| nested("meta", "billed_units"))
        .or_else(|| report_in_choice(object, convention))
}

/// Returns whether speech is read; its verbose answer tells how long it is.
const fn is_hearing(operation: Operation) -> bool {
    matches!(operation, Operation::AudioTranscriptions | Operation::AudioTranslations)
}

/// Finds the service level that an answer or event tells: OpenAI beside the usage, Anthropic inside it.
fn service_of(object: &RawObject<'_>) -> Option<Service> {
    let told = |object: &RawObject<'_>| {
        let inner = |key: &str| RawObject::parse(object.get(key)?).ok()?.string("service_tier");
        object.string("service_tier").or_else(|| inner("usage")).map(|tier| Service::from_tier(&tier))
    };
    let nested = |key: &str| told(&RawObject::parse(object.get(key)?).ok()?);
    told(object).or_else(|| nested("response")).or_else(|| nested("message"))
}

fn report_in_choice(object: &RawObject<'_>, convention: Convention) -> Option<Report> {
    let choices: Vec<&serde_json::value::RawValue> = serde_json::from_slice(object.get("choices")?).ok()?;
    let choice = RawObject::parse(choices.first()?.get().as_bytes()).ok()?;
    Report::read(choice.get("usage")?, convention)
}

/// Finds the last usage object in a part of a JSON text.
fn last_report(part: &[u8], convention: Convention) -> Option<Report> {
    [&needles::USAGE, &needles::USAGE_METADATA].into_iter().find_map(|key| {
        let starts: Vec<usize> = positions_of(part, key).collect();
        starts.into_iter().rev().find_map(|start| {
            let end = value_end(part, start)?;
            Report::read(part.get(start..end)?, convention)
        })
    })
}

fn first_string(part: &[u8], key: &Finder<'_>) -> Option<String> {
    let start = positions_of(part, key).next()?;
    let end = value_end(part, start)?;
    crate::raw::decode_string(part.get(start..end)?.trim_ascii()).map(std::borrow::Cow::into_owned)
}

fn object_id(object: &RawObject<'_>) -> Option<String> {
    let own = object.string("id").or_else(|| object.string("task_id"));
    let id = match own {
        Some(id) => Some(id.into_owned()),
        None => {
            let inner = object.get("response").or_else(|| object.get("data"))?;
            let inner = RawObject::parse(inner).ok()?;
            inner.string("id").or_else(|| inner.string("task_id")).map(std::borrow::Cow::into_owned)
        }
    };
    id.filter(|id| !id.is_empty() && id.len() <= MAX_OBJECT_ID_BYTES)
}

/// Longest id of an upstream object that is remembered.
pub const MAX_OBJECT_ID_BYTES: usize = 191;

/// Returns whether an event is the extra one that `stream_options.include_usage` adds at the end of a chat stream.
#[must_use]
pub fn is_usage_only_event(event: &[u8]) -> bool {
    if !has_usage_object(event, Dialect::OpenaiChat) {
        return false;
    }
    let mut lines = Lines::new();
    let mut found = false;
    let mut look = |line: Line<'_>| {
        if let Line::Data(data) = line
            && let Ok(object) = RawObject::parse(data)
        {
            found = object.get("choices").is_some_and(|choices| {
                serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(choices).is_ok_and(|list| list.is_empty())
            });
        }
    };
    lines.push(event, &mut look);
    // The stream may end without the blank line.
    lines.finish(&mut look);
    found
}

#[cfg(test)]
#[path = "meter/tests.rs"]
mod tests;
