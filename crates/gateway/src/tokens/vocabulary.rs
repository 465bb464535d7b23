//! The vocabularies, each read into memory when it is first needed: a tenth of a second or more, and some ten MB that
//! stay.

use parking_lot::Mutex;
use tiktoken::CoreBpe;

/// Longest text that is cut exactly; of a longer one the start is, and the rest is taken to be like it. One long word
/// costs quadratic time.
pub(super) const EXACT_MAX_BYTES: usize = 256 * 1024;
/// Most text of one request that is cut exactly.
const EXACT_TOTAL_MAX_BYTES: usize = 8 * 1024 * 1024;
/// What a token is taken for where no vocabulary is at hand.
const BYTES_PER_TOKEN: u64 = 4;

/// Names of the vocabularies in memory.
static LOADED: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Returns whether a vocabulary is in memory.
pub(super) fn is_loaded(name: &str) -> bool {
    LOADED.lock().contains(&name)
}

/// Reads a vocabulary into memory.
pub(super) fn load(name: &str) {
    // It is read with the first use.
    let _ = Cutter::new(name).cut("");
    if !is_loaded(name) {
        LOADED.lock().extend(tiktoken::list_encodings().iter().find(|known| **known == name));
    }
}

/// Cuts the texts of one request into tokens of one vocabulary.
pub(super) struct Cutter {
    encoding: Option<&'static CoreBpe>,
    /// What may still be cut exactly.
    exact_left: usize,
    /// What was cut exactly so far, and into how many tokens.
    cut_bytes: u64,
    cut_tokens: u64,
}

impl Cutter {
    /// Makes a cutter; the first one of a vocabulary waits until it is read.
    pub(super) fn new(vocabulary: &str) -> Self {
        Self {
            encoding: tiktoken::get_encoding(vocabulary),
            exact_left: EXACT_TOTAL_MAX_BYTES,
            cut_bytes: 0,
            cut_tokens: 0,
        }
    }

    /// Returns how many tokens a text has.
    pub(super) fn cut(&mut self, text: &str) -> u64 {
        let sample = start(text, EXACT_MAX_BYTES.min(self.exact_left));
        let counted = self.encoding.map_or(0, |encoding| encoding.count(sample) as u64);
        self.exact_left -= sample.len();
        self.cut_bytes += sample.len() as u64;
        self.cut_tokens += counted;
        let rest = (text.len() - sample.len()) as u64;
        let (bytes, tokens) = match (sample.len() as u64, self.cut_bytes) {
            // Texts differ: the start of the same one tells more than all the others.
            (own, _) if own > 0 && self.encoding.is_some() => (own, counted),
            (_, all) if all > 0 && self.encoding.is_some() => (all, self.cut_tokens),
            _ => (BYTES_PER_TOKEN, 1),
        };
        let scaled = u128::from(rest) * u128::from(tokens) / u128::from(bytes);
        counted.saturating_add(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}

/// Returns the first bytes of a text, at most `length` of them.
fn start(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
