//! Values of JSON that cross from one dialect to another by copying: strings with their escapes, numbers with their
//! digits, objects with their order. Nothing is decoded unless a rule has to look inside.

use std::borrow::Cow;

use crate::raw::is_value;
use crate::raw::scanner::plain_run;

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
        if memchr::memchr(b'\\', self.escaped.as_bytes()).is_none() {
            return Cow::Borrowed(&self.escaped);
        }
        Cow::Owned(unescape(&self.escaped))
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
        if self.escaped.contains('\\') { Self::plain(self.to_plain().into_owned()) } else { self.clone() }
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
        let is_escaped = |text: &Text<'_>| text.escaped.contains('\\');
        // Without escapes there is one way to write a text.
        self.escaped == other.escaped
            || ((is_escaped(self) || is_escaped(other)) && self.to_plain() == other.to_plain())
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

/// Adds a text as it stands inside a string literal.
pub(super) fn add_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_run(rest));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else { return };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = after;
    }
}

fn escape(text: &str) -> String {
    let mut escaped = Vec::with_capacity(text.len() + 16);
    add_escaped(&mut escaped, text);
    String::from_utf8(escaped).unwrap_or_default()
}

/// Undoes the escapes of a literal that follows the grammar.
fn unescape(escaped: &str) -> String {
    let mut plain = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((before, after)) = split_at_backslash(rest) {
        plain.push_str(before);
        let mut characters = after.chars();
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('b') => plain.push('\x08'),
            Some('f') => plain.push('\x0c'),
            Some('u') => {
                let (character, used) = unicode_escape(characters.as_str());
                plain.push(character);
                rest = characters.as_str().get(used..).unwrap_or_default();
                continue;
            }
            Some(other) => plain.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    plain.push_str(rest);
    plain
}

/// Returns what stands before the first backslash, and what behind it.
fn split_at_backslash(text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(b'\\', text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Returns the character whose code follows `\u`, and how many bytes it took.
fn unicode_escape(digits: &str) -> (char, usize) {
    let unit = |text: Option<&str>| text.and_then(|text| u32::from_str_radix(text, 16).ok());
    let Some(high) = unit(digits.get(..4)) else { return (char::REPLACEMENT_CHARACTER, digits.len().min(4)) };
    if !(0xD800..0xDC00).contains(&high) {
        return (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 4);
    }
    let low = digits.get(4..6).filter(|mark| *mark == "\\u").and_then(|_| unit(digits.get(6..10)));
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
