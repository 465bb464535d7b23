//! Whether an answer with a good status says anything: the answers that relays give while the account behind them is
//! broken look well and are empty.
//!
//! Only chats, embeddings and images have a rule. Whatever may be meant is good: an answer that is called empty in error
//! costs another attempt. Nothing is parsed while an answer looks well; one key with a value that counts is enough.

use memchr::memmem;

use crate::meter::is_error_data;
use crate::operation::Operation;
use crate::raw::{RawError, RawObject};
use crate::sse::{Line, Lines};

/// Most bytes of an answer that are looked at; what is longer says something.
pub const JUDGED_MAX_BYTES: usize = 64 * 1024;
/// Most events that are looked at. A stream that goes on for so long is not one of those that end at once.
const JUDGED_MAX_EVENTS: u32 = 32;

/// Why an answer says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Invalid {
    /// It is no JSON object.
    Unreadable,
    /// Nothing in it is an answer.
    Empty,
    /// No event of it can be read.
    StreamUnreadable,
    /// No event of it is a part of an answer.
    StreamEmpty,
}

impl Invalid {
    /// Returns the name used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "payload_parse_failed",
            Self::Empty => "no_actionable_output",
            Self::StreamUnreadable => "stream_payload_parse_failed",
            Self::StreamEmpty => "stream_no_meaningful_delta",
        }
    }
}

/// What the beginning of a stream comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Nothing so far.
    Undecided,
    /// An answer, or more than is looked at.
    Answer,
    /// An error.
    Error,
}

/// Returns whether answers to `operation` are judged at all.
#[must_use]
pub const fn has_rule(operation: Operation) -> bool {
    Rule::of(operation).is_some()
}

/// Judges a whole JSON answer.
///
/// # Errors
/// Says why it is none.
pub fn judge(operation: Operation, answer: &[u8]) -> Result<(), Invalid> {
    let Some(rule) = Rule::of(operation) else { return Ok(()) };
    let text = answer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer).trim_ascii();
    let is_enclosed = match text {
        [b'{', .., b'}'] => true,
        // Gemini streams are lists of answers where events are not asked for.
        [b'[', .., b']'] => operation == Operation::GeminiStream,
        _ => false,
    };
    if text.len() >= JUDGED_MAX_BYTES || (is_enclosed && rule.is_met(text)) {
        return Ok(());
    }
    match RawObject::parse(text) {
        Err(RawError::Syntax { .. } | RawError::NotAnObject) => Err(Invalid::Unreadable),
        Ok(_) | Err(RawError::DuplicateKey(_)) => Err(Invalid::Empty),
    }
}

/// Judges a stream from its first byte until it is clear that it is an answer.
#[derive(Debug)]
pub struct OpeningJudge {
    rule: Option<Rule>,
    lines: Lines,
    seen: Seen,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Seen {
    is_error_event: bool,
    events: u32,
    /// The first thing that was wrong.
    wrong: Option<Invalid>,
    verdict: Option<Opening>,
}

impl OpeningJudge {
    /// Begins before the first byte.
    #[must_use]
    pub fn new(operation: Operation) -> Self {
        Self { rule: Rule::of(operation), lines: Lines::new(), seen: Seen::default(), bytes: 0 }
    }

    /// Takes the next plain bytes.
    pub fn push(&mut self, plain: &[u8]) -> Opening {
        let Self { rule, lines, seen, bytes } = self;
        let Some(rule) = rule else { return Opening::Answer };
        *bytes = bytes.saturating_add(plain.len());
        lines.push(plain, |line| seen.line(rule, line));
        match seen.verdict {
            Some(verdict) => verdict,
            None if *bytes >= JUDGED_MAX_BYTES || seen.events >= JUDGED_MAX_EVENTS => Opening::Answer,
            None => Opening::Undecided,
        }
    }

    /// Judges a stream that is at its end.
    ///
    /// # Errors
    /// Says why it is no answer; errors that it tells are not among that.
    pub fn finish(mut self) -> Result<Opening, Invalid> {
        let Self { rule: Some(rule), lines, seen, .. } = &mut self else { return Ok(Opening::Answer) };
        lines.finish(|line| seen.line(rule, line));
        seen.verdict.ok_or(seen.wrong.unwrap_or(Invalid::StreamEmpty))
    }
}

impl Seen {
    fn line(&mut self, rule: &Rule, line: Line<'_>) {
        match line {
            _ if self.verdict.is_some() => {}
            Line::Event(name) => self.is_error_event = name == b"error",
            Line::Blank => self.is_error_event = false,
            Line::Other | Line::TooLong => {}
            Line::Data(data) => self.data(rule, data.trim_ascii()),
        }
    }

    fn data(&mut self, rule: &Rule, data: &[u8]) {
        if data.is_empty() || data == b"[DONE]" {
            return;
        }
        self.events += 1;
        if self.is_error_event || is_error_data(data) {
            self.verdict = Some(Opening::Error);
        } else if rule.is_met(data) {
            self.verdict = Some(Opening::Answer);
        } else if self.wrong.is_none() && RawObject::parse(data).is_err() {
            self.wrong = Some(Invalid::StreamUnreadable);
        }
    }
}

/// What makes an answer one, wherever it stands in it: the same keys hold it whole and in pieces. A key inside a string
/// has its quotes escaped, so that it is never taken for one.
#[derive(Debug)]
struct Rule {
    /// Keys of texts; one that is not blank counts.
    texts: &'static [&'static str],
    /// Keys of lists and objects; one that is not empty counts.
    items: &'static [&'static str],
    /// Keys of numbers; one above zero counts.
    counts: &'static [&'static str],
    /// Ends that the vendor documents for answers without a text.
    ends: &'static [(&'static str, &'static str)],
}

/// Keys as they stand in a JSON text.
macro_rules! keys {
    ($($key:literal),+ $(,)?) => { &[$(concat!("\"", $key, "\"")),+] };
}

const CHAT: Rule = Rule {
    texts: keys!["content", "text", "refusal", "reasoning_content", "reasoning", "transcript", "data", "arguments"],
    items: keys!["tool_calls", "function_call", "content", "images", "reasoning_details"],
    counts: keys!["completion_tokens"],
    ends: &[("\"finish_reason\"", "length"), ("\"finish_reason\"", "content_filter")],
};
const RESPONSES: Rule = Rule {
    texts: keys!["status", "output_text", "delta", "text", "refusal"],
    items: keys!["output"],
    counts: keys!["output_tokens"],
    ends: &[],
};
const MESSAGES: Rule = Rule {
    texts: keys![
        "text",
        "thinking",
        "signature",
        "data",
        "name",
        "tool_use_id",
        "partial_json",
        "stop_reason",
        "completion"
    ],
    items: &[],
    counts: &[],
    ends: &[],
};
const GEMINI: Rule = Rule {
    texts: keys![
        "text",
        "data",
        "name",
        "code",
        "output",
        "fileUri",
        "thoughtSignature",
        "blockReason",
        "finishReason"
    ],
    items: keys!["functionCall", "executableCode", "codeExecutionResult"],
    counts: &[],
    ends: &[],
};
const EMBEDDINGS: Rule =
    Rule { texts: &[], items: keys!["data", "embeddings", "embedding", "output"], counts: &[], ends: &[] };
const IMAGES: Rule = Rule {
    texts: keys!["id", "task_id", "url", "b64_json", "status"],
    items: keys!["data", "images", "output", "results"],
    counts: &[],
    ends: &[],
};

impl Rule {
    const fn of(operation: Operation) -> Option<Self> {
        match operation {
            Operation::ChatCompletions | Operation::Completions => Some(CHAT),
            Operation::Responses => Some(RESPONSES),
            Operation::Messages => Some(MESSAGES),
            Operation::GeminiGenerate | Operation::GeminiStream => Some(GEMINI),
            Operation::Embeddings => Some(EMBEDDINGS),
            Operation::ImageGenerations | Operation::ImageEdits | Operation::ImageVariations => Some(IMAGES),
            Operation::AudioSpeech
            | Operation::AudioTranscriptions
            | Operation::AudioTranslations
            | Operation::Moderations
            | Operation::Rerank
            | Operation::VideoGenerations
            | Operation::VideoTask
            | Operation::ResponseGet
            | Operation::ResponseDelete
            | Operation::ResponseCancel
            | Operation::ResponseInputItems
            | Operation::ResponseInputTokens
            | Operation::CountTokens
            | Operation::GeminiCountTokens
            | Operation::GeminiEmbed
            | Operation::GeminiBatchEmbed
            | Operation::Models => None,
        }
    }

    fn is_met(&self, json: &[u8]) -> bool {
        let any = |keys: &[&str], is_good: fn(&[u8]) -> bool| keys.iter().any(|key| values(json, key).any(is_good));
        any(self.texts, is_said)
            || any(self.items, has_items)
            || any(self.counts, is_positive)
            || self.ends.iter().any(|(key, end)| values(json, key).any(|value| is_string(value, end)))
    }
}

/// Returns what stands behind each `"key":`.
fn values<'a>(json: &'a [u8], key: &'a str) -> impl Iterator<Item = &'a [u8]> {
    memmem::find_iter(json, key.as_bytes()).filter_map(move |at| {
        let after = json.get(at + key.len()..)?.trim_ascii_start();
        Some(after.strip_prefix(b":")?.trim_ascii_start())
    })
}

/// Returns whether a string with something to see begins here.
fn is_said(value: &[u8]) -> bool {
    let Some(mut rest) = value.strip_prefix(b"\"") else { return false };
    loop {
        rest = match rest {
            [b' ' | b'\t', rest @ ..] | [b'\\', b'n' | b'r' | b't', rest @ ..] => rest,
            [] | [b'"', ..] => return false,
            _ => return true,
        };
    }
}

/// Returns whether a list or an object with something in it begins here.
fn has_items(value: &[u8]) -> bool {
    let inner = |end: u8, rest: &[u8]| rest.trim_ascii_start().first().is_some_and(|first| *first != end);
    match value {
        [b'[', rest @ ..] => inner(b']', rest),
        [b'{', rest @ ..] => inner(b'}', rest),
        _ => false,
    }
}

fn is_positive(value: &[u8]) -> bool {
    value.first().is_some_and(|digit| matches!(digit, b'1'..=b'9'))
}

fn is_string(value: &[u8], expected: &str) -> bool {
    let inner = value.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(expected.as_bytes()));
    inner.is_some_and(|rest| rest.starts_with(b"\""))
}

#[cfg(test)]
#[path = "validity/tests.rs"]
mod tests;
