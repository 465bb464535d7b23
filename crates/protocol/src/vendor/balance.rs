//! Where vendors say what is left on an account: a path, and where in the answer the number stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sluice_domain::money::Micros;
use sluice_domain::price::Decimal;

const MICROS_PER_UNIT: u64 = 1_000_000;

/// How a vendor is asked for what is left on an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceSource {
    /// Path from the root on, asked with `GET` and a credential.
    pub path: String,
    /// Where the number may stand; the first that fits counts.
    pub readings: Vec<Reading>,
    /// Where the vendor documents it.
    pub source: String,
}

/// One way to read an answer. Places are JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Texts that must stand in the answer for this reading to count, such as a currency.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// The number, or the sum of which something was used.
    pub number: String,
    /// What was used of it.
    #[serde(default)]
    pub minus: Option<String>,
    /// The vendor's parameter that says how many of its units are one US dollar; absent for dollars.
    #[serde(default)]
    pub units_per_dollar: Option<String>,
}

impl BalanceSource {
    /// Says what is wrong with it.
    pub(super) fn check(&self, params: &BTreeMap<String, String>) -> Result<(), String> {
        if !self.path.starts_with('/') {
            return Err("the path of `balance` must begin with `/`".to_owned());
        }
        if self.readings.is_empty() {
            return Err("`balance` has no readings".to_owned());
        }
        let units = self.readings.iter().filter_map(|reading| reading.units_per_dollar.as_ref());
        match units.into_iter().find(|name| !params.contains_key(*name)) {
            Some(name) => Err(format!("`balance` uses `{name}`, which `params` does not define")),
            None => Ok(()),
        }
    }

    /// Reads an answer; `value` gives the vendor's parameters. Returns the sum in US dollars, rounded down.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn read<'v>(&self, body: &[u8], value: impl Fn(&str) -> Option<&'v str>) -> Result<Micros, String> {
        let answer: Value = serde_json::from_slice(body).map_err(|_| "the answer is not JSON".to_owned())?;
        let fits = |reading: &&Reading| {
            let stands =
                |(place, text): (&String, &String)| answer.pointer(place).and_then(Value::as_str) == Some(text);
            reading.when.iter().all(stands) && answer.pointer(&reading.number).is_some_and(|number| !number.is_null())
        };
        let reading = self.readings.iter().find(fits).ok_or("the answer does not say what is left")?;
        let left = micros_at(&answer, &reading.number)?;
        let used = reading.minus.as_ref().map_or(Ok(0), |place| micros_at(&answer, place))?;
        let left = left.checked_sub(used).ok_or("the sum is too large")?;
        let Some(name) = &reading.units_per_dollar else { return Ok(Micros(left)) };
        let rate = value(name).ok_or_else(|| format!("`{name}` is not set"))?;
        let rate = Decimal::parse(rate).and_then(|rate| rate.scaled_up(MICROS_PER_UNIT)).unwrap_or(0);
        if rate == 0 {
            return Err(format!("`{name}` must be a number above 0"));
        }
        let dollars = (i128::from(left) * i128::from(MICROS_PER_UNIT)).div_euclid(i128::from(rate));
        i64::try_from(dollars).map(Micros).map_err(|_| "the sum is too large".to_owned())
    }
}

fn micros_at(answer: &Value, place: &str) -> Result<i64, String> {
    let bad = || format!("`{place}` is not a number");
    let text = match answer.pointer(place) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.trim().to_owned(),
        _ => return Err(bad()),
    };
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (-1, magnitude),
        None => (1, text.as_str()),
    };
    let micros = Decimal::parse(magnitude).and_then(|number| number.scaled_up(MICROS_PER_UNIT)).map_err(|_| bad())?;
    i64::try_from(micros).map(|micros| sign * micros).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::vendor::Vendors;

    #[rstest]
    #[case("openrouter", r#"{"data":{"total_credits":10.5,"total_usage":3.25}}"#, 7_250_000)]
    #[case("openrouter", r#"{"data":{"total_credits":1,"total_usage":3}}"#, -2_000_000)]
    #[case(
        "deepseek",
        r#"{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"72.00"}]}"#,
        10_000_000
    )]
    #[case(
        "deepseek",
        r#"{"balance_infos":[{"currency":"CNY","total_balance":"72.00"},{"currency":"USD","total_balance":"1.10"}]}"#,
        1_100_000
    )]
    #[case("siliconflow", r#"{"code":20000,"status":true,"data":{"balance":"0.88","totalBalance":"7.20"}}"#, 1_000_000)]
    #[case("moonshot", r#"{"code":0,"data":{"available_balance":-3.6,"voucher_balance":0,"cash_balance":-3.6}}"#, -500_000)]
    fn balances_of_vendors_are_read_in_dollars(#[case] vendor: &str, #[case] body: &str, #[case] micros: i64) {
        let vendors = Vendors::embedded().unwrap();
        let vendor = vendors.get(vendor).unwrap();
        let source = vendor.balance.as_ref().unwrap();
        let value = |name: &str| vendor.params.get(name).map(String::as_str);
        assert_eq!(source.read(body.as_bytes(), value), Ok(Micros(micros)));
    }

    #[rstest]
    #[case("<html>")]
    #[case("{}")]
    #[case(r#"{"data":{"total_credits":null}}"#)]
    #[case(r#"{"data":{"total_credits":"many","total_usage":1}}"#)]
    #[case(r#"{"data":{"total_credits":1}}"#)]
    fn what_says_no_balance_is_none(#[case] body: &str) {
        let vendors = Vendors::embedded().unwrap();
        assert!(vendors.get("openrouter").unwrap().balance.as_ref().unwrap().read(body.as_bytes(), |_| None).is_err());
    }

    #[test]
    fn a_rate_is_the_operators_to_set_and_never_zero() {
        let vendors = Vendors::embedded().unwrap();
        let source = vendors.get("moonshot").unwrap().balance.as_ref().unwrap();
        let body = br#"{"data":{"available_balance":10}}"#;
        assert_eq!(source.read(body, |_| Some("1")), Ok(Micros(10_000_000)));
        assert!(source.read(body, |_| Some("0")).is_err() && source.read(body, |_| None).is_err());
    }
}
