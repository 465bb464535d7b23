//! Reads numbers.

use super::lexer::is_name_part;
use super::token::Word;
use crate::error::{Blame, Problem};

/// Reads the number that starts at a byte; returns its length and value.
pub(super) fn read(source: &str, at: usize) -> Result<(usize, Word), Blame> {
    let rest = source.get(at..).unwrap_or_default();
    let radix = match rest.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    let (length, is_float) = if radix == 10 { decimal_length(rest) } else { (2 + digits(rest.get(2..), radix), false) };
    let after = rest.get(length..).and_then(|after| after.chars().next());
    let written = rest.get(..length + after.map_or(0, char::len_utf8)).unwrap_or(rest);
    if after.is_some_and(is_name_part) {
        return Err(Blame::new(at + length, Problem::Number(written.to_owned())));
    }
    let text: String = rest.chars().take(length).filter(|c| *c != '_').collect();
    let value = if is_float {
        text.parse().ok().map(Word::Float)
    } else {
        let digits = if radix == 10 { Some(text.as_str()) } else { text.get(2..) };
        digits.and_then(|digits| i64::from_str_radix(digits, radix).ok()).map(Word::Int)
    };
    value.map(|value| (length, value)).ok_or(Blame::new(at, Problem::Number(text)))
}

fn digits(text: Option<&str>, radix: u32) -> usize {
    text.unwrap_or_default().chars().take_while(|c| *c == '_' || c.is_digit(radix)).count()
}

/// Returns the length of a decimal number and whether it has a fraction or an exponent.
fn decimal_length(text: &str) -> (usize, bool) {
    let mut length = digits(Some(text), 10);
    let mut is_float = false;
    let rest = text.get(length..).unwrap_or_default();
    if rest.starts_with('.') && !rest.starts_with("..") {
        is_float = true;
        length += 1 + digits(rest.get(1..), 10);
    }
    let rest = text.get(length..).unwrap_or_default();
    if rest.starts_with(['e', 'E']) {
        is_float = true;
        let signed = usize::from(rest.get(1..).is_some_and(|rest| rest.starts_with(['+', '-'])));
        length += 1 + signed + digits(rest.get(1 + signed..), 10);
    }
    (length, is_float)
}
