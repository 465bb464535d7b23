//! What a call costs: rates by class, tiers by context length, variants by service level, and the arithmetic that turns
//! usage into money. Everything here is exact: integer rates, products added in 128 bits, one division, one rounding up.
//!
//! [`charge`] prices a usage, [`bound`] what a call may cost at most before it is made, [`PriceBook`] finds the price in
//! force, [`Receipt`] keeps all parts of a charge so that anybody can compute it again. Reading prices from files,
//! databases or providers is not done here.

mod book;
mod bound;
mod charge;
mod class;
mod decimal;
mod factor;
mod name;
mod newapi;
mod rates;
mod receipt;
mod tariff;
mod version;

use serde::{Deserialize, Serialize};

pub use book::{Buyer, PriceBook, Unpriced};
pub use bound::{Estimate, Media, bound};
pub use charge::{Charge, ChargeError, Line, charge};
pub use class::Class;
pub use decimal::{BadDecimal, Decimal};
pub use factor::{Factors, Multiplier, Terms};
pub use name::{name_forms, without_date, without_vendor};
pub use newapi::{NewapiQuote, QuoteError, from_newapi_ratios};
pub use rates::{Found, Rate, Rates};
pub use receipt::{Receipt, Sale};
pub use tariff::{Basis, CacheSaving, Tariff, cache_saving};
pub use version::{PriceEntry, PricePurpose, PriceSource, PriceVersion, Scope, VersionId};

/// The service level that a vendor prices apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// What a call gets that asks for nothing else.
    #[default]
    Standard,
    /// Answered within a day, for less.
    Batch,
    /// Answered when there is room, for less.
    Flex,
    /// Answered ahead of others, for more.
    Priority,
}

impl Service {
    /// Every service level.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Batch, Self::Flex, Self::Priority];

    /// Reads the `service_tier` that vendors report. What is not known is standard: levels that cost more have known
    /// names.
    #[must_use]
    pub fn from_tier(tier: &str) -> Self {
        match tier {
            "batch" => Self::Batch,
            "flex" => Self::Flex,
            "priority" | "fast" => Self::Priority,
            _ => Self::Standard,
        }
    }

    /// Returns what is charged when the vendor does not say which level it gave: never less than the standard.
    #[must_use]
    pub const fn unconfirmed(self) -> Self {
        match self {
            Self::Standard | Self::Batch | Self::Flex => Self::Standard,
            Self::Priority => Self::Priority,
        }
    }

    /// Returns the name used in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }
}

/// Rates that hold once a request reads more than so many tokens; they then hold for the whole request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The tier is reached when all tokens read, cached ones included, are more than this.
    pub above: u64,
    /// What differs from there on; a class that is not named keeps its rate.
    pub rates: Rates,
}

/// The rates of one service level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// Rates from the first token.
    pub base: Rates,
    /// Rates of long requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
}

impl Schedule {
    /// Returns the rate stated for `class` when a request reads `total_input` tokens: the highest of the base and the
    /// tiers reached.
    fn stated(&self, class: Class, total_input: u64) -> Option<Rate> {
        self.base.get(class).max(self.tier(class, total_input))
    }

    fn tier(&self, class: Class, total_input: u64) -> Option<Rate> {
        let reached = self.tiers.iter().filter(|tier| total_input > tier.above);
        reached.filter_map(|tier| tier.rates.get(class)).max()
    }

    fn has_tier(&self, class: Class) -> bool {
        self.tier(class, u64::MAX).is_some()
    }
}

impl From<Rates> for Schedule {
    fn from(base: Rates) -> Self {
        Self { base, tiers: Vec::new() }
    }
}

/// A model's price.
///
/// # Which rate a class gets
/// 1. A service level that states the class is used. Where it states no tier for the class but the standard level does,
///    the higher of its own rate and the standard tier reached counts: what is not known is never assumed cheaper.
/// 2. Else the standard level's rate.
/// 3. Else the rate of another class, see [`Rates`]; never zero.
///
/// Of the rates so found below and in each tier that a request reaches, the highest counts, so that a longer request
/// never costs less.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What a call pays that asks for nothing else.
    pub standard: Schedule,
    /// Batch rates, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Schedule>,
    /// Flex rates, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flex: Option<Schedule>,
    /// Priority rates, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Schedule>,
}

impl Price {
    /// Builds a price that is the same for all calls.
    #[must_use]
    pub fn flat(rates: Rates) -> Self {
        Self { standard: rates.into(), ..Self::default() }
    }

    /// Returns the schedule of `service`, if it is priced apart.
    #[must_use]
    pub fn schedule(&self, service: Service) -> Option<&Schedule> {
        match service {
            Service::Standard => Some(&self.standard),
            Service::Batch => self.batch.as_ref(),
            Service::Flex => self.flex.as_ref(),
            Service::Priority => self.priority.as_ref(),
        }
    }

    /// Returns the rate of `class` in a call of `service` that reads `total_input` tokens, and the class that states
    /// it; `None` when nothing does.
    #[must_use]
    pub fn rate(&self, service: Service, total_input: u64, class: Class) -> Option<Found> {
        let at = |total_input| rates::resolve(class, |class| self.stated(service, total_input, class));
        let thresholds = self.thresholds(service).filter(|&above| total_input > above);
        thresholds.fold(at(0), |dearest, above| match (dearest, at(above.saturating_add(1))) {
            (Some(dearest), Some(here)) if here.rate <= dearest.rate => Some(dearest),
            (dearest, here) => here.or(dearest),
        })
    }

    /// Returns the threshold of the highest tier that a request of `total_input` tokens reaches.
    #[must_use]
    pub fn tier_reached(&self, service: Service, total_input: u64) -> Option<u64> {
        self.thresholds(service).filter(|&above| total_input > above).max()
    }

    /// Returns whether every rate that is stated is zero; a price that states nothing is not free but empty.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let mut rates = self.stated_rates().peekable();
        rates.peek().is_some() && rates.all(|rate| rate == Rate(0))
    }

    /// Returns whether no rate at all is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stated_rates().next().is_none()
    }

    fn thresholds(&self, service: Service) -> impl Iterator<Item = u64> {
        let schedules = [Some(&self.standard), self.schedule(service).filter(|_| service != Service::Standard)];
        schedules.into_iter().flatten().flat_map(|schedule| schedule.tiers.iter().map(|tier| tier.above))
    }

    fn stated(&self, service: Service, total_input: u64, class: Class) -> Option<Rate> {
        let standard = &self.standard;
        let own = self.schedule(service).filter(|_| service != Service::Standard);
        let Some((own, rate)) = own.and_then(|own| own.stated(class, total_input).map(|rate| (own, rate))) else {
            return standard.stated(class, total_input);
        };
        if own.has_tier(class) { Some(rate) } else { Some(rate).max(standard.tier(class, total_input)) }
    }

    fn stated_rates(&self) -> impl Iterator<Item = Rate> {
        let schedules = Service::ALL.into_iter().filter_map(|service| self.schedule(service));
        schedules
            .flat_map(|schedule| std::iter::once(&schedule.base).chain(schedule.tiers.iter().map(|tier| &tier.rates)))
            .flat_map(|rates| rates.iter().map(|(_, rate)| rate))
    }
}

#[cfg(test)]
mod tests;
