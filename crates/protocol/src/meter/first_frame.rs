//! What the beginning of an answer means, while another upstream can still be asked.

use super::Framing;
use crate::needles;
use crate::raw::RawObject;
use crate::sse::{Line, Lines};

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
    let may_begin_error = may_begin_error(text);
    if !may_begin_error && needles::ERROR.find(text).is_none() {
        return FirstFrame::Answer;
    }
    match RawObject::parse(text) {
        Ok(object) if is_error_answer(&object) => FirstFrame::Error,
        Err(_) if may_begin_error && !is_whole => FirstFrame::Undecided,
        _ => FirstFrame::Answer,
    }
}

/// Returns whether a text begins as an error does, as far as it goes; white space aside.
fn may_begin_error(text: &[u8]) -> bool {
    [&b"{\"error\""[..], b"{\"type\":\"error\""].into_iter().any(|beginning| {
        let written = text.iter().filter(|byte| !byte.is_ascii_whitespace());
        written.zip(beginning).all(|(byte, expected)| byte == expected)
    })
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
        Line::Other | Line::TooLong | Line::Blank => {}
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

/// Returns whether the data of an event tells of an error.
pub(crate) fn is_error_data(data: &[u8]) -> bool {
    needles::ERROR.find(data).is_some()
        && RawObject::parse(data)
            .is_ok_and(|object| object.string("type").as_deref() == Some("error") || is_error_envelope(&object))
}

/// Returns whether a JSON answer is an error and nothing else.
pub(super) fn is_error_answer(object: &RawObject<'_>) -> bool {
    is_error_envelope(object) && !is_stored_object(object)
}

fn is_error_envelope(object: &RawObject<'_>) -> bool {
    const ANSWERS: [&str; 7] = ["choices", "object", "content", "candidates", "data", "output", "results"];
    object.has("error") && !ANSWERS.iter().any(|key| object.has(key))
}

/// Returns whether an object is something that an upstream keeps, such as a task. That it failed is what was asked for.
/// A status that is a number belongs to an error, as web frameworks write it.
fn is_stored_object(object: &RawObject<'_>) -> bool {
    let has_text = |key: &str| object.string(key).is_some_and(|text| !text.is_empty());
    has_text("id") || has_text("task_id") || (has_text("status") && object.string("status").as_deref() != Some("error"))
}
