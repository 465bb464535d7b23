//! Values of JSON that cross from one dialect to another by copying: strings with their escapes, numbers with their
//! digits, objects with their order. Nothing is decoded unless a rule has to look inside.

use std::borrow::Cow;

use crate::raw::is_value;
use crate::raw::scanner::{plain_run, specials};

/// The inside of a JSON string, escapes kept. Two texts are equal when they mean the same.
#[derive(Debug, Clone, Default)]
pub struct Text<'a> {
    escaped: Cow<'a, str>,
}

impl<'a> Text<'a> {
    /// Takes a text as people see it.
    #[must_use]
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if plain_run(text.as_bytes()) < text.len() {
            Self { escaped: Cow::Owned(escape(&text)) }
        } else {
            Self { escaped: text }
        }
    }

    /// Takes the inside of a string literal that was checked before.
    #[must_use]
    pub fn from_escaped(escaped: impl Into<Cow<'a, str>>) -> Self {
        Self { escaped: escaped.into() }
    }

    /// Reads a string literal with its quotes; `None` for any other value.
    #[must_use]
    pub fn from_literal(literal: &'a str) -> Option<Self> {
        let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
        Some(Self { escaped: Cow::Borrowed(inside) })
    }

    /// Returns the inside of the string literal.
    #[must_use]
    pub fn as_escaped(&self) -> &str {
        &self.escaped
    }

    /// Returns the text as people see it. Half of a surrogate pair becomes U+FFFD.
    #[must_use]
    pub fn to_plain(&self) -> Cow<'_, str> {
        if self.has_escapes() { Cow::Owned(unescape(&self.escaped)) } else { Cow::Borrowed(&self.escaped) }
    }

    /// Returns the text as people see it for as long as what it was read from.
    #[must_use]
    pub(super) fn to_lasting(&self) -> Cow<'a, str> {
        match self.escaped {
            Cow::Borrowed(text) if !self.has_escapes() => Cow::Borrowed(text),
            _ => Cow::Owned(self.to_plain().into_owned()),
        }
    }

    fn has_escapes(&self) -> bool {
        has_backslash(self.escaped.as_bytes())
    }

    /// Returns whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.escaped.is_empty()
    }

    /// Returns whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let first = self.escaped.bytes().next();
        let begins_visibly = first.is_some_and(|first| first.is_ascii_graphic() && first != b'\\');
        !begins_visibly && self.to_plain().chars().all(char::is_whitespace)
    }

    /// Returns the text without white space at its end.
    #[must_use]
    pub fn trimmed_end(&self) -> Self {
        Self::plain(self.to_plain().trim_end().to_owned())
    }

    /// Adds another text.
    pub fn push(&mut self, more: &Text<'_>) {
        if self.is_empty() {
            self.escaped = Cow::Owned(more.escaped.as_ref().to_owned());
        } else {
            self.escaped.to_mut().push_str(&more.escaped);
        }
    }

    /// Returns the text for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text { escaped: Cow::Owned(self.escaped.into_owned()) }
    }

    /// Returns the text with no escapes where that is possible, so that it can be cut.
    #[must_use]
    pub(super) fn unescaped(&self) -> Self {
        if self.has_escapes() { Self::plain(self.to_plain().into_owned()) } else { self.clone() }
    }

    /// Returns a piece of a text, cut at bytes of its escaped form; an end past the text's is the text's.
    pub(super) fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let range = range.start..range.end.min(self.escaped.len());
        Self {
            escaped: match &self.escaped {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
                Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
            },
        }
    }

    /// Returns the same text without copying it.
    #[must_use]
    pub fn borrowed(&self) -> Text<'_> {
        Text { escaped: Cow::Borrowed(&self.escaped) }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Without escapes there is one way to write a text.
        self.escaped == other.escaped
            || ((self.has_escapes() || other.has_escapes()) && self.to_plain() == other.to_plain())
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.to_plain() == other
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::plain(text)
    }
}

/// Returns whether a text has escapes. Roles, types and ids are so short that a search costs more to begin than to do.
pub(super) fn has_backslash(escaped: &[u8]) -> bool {
    const SHORT: usize = 32;
    if escaped.len() > SHORT {
        return memchr::memchr(b'\\', escaped).is_some();
    }
    escaped.iter().fold(false, |found, &byte| found | (byte == b'\\'))
}

/// Adds a text as it stands inside a string literal.
///
/// Arguments of tools are what is escaped most, and have a quote every few bytes: their runs are too short to be copied
/// one by one, so eight bytes go at once where none of them is special.
pub(super) fn add_escaped(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + text.len() / 4);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    for word in words {
        if specials(u64::from_le_bytes(*word)) == 0 {
            out.extend_from_slice(word);
        } else {
            word.iter().for_each(|&byte| add_escaped_byte(out, byte));
        }
    }
    rest.iter().for_each(|&byte| add_escaped_byte(out, byte));
}

#[inline]
fn add_escaped_byte(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        plain => out.push(plain),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = Vec::with_capacity(text.len() + 16);
    add_escaped(&mut escaped, text);
    String::from_utf8(escaped).unwrap_or_default()
}

/// Undoes the escapes of a literal that follows the grammar.
fn unescape(escaped: &str) -> String {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    loop {
        let (before, special) = rest.split_at(plain_run(rest));
        if before.len() < 8 {
            // A copy of so few bytes would cost more to begin than to do.
            before.iter().for_each(|&byte| plain.push(byte));
        } else {
            plain.extend_from_slice(before);
        }
        let Some((&first, after)) = special.split_first() else { break };
        rest = after;
        if first == b'\\' {
            rest = add_unescaped(&mut plain, after);
        } else {
            plain.push(first);
        }
    }
    String::from_utf8(plain).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Adds the character whose escape stands behind a backslash; returns what follows it.
fn add_unescaped<'t>(plain: &mut Vec<u8>, escape: &'t [u8]) -> &'t [u8] {
    let Some((&kind, rest)) = escape.split_first() else { return escape };
    plain.push(match kind {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => b'\x08',
        b'f' => b'\x0c',
        b'u' => {
            let (character, used) = unicode_escape(rest);
            plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return rest.get(used..).unwrap_or_default();
        }
        other => other,
    });
    rest
}

/// Returns the character whose code follows `\u`, and how many bytes it took.
fn unicode_escape(digits: &[u8]) -> (char, usize) {
    let unit = |text: Option<&[u8]>| u32::from_str_radix(std::str::from_utf8(text?).ok()?, 16).ok();
    let Some(high) = unit(digits.get(..4)) else { return (char::REPLACEMENT_CHARACTER, digits.len().min(4)) };
    if !(0xD800..0xDC00).contains(&high) {
        return (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 4);
    }
    let low = digits.get(4..6).filter(|mark| *mark == b"\\u").and_then(|_| unit(digits.get(6..10)));
    match low {
        Some(low @ 0xDC00..0xE000) => {
            let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 10)
        }
        _ => (char::REPLACEMENT_CHARACTER, 4),
    }
}

/// A JSON value of any kind, as it stood on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<'a> {
    text: Cow<'a, str>,
}

impl<'a> Json<'a> {
    /// Takes a JSON text that is known to be one.
    #[must_use]
    pub fn trusted(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into() }
    }

    /// Takes a text if it is one JSON value.
    #[must_use]
    pub fn checked(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        is_value(&text).then_some(Self { text })
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the value for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        Json { text: Cow::Owned(self.text.into_owned()) }
    }

    /// Returns whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Returns the borrowed text, where it is borrowed.
    pub(super) fn as_borrowed(&self) -> Option<&'a str> {
        match self.text {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        }
    }
}

/// A JSON number with its digits as they stood on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number<'a> {
    digits: Cow<'a, str>,
}

impl<'a> Number<'a> {
    /// Takes digits that are known to follow the grammar of JSON.
    #[must_use]
    pub(super) fn trusted(digits: impl Into<Cow<'a, str>>) -> Self {
        Self { digits: digits.into() }
    }

    /// Returns the number as JSON has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// Returns the value as nearly as a float can.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.digits.parse().unwrap_or(0.0)
    }

    /// Returns the value of a whole number that is not negative. A fraction of zero is accepted: some clients write
    /// `100.0`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.digits
            .split_once('.')
            .map_or(
                &*self.digits,
                |(whole, fraction)| {
                    if fraction.bytes().all(|digit| digit == b'0') { whole } else { "" }
                },
            )
            .parse()
            .ok()
    }
}

impl From<u64> for Number<'_> {
    fn from(number: u64) -> Self {
        Self { digits: Cow::Owned(number.to_string()) }
    }
}
