//! The top level of a JSON object as byte ranges.
//!
//! The whole text is checked against RFC 8259 once, but only the top level is remembered, so that a body can be
//! forwarded as it came with single values replaced by offset: number formats, key order, escapes and nested
//! duplicates survive. No tree is built.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::edit::Edits;
pub use scanner::MAX_DEPTH;
use scanner::Scanner;

pub(crate) mod scanner;

/// Most characters of a caller's key that an error repeats.
const SHOWN_KEY_MAX_CHARS: usize = 64;

/// A JSON object whose top level is known.
#[derive(Debug, Clone)]
pub struct RawObject<'a> {
    source: &'a [u8],
    fields: Vec<Field<'a>>,
    close: usize,
}

#[derive(Debug, Clone)]
struct Field<'a> {
    /// Where its key begins.
    start: usize,
    key: Cow<'a, str>,
    value: Range<usize>,
}

/// Why a text is not a usable JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RawError {
    /// The text breaks the JSON grammar.
    #[error("the body is not valid JSON: {reason} at byte {at}")]
    Syntax {
        /// What was expected or found.
        reason: &'static str,
        /// Offset of the offending byte.
        at: usize,
    },
    /// Valid JSON, but no object.
    #[error("the body must be a JSON object")]
    NotAnObject,
    /// One top-level key stands twice, so that two readers may see two different requests. Holds the beginning of it.
    #[error("the top-level key `{0}` appears more than once; send it once")]
    DuplicateKey(String),
}

impl<'a> RawObject<'a> {
    /// Reads the top level of `source`, which may have white space around the object and nothing else.
    ///
    /// # Errors
    /// Says where the JSON grammar is broken, or which top-level key stands twice.
    pub fn parse(source: &'a [u8]) -> Result<Self, RawError> {
        let mut scanner = Scanner::new(source);
        scanner.skip_bom();
        scanner.skip_space();
        if scanner.peek() != Some(b'{') {
            scanner.skip_value()?;
            return Err(RawError::NotAnObject);
        }
        let (fields, close) = top_level(&mut scanner)?;
        scanner.skip_space();
        if !scanner.is_at_end() {
            return Err(scanner.fail("something follows the object"));
        }
        refuse_duplicates(&fields)?;
        Ok(Self { source, fields, close })
    }

    /// Returns the bytes of a top-level value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a [u8]> {
        self.source.get(self.range(key)?)
    }

    /// Returns where a top-level value stands.
    #[must_use]
    pub fn range(&self, key: &str) -> Option<Range<usize>> {
        self.fields.iter().find(|field| field.key == key).map(|field| field.value.clone())
    }

    /// Returns a top-level string; `None` when the key is absent or no string.
    #[must_use]
    pub fn string(&self, key: &str) -> Option<Cow<'a, str>> {
        decode_string(self.get(key)?)
    }

    /// Returns whether a top-level value is `true`.
    #[must_use]
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(b"true")
    }

    /// Returns whether a key is there with something other than `null`.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value != b"null")
    }

    /// Returns a top-level value read into a type; `None` when absent or of another shape.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_slice(self.get(key)?).ok()
    }

    /// Returns the top-level keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.key.as_ref())
    }

    /// Adds to `edits` that `key` has the JSON text `value`, replacing it in place or appending it.
    pub fn set(&self, key: &str, value: &[u8], edits: &mut Edits) {
        if let Some(range) = self.range(key) {
            edits.replace(range, value.to_vec());
            return;
        }
        let mut field = Vec::with_capacity(key.len() + value.len() + 4);
        if !self.fields.is_empty() || edits.inserts_at(self.close) {
            field.push(b',');
        }
        field.extend_from_slice(&json_string(key));
        field.push(b':');
        field.extend_from_slice(value);
        edits.replace(self.close..self.close, field);
    }

    /// Adds to `edits` that these keys go with their values. Where no other key stays their values become null, so that
    /// keys can be added all the same.
    pub fn remove(&self, keys: &[&str], edits: &mut Edits) {
        if self.fields.iter().all(|field| keys.contains(&field.key.as_ref())) {
            return self.fields.iter().for_each(|field| edits.replace(field.value.clone(), b"null".to_vec()));
        }
        let mut kept_end = None;
        let mut gone: Option<usize> = None;
        for field in &self.fields {
            if keys.contains(&field.key.as_ref()) {
                gone.get_or_insert(field.start);
                continue;
            }
            if let Some(start) = gone.take() {
                edits.replace(start..field.start, Vec::new());
            }
            kept_end = Some(field.value.end);
        }
        if let (Some(start), Some(last)) = (gone, self.fields.last()) {
            edits.replace(kept_end.unwrap_or(start)..last.value.end, Vec::new());
        }
    }
}

/// Returns `text` as a JSON string with its quotes.
#[must_use]
pub fn json_string(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap_or_else(|_| b"\"\"".to_vec())
}

/// Returns the text of a JSON string literal, borrowed where it has no escapes.
#[must_use]
pub fn decode_string(literal: &[u8]) -> Option<Cow<'_, str>> {
    let inner = literal.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(literal).ok().map(Cow::Owned)
}

/// Returns the end of the JSON value that begins at `start`, if it is whole.
#[must_use]
pub fn value_end(source: &[u8], start: usize) -> Option<usize> {
    let mut scanner = Scanner::from(source, start);
    scanner.skip_space();
    scanner.skip_value().ok()?;
    Some(scanner.at())
}

/// Reads the object that begins here; returns its fields and the offset of its closing brace.
fn top_level<'a>(scanner: &mut Scanner<'a>) -> Result<(Vec<Field<'a>>, usize), RawError> {
    let mut fields = Vec::with_capacity(16);
    scanner.step();
    if scanner.peek() == Some(b'}') {
        return Ok((fields, scanner.close()));
    }
    loop {
        let start = scanner.at();
        let key = scanner.skip_key()?;
        let value = scanner.at();
        scanner.skip_value()?;
        let literal = scanner.slice(key.clone());
        let key =
            decode_string(literal).ok_or(RawError::Syntax { reason: "a key is not valid UTF-8", at: key.start })?;
        fields.push(Field { start, key, value: value..scanner.at() });
        scanner.skip_space();
        match scanner.peek() {
            Some(b',') => scanner.step(),
            Some(b'}') => return Ok((fields, scanner.close())),
            _ => return Err(scanner.fail("expected `,` or `}`")),
        }
    }
}

/// Returns whether a text is one JSON value.
#[must_use]
pub fn is_value(text: &str) -> bool {
    let mut scanner = Scanner::new(text.as_bytes());
    scanner.skip_space();
    let is_sound = scanner.skip_value().is_ok();
    scanner.skip_space();
    is_sound && scanner.is_at_end()
}

fn refuse_duplicates(fields: &[Field<'_>]) -> Result<(), RawError> {
    // Requests have a dozen keys: comparing each with those before it is cheaper than hashing. A body made to hurt has
    // many, so past a bound they are sorted.
    const PAIRWISE_LIMIT: usize = 32;
    let duplicate = if fields.len() <= PAIRWISE_LIMIT {
        fields.iter().enumerate().find_map(|(index, field)| {
            fields.iter().take(index).any(|earlier| earlier.key == field.key).then_some(&field.key)
        })
    } else {
        let mut keys: Vec<&Cow<'_, str>> = fields.iter().map(|field| &field.key).collect();
        keys.sort_unstable();
        keys.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        })
    };
    match duplicate {
        Some(key) => Err(RawError::DuplicateKey(key.chars().take(SHOWN_KEY_MAX_CHARS).collect())),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "raw/tests.rs"]
mod tests;
