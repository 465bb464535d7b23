//! Says in an answer, as it passes, which response it goes on from: its upstream was not told.

use crate::raw::json_string;

/// Longest white space between a key and its value that is followed.
const SPACE_MAX_BYTES: usize = 64;

/// Replaces the values that an upstream gives to members which it knows nothing of.
#[derive(Debug)]
pub struct Mend {
    members: Vec<Member>,
    /// What may be the beginning of one of them.
    pending: Vec<u8>,
    /// Whether what went out last ends with an odd backslash, so that a quote after it begins no key.
    is_escaped: bool,
}

#[derive(Debug)]
struct Member {
    /// With its quotes.
    key: Vec<u8>,
    told: &'static [u8],
    true_value: Vec<u8>,
}

/// What stands at a quote.
enum Found {
    /// Nothing of interest.
    Other,
    /// Too little to tell.
    Undecided,
    /// A member up to its value, of this length, with the place of the true value.
    Member(usize, usize),
}

impl Mend {
    /// Begins for an answer to a request that went on from `previous`. `is_kept` says that the answer is stored, whatever
    /// its upstream says.
    #[must_use]
    pub fn of_successor(previous: &str, is_kept: Kept) -> Self {
        let member = |key: &str, told, true_value| Member { key: json_string(key), told, true_value };
        let mut members = vec![member("previous_response_id", &b"null"[..], json_string(previous))];
        if is_kept == Kept::Here {
            members.push(member("store", b"false", b"true".to_vec()));
        }
        Self { members, pending: Vec::new(), is_escaped: false }
    }

    /// Takes the next bytes and returns what is to go out of them.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = std::mem::take(&mut self.pending);
        text.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(text.len() + 64);
        let mut at = 0;
        while let Some(quote) = text.get(at..).and_then(|rest| memchr::memchr(b'"', rest)).map(|found| at + found) {
            self.pass(&mut out, text.get(at..quote).unwrap_or_default());
            let rest = text.get(quote..).unwrap_or_default();
            let found = if self.is_escaped { Found::Other } else { self.look(rest) };
            let (length, value) = match found {
                Found::Other => (1, None),
                Found::Member(length, member) => (length, self.members.get(member)),
                Found::Undecided => {
                    self.pending = rest.to_vec();
                    return out;
                }
            };
            out.extend_from_slice(rest.get(..length).unwrap_or_default());
            self.is_escaped = false;
            at = quote + length;
            if let Some(member) = value {
                out.extend_from_slice(&member.true_value);
                at += member.told.len();
            }
        }
        let rest = text.get(at..).unwrap_or_default().to_vec();
        self.pass(&mut out, &rest);
        out
    }

    /// Returns what was held back when the answer ends.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.pending
    }

    fn pass(&mut self, out: &mut Vec<u8>, text: &[u8]) {
        let backslashes = text.iter().rev().take_while(|&&byte| byte == b'\\').count();
        let goes_on = backslashes == text.len() && self.is_escaped;
        self.is_escaped = (backslashes % 2 == 1) != goes_on;
        out.extend_from_slice(text);
    }

    fn look(&self, text: &[u8]) -> Found {
        let found = self.members.iter().enumerate().map(|(place, member)| member.look(text, place));
        found.fold(Found::Other, |known, found| if matches!(known, Found::Other) { found } else { known })
    }
}

/// Whether an answer is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    Here,
    /// It is not.
    Nowhere,
}

impl Member {
    fn look(&self, text: &[u8], place: usize) -> Found {
        let Some(after_key) = text.strip_prefix(self.key.as_slice()) else {
            return if self.key.starts_with(text) { Found::Undecided } else { Found::Other };
        };
        let Some(after_colon) = after_key.trim_ascii_start().strip_prefix(b":") else {
            return undecided_if(after_key.trim_ascii_start().is_empty() && after_key.len() <= SPACE_MAX_BYTES);
        };
        let value = after_colon.trim_ascii_start();
        let spaces = after_colon.len() - value.len();
        if value.starts_with(self.told) {
            return Found::Member(text.len() - value.len(), place);
        }
        undecided_if(self.told.starts_with(value) && spaces <= SPACE_MAX_BYTES)
    }
}

const fn undecided_if(is_short: bool) -> Found {
    if is_short { Found::Undecided } else { Found::Other }
}
