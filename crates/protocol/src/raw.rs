//! The top level of a JSON object as byte ranges.
//!
//! The whole text is checked against RFC 8259 once, but only the top level is remembered, so that a body can be
//! forwarded as it came with single values replaced by offset: number formats, key order, escapes and nested
//! duplicates survive. No tree is built.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::edit::Edits;

/// Deepest nesting that is accepted. Vendors refuse far less.
pub const MAX_DEPTH: usize = 256;

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
        let mut scanner = Scanner { source, at: 0 };
        scanner.skip_bom();
        scanner.skip_space();
        if scanner.peek() != Some(b'{') {
            scanner.skip_value()?;
            return Err(RawError::NotAnObject);
        }
        let (fields, close) = scanner.top_level()?;
        scanner.skip_space();
        if scanner.at != source.len() {
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
        if !self.fields.is_empty() {
            field.push(b',');
        }
        field.extend_from_slice(&json_string(key));
        field.push(b':');
        field.extend_from_slice(value);
        edits.replace(self.close..self.close, field);
    }

    /// Adds to `edits` that these keys go with their values. At least one other key must stay if one is added too.
    pub fn remove(&self, keys: &[&str], edits: &mut Edits) {
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
    let mut scanner = Scanner { source, at: start };
    scanner.skip_space();
    scanner.skip_value().ok()?;
    Some(scanner.at)
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

struct Scanner<'a> {
    source: &'a [u8],
    at: usize,
}

/// Which brackets are open, innermost last: one bit each, set for an object.
struct Nesting {
    bits: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Nesting {
    fn push(&mut self, is_object: bool) -> bool {
        let Some(word) = self.bits.get_mut(self.depth / 64) else { return false };
        let bit = 1 << (self.depth % 64);
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth += 1;
        true
    }

    fn inside_object(&self) -> bool {
        let innermost = self.depth.wrapping_sub(1);
        self.bits.get(innermost / 64).is_some_and(|word| word & (1 << (innermost % 64)) != 0)
    }
}

impl<'a> Scanner<'a> {
    fn fail(&self, reason: &'static str) -> RawError {
        RawError::Syntax { reason, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn skip_bom(&mut self) {
        if self.source.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), RawError> {
        if self.peek() != Some(byte) {
            return Err(self.fail(reason));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads the object that begins here; returns its fields and the offset of its closing brace.
    fn top_level(&mut self) -> Result<(Vec<Field<'a>>, usize), RawError> {
        let mut fields = Vec::with_capacity(16);
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok((fields, self.at - 1));
        }
        loop {
            let start = self.at;
            let key = self.key()?;
            let value = self.at;
            self.skip_value()?;
            fields.push(Field { start, key, value: value..self.at });
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                }
                Some(b'}') => {
                    self.at += 1;
                    return Ok((fields, self.at - 1));
                }
                _ => return Err(self.fail("expected `,` or `}`")),
            }
        }
    }

    /// Reads `"key" :` and the white space after it.
    fn key(&mut self) -> Result<Cow<'a, str>, RawError> {
        let start = self.at;
        self.skip_key()?;
        let literal = self.source.get(start..=start + self.literal_len(start)).unwrap_or_default();
        decode_string(literal).ok_or(RawError::Syntax { reason: "a key is not valid UTF-8", at: start })
    }

    /// Returns the distance from a string's opening quote to its closing one. The string was checked before.
    fn literal_len(&self, start: usize) -> usize {
        let mut end = start + 1;
        while let Some(&byte) = self.source.get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        end - start
    }

    fn skip_key(&mut self) -> Result<(), RawError> {
        if self.peek() != Some(b'"') {
            return Err(self.fail("expected a key in double quotes"));
        }
        self.skip_string()?;
        self.skip_space();
        self.expect(b':', "expected `:` after a key")?;
        self.skip_space();
        Ok(())
    }

    /// Steps over one value of any kind. White space before it must be gone already.
    fn skip_value(&mut self) -> Result<(), RawError> {
        let mut nesting = Nesting { bits: [0; MAX_DEPTH / 64], depth: 0 };
        loop {
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    self.open(open, &mut nesting)?;
                    if !self.is_just_closed(open, &mut nesting)? {
                        continue;
                    }
                }
                Some(b'"') => self.skip_string()?,
                Some(b'-' | b'0'..=b'9') => self.skip_number()?,
                Some(b't') => self.skip_word(b"true")?,
                Some(b'f') => self.skip_word(b"false")?,
                Some(b'n') => self.skip_word(b"null")?,
                Some(_) => return Err(self.fail("expected a value")),
                None => return Err(self.fail("the text ends too early")),
            }
            if self.is_whole(&mut nesting)? {
                return Ok(());
            }
        }
    }

    fn open(&mut self, bracket: u8, nesting: &mut Nesting) -> Result<(), RawError> {
        if !nesting.push(bracket == b'{') {
            return Err(self.fail("nested too deeply"));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Closes an empty bracket, or steps to its first value.
    fn is_just_closed(&mut self, open: u8, nesting: &mut Nesting) -> Result<bool, RawError> {
        let close = if open == b'{' { b'}' } else { b']' };
        if self.peek() == Some(close) {
            self.at += 1;
            nesting.depth -= 1;
            return Ok(true);
        }
        if open == b'{' {
            self.skip_key()?;
        }
        Ok(false)
    }

    /// After a value: closes what ends here; returns true when nothing is open any more, false at the next value.
    fn is_whole(&mut self, nesting: &mut Nesting) -> Result<bool, RawError> {
        loop {
            if nesting.depth == 0 {
                return Ok(true);
            }
            self.skip_space();
            let is_object = nesting.inside_object();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if is_object {
                        self.skip_key()?;
                    }
                    return Ok(false);
                }
                Some(b'}') if is_object => {}
                Some(b']') if !is_object => {}
                Some(_) => return Err(self.fail("expected `,` or a closing bracket")),
                None => return Err(self.fail("the text ends too early")),
            }
            self.at += 1;
            nesting.depth -= 1;
        }
    }

    fn skip_string(&mut self) -> Result<(), RawError> {
        self.at += 1;
        loop {
            self.at += plain_run(self.source.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.skip_escape()?,
                Some(_) => return Err(self.fail("a control character inside a string must be escaped")),
                None => return Err(self.fail("a string is not closed")),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), RawError> {
        match self.source.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.source.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fail("a `\\u` escape needs four hex digits"));
                }
                self.at += 6;
            }
            _ => return Err(self.fail("unknown escape in a string")),
        }
        Ok(())
    }

    fn skip_digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_number(&mut self) -> Result<(), RawError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        match self.skip_digits() {
            0 => return Err(self.fail("a number needs digits")),
            2.. if leading_zero => return Err(self.fail("a number must not begin with 0")),
            _ => {}
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.skip_digits() == 0 {
                return Err(self.fail("a fraction needs digits"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.skip_digits() == 0 {
                return Err(self.fail("an exponent needs digits"));
            }
        }
        Ok(())
    }

    fn skip_word(&mut self, word: &'static [u8]) -> Result<(), RawError> {
        let end = self.at + word.len();
        if self.source.get(self.at..end) != Some(word) {
            return Err(self.fail("expected a value"));
        }
        self.at = end;
        Ok(())
    }
}

/// Returns how many bytes go by before a quote, a backslash or a control character.
///
/// Works on blocks without early exit, which the compiler turns into vector instructions: long prompts are nearly all
/// plain text.
fn plain_run(text: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let is_special = |byte: u8| (byte == b'"') | (byte == b'\\') | (byte < 0x20);
    let mut clean = 0;
    for block in text.chunks_exact(BLOCK) {
        if block.iter().fold(false, |found, &byte| found | is_special(byte)) {
            break;
        }
        clean += BLOCK;
    }
    let rest = text.get(clean..).unwrap_or_default();
    clean + rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len())
}

#[cfg(test)]
#[path = "raw/tests.rs"]
mod tests;
