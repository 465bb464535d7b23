//! Reads strings and what is escaped in them.

use std::str::Chars;

use super::token::Word;
use crate::error::{Blame, Problem};

/// Reads the string that starts at a byte with this quote; returns its length with the quotes, and its text.
pub(super) fn read(source: &str, at: usize, quote: char) -> Result<(usize, Word), Blame> {
    let inner = source.get(at + 1..).unwrap_or_default();
    let unclosed = || Blame::new(at, Problem::Unclosed("a string"));
    if quote == '`' {
        let length = inner.find('`').ok_or_else(unclosed)?;
        return Ok((length + 2, Word::Text(inner.get(..length).unwrap_or_default().to_owned())));
    }
    let mut text = String::new();
    let mut rest = inner.chars();
    loop {
        let here = source.len() - rest.as_str().len();
        match rest.next() {
            None | Some('\n') => return Err(unclosed()),
            Some('\\') => {
                text.push(escaped(&mut rest, quote).ok_or(Blame::new(here + 1, Problem::Escape))?);
            }
            Some(character) if character == quote => {
                return Ok((here + 1 - at, Word::Text(text)));
            }
            Some(character) => text.push(character),
        }
    }
}

fn escaped(rest: &mut Chars<'_>, quote: char) -> Option<char> {
    Some(match rest.next()? {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        'x' => ascii(code(rest, 2, 16)?)?,
        'u' => replaced(code(rest, 4, 16)?),
        'U' => char::from_u32(code(rest, 8, 16)?)?,
        digit @ '0'..='3' => ascii(digit.to_digit(8)? * 64 + code(rest, 2, 8)?)?,
        character if character == quote => quote,
        _ => return None,
    })
}

fn code(rest: &mut Chars<'_>, length: usize, radix: u32) -> Option<u32> {
    (0..length).try_fold(0, |code: u32, _| Some(code.checked_mul(radix)? + rest.next()?.to_digit(radix)?))
}

/// Bytes from 128 on would not be text by themselves.
fn ascii(code: u32) -> Option<char> {
    if code < 128 { char::from_u32(code) } else { None }
}

/// A half of a surrogate pair is no character.
fn replaced(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}
