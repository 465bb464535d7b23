//! Counts the tokens of the text that passes, in constant memory.

use crate::operation::Dialect;
use crate::raw::decode_string;

/// Counts the tokens of a text.
pub type CountTokens = fn(&str) -> u64;

/// Text that is collected before it is counted. Counting piece by piece over-counts at each seam, so pieces are long;
/// memory per stream is bounded by this.
const PIECE_BYTES: usize = 8 * 1024;

#[derive(Debug)]
pub(super) struct Tally {
    count_tokens: CountTokens,
    text: String,
    counted: u64,
}

impl Tally {
    pub(super) fn new(count_tokens: CountTokens) -> Self {
        Self { count_tokens, text: String::new(), counted: 0 }
    }

    pub(super) fn counted(&self) -> u64 {
        self.counted
    }

    /// Adds tokens that were counted elsewhere.
    pub(super) fn add(&mut self, tokens: u64) {
        self.counted += tokens;
    }

    /// Returns what was counted, and the rest by its length.
    pub(super) fn roughly(&self) -> u64 {
        /// Short for prose, long for other scripts; the count corrects it every few kilobytes.
        const BYTES_PER_TOKEN: u64 = 3;
        self.counted + self.text.len() as u64 / BYTES_PER_TOKEN
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Takes every text of the answer that stands in a piece of JSON.
    pub(super) fn texts(&mut self, dialect: Dialect, json: &[u8]) {
        for colon in memchr::memchr_iter(b':', json) {
            let (before, after) = json.split_at(colon);
            if is_text_key(dialect, before)
                && let Some(text) = string_at(after.get(1..).unwrap_or_default())
            {
                self.push(&text);
            }
        }
    }

    /// Scales what was counted in `seen` bytes of an answer to all its `total` bytes.
    pub(super) fn stretch(&mut self, seen: usize, total: usize) {
        if total <= seen || seen == 0 {
            return;
        }
        let counted = u128::from(self.counted + (self.count_tokens)(&self.text));
        self.text.clear();
        self.counted = u64::try_from(counted * total as u128 / seen as u128).unwrap_or(u64::MAX);
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        if self.text.len() >= PIECE_BYTES {
            // The last word may go on in the next piece.
            let cut = self.text.rfind(char::is_whitespace).filter(|&cut| cut > 0).unwrap_or(self.text.len());
            let rest = self.text.split_off(cut);
            self.counted += (self.count_tokens)(&self.text);
            self.text = rest;
        }
    }
}

/// Returns whether `before`, which ends just before a colon, ends with the key of a text that the model wrote.
fn is_text_key(dialect: Dialect, before: &[u8]) -> bool {
    let Some(before) = before.trim_ascii_end().strip_suffix(b"\"") else { return false };
    let keys: &[&[u8]] = match dialect {
        Dialect::OpenaiChat => {
            &[b"\"content", b"\"reasoning_content", b"\"reasoning", b"\"arguments", b"\"text", b"\"refusal"]
        }
        Dialect::OpenaiResponses => &[b"\"delta"],
        Dialect::Anthropic => &[b"\"text", b"\"thinking", b"\"partial_json"],
        Dialect::Gemini | Dialect::Single => &[b"\"text"],
    };
    keys.iter().any(|key| before.ends_with(key))
}

/// Returns the JSON string that stands at the beginning of `json`.
fn string_at(json: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    let json = json.trim_ascii_start();
    let mut at = 1;
    if json.first() != Some(&b'"') {
        return None;
    }
    loop {
        at += memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        match json.get(at)? {
            b'"' => break,
            _ => at += 2,
        }
    }
    decode_string(json.get(..=at)?)
}
