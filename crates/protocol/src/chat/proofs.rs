//! Proofs of thoughts as they pass: who issued one is known where it was seen first, and later requests bring it back.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

/// Stands for one proof. Two proofs share one only by a collision of SHA-256, cut to 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofId([u8; 16]);

impl ProofId {
    /// Returns what stands for a proof, given as it stands inside its JSON string.
    #[must_use]
    pub fn of(escaped: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(escaped.as_bytes());
        Self::finish(hasher)
    }

    fn finish(hasher: Sha256) -> Self {
        let digest = hasher.finalize();
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(id)
    }
}

/// Ends of the keys under which vendors keep their proofs: `signature`, `thoughtSignature`, `thought_signature`;
/// `encrypted_content`; and `data`, which says so only beside its type.
static KEYS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["ignature\"", "encrypted_content\"", "redacted_thinking\",\"data\""].map(Finder::new));
/// Longest of them.
const KEY_MAX_BYTES: usize = 25;
/// Shorter strings are no proofs; OpenAI and Anthropic leave them empty while they stream.
const PROOF_MIN_BYTES: usize = 8;

/// Looks for proofs in JSON or in a stream of events that has JSON in it, split anywhere.
#[derive(Debug, Default)]
pub struct ProofScanner {
    state: State,
}

#[derive(Debug)]
enum State {
    /// Between proofs, with the end of what came last.
    Seeking(Vec<u8>),
    /// After a key.
    Expecting,
    /// Inside a value.
    Reading { hasher: Box<Sha256>, length: usize, is_escaped: bool },
}

impl Default for State {
    fn default() -> Self {
        Self::Seeking(Vec::new())
    }
}

impl ProofScanner {
    /// Takes the next bytes and tells the proofs that end in them.
    pub fn push(&mut self, bytes: &[u8], mut found: impl FnMut(ProofId)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match &mut self.state {
                State::Seeking(tail) => match seek(tail, rest) {
                    Some(after) => {
                        self.state = State::Expecting;
                        after
                    }
                    None => return,
                },
                State::Expecting => self.expect(rest),
                State::Reading { .. } => self.read(rest, &mut found),
            };
        }
    }

    /// Goes on to the value's opening quote; anything but a string is no proof.
    fn expect<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b':';
        let at = bytes.iter().position(|byte| !is_between(byte)).unwrap_or(bytes.len());
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.split_first() {
            None => rest,
            Some((b'"', value)) => {
                self.state = State::Reading { hasher: Box::default(), length: 0, is_escaped: false };
                value
            }
            Some(_) => {
                self.state = State::default();
                rest
            }
        }
    }

    fn read<'b>(&mut self, bytes: &'b [u8], found: &mut impl FnMut(ProofId)) -> &'b [u8] {
        let State::Reading { hasher, length, is_escaped } = &mut self.state else { return bytes };
        let mut end = None;
        for (index, &byte) in bytes.iter().enumerate() {
            match (*is_escaped, byte) {
                (true, _) => *is_escaped = false,
                (false, b'\\') => *is_escaped = true,
                (false, b'"') => {
                    end = Some(index);
                    break;
                }
                (false, _) => {}
            }
        }
        let value = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        hasher.update(value);
        *length += value.len();
        let Some(end) = end else { return &[] };
        if *length >= PROOF_MIN_BYTES {
            found(ProofId::finish(std::mem::take(hasher)));
        }
        self.state = State::default();
        bytes.get(end + 1..).unwrap_or_default()
    }
}

/// Returns what follows the first key; `None` when there is none, with the end kept in `tail`.
fn seek<'b>(tail: &mut Vec<u8>, bytes: &'b [u8]) -> Option<&'b [u8]> {
    if !tail.is_empty() {
        // A key may have been torn apart.
        let before = tail.len();
        tail.extend_from_slice(bytes.get(..KEY_MAX_BYTES.min(bytes.len())).unwrap_or_default());
        if let Some(end) = first_key_end(tail).filter(|&end| end > before) {
            tail.clear();
            return bytes.get(end - before..);
        }
        tail.truncate(before);
    }
    if let Some(end) = first_key_end(bytes) {
        tail.clear();
        return bytes.get(end..);
    }
    tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(KEY_MAX_BYTES)..).unwrap_or_default());
    let excess = tail.len().saturating_sub(KEY_MAX_BYTES);
    tail.drain(..excess);
    None
}

fn first_key_end(bytes: &[u8]) -> Option<usize> {
    let end = |key: &Finder<'_>| key.find(bytes).map(|at| at + key.needle().len());
    KEYS.iter().filter_map(end).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<ProofId> {
        let (mut scanner, mut found) = (ProofScanner::default(), Vec::new());
        for piece in pieces {
            scanner.push(piece, |id| found.push(id));
        }
        found
    }

    const STREAM: &[u8] = br#"data: {"delta":{"type":"signature_delta","signature":"c2lnbmF0\/dXJl"}}

data: {"item":{"encrypted_content" : "gAAAAsealed==","summary":[]}}

data: {"parts":[{"text":"a","thoughtSignature":"CkQByw"},{"thought_signature":"Zm9vYmFy"}]}

data: {"type":"redacted_thinking","data":"b3BhcXVlb3BhcXVl"}
data: {"signature":"","encrypted_content":null,"text":"signature"}
"#;

    fn expected() -> Vec<ProofId> {
        [r"c2lnbmF0\/dXJl", "gAAAAsealed==", "Zm9vYmFy", "b3BhcXVlb3BhcXVl"].map(ProofId::of).to_vec()
    }

    #[test]
    fn the_proofs_of_every_vendor_are_found() {
        assert_eq!(found_in([STREAM]), expected());
    }

    #[test]
    fn where_a_stream_is_split_does_not_matter() {
        for at in 0..=STREAM.len() {
            let (before, after) = STREAM.split_at(at);
            assert_eq!(found_in([before, after]), expected(), "split at {at}");
        }
        assert_eq!(found_in(STREAM.chunks(1)), expected());
        assert_eq!(found_in(STREAM.chunks(3)), expected());
    }
}
