//! Headers that calls to a provider carry. Their values may be secrets: they go in and never come out.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::admin::wire::{Failure, Problem};
use crate::relay::{HeaderFault, check_own_header};

const MAX_HEADERS: usize = 50;
const MAX_VALUE_CHARS: usize = 8_000;

/// What an answer shows: the names, each with an empty value. Sent back as it is, it changes nothing.
pub(super) fn names(headers: &BTreeMap<String, SecretString>) -> BTreeMap<String, String> {
    headers.keys().map(|name| (name.clone(), String::new())).collect()
}

/// Reads headers that take the place of those that are there; an empty value keeps the stored one.
pub(super) fn read(
    sent: &BTreeMap<String, String>,
    present: &BTreeMap<String, SecretString>,
) -> Result<BTreeMap<String, SecretString>, Failure> {
    if sent.len() > MAX_HEADERS {
        return Err(Problem::TooManyEntries.with("field", "headers").with("limit", MAX_HEADERS));
    }
    let mut headers = BTreeMap::new();
    for (name, value) in sent {
        let name = name.trim().to_ascii_lowercase();
        let field = format!("headers.{name}");
        if value.chars().count() > MAX_VALUE_CHARS {
            return Err(Problem::ValueTooLong.with("field", field).with("limit", MAX_VALUE_CHARS));
        }
        check_own_header(&name, value).map_err(|fault| problem(fault).with("field", &field))?;
        let value = match value.trim() {
            "" => present.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(_, value)| value.clone()),
            filled => Some(SecretString::from(filled)),
        };
        headers.insert(name, value.ok_or_else(|| Problem::ValueMissing.with("field", field))?);
    }
    Ok(headers)
}

const fn problem(fault: HeaderFault) -> Problem {
    match fault {
        HeaderFault::Name => Problem::HeaderNameInvalid,
        HeaderFault::Reserved => Problem::HeaderReserved,
        HeaderFault::Value => Problem::HeaderValueInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use secrecy::ExposeSecret;

    fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_value_keeps_what_is_stored_and_a_name_that_is_left_out_goes() {
        let present: BTreeMap<_, _> =
            ["X-Title", "x-old"].map(|name| (name.to_owned(), SecretString::from("stored"))).into();
        let read = read(&map(&[(" x-title ", ""), ("X-New", " new ")]), &present).unwrap();
        let shown: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
        assert_eq!(shown, [("x-new", "new"), ("x-title", "stored")]);
        assert_eq!(names(&read), map(&[("x-new", ""), ("x-title", "")]));
    }

    #[rstest]
    #[case(("a b", "c"), Problem::HeaderNameInvalid)]
    #[case(("", "c"), Problem::HeaderNameInvalid)]
    #[case(("Content-Length", "5"), Problem::HeaderReserved)]
    #[case(("connection", "close"), Problem::HeaderReserved)]
    #[case(("x-a", "b\nc"), Problem::HeaderValueInvalid)]
    #[case(("x-a", " "), Problem::ValueMissing)]
    fn a_header_that_cannot_be_sent_is_refused(#[case] header: (&str, &str), #[case] problem: Problem) {
        assert_eq!(read(&map(&[header]), &BTreeMap::new()).unwrap_err().problem(), problem);
    }
}
