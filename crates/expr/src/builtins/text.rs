//! Functions over texts.

use super::argument::{int, list, optional_int, optional_text, text};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::{List, Text, Value};

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn trim<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let whole = text(arguments, 0)?;
    gauge.grow(whole.len())?;
    let Some(letters) = optional_text(arguments, 1)? else { return Ok(Value::Text(whole.part(str::trim))) };
    gauge.look(whole.len().saturating_mul(letters.len()) / 64)?;
    Ok(Value::Text(whole.part(|whole| whole.trim_matches(|letter| letters.contains(letter)))))
}

pub(super) fn trim_prefix<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (whole, prefix) = (text(arguments, 0)?, optional_text(arguments, 1)?);
    gauge.grow(whole.len())?;
    Ok(Value::Text(whole.part(|whole| prefix.and_then(|prefix| whole.strip_prefix(&**prefix)).unwrap_or(whole))))
}

pub(super) fn trim_suffix<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (whole, suffix) = (text(arguments, 0)?, optional_text(arguments, 1)?);
    gauge.grow(whole.len())?;
    Ok(Value::Text(whole.part(|whole| suffix.and_then(|suffix| whole.strip_suffix(&**suffix)).unwrap_or(whole))))
}

/// Changes each letter by itself: letters that would become several stay.
pub(super) fn upper<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    gauge.grow(text.len())?;
    Ok(Value::from(text.chars().map(|letter| single(letter, letter.to_uppercase())).collect::<String>()))
}

/// Changes each letter by itself; of letters that would become several the first stays.
pub(super) fn lower<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    gauge.grow(text.len())?;
    Ok(Value::from(text.chars().map(|letter| letter.to_lowercase().next().unwrap_or(letter)).collect::<String>()))
}

fn single(letter: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(changed), None) => changed,
        _ => letter,
    }
}

pub(super) fn split<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    cut(gauge, arguments, 0)
}

pub(super) fn split_after<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    cut(gauge, arguments, usize::MAX)
}

/// Cuts a text at each separator; of a separator so many bytes stay at the end of the part before it.
fn cut<'a>(gauge: &mut Gauge, arguments: &[Value<'a>], kept: usize) -> Given<'a> {
    let (whole, separator) = (text(arguments, 0)?, text(arguments, 1)?);
    let limit = optional_int(arguments, 2)?.unwrap_or(-1);
    if limit == 0 {
        return Ok(Value::Nil);
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    gauge.read(whole.len())?;
    let mut parts = Vec::new();
    let mut start = 0;
    while parts.len() + 1 < limit {
        let rest = whole.get(start..).unwrap_or_default();
        let Some((length, skipped)) = next_cut(rest, separator) else { break };
        gauge.grow_values(1)?;
        parts.push(part(gauge, whole, start..start + length + skipped.min(kept))?);
        start += length + skipped;
    }
    if !(separator.is_empty() && start == whole.len()) {
        parts.push(part(gauge, whole, start..whole.len())?);
    }
    Ok(Value::List(List::new(parts)?))
}

/// Returns how long the next part is and what is skipped after it; without a separator every letter is a part.
fn next_cut(rest: &str, separator: &str) -> Option<(usize, usize)> {
    if separator.is_empty() {
        return rest.chars().next().map(|letter| (letter.len_utf8(), 0));
    }
    rest.find(separator).map(|length| (length, separator.len()))
}

fn part<'a>(gauge: &mut Gauge, whole: &Text<'a>, range: std::ops::Range<usize>) -> Result<Value<'a>, Fault> {
    gauge.grow(range.len())?;
    Ok(Value::Text(whole.part(|whole| whole.get(range).unwrap_or_default())))
}

pub(super) fn replace<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (whole, old, new) = (text(arguments, 0)?, text(arguments, 1)?, text(arguments, 2)?);
    let limit = usize::try_from(optional_int(arguments, 3)?.unwrap_or(-1)).unwrap_or(usize::MAX);
    gauge.read(whole.len())?;
    let count = whole.matches(&**old).take(limit).count();
    gauge.grow(count.saturating_mul(new.len()).saturating_add(whole.len()))?;
    Ok(Value::from(whole.replacen(&**old, new, count)))
}

pub(super) fn repeat<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (text, count) = (text(arguments, 0)?, int(arguments, 1)?);
    let negative = Fault::Argument { name: "repeat", reason: "the number of times is negative" };
    let count = usize::try_from(count).map_err(|_| negative)?;
    gauge.grow(text.len().saturating_mul(count))?;
    Ok(Value::from(if text.is_empty() { String::new() } else { text.repeat(count) }))
}

pub(super) fn join<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (list, separator) = (list(arguments, 0)?, optional_text(arguments, 1)?);
    let mut joined = String::new();
    for number in 0..list.items().len() {
        let part = text(list.items(), number)?;
        let separator = separator.filter(|_| number > 0).map_or("", |separator| separator);
        gauge.step()?;
        gauge.grow(separator.len() + part.len())?;
        joined.push_str(separator);
        joined.push_str(part);
    }
    Ok(Value::from(joined))
}

pub(super) fn index_of<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (whole, part) = (text(arguments, 0)?, text(arguments, 1)?);
    gauge.read(whole.len())?;
    Ok(position(whole.find(&**part)))
}

pub(super) fn last_index_of<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (whole, part) = (text(arguments, 0)?, text(arguments, 1)?);
    gauge.read(whole.len())?;
    Ok(position(whole.rfind(&**part)))
}

fn position<'a>(found: Option<usize>) -> Value<'a> {
    Value::Int(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

pub(super) fn has_prefix<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Bool(text(arguments, 0)?.starts_with(&**text(arguments, 1)?)))
}

pub(super) fn has_suffix<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Bool(text(arguments, 0)?.ends_with(&**text(arguments, 1)?)))
}
