//! The meter: reads what an answer used, while its bytes pass by untouched.
//!
//! It looks for what it needs instead of parsing each event, keeps no stream, and counts the text that passed so that
//! a call whose upstream reports nothing, or whose client leaves early, is still metered.

mod tally;
mod usage;
mod window;

use memchr::memmem;
use sluice_domain::usage::Usage;

use crate::operation::{Dialect, Operation};
use crate::raw::{RawObject, value_end};
use crate::sse::{Line, Lines};
pub use tally::CountTokens;
use tally::Tally;
pub use usage::{Convention, read_report};
use window::Window;

/// How an answer's body is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON text, possibly sent piece by piece.
    Json,
    /// Bytes that say nothing about usage, such as audio.
    Opaque,
}

impl Framing {
    /// Returns the framing that a content type stands for.
    #[must_use]
    pub fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("text/event-stream") {
            Self::Events
        } else if essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json") {
            Self::Json
        } else {
            Self::Opaque
        }
    }
}

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
}

/// What an answer has told so far.
#[derive(Debug, Default)]
struct Seen {
    usage: Option<Usage>,
    object_id: Option<String>,
    events: u64,
    is_finished: bool,
    is_failed: bool,
    is_error_event: bool,
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
        }
    }

    /// Takes the next bytes of the answer.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.subject.framing {
            Framing::Events => {
                let Self { subject, lines, tally, seen, .. } = self;
                lines.push(bytes, |line| seen.line(*subject, tally, line));
            }
            Framing::Json => self.window.push(bytes),
            Framing::Opaque => {}
        }
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
            Framing::Opaque => self.seen.is_finished = reached_end,
        }
        let is_event_stream = self.subject.framing == Framing::Events;
        let images = match self.window.images() {
            0 if is_event_stream && counts_images(self.subject.operation) => 1,
            images => images,
        };
        // Endpoints of one shape have no common last event; their end is the transport's.
        let ends_with_transport = self.subject.operation.dialect() == Dialect::Single;
        Metered {
            reported: self.seen.usage,
            counted_tokens: self.tally.counted(),
            uncounted_text: self.tally.into_text(),
            images,
            is_finished: self.seen.is_finished || (ends_with_transport && reached_end),
            is_failed: self.seen.is_failed,
            object_id: self.seen.object_id,
        }
    }

    /// Reads a JSON answer from what was kept of it.
    fn read_window(&mut self) {
        let convention = self.subject.convention;
        match self.window.whole().and_then(|whole| RawObject::parse(whole).ok()) {
            Some(object) => {
                self.seen.usage = usage_of(&object, convention);
                self.seen.is_failed = is_error_envelope(&object);
                if makes_object(self.subject.operation) {
                    self.seen.object_id = object_id(&object);
                }
            }
            None => {
                self.seen.usage =
                    last_usage(self.window.tail(), convention).or_else(|| last_usage(self.window.head(), convention));
                if makes_object(self.subject.operation) {
                    self.seen.object_id = first_string(self.window.head(), b"\"id\"");
                }
            }
        }
        if self.seen.usage.is_none() {
            self.tally.texts(self.subject.operation.dialect(), self.window.head());
            self.tally.stretch(self.window.head().len(), self.window.total_len());
        }
    }
}

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
            Line::Event(name) => self.is_error_event = name == b"error",
            Line::Data(data) => self.data(subject, tally, data),
            Line::Blank => self.is_error_event = false,
            Line::Other => {}
        }
    }

    fn data(&mut self, subject: Subject, tally: &mut Tally, data: &[u8]) {
        if data == b"[DONE]" {
            self.is_finished = true;
            return;
        }
        self.events += 1;
        if self.is_error_event || data.starts_with(b"{\"error\"") || data.starts_with(b"{\"type\":\"error\"") {
            self.is_failed = true;
        }
        let dialect = subject.operation.dialect();
        if has_usage_object(data, dialect)
            && let Ok(object) = RawObject::parse(data)
            && let Some(usage) = usage_of(&object, subject.convention)
        {
            self.usage = Some(self.usage.unwrap_or_default().latest(usage));
        }
        if !self.is_finished {
            self.is_finished = is_last(dialect, data);
        }
        if self.object_id.is_none() && makes_object(subject.operation) {
            self.object_id = RawObject::parse(data).ok().and_then(|object| object_id(&object));
        }
        tally.texts(dialect, data);
    }
}

/// Returns whether an event carries a usage object. `"usage":null`, which many events have, does not count.
fn has_usage_object(data: &[u8], dialect: Dialect) -> bool {
    let key: &[u8] = match dialect {
        Dialect::Gemini => b"\"usageMetadata\"",
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Anthropic | Dialect::Single => b"\"usage\"",
    };
    positions_of(data, key).any(|after| next_value_byte(data, after) == Some(b'{'))
}

/// Returns the offsets just behind each `"key":`.
fn positions_of<'a>(data: &'a [u8], key: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    memmem::find_iter(data, key).filter_map(move |at| {
        let after_key = at + key.len();
        let space = data.get(after_key..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        (data.get(after_key + space) == Some(&b':')).then_some(after_key + space + 1)
    })
}

fn next_value_byte(data: &[u8], at: usize) -> Option<u8> {
    data.get(at..)?.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Returns whether an event is the one that says how the answer ended.
fn is_last(dialect: Dialect, data: &[u8]) -> bool {
    let names_string = |key: &[u8]| positions_of(data, key).any(|after| next_value_byte(data, after) == Some(b'"'));
    match dialect {
        Dialect::OpenaiChat => names_string(b"\"finish_reason\""),
        Dialect::Gemini => names_string(b"\"finishReason\""),
        Dialect::Anthropic => memmem::find(data, b"\"message_stop\"").is_some(),
        Dialect::OpenaiResponses => {
            let kind = RawObjectKind::of(data);
            matches!(kind, RawObjectKind::ResponseEnd)
        }
        Dialect::Single => false,
    }
}

/// The few kinds of Responses events that matter here.
enum RawObjectKind {
    ResponseEnd,
    Other,
}

impl RawObjectKind {
    fn of(data: &[u8]) -> Self {
        // The type is the first key in every event that OpenAI sends; a relay may reorder, hence the short search.
        let head = data.get(..data.len().min(256)).unwrap_or_default();
        let ends = [
            &b"\"response.completed\""[..],
            b"\"response.incomplete\"",
            b"\"response.failed\"",
            b"\"response.cancelled\"",
        ];
        if ends.iter().any(|end| memmem::find(head, end).is_some()) { Self::ResponseEnd } else { Self::Other }
    }
}

/// Finds the usage report of an answer or event, wherever the dialects put it.
fn usage_of(object: &RawObject<'_>, convention: Convention) -> Option<Usage> {
    let report = |json: &[u8]| read_report(json, convention);
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
        .or_else(|| usage_in_choice(object, convention))
}

fn usage_in_choice(object: &RawObject<'_>, convention: Convention) -> Option<Usage> {
    let choices: Vec<&serde_json::value::RawValue> = serde_json::from_slice(object.get("choices")?).ok()?;
    let choice = RawObject::parse(choices.first()?.get().as_bytes()).ok()?;
    read_report(choice.get("usage")?, convention)
}

/// Finds the last usage object in a part of a JSON text.
fn last_usage(part: &[u8], convention: Convention) -> Option<Usage> {
    [&b"\"usage\""[..], b"\"usageMetadata\""].into_iter().find_map(|key| {
        let starts: Vec<usize> = positions_of(part, key).collect();
        starts.into_iter().rev().find_map(|start| {
            let end = value_end(part, start)?;
            read_report(part.get(start..end)?, convention)
        })
    })
}

fn first_string(part: &[u8], key: &[u8]) -> Option<String> {
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

/// Returns whether an object is an error and nothing else.
fn is_error_envelope(object: &RawObject<'_>) -> bool {
    const ANSWERS: [&str; 7] = ["choices", "object", "content", "candidates", "data", "output", "results"];
    object.has("error") && !ANSWERS.iter().any(|key| object.has(key))
}

/// What the first bytes of an answer with a good status mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstFrame {
    /// Too little to tell.
    Undecided,
    /// An answer.
    Answer,
    /// An error in spite of the status.
    Error,
}

/// Most bytes that are held back to judge the first frame.
pub const FIRST_FRAME_MAX_BYTES: usize = 64 * 1024;

/// Judges the beginning of an answer. `is_whole` says that nothing follows.
#[must_use]
pub fn judge_first_frame(framing: Framing, start: &[u8], is_whole: bool) -> FirstFrame {
    if start.len() >= FIRST_FRAME_MAX_BYTES {
        return FirstFrame::Answer;
    }
    match framing {
        Framing::Opaque if start.is_empty() && !is_whole => FirstFrame::Undecided,
        Framing::Opaque => FirstFrame::Answer,
        Framing::Json => judge_json(start, is_whole),
        Framing::Events => judge_events(start, is_whole),
    }
}

fn judge_json(start: &[u8], is_whole: bool) -> FirstFrame {
    let text = start.trim_ascii_start();
    if text.is_empty() {
        return if is_whole { FirstFrame::Error } else { FirstFrame::Undecided };
    }
    if memmem::find(text, b"\"error\"").is_none() {
        return FirstFrame::Answer;
    }
    match RawObject::parse(text) {
        Ok(object) if is_error_envelope(&object) => FirstFrame::Error,
        Err(_) if text.starts_with(b"{\"error\"") && !is_whole => FirstFrame::Undecided,
        _ => FirstFrame::Answer,
    }
}

fn judge_events(start: &[u8], is_whole: bool) -> FirstFrame {
    let mut lines = Lines::new();
    let mut verdict = FirstFrame::Undecided;
    let mut is_error_event = false;
    let mut judge = |line: Line<'_>| match line {
        _ if verdict != FirstFrame::Undecided => {}
        Line::Event(name) => is_error_event = name == b"error",
        Line::Data(data) if is_error_event || is_error_data(data) => verdict = FirstFrame::Error,
        Line::Data(_) => verdict = FirstFrame::Answer,
        Line::Other | Line::Blank => {}
    };
    lines.push(start, &mut judge);
    if is_whole {
        lines.finish(&mut judge);
    }
    match verdict {
        FirstFrame::Undecided if is_whole => FirstFrame::Error,
        verdict => verdict,
    }
}

fn is_error_data(data: &[u8]) -> bool {
    memmem::find(data, b"\"error\"").is_some()
        && RawObject::parse(data)
            .is_ok_and(|object| object.string("type").as_deref() == Some("error") || is_error_envelope(&object))
}

/// Returns whether an event is the extra one that `stream_options.include_usage` adds at the end of a chat stream.
#[must_use]
pub fn is_usage_only_event(event: &[u8]) -> bool {
    if !has_usage_object(event, Dialect::OpenaiChat) {
        return false;
    }
    let mut lines = Lines::new();
    let mut found = false;
    lines.push(event, |line| {
        if let Line::Data(data) = line
            && let Ok(object) = RawObject::parse(data)
        {
            found = object.get("choices").is_some_and(|choices| {
                serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(choices).is_ok_and(|list| list.is_empty())
            });
        }
    });
    found
}

#[cfg(test)]
#[path = "meter/tests.rs"]
mod tests;
