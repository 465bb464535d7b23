//! Token counts with real tokenizers: for calls whose upstream reports none, and for callers who ask what a request would
//! come to.

mod chat;
mod plain;
mod vocabulary;

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use chat::{CountError, count_chat};
pub(crate) use plain::count_plain;
use vocabulary::Cutter;

/// The vocabulary for texts of which nobody knows the model.
const USUAL_VOCABULARY: &str = "o200k_base";

/// Counts the tokens of `text` with OpenAI's `o200k_base`.
///
/// The vocabulary is loaded at the first use and stays. Other vendors' tokenizers differ by a few per cent, which is why
/// such counts are marked as estimated.
#[must_use]
pub(crate) fn count(text: &str) -> u64 {
    Cutter::new(USUAL_VOCABULARY).cut(text)
}

/// Begins to read the usual vocabulary, for which the first count would wait.
pub(crate) fn prepare() {
    let _ = count_passing("");
}

/// Counts the tokens of a piece of a stream as it passes. The vocabulary takes a tenth of a second to load, for which no
/// call may wait: until it is there, which it is from the second long answer on, the piece is estimated by its length.
#[must_use]
pub(crate) fn count_passing(text: &str) -> u64 {
    static LOADING: Once = Once::new();
    static IS_LOADED: AtomicBool = AtomicBool::new(false);
    if IS_LOADED.load(Ordering::Acquire) {
        return count(text);
    }
    LOADING.call_once(|| {
        let load = || {
            let _ = count("");
            IS_LOADED.store(true, Ordering::Release);
        };
        if let Err(error) = std::thread::Builder::new().name("sluice-tokens".to_owned()).spawn(load) {
            tracing::warn!(%error, "the tokenizer cannot be loaded; long answers without usage are estimated roughly");
        }
    });
    let (ascii, other) = text
        .chars()
        .fold((0, 0), |(ascii, other), c| if c.is_ascii() { (ascii + 1, other) } else { (ascii, other + 1) });
    ascii / ASCII_CHARS_PER_TOKEN + other
}

/// English prose and code have about four characters a token; other scripts about one.
const ASCII_CHARS_PER_TOKEN: u64 = 4;

/// Estimates the tokens of a request from its JSON body: every string value but data in base64, and a little for the
/// structure of each message.
#[must_use]
pub(crate) fn count_request(body: &[u8]) -> u64 {
    let mut text = String::new();
    collect_strings(body, &mut text);
    count(&text)
}

/// Strings of this length in base64 are data, such as images.
const DATA_MIN_BYTES: usize = 2_048;

fn collect_strings(body: &[u8], text: &mut String) {
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'"', body.get(at..).unwrap_or_default()).map(|found| at + found) {
        let Some(close) = string_end(body, open + 1) else { return };
        at = close + 1;
        let is_key = body.get(at..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        let literal = body.get(open..at).unwrap_or_default();
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_:;,\"".contains(byte);
        let is_data = literal.len() > DATA_MIN_BYTES && literal.iter().all(is_base64);
        if is_key || is_data {
            continue;
        }
        if let Some(value) = sluice_protocol::raw::decode_string(literal) {
            text.push_str(&value);
            text.push('\n');
        }
    }
}

fn string_end(body: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', body.get(at..)?)?;
        match body.get(at)? {
            b'"' => return Some(at),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_counted_by_the_vocabulary() {
        assert_eq!((count(""), count("hello world"), count("你好，世界")), (0, 2, 3));
    }

    #[test]
    fn a_huge_text_is_scaled() {
        let text = "hello world ".repeat(100_000);
        let counted = count(&text);
        assert!((200_000..=320_000).contains(&counted), "{counted}");
    }

    #[test]
    fn images_and_keys_are_not_counted_as_text() {
        let plain = count_request(br#"{"messages":[{"role":"user","content":"hello world"}]}"#);
        let image =
            format!(r#"{{"messages":[{{"role":"user","content":"hello world","image":"{}"}}]}}"#, "A".repeat(100_000));
        assert_eq!(count_request(image.as_bytes()), plain);
        assert!((3..=8).contains(&plain), "{plain}");
    }
}
