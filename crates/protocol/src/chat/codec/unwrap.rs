//! Structured answers that are no object: most vendors give objects only, so that the answer comes as the one field of an
//! object and is taken out of it.

use super::wire::{Path, read, wire};
use crate::chat::bridge::AnswerShape;
use crate::chat::text::{Json, Text};

/// Name of the field.
pub(in crate::chat) const ANSWER_FIELD: &str = "value";
const QUOTED_FIELD: &str = "\"value\"";
/// Most bytes of white space and the like in front of the field's value.
const MAX_PREFIX_BYTES: usize = 1_024;

wire! {
    struct Wrapped<'a> {
        "value" value: Json<'a>,
    }
}

/// Returns the answer in an object; `None` for a text that is no such object.
pub(in crate::chat) fn unwrapped(text: &Text<'_>, shape: AnswerShape) -> Option<Text<'static>> {
    let plain = text.to_plain();
    let value = read::<Wrapped<'_>>(&plain, Path::Root).ok()?.value?;
    let word = Text::from_literal(value.as_str()).filter(|_| shape == AnswerShape::Word);
    Some(word.map_or_else(|| Text::plain(value.as_str().to_owned()), Text::into_owned))
}

/// Takes an answer out of its object while it comes in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chat) struct Unwrap {
    shape: AnswerShape,
    state: State,
    /// What was not handed on yet.
    held: Text<'static>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the field's value.
    Before,
    /// In it, or behind it.
    Inside,
    /// This is no such object.
    Off,
}

impl Unwrap {
    pub(in crate::chat) fn new(shape: AnswerShape) -> Self {
        Self { shape, state: State::Before, held: Text::default() }
    }

    /// Takes more of the text; returns what of the answer is certain by now.
    pub(in crate::chat) fn push(&mut self, text: &Text<'_>) -> Option<Text<'static>> {
        self.held.push(text);
        // A word stands without its quotes, which can be told only when it is whole.
        if self.state == State::Before && self.shape == AnswerShape::Wrapped {
            self.begin();
        }
        let certain = match self.state {
            State::Before => 0,
            State::Inside => certain_bytes(self.held.as_escaped()),
            State::Off => self.held.as_escaped().len(),
        };
        let held = std::mem::take(&mut self.held);
        let (told, kept) = held.as_escaped().split_at_checked(certain)?;
        let told = Some(told).filter(|told| !told.is_empty()).map(|told| Text::from_escaped(told.to_owned()));
        self.held = Text::from_escaped(kept.to_owned());
        told
    }

    /// Returns what is left when the text ends.
    pub(in crate::chat) fn finish(self) -> Option<Text<'static>> {
        let rest = match self.state {
            State::Before => unwrapped(&self.held, self.shape).unwrap_or(self.held),
            State::Inside if self.held.as_escaped().starts_with('}') => return None,
            State::Inside | State::Off => self.held,
        };
        Some(rest).filter(|rest| !rest.is_empty())
    }

    fn begin(&mut self) {
        let plain = self.held.to_plain();
        let (state, held) = match value_start(&plain) {
            Start::At(place) => (State::Inside, Text::plain(plain.get(place..).unwrap_or_default().to_owned())),
            Start::Unknown if plain.len() <= MAX_PREFIX_BYTES => return,
            Start::Unknown | Start::Nowhere => (State::Off, self.held.clone()),
        };
        (self.state, self.held) = (state, held);
    }
}

/// Where the field's value begins.
enum Start {
    At(usize),
    /// More of the text must come.
    Unknown,
    Nowhere,
}

fn value_start(plain: &str) -> Start {
    let mut rest = plain;
    for token in ["{", QUOTED_FIELD, ":"] {
        rest = rest.trim_start();
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return Start::Unknown,
            None => return Start::Nowhere,
        }
    }
    let value = rest.trim_start();
    if value.is_empty() { Start::Unknown } else { Start::At(plain.len() - value.len()) }
}

/// Returns how much of a text surely stands before the object's end: the last bracket may be it, with white space behind.
fn certain_bytes(escaped: &str) -> usize {
    let mut end = escaped;
    while let Some(shorter) = end.strip_suffix(' ').or_else(|| without_escaped_space(end)) {
        end = shorter;
    }
    end.strip_suffix('}').map_or(end.len(), str::len)
}

/// Returns a text without the line break or tab at its end.
fn without_escaped_space(escaped: &str) -> Option<&str> {
    let before = escaped.strip_suffix(['n', 'r', 't'])?;
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    // An even number of them stands for themselves.
    before.strip_suffix('\\').filter(|_| backslashes % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::list(AnswerShape::Wrapped, r#"{"value":[1,{"a":"}"}]}"#, r#"[1,{"a":"}"}]"#)]
    #[case::white_space(AnswerShape::Wrapped, " {\n \"value\" : \"é\\n\" \n}\n", "\"é\\n\" \n")]
    #[case::word(AnswerShape::Word, r#"{"value": "Drums"}"#, "Drums")]
    #[case::something_else(AnswerShape::Wrapped, r#"{"values":[1]}"#, r#"{"values":[1]}"#)]
    #[case::no_json(AnswerShape::Word, "Drums", "Drums")]
    #[case::cut_off(AnswerShape::Wrapped, r#"{"value":[1,{"a":2}"#, r#"[1,{"a":2"#)]
    #[case::nothing(AnswerShape::Wrapped, "", "")]
    fn an_answer_comes_out_of_its_object_however_it_is_split(
        #[case] shape: AnswerShape,
        #[case] wrapped: &str,
        #[case] expected: &str,
    ) {
        let characters: Vec<char> = wrapped.chars().collect();
        for size in 1..=characters.len().max(1) {
            let mut unwrap = Unwrap::new(shape);
            let pieces = characters.chunks(size).map(|piece| Text::plain(piece.iter().collect::<String>()));
            let mut told: String =
                pieces.filter_map(|piece| unwrap.push(&piece)).map(|text| text.to_plain().into_owned()).collect();
            told.push_str(&unwrap.finish().unwrap_or_default().to_plain());
            assert_eq!(told.trim_end(), expected.trim_end(), "in pieces of {size}");
        }
    }
}
