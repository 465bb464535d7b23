//! Whole numbers as sites write them: some languages know floats only, and some forks write texts.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use sluice_domain::price::Decimal;

use crate::newapi::fault::SiteFault;

/// A whole number, also where it stands as `1e6`, `12.0` or `"12"`. A part of one counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole(pub(super) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(reader)?;
        let text = raw.get().trim_matches('"').trim();
        read(text).map(Self).ok_or_else(|| D::Error::custom(format!("`{}` is not a number", clipped(text))))
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(40).collect()
}

fn read(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (-1, magnitude),
        None => (1, text),
    };
    let whole = Decimal::parse(magnitude).ok()?.scaled_up(1).ok()?;
    i64::try_from(whole).ok().map(|whole| sign * whole)
}

/// Reads how many units of a site's quota are one dollar.
pub(super) fn quota_per_dollar(text: &str) -> Result<u64, SiteFault> {
    let bad = || SiteFault::malformed(format!("`{}` units of quota cannot be one dollar", clipped(text)));
    let units = Decimal::parse(text.trim_matches('"')).and_then(|units| units.scaled_up(1)).map_err(|_| bad())?;
    if units == 0 { Err(bad()) } else { Ok(units) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_in_every_notation() {
        let read = |text: &str| serde_json::from_str::<Whole>(text).ok().map(|number| number.0);
        let texts = ["12", "-250000", "12.0", "1e6", "1.9", "-1.9", "\"7\"", "5e5", "0", "0.0"];
        let numbers = texts.map(read);
        assert_eq!(numbers, [12, -250_000, 12, 1_000_000, 2, -2, 7, 500_000, 0, 0].map(Some));
        assert_eq!(["\"many\"", "{}", "true", "1e40"].map(read), [None; 4]);
    }

    #[test]
    fn a_dollar_is_at_least_one_unit() {
        assert_eq!(quota_per_dollar("500000"), Ok(500_000));
        assert_eq!(quota_per_dollar("500000.0"), Ok(500_000));
        assert!(quota_per_dollar("0").is_err() && quota_per_dollar("-1").is_err() && quota_per_dollar("x").is_err());
    }
}
