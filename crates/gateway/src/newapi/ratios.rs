//! Prices as NewAPI and One-API sites write them: multiples of $2 per million input tokens.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use sluice_domain::price::{NewapiQuote, Price, QuoteError, from_newapi_ratios};
use utoipa::ToSchema;

/// A number as it stands in JSON, digit by digit: no float ever holds it.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct NumberText(String);

impl NumberText {
    /// The number 1.
    pub(crate) fn one() -> Self {
        Self("1".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(reader)?;
        let text = raw.get();
        if text.starts_with('"') {
            return serde_json::from_str(text).map(Self).map_err(serde::de::Error::custom);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A model's ratios. Absent ratios are as the sites have them by default.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RatioInput {
    /// 1: the price is per call; 0 (default): by ratios.
    pub(crate) quota_type: Option<i64>,
    /// Multiple of $2 per million input tokens.
    #[schema(value_type = Option<f64>)]
    pub(crate) model_ratio: Option<NumberText>,
    /// Output by input; 1 by default.
    #[schema(value_type = Option<f64>)]
    pub(crate) completion_ratio: Option<NumberText>,
    /// Dollars per call.
    #[schema(value_type = Option<f64>)]
    pub(crate) model_price: Option<NumberText>,
    /// Factor of the group that the provider's credential is in; 1 by default.
    #[schema(value_type = Option<f64>)]
    pub(crate) group_ratio: Option<NumberText>,
    /// Cached by full input; 1 by default.
    #[schema(value_type = Option<f64>)]
    pub(crate) cache_ratio: Option<NumberText>,
    /// Cache write by full input; 1.25 by default.
    #[schema(value_type = Option<f64>)]
    pub(crate) create_cache_ratio: Option<NumberText>,
    /// Image by text input.
    #[schema(value_type = Option<f64>)]
    pub(crate) image_ratio: Option<NumberText>,
    /// Audio by text input.
    #[schema(value_type = Option<f64>)]
    pub(crate) audio_ratio: Option<NumberText>,
    /// Audio output by audio input.
    #[schema(value_type = Option<f64>)]
    pub(crate) audio_completion_ratio: Option<NumberText>,
}

impl RatioInput {
    /// Returns the price.
    pub(crate) fn price(&self) -> Result<Price, QuoteError> {
        from_newapi_ratios(&NewapiQuote {
            quota_type: self.quota_type.unwrap_or(0),
            model_ratio: self.model_ratio.as_ref().map(NumberText::as_str),
            completion_ratio: self.completion_ratio.as_ref().map(NumberText::as_str),
            model_price: self.model_price.as_ref().map(NumberText::as_str),
            group_ratio: self.group_ratio.as_ref().map(NumberText::as_str),
            cache_ratio: self.cache_ratio.as_ref().map(NumberText::as_str),
            cache_write_ratio: self.create_cache_ratio.as_ref().map(NumberText::as_str),
            image_ratio: self.image_ratio.as_ref().map(NumberText::as_str),
            audio_ratio: self.audio_ratio.as_ref().map(NumberText::as_str),
            audio_completion_ratio: self.audio_completion_ratio.as_ref().map(NumberText::as_str),
        })
    }
}
