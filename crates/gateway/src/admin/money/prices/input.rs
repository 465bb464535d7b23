//! Prices as they come in.

use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::price::{Price, PriceEntry, PricePurpose, PriceSource, Rates, Scope, Service};
use sluice_store::NewPrice;
use utoipa::ToSchema;

use super::body::PriceBody;
use crate::admin::AdminState;
use crate::admin::providers::find_vendor;
use crate::admin::wire::input::{not_negative, required_text, text};
use crate::admin::wire::{Failure, Problem};
use crate::newapi::RatioInput;

const MODEL_CHARS: usize = 255;
const REMARK_CHARS: usize = 1_000;
/// A thousand million dollars for a million of anything is a slip of the pen.
const MAX_RATE: u64 = 1_000_000_000_000_000;

/// What a price is for.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PurposeInput {
    /// What the provider takes.
    #[default]
    Cost,
    /// What callers pay instead of cost times factors.
    Sell,
}

impl From<PurposeInput> for PricePurpose {
    fn from(purpose: PurposeInput) -> Self {
        match purpose {
            PurposeInput::Cost => Self::Cost,
            PurposeInput::Sell => Self::Sell,
        }
    }
}

/// A price to state: exactly one of `price`, `rates` and `ratios`. Fields that are not known are refused.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPriceInput {
    /// Model name as the provider knows it; `*` stands for any run of characters.
    model: String,
    /// `cost` by default.
    #[serde(default)]
    purpose: PurposeInput,
    /// Only at this provider.
    provider_id: Option<i64>,
    /// Only at providers of this vendor.
    vendor: Option<String>,
    /// It holds from then on, Unix seconds; now by default.
    effective_from: Option<i64>,
    /// Note for people.
    remark: Option<String>,
    /// The whole price, with tiers and service levels.
    price: Option<PriceBody>,
    /// One rate for each class, in micro-dollars per million; 0 is free.
    #[schema(value_type = Option<BTreeMap<String, u64>>, example = json!({"input": 2_500_000, "output": 10_000_000}))]
    rates: Option<Rates>,
    /// Ratios, as NewAPI sites write prices.
    ratios: Option<RatioInput>,
}

impl NewPriceInput {
    /// Returns the price to keep.
    pub(super) fn read(&self, state: &AdminState) -> Result<NewPrice, Failure> {
        let now = state.clock.now();
        let secs = self.effective_from.map(|secs| not_negative("effective_from", secs)).transpose()?;
        Ok(NewPrice {
            purpose: self.purpose.into(),
            entry: PriceEntry {
                model: required_text("model", Some(&self.model), MODEL_CHARS)?,
                scope: self.scope(state)?,
                source: PriceSource::Operator,
                effective_from: secs.map_or(now, |secs| Timestamp(secs.saturating_mul(1_000))),
                disputed: false,
                price: self.price()?,
            },
            remark: text("remark", self.remark.as_deref().unwrap_or_default(), REMARK_CHARS)?,
            created_at: now,
        })
    }

    fn scope(&self, state: &AdminState) -> Result<Scope, Failure> {
        match (self.provider_id.map(ProviderId), self.vendor.as_deref()) {
            (None, None) => Ok(Scope::Any),
            (Some(_), Some(_)) => Err(Problem::PriceScopes.into()),
            (None, Some(vendor)) => Ok(Scope::Vendor(find_vendor(&state.vendors, vendor)?.name.clone())),
            (Some(id), None) => Ok(Scope::Provider(id)),
        }
    }

    fn price(&self) -> Result<Price, Failure> {
        let price = match (&self.price, &self.rates, &self.ratios) {
            (Some(price), None, None) => price.clone().into(),
            (None, Some(rates), None) => Price::flat(rates.clone()),
            (None, None, Some(ratios)) => {
                ratios.price().map_err(|error| Problem::ValueInvalid.with("field", "ratios").with("reason", error))?
            }
            _ => return Err(Problem::PriceForms.into()),
        };
        check_rates(&price)?;
        Ok(price)
    }
}

fn check_rates(price: &Price) -> Result<(), Failure> {
    let schedules = Service::ALL.into_iter().filter_map(|service| price.schedule(service));
    let rates = schedules.flat_map(|schedule| {
        std::iter::once(&schedule.base).chain(schedule.tiers.iter().map(|tier| &tier.rates)).flat_map(Rates::iter)
    });
    match rates.into_iter().find(|(_, rate)| rate.0 > MAX_RATE) {
        Some((class, _)) => Err(Problem::RateTooHigh.with("class", class.as_str()).with("max", MAX_RATE)),
        None => Ok(()),
    }
}
