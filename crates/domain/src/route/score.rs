//! The value score: what a candidate is worth, from its price, balance, recent spending and health.
//!
//! Scores order candidates and are no money: they are floats, and nothing is charged by them.

use super::policy::ValueFactors;
use crate::price::{Class, Price, Service};

const MICROS: f64 = 1_000_000.0;
/// Weight that every candidate has beside its own, so that weight 0 is little and not nothing.
const BASE_WEIGHT: f64 = 10.0;
/// Mean time to an answer that counts as quick, and one that counts as slow; milliseconds.
const QUICK_MS: f64 = 1_500.0;
const SLOW_MS: f64 = 10_000.0;
/// Attempts from which health is fully trusted.
const FULL_CONFIDENCE: f64 = 50.0;

/// What the value score is made from.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Worth {
    /// Dollars per million tokens in and out, or per call; 0 where unknown or free.
    pub unit_cost: f64,
    /// Dollars left on the account; 0 where unknown.
    pub balance: f64,
    /// Dollars spent there on this model lately.
    pub spent: f64,
}

/// What is known of a candidate's recent attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// Attempts.
    pub attempts: u32,
    /// Those that failed.
    pub failures: u32,
    /// Mean duration, milliseconds; 0 where there is none.
    pub mean_ms: f64,
}

/// Returns the unit cost of a price: dollars per million tokens read and as many written, else dollars per call.
#[must_use]
pub fn unit_cost(price: &Price) -> f64 {
    let rate = |class| price.rate(Service::Standard, 0, class).map(|found| found.rate.0 as f64);
    match (rate(Class::Call), rate(Class::Input), rate(Class::Output)) {
        (Some(call), _, _) if call > 0.0 => call / MICROS / MICROS,
        (_, None, None) => 0.0,
        (_, input, output) => (input.unwrap_or(0.0) + output.unwrap_or(0.0)) / MICROS,
    }
}

impl Worth {
    /// Returns the value score: `cost score × budget score`, both between 0 and 1.
    #[must_use]
    pub fn score(&self) -> f64 {
        let cost_score = if self.unit_cost <= 0.0 { 0.5 } else { 1.0 / (1.0 + self.unit_cost) };
        let (balance, spent) = (self.balance.max(0.0), self.spent.max(0.0));
        cost_score * (balance + 1.0) / (balance + spent + 1.0)
    }
}

/// Returns a candidate's share before health: from its weight, its value score and the best one of its tier.
#[must_use]
pub fn contribution(weight: i64, score: f64, best: f64, factors: &ValueFactors) -> f64 {
    let base = weight as f64 + BASE_WEIGHT;
    if base <= 0.0 {
        return 0.0;
    }
    if best <= 0.0 {
        return base;
    }
    base * (factors.base_weight + (score / best).clamp(0.0, 1.0) * factors.value_score)
}

/// Returns what a share is multiplied by because of recent failures and latency.
#[must_use]
pub fn health(sample: &Sample, factors: &ValueFactors) -> f64 {
    if !factors.health || sample.attempts < factors.health_min_samples.max(1) {
        return 1.0;
    }
    let attempts = f64::from(sample.attempts);
    let failed = f64::from(sample.failures.min(sample.attempts)) / attempts;
    let latency = (1.0 - (sample.mean_ms - QUICK_MS) / (SLOW_MS - QUICK_MS)).clamp(0.0, 1.0);
    let confidence = (attempts / FULL_CONFIDENCE).min(1.0);
    let soundness = 0.75 * (1.0 - failed) + 0.25 * latency;
    let multiplier = (-factors.failure_penalty * failed).exp() * (1.0 + factors.health_reward * soundness * confidence);
    let most = factors.health_max.max(factors.health_min);
    let multiplier = multiplier.clamp(factors.health_min, most);
    if multiplier > 0.0 { multiplier } else { 0.0001 }
}

/// Reads the balance that a relay site shows as text, in dollars: `$12.50`, `1,234.5`, `usd 7`; else the first number in
/// it. Below zero and without a number it is 0.
#[must_use]
pub fn balance_of_text(text: &str) -> f64 {
    let plain = text.replace(',', "");
    let plain = plain.trim().strip_prefix('$').unwrap_or_else(|| plain.trim()).trim();
    let is_usd = plain.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("usd"));
    let plain = if is_usd { plain.get(3..).unwrap_or_default().trim() } else { plain };
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    number(plain).or_else(|| number(first_number(plain))).unwrap_or(0.0).max(0.0)
}

fn first_number(text: &str) -> &str {
    let Some(start) = text.find(|next: char| next.is_ascii_digit()) else { return "" };
    let is_negative = text.get(..start).is_some_and(|before| before.ends_with('-'));
    let start = if is_negative { start - 1 } else { start };
    let rest = text.get(start..).unwrap_or_default();
    let is_part = |(at, next): (usize, char)| next.is_ascii_digit() || next == '.' || (at == 0 && next == '-');
    let end = rest.char_indices().find(|&next| !is_part(next)).map_or(rest.len(), |(at, _)| at);
    rest.get(..end).unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{NewapiQuote, from_newapi_ratios};
    use rstest::rstest;

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[rstest]
    #[case(0, ("2.5", "3"), "0", "1", 20.0)]
    #[case(0, ("1.25", "4"), "0", "1", 12.5)]
    #[case(0, ("1.25", "4"), "0", "0.5", 6.25)]
    #[case(0, ("1.25", "0"), "0", "1", 5.0)]
    #[case(1, ("0", "0"), "0.02", "1", 0.02)]
    #[case(0, ("0", "4"), "0", "1", 0.0)]
    fn the_unit_cost_is_that_of_the_published_ratios(
        #[case] quota_type: i64,
        #[case] (ratio, completion): (&str, &str),
        #[case] price: &str,
        #[case] group: &str,
        #[case] expected: f64,
    ) {
        let quote = NewapiQuote {
            quota_type,
            model_ratio: Some(ratio),
            completion_ratio: Some(completion),
            model_price: Some(price),
            group_ratio: Some(group),
            ..NewapiQuote::default()
        };
        assert!(is_near(unit_cost(&from_newapi_ratios(&quote).unwrap()), expected));
    }

    #[rstest]
    #[case(10.0, 0.0, 0.0, 0.090_909_090_9)]
    #[case(10.0, 50.0, 0.0, 0.090_909_090_9)]
    #[case(10.0, 50.0, 51.0, 0.045_454_545_5)]
    #[case(0.0, 10.0, 0.0, 0.5)]
    #[case(0.0, 10.0, 11.0, 0.25)]
    #[case(0.02, 0.0, 0.0, 0.980_392_156_9)]
    #[case(0.02, 4.0, 5.0, 0.490_196_078_4)]
    #[case(1.5, -3.0, 2.0, 0.133_333_333_3)]
    fn the_value_score(#[case] unit_cost: f64, #[case] balance: f64, #[case] spent: f64, #[case] expected: f64) {
        assert!(is_near(Worth { unit_cost, balance, spent }.score(), expected));
    }

    #[rstest]
    #[case(-10, [0.0, 0.0, 0.0], 0.0)]
    #[case(-9, [1.0, 0.6, 0.2], 1.0)]
    #[case(0, [10.0, 6.0, 2.0], 10.0)]
    #[case(10, [20.0, 12.0, 4.0], 20.0)]
    #[case(90, [100.0, 60.0, 20.0], 100.0)]
    fn contributions_by_weight_and_score(#[case] weight: i64, #[case] expected: [f64; 3], #[case] without_best: f64) {
        let factors = ValueFactors::default();
        let got = [0.5, 0.25, 0.0].map(|score| contribution(weight, score, 0.5, &factors));
        assert!(got.iter().zip(expected).all(|(got, expected)| is_near(*got, expected)), "{got:?}");
        assert!(is_near(contribution(weight, 0.25, 0.0, &factors), without_best));
    }

    #[rstest]
    #[case(4, 0, 100.0, 1.0)]
    #[case(5, 0, 100.0, 1.008)]
    #[case(50, 0, 1000.0, 1.08)]
    #[case(50, 0, 5750.0, 1.07)]
    #[case(50, 0, 10_000.0, 1.06)]
    #[case(50, 5, 1500.0, 0.719_923_729_4)]
    #[case(100, 1, 3200.0, 1.033_232_962_9)]
    #[case(10, 5, 2000.0, 0.136_656_792_5)]
    #[case(20, 20, 0.0, 0.05)]
    fn health_punishes_failures_and_rewards_speed(
        #[case] attempts: u32,
        #[case] failures: u32,
        #[case] mean_ms: f64,
        #[case] expected: f64,
    ) {
        let got = health(&Sample { attempts, failures, mean_ms }, &ValueFactors::default());
        assert!((got - expected).abs() < 5e-10, "{got}");
    }

    #[rstest]
    #[case("$12.50", 12.5)]
    #[case("1,234.5", 1234.5)]
    #[case("usd 7", 7.0)]
    #[case("", 0.0)]
    #[case("$-0.50", 0.0)]
    #[case("abc 3.2 x", 3.2)]
    #[case("N/A", 0.0)]
    fn balances_are_read_from_text(#[case] text: &str, #[case] expected: f64) {
        assert!(is_near(balance_of_text(text), expected));
    }
}
