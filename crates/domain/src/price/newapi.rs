//! Prices of NewAPI and One-API sites, which publish ratios: a model ratio of 1 is $2 per million input tokens, all
//! other ratios multiply it. 500,000 of their quota are one dollar, so one quota is two micro-dollars.

use super::Price;
use super::class::Class;
use super::decimal::{BadDecimal, Decimal};
use super::rates::{Rate, Rates};

/// Micro-dollars per million tokens at model ratio 1.
const MICROS_AT_RATIO_ONE: u64 = 2_000_000;
/// Micro-dollars of a million calls at a model price of one dollar.
const MICROS_PER_MILLION_AT_ONE_DOLLAR: u64 = 1_000_000_000_000;
/// What these sites charge for writing to the cache unless they say otherwise.
const USUAL_CACHE_WRITE_RATIO: Decimal = Decimal::from_parts(125, 2);

/// What a site publishes of a model, numbers as they stand in its JSON. Absent ratios are `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewapiQuote<'a> {
    /// 1: the price is per call; else by ratios.
    pub quota_type: i64,
    /// Multiple of $2 per million input tokens.
    pub model_ratio: Option<&'a str>,
    /// Output by input; absent or 0 means 1.
    pub completion_ratio: Option<&'a str>,
    /// Dollars per call.
    pub model_price: Option<&'a str>,
    /// Factor of the credential's group; absent means 1.
    pub group_ratio: Option<&'a str>,
    /// Cached by full input; absent means 1.
    pub cache_ratio: Option<&'a str>,
    /// Cache write by full input; absent means 1.25.
    pub cache_write_ratio: Option<&'a str>,
    /// Image by text input.
    pub image_ratio: Option<&'a str>,
    /// Audio by text input.
    pub audio_ratio: Option<&'a str>,
    /// Audio output by audio input.
    pub audio_completion_ratio: Option<&'a str>,
}

/// Why a quote is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// Neither a ratio nor a price is given.
    #[error("the provider publishes neither a ratio nor a price")]
    Missing,
    /// A number cannot be used.
    #[error(transparent)]
    BadNumber(#[from] BadDecimal),
}

/// Turns a site's quote into a price.
///
/// `quota_type` decides between the two kinds of price; where the kind it names is absent or zero and the other is
/// not, the other counts. Products are exact; only a rate that is no whole micro-dollar per million is rounded up. A ratio
/// of zero is a price of zero: the site says that the model is free, see [`Price::is_free`].
///
/// # Errors
/// `Missing` when there is neither kind; `BadNumber` when a number is negative or cannot be read.
pub fn from_newapi_ratios(quote: &NewapiQuote<'_>) -> Result<Price, QuoteError> {
    let ratio = number(quote.model_ratio)?;
    let price = number(quote.model_price)?;
    let group = number(quote.group_ratio)?.unwrap_or(ONE);
    let is_set = |number: Option<Decimal>| number.is_some_and(|number| !number.is_zero());
    let by_call = if quote.quota_type == 1 { is_set(price) || !is_set(ratio) } else { !is_set(ratio) && is_set(price) };
    if by_call {
        let price = price.ok_or(QuoteError::Missing)?.times(group)?;
        let micros = price.scaled_up(MICROS_PER_MILLION_AT_ONE_DOLLAR)?;
        return Ok(Price::flat(Rates::default().with(Class::Call, micros)));
    }
    by_ratio(quote, ratio.ok_or(QuoteError::Missing)?.times(group)?)
}

const ONE: Decimal = Decimal::from_parts(1, 0);

fn by_ratio(quote: &NewapiQuote<'_>, input: Decimal) -> Result<Price, QuoteError> {
    let completion = number(quote.completion_ratio)?.filter(|ratio| !ratio.is_zero()).unwrap_or(ONE);
    let audio = number(quote.audio_ratio)?;
    let audio_output = match (audio, number(quote.audio_completion_ratio)?) {
        (Some(audio), Some(completion)) => Some(audio.times(completion)?),
        _ => None,
    };
    let cache_write = number(quote.cache_write_ratio)?.unwrap_or(USUAL_CACHE_WRITE_RATIO);
    let ratios = [
        (Class::Input, Some(ONE)),
        (Class::CacheRead, number(quote.cache_ratio)?),
        (Class::CacheWrite5m, Some(cache_write)),
        (Class::InputAudio, audio),
        (Class::InputImage, number(quote.image_ratio)?),
        (Class::Output, Some(completion)),
        (Class::OutputAudio, audio_output),
    ];
    let mut rates = Rates::default();
    for (class, ratio) in ratios {
        let Some(ratio) = ratio else { continue };
        rates.set(class, Rate(input.times(ratio)?.scaled_up(MICROS_AT_RATIO_ONE)?));
    }
    Ok(Price::flat(rates))
}

fn number(text: Option<&str>) -> Result<Option<Decimal>, BadDecimal> {
    text.map(|text| Decimal::parse(text).map(Decimal::without_float_noise)).transpose()
}

#[cfg(test)]
mod tests;
