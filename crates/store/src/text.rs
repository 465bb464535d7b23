//! Texts that fit their columns on every database: SQLite stores any length, MySQL and PostgreSQL refuse, and
//! PostgreSQL refuses NUL.

use std::borrow::Cow;

use crate::StoreError;

/// Longest name of a model, in characters.
pub(crate) const MODEL_CHARS: usize = 255;
/// Longest name of anything else, in characters.
pub(crate) const NAME_CHARS: usize = 128;
/// Longest text of several lines, such as a list of models, in characters.
pub(crate) const LONG_CHARS: usize = 1_000_000;

/// Returns `text` if it fits.
pub(crate) fn checked(field: &'static str, text: String, max_chars: usize) -> Result<String, StoreError> {
    if text.contains('\0') {
        return Err(StoreError::Invalid { field, problem: "must not hold the sign NUL".to_owned() });
    }
    if text.chars().nth(max_chars).is_some() {
        return Err(StoreError::Invalid { field, problem: format!("must not be longer than {max_chars} characters") });
    }
    Ok(text)
}

/// Returns `text` without surrounding blanks if it fits and something is left.
pub(crate) fn checked_name(field: &'static str, text: &str, max_chars: usize) -> Result<String, StoreError> {
    match text.trim() {
        "" => Err(StoreError::Invalid { field, problem: "must not be empty".to_owned() }),
        trimmed => checked(field, trimmed.to_owned(), max_chars),
    }
}

/// Cuts `text` to what fits, for values that come from outside and must never stop a record from being written.
pub(crate) fn fitted(text: &str, max_chars: usize) -> String {
    fit(text, max_chars).into_owned()
}

/// Does what [`fitted`] does, but copies only what does not fit.
pub(crate) fn fit(text: &str, max_chars: usize) -> Cow<'_, str> {
    // A text has at most as many characters as bytes.
    if text.len() <= max_chars && !text.as_bytes().contains(&0) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|sign| *sign != '\0').take(max_chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_by_characters_not_bytes() {
        assert_eq!(checked("name", "é".repeat(4), 4).unwrap(), "éééé");
        assert!(checked("name", "é".repeat(5), 4).is_err());
        assert_eq!(fitted(&"é".repeat(5), 4), "éééé");
    }

    #[test]
    fn nul_is_refused_from_operators_and_dropped_from_calls() {
        assert!(checked("name", "a\0b".to_owned(), 9).is_err());
        assert_eq!(fitted("a\0b", 9), "ab");
    }

    #[test]
    fn a_name_of_blanks_is_empty() {
        assert!(checked_name("name", " \t", 9).is_err());
        assert_eq!(checked_name("name", " a ", 9).unwrap(), "a");
    }
}
