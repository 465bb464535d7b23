//! Reads JSON in one pass into the objects of the wire. Texts and values are borrowed as they stand; what is stepped over
//! follows the grammar, so nothing has to be looked through a second time.

use std::borrow::Cow;

use super::wire::{DecodeError, Path};
use crate::chat::request::{Content, Part};
use crate::chat::text::{Json, Number, Text, has_backslash};
use crate::raw::RawError;
use crate::raw::scanner::Scanner;

/// Deepest nesting of objects and lists that are read into types. Values that are only borrowed have the scanner's bound.
const MAX_DEPTH: usize = 128;
/// Most characters of a caller's key that an error repeats.
const SHOWN_KEY_MAX_CHARS: usize = 64;

/// A JSON text that cannot be read into what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chat) struct Unreadable {
    /// Where in the text, such as `content[0].text`.
    path: String,
    reason: Cow<'static, str>,
    /// Whether the text ends before the value does, so that more of it may help.
    pub(in crate::chat) is_cut: bool,
}

impl Unreadable {
    pub(in crate::chat) fn new(reason: impl Into<Cow<'static, str>>) -> Box<Self> {
        Box::new(Self { path: String::new(), reason: reason.into(), is_cut: false })
    }

    /// Takes an error whose path begins here.
    pub(in crate::chat) fn of(error: DecodeError) -> Box<Self> {
        Box::new(Self { path: error.path, reason: error.reason.into(), is_cut: false })
    }

    /// Returns the same of the value that stands under `key`.
    fn under(mut self: Box<Self>, key: &str) -> Box<Self> {
        let shown: String = key.chars().take(SHOWN_KEY_MAX_CHARS).collect();
        self.path = join(&shown, &self.path);
        self
    }

    fn at(mut self: Box<Self>, index: usize) -> Box<Self> {
        self.path = join(&format!("[{index}]"), &self.path);
        self
    }

    /// Returns the error of a body in which the text stands here.
    pub(in crate::chat) fn to_error(&self, at: Path<'_>) -> DecodeError {
        DecodeError { path: join(&at.to_string(), &self.path), reason: self.reason.clone().into_owned() }
    }
}

fn join(outer: &str, inner: &str) -> String {
    let dot = if outer.is_empty() || inner.is_empty() || inner.starts_with('[') { "" } else { "." };
    format!("{outer}{dot}{inner}")
}

/// What reading gives. The error is rare, and small so that what succeeds is not slowed down.
pub(in crate::chat) type Reading<T> = Result<T, Box<Unreadable>>;

/// A value of the wire.
pub(in crate::chat) trait Wire<'a>: Sized {
    /// Reads the value that begins here.
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self>;
}

/// Reads a whole JSON text.
pub(in crate::chat) fn read_whole<'a, T: Wire<'a>>(text: &'a str) -> Reading<T> {
    let mut cursor = Cursor { text, scanner: Scanner::new(text.as_bytes()), depth: 0 };
    cursor.scanner.skip_space();
    let value = T::read(&mut cursor)?;
    cursor.scanner.skip_space();
    if cursor.scanner.is_at_end() { Ok(value) } else { Err(Unreadable::new("something follows the value")) }
}

/// A place in a JSON text.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Cursor<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    /// Objects and lists that are being read.
    depth: usize,
}

impl<'a> Cursor<'a> {
    /// Returns the first byte of the value that begins here.
    pub(in crate::chat) fn peek(&self) -> Option<u8> {
        self.scanner.peek()
    }

    /// Returns room for the messages of a conversation of which this much is left to read: a list that grows with each
    /// would be moved half a dozen times.
    pub(in crate::chat) fn room<T>(&self) -> Vec<T> {
        const USUAL_MESSAGE_BYTES: usize = 512;
        const MAX_MESSAGES: usize = 1_024;
        let left = self.text.len() - self.scanner.at().min(self.text.len());
        Vec::with_capacity((left / USUAL_MESSAGE_BYTES).clamp(1, MAX_MESSAGES))
    }

    /// Reads a value for which `null` is the same as absent.
    pub(in crate::chat) fn maybe<T: Wire<'a>>(&mut self) -> Reading<Option<T>> {
        if self.peek() == Some(b'n') {
            self.step(|scanner| scanner.skip_word(b"null"))?;
            return Ok(None);
        }
        T::read(self).map(Some)
    }

    /// Reads a value with `read`; returns the text that it stands in.
    pub(in crate::chat) fn spanning(&mut self, read: impl FnOnce(&mut Self) -> Reading<()>) -> Reading<Json<'a>> {
        let start = self.scanner.at();
        read(self)?;
        Ok(Json::trusted(self.text.get(start..self.scanner.at()).unwrap_or_default()))
    }

    /// Reads an object: `each` takes the value of every key.
    pub(in crate::chat) fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Reading<()>,
    ) -> Reading<()> {
        self.enter(b'{', "expected an object")?;
        if self.peek() == Some(b'}') {
            return self.leave();
        }
        loop {
            let key = self.scanner.skip_known_key();
            let (range, is_plain) = key.map_err(|error| self.syntax(&error))?;
            let inside = self.text.get(range.start + 1..range.end - 1).unwrap_or_default();
            let key = if is_plain { Cow::Borrowed(inside) } else { plain_key(inside)? };
            each(self, key).map_err(|error| error.under(inside))?;
            if !self.goes_on(b'}', "expected `,` or `}`")? {
                return self.leave();
            }
        }
    }

    /// Reads a list: `each` takes every value with its place.
    pub(in crate::chat) fn list(&mut self, mut each: impl FnMut(&mut Self, usize) -> Reading<()>) -> Reading<()> {
        self.enter(b'[', "expected a list")?;
        if self.peek() == Some(b']') {
            return self.leave();
        }
        let mut index = 0;
        loop {
            each(self, index).map_err(|error| error.at(index))?;
            if !self.goes_on(b']', "expected `,` or `]`")? {
                return self.leave();
            }
            index += 1;
        }
    }

    fn enter(&mut self, bracket: u8, expected: &'static str) -> Reading<()> {
        if self.peek() != Some(bracket) {
            return Err(self.unexpected(expected));
        }
        if self.depth == MAX_DEPTH {
            return Err(Unreadable::new("nested too deeply"));
        }
        self.depth += 1;
        self.scanner.step();
        Ok(())
    }

    fn leave(&mut self) -> Reading<()> {
        self.depth -= 1;
        self.scanner.close();
        Ok(())
    }

    /// Steps to the next value; returns false at the closing bracket.
    #[inline]
    fn goes_on(&mut self, close: u8, expected: &'static str) -> Reading<bool> {
        self.scanner.skip_space();
        match self.peek() {
            Some(b',') => {
                self.scanner.step();
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Steps over something; returns it as it stands.
    #[inline]
    fn step(&mut self, step: impl FnOnce(&mut Scanner<'a>) -> Result<(), RawError>) -> Reading<&'a str> {
        let start = self.scanner.at();
        match step(&mut self.scanner) {
            Ok(()) => Ok(self.text.get(start..self.scanner.at()).unwrap_or_default()),
            Err(error) => Err(self.syntax(&error)),
        }
    }

    fn unexpected(&self, expected: &'static str) -> Box<Unreadable> {
        let mut error = Unreadable::new(expected);
        error.is_cut = self.scanner.is_at_end();
        error
    }

    fn syntax(&self, error: &RawError) -> Box<Unreadable> {
        let reason = match *error {
            RawError::Syntax { reason, .. } => reason,
            RawError::NotAnObject | RawError::DuplicateKey(_) => "not valid JSON",
        };
        self.unexpected(reason)
    }
}

/// Returns a key as people see it. Half of a surrogate pair stands for no character.
fn plain_key(inside: &str) -> Reading<Cow<'_, str>> {
    if !has_backslash(inside.as_bytes()) {
        return Ok(Cow::Borrowed(inside));
    }
    let key = serde_json::from_str(&format!("\"{inside}\""));
    key.map(Cow::Owned).map_err(|_| Unreadable::new("a key is not valid UTF-8"))
}

impl<'a> Wire<'a> for Text<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.unexpected("expected a string"));
        }
        let literal = cursor.step(Scanner::skip_string)?;
        Ok(Self::from_escaped(literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default()))
    }
}

impl<'a> Wire<'a> for Json<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        cursor.step(Scanner::skip_value).map(Self::trusted)
    }
}

impl<'a> Wire<'a> for Number<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        match cursor.peek() {
            Some(b'-' | b'0'..=b'9') => cursor.step(Scanner::skip_number).map(Self::trusted),
            _ => Err(cursor.unexpected("expected a number")),
        }
    }
}

impl<'a> Wire<'a> for bool {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        match cursor.peek() {
            Some(b't') => cursor.step(|scanner| scanner.skip_word(b"true")).map(|_| true),
            Some(b'f') => cursor.step(|scanner| scanner.skip_word(b"false")).map(|_| false),
            _ => Err(cursor.unexpected("expected true or false")),
        }
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut items = Self::new();
        cursor.list(|cursor, index| {
            let item = T::read(cursor)?;
            if index == 0 {
                // Most lists have one item, and room for more would be larger than all else that is read of a message.
                items.reserve_exact(1);
            }
            items.push(item);
            Ok(())
        })?;
        Ok(items)
    }
}

/// A value together with the text that it was read from.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Whole<'a, T> {
    pub(in crate::chat) json: Json<'a>,
    pub(in crate::chat) value: T,
}

impl<'a, T: Wire<'a>> Wire<'a> for Whole<'a, T> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let start = cursor.scanner.at();
        let value = T::read(cursor)?;
        let json = cursor.text.get(start..cursor.scanner.at()).unwrap_or_default();
        Ok(Self { json: Json::trusted(json), value })
    }
}

/// What most vendors take for content: a string, or a list of parts. Anything else is for those to judge who know what it
/// stands for.
#[derive(Debug, Clone)]
pub(in crate::chat) enum TextOr<'a, T> {
    Text(Text<'a>),
    Parts(Vec<T>),
    Other(Json<'a>),
}

impl<'a, T: Wire<'a>> Wire<'a> for TextOr<'a, T> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        match cursor.peek() {
            Some(b'"') => Text::read(cursor).map(Self::Text),
            Some(b'[') => {
                let start = cursor.clone();
                Vec::read(cursor).map(Self::Parts).or_else(|_| {
                    *cursor = start;
                    Json::read(cursor).map(Self::Other)
                })
            }
            _ => Json::read(cursor).map(Self::Other),
        }
    }
}

impl<'a, T: Wire<'a>> TextOr<'a, T> {
    /// Reads a value that was stepped over before.
    pub(in crate::chat) fn of(json: Json<'a>) -> Self {
        match json.as_borrowed() {
            Some(text) if text.starts_with('[') => read_whole(text).unwrap_or(Self::Other(json)),
            text => text.and_then(Text::from_literal).map_or(Self::Other(json), Self::Text),
        }
    }

    /// Returns the parts: a text is one by itself.
    pub(in crate::chat) fn into_parts(self, at: Path<'_>) -> Result<Vec<Part<'a>>, DecodeError>
    where
        T: Into<Part<'a>>,
    {
        match self {
            Self::Text(text) => Ok(vec![Part::new(Content::Text(text, Vec::new()))]),
            Self::Parts(parts) => Ok(parts.into_iter().map(Into::into).collect()),
            Self::Other(json) => Err(Self::refusal(&json, at)),
        }
    }

    /// Returns why a value is neither a text nor a list of parts.
    pub(in crate::chat) fn refusal(json: &Json<'a>, at: Path<'_>) -> DecodeError {
        let list = json.as_borrowed().filter(|text| text.starts_with('['));
        let error = list.and_then(|text| read_whole::<Vec<T>>(text).err());
        error.map_or_else(|| at.error("expected a string or a list"), |error| error.to_error(at))
    }
}

/// An object where there is one; what is none says nothing.
#[derive(Debug, Clone)]
pub(in crate::chat) struct Perhaps<T>(pub(in crate::chat) Option<T>);

impl<'a, T: Wire<'a>> Wire<'a> for Perhaps<T> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let start = cursor.clone();
        T::read(cursor).map(|value| Self(Some(value))).or_else(|_| {
            *cursor = start;
            Json::read(cursor).map(|_| Self(None))
        })
    }
}

#[cfg(test)]
#[path = "cursor/tests.rs"]
mod tests;
