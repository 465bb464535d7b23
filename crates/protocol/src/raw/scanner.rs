//! Steps through JSON by its grammar (RFC 8259) without keeping anything of it.

use std::ops::Range;

use super::RawError;

#[cfg(target_arch = "x86_64")]
mod blocks;

/// Other processors are given nothing that yields masks as cheaply.
#[cfg(not(target_arch = "x86_64"))]
mod blocks {
    pub(super) const fn end_of_string(_source: &[u8], at: usize) -> Result<usize, usize> {
        Err(at)
    }
}

/// Deepest nesting that is accepted. Vendors refuse far less.
pub const MAX_DEPTH: usize = 256;

/// Steps through one JSON text. What it has stepped over follows the grammar.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
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
    pub(crate) const fn new(source: &'a [u8]) -> Self {
        Self::from(source, 0)
    }

    /// Begins in the middle of a text.
    pub(crate) const fn from(source: &'a [u8], at: usize) -> Self {
        Self { source, at }
    }

    /// Returns the offset of the next byte.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.at >= self.source.len()
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.source.get(range).unwrap_or_default()
    }

    pub(crate) const fn fail(&self, reason: &'static str) -> RawError {
        RawError::Syntax { reason, at: self.at }
    }

    /// Steps over one byte, and the white space after it.
    pub(crate) fn step(&mut self) {
        self.at += 1;
        self.skip_space();
    }

    /// Steps over a closing bracket; returns where it stood.
    pub(crate) const fn close(&mut self) -> usize {
        self.at += 1;
        self.at - 1
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    pub(crate) fn skip_bom(&mut self) {
        if self.source.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
    }

    pub(crate) fn skip_space(&mut self) {
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

    /// Steps over `"key" :` and the white space after it; returns where the key stands, quotes included.
    pub(crate) fn skip_key(&mut self) -> Result<Range<usize>, RawError> {
        self.skip_known_key().map(|(key, _)| key)
    }

    /// Does the same; says too whether the key is known to have no escapes.
    pub(crate) fn skip_known_key(&mut self) -> Result<(Range<usize>, bool), RawError> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.fail("expected a key in double quotes"));
        }
        let is_plain = self.skip_plain_word();
        if !is_plain {
            self.skip_string()?;
        }
        let key = start..self.at;
        self.skip_space();
        self.expect(b':', "expected `:` after a key")?;
        self.skip_space();
        Ok((key, is_plain))
    }

    /// Steps over one value of any kind. White space before it must be gone already.
    pub(crate) fn skip_value(&mut self) -> Result<(), RawError> {
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

    /// Steps over a short string without escapes; stays in front of any other, and returns false.
    #[inline]
    fn skip_plain_word(&mut self) -> bool {
        /// Most keys, ids and words of a dialect are shorter; for them a block would cost more than it saves.
        const SHORT_WORDS: usize = 3;
        let mut at = self.at + 1;
        for _ in 0..SHORT_WORDS {
            let Some(word) = self.source.get(at..).and_then(<[u8]>::first_chunk::<8>) else { break };
            let found = specials(u64::from_le_bytes(*word));
            if found == 0 {
                at += 8;
                continue;
            }
            at += found.trailing_zeros() as usize / 8;
            if self.source.get(at) == Some(&b'"') {
                self.at = at + 1;
                return true;
            }
            break;
        }
        false
    }

    /// Steps over a string, from its opening quote to behind its closing one.
    pub(crate) fn skip_string(&mut self) -> Result<(), RawError> {
        if self.skip_plain_word() {
            return Ok(());
        }
        match blocks::end_of_string(self.source, self.at + 1) {
            Ok(end) => {
                self.at = end;
                Ok(())
            }
            Err(clean) => {
                self.at = clean;
                self.skip_rest_of_string()
            }
        }
    }

    /// Steps on to behind the closing quote of a string.
    fn skip_rest_of_string(&mut self) -> Result<(), RawError> {
        loop {
            let rest = self.source.get(self.at..).unwrap_or_default();
            let run = plain_run(rest);
            self.at += run;
            match rest.get(run) {
                Some(b'\\') => match rest.get(run + 1) {
                    Some(&kind) if is_short_escape(kind) => self.at += 2,
                    _ => self.skip_long_escape()?,
                },
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return Err(self.fail("a control character inside a string must be escaped")),
                None => return Err(self.fail("a string is not closed")),
            }
        }
    }

    fn skip_long_escape(&mut self) -> Result<(), RawError> {
        match self.source.get(self.at + 1) {
            Some(b'u') => {
                let digits = self.source.get(self.at + 2..).unwrap_or_default();
                let digits = digits.get(..4).unwrap_or(digits);
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.fail("a `\\u` escape needs four hex digits"));
                }
                self.at += 2 + digits.len();
            }
            None => self.at += 1,
            Some(_) => return Err(self.fail("unknown escape in a string")),
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

    pub(crate) fn skip_number(&mut self) -> Result<(), RawError> {
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

    pub(crate) fn skip_word(&mut self, word: &'static [u8]) -> Result<(), RawError> {
        let rest = self.source.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) {
            self.at = self.source.len();
            return Err(self.fail("the text ends too early"));
        }
        Err(self.fail("expected a value"))
    }
}

/// Returns whether this byte behind a backslash is all of the escape. One look at a bit mask: which escape comes next is
/// what a processor guesses worst.
const fn is_short_escape(byte: u8) -> bool {
    const LOW: u128 = 1 << b'"' | 1 << b'/' | 1 << b'\\' | 1 << b'b' | 1 << b'f' | 1 << b'n' | 1 << b'r' | 1 << b't';
    byte < 128 && LOW >> byte & 1 == 1
}

/// Returns how many bytes go by before a quote, a backslash or a control character.
///
/// Code and quoted text have an escape every few dozen bytes, so eight bytes are looked at in one register, which says
/// where the run ends.
#[inline]
pub(crate) fn plain_run(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
    words.len() * 8 + rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len())
}

/// Returns a word in which the highest bit is set of each special byte. Only the lowest of them is sure:
/// the subtractions borrow from the bytes above.
pub(crate) const fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let below_space = word.wrapping_sub(ONES * 0x20);
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (below_space | quote | backslash) & !word & (ONES * 0x80)
}
