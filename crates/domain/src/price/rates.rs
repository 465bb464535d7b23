//! Rates by class, and the rate a class takes when it has none of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::class::Class;

/// Micro-dollars per million of a class's unit: tokens, calls, seconds or images.
///
/// Everything is per million, so that a rate such as $0.04 for an hour of audio (11,111,112 for a million seconds)
/// needs no fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub u64);

/// The rates that a price states. A class without one takes another's:
///
/// | class | takes | because |
/// |---|---|---|
/// | `cache_read`, `cache_write_5m` | `input` | a discount that nobody states is not given |
/// | `cache_write_1h` | the higher of `cache_write_5m` and 2 × `input` if `cache_write_5m` is stated, else `input` | vendors that charge for writing ask double for the hour |
/// | `input_audio`, `input_image` | `input` | |
/// | `reasoning`, `output_audio`, `output_image` | `output` | |
/// | all others | nothing | the price is incomplete |
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Class, Rate>", into = "BTreeMap<Class, Rate>")]
pub struct Rates([Option<Rate>; Class::ALL.len()]);

impl Rates {
    /// Returns the rates with one more, given in micro-dollars per million.
    #[must_use]
    pub fn with(mut self, class: Class, micros_per_million: u64) -> Self {
        self.set(class, Rate(micros_per_million));
        self
    }

    /// States a rate.
    pub fn set(&mut self, class: Class, rate: Rate) {
        if let Some(slot) = self.0.get_mut(class as usize) {
            *slot = Some(rate);
        }
    }

    /// Returns the rate that is stated for `class`.
    #[must_use]
    pub fn get(&self, class: Class) -> Option<Rate> {
        self.0.get(class as usize).copied().flatten()
    }

    /// Returns the rates that are stated.
    pub fn iter(&self) -> impl Iterator<Item = (Class, Rate)> {
        Class::ALL.into_iter().zip(&self.0).filter_map(|(class, rate)| rate.map(|rate| (class, rate)))
    }

    /// Returns whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl FromIterator<(Class, Rate)> for Rates {
    fn from_iter<I: IntoIterator<Item = (Class, Rate)>>(stated: I) -> Self {
        let mut rates = Self::default();
        stated.into_iter().for_each(|(class, rate)| rates.set(class, rate));
        rates
    }
}

impl From<BTreeMap<Class, Rate>> for Rates {
    fn from(stated: BTreeMap<Class, Rate>) -> Self {
        stated.into_iter().collect()
    }
}

impl From<Rates> for BTreeMap<Class, Rate> {
    fn from(rates: Rates) -> Self {
        rates.iter().collect()
    }
}

/// A rate, and the class that states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What applies.
    pub rate: Rate,
    /// The class it comes from; another than the one asked for when that one has none.
    pub from: Class,
}

/// Finds the rate of `class` among those that `stated` tells, as the table of [`Rates`] says.
pub(super) fn resolve(class: Class, stated: impl Fn(Class) -> Option<Rate>) -> Option<Found> {
    let own = |from: Class| stated(from).map(|rate| Found { rate, from });
    own(class).or_else(|| match class {
        Class::CacheRead | Class::CacheWrite5m | Class::InputAudio | Class::InputImage => own(Class::Input),
        Class::CacheWrite1h => hour_write(own(Class::CacheWrite5m), own(Class::Input)),
        Class::Reasoning | Class::OutputAudio | Class::OutputImage => own(Class::Output),
        Class::Input | Class::Output | Class::Call | Class::Second | Class::Image => None,
    })
}

fn hour_write(five_minutes: Option<Found>, input: Option<Found>) -> Option<Found> {
    let (Some(five_minutes), Some(input)) = (five_minutes, input) else { return five_minutes.or(input) };
    let doubled = Found { rate: Rate(input.rate.0.saturating_mul(2)), from: Class::Input };
    Some(if doubled.rate > five_minutes.rate { doubled } else { five_minutes })
}
