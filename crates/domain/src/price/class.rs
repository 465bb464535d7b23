//! The classes that a price has rates for: those of [`Usage`], in the same order.

use serde::{Deserialize, Serialize};

use crate::usage::Usage;

/// Something that is counted and has a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Text read at full price.
    Input,
    /// Tokens read from the prompt cache.
    CacheRead,
    /// Tokens written to the cache for five minutes.
    #[serde(rename = "cache_write_5m")]
    CacheWrite5m,
    /// Tokens written to the cache for one hour.
    #[serde(rename = "cache_write_1h")]
    CacheWrite1h,
    /// Audio tokens read.
    InputAudio,
    /// Image tokens read.
    InputImage,
    /// Text written.
    Output,
    /// Tokens thought.
    Reasoning,
    /// Audio tokens written.
    OutputAudio,
    /// Image tokens written.
    OutputImage,
    /// Calls, or units of per-call work such as searches.
    Call,
    /// Seconds of audio or video.
    Second,
    /// Images made.
    Image,
}

impl Class {
    /// Every class, in the order of receipts.
    pub const ALL: [Self; 13] = [
        Self::Input,
        Self::CacheRead,
        Self::CacheWrite5m,
        Self::CacheWrite1h,
        Self::InputAudio,
        Self::InputImage,
        Self::Output,
        Self::Reasoning,
        Self::OutputAudio,
        Self::OutputImage,
        Self::Call,
        Self::Second,
        Self::Image,
    ];

    /// Returns the name used in files, receipts and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CacheRead => "cache_read",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::InputAudio => "input_audio",
            Self::InputImage => "input_image",
            Self::Output => "output",
            Self::Reasoning => "reasoning",
            Self::OutputAudio => "output_audio",
            Self::OutputImage => "output_image",
            Self::Call => "call",
            Self::Second => "second",
            Self::Image => "image",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Returns whether the class counts LLM tokens.
    #[must_use]
    pub const fn is_tokens(self) -> bool {
        !matches!(self, Self::Call | Self::Second | Self::Image)
    }

    /// Returns how much of the class `usage` has: tokens, calls, images, or milliseconds for [`Class::Second`].
    #[must_use]
    pub const fn quantity(self, usage: &Usage) -> u64 {
        match self {
            Self::Input => usage.input,
            Self::CacheRead => usage.cache_read,
            Self::CacheWrite5m => usage.cache_write_5m,
            Self::CacheWrite1h => usage.cache_write_1h,
            Self::InputAudio => usage.input_audio,
            Self::InputImage => usage.input_image,
            Self::Output => usage.output,
            Self::Reasoning => usage.reasoning,
            Self::OutputAudio => usage.output_audio,
            Self::OutputImage => usage.output_image,
            Self::Call => usage.calls,
            Self::Second => usage.duration_ms,
            Self::Image => usage.images,
        }
    }

    /// Returns how many thousandths of the class's unit one of its quantity is: time is counted in milliseconds.
    pub(super) const fn thousandths(self) -> u128 {
        match self {
            Self::Second => 1,
            _ => 1_000,
        }
    }
}
