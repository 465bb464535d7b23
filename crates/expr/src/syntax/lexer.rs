//! Cuts a source into words.

use super::escape;
use super::number;
use super::token::{LATE_SIGNS, SIGNS, Token, WORDS, Word};
use crate::error::{Blame, Problem};

/// Returns the words of a source; the last one is its end.
pub(super) fn words(source: &str) -> Result<Vec<Token>, Blame> {
    let mut at = 0;
    let mut tokens = Vec::new();
    loop {
        at = skip_blank(source, at)?;
        let rest = source.get(at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { break };
        let (length, word) = word(source, at, rest, first)?;
        tokens.push(Token { at, word });
        at += length;
    }
    // The end is blamed on the last character, where something is missing.
    let last = source.char_indices().last().map_or(0, |(at, _)| at);
    tokens.push(Token { at: last, word: Word::End });
    Ok(tokens)
}

fn word(source: &str, at: usize, rest: &str, first: char) -> Result<(usize, Word), Blame> {
    let is_fraction = first == '.' && rest.chars().nth(1).is_some_and(|second| second.is_ascii_digit());
    if first.is_ascii_digit() || is_fraction {
        return number::read(source, at);
    }
    if matches!(first, '"' | '\'' | '`') {
        return escape::read(source, at, first);
    }
    if is_name_start(first) {
        let name: String = rest.chars().take_while(|c| is_name_part(*c)).collect();
        let sign = WORDS.iter().find(|word| **word == name);
        return Ok((name.len(), sign.map_or_else(|| Word::Name(name.clone()), |sign| Word::Sign(sign))));
    }
    match SIGNS.iter().chain(&LATE_SIGNS).find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((sign.len(), Word::Sign(sign))),
        None => Err(Blame::new(at, Problem::Character(first))),
    }
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}

pub(super) fn is_name_part(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Returns the next byte that is neither blank nor in a comment.
fn skip_blank(source: &str, mut at: usize) -> Result<usize, Blame> {
    loop {
        let rest = source.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if let Some(comment) = trimmed.strip_prefix("//") {
            at += 2 + comment.find('\n').unwrap_or(comment.len());
        } else if let Some(comment) = trimmed.strip_prefix("/*") {
            let length = comment.find("*/").ok_or(Blame::new(at, Problem::Unclosed("a comment")))?;
            at += 4 + length;
        } else {
            return Ok(at);
        }
    }
}
