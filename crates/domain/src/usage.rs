//! What a call consumed, in classes that never overlap, so that each has its price and the sum is the whole.

use serde::{Deserialize, Serialize};

/// Token counts by class, and what is counted otherwise. Classes are disjoint: a cached token is not in `input`, a
/// reasoning token is not in `output`. All are counts of LLM tokens unless the name says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Text read at full price.
    pub input: u64,
    /// Read from the vendor's prompt cache.
    pub cache_read: u64,
    /// Written to the prompt cache for five minutes.
    pub cache_write_5m: u64,
    /// Written to the prompt cache for one hour.
    pub cache_write_1h: u64,
    /// Audio read.
    pub input_audio: u64,
    /// Images read, where the vendor counts them apart.
    pub input_image: u64,
    /// Text written.
    pub output: u64,
    /// Thought before the text.
    pub reasoning: u64,
    /// Audio written.
    pub output_audio: u64,
    /// Images written, where the vendor counts them in tokens.
    pub output_image: u64,
    /// Units of per-call work, such as searches of a rerank call.
    pub calls: u64,
    /// Length of audio or video, milliseconds.
    pub duration_ms: u64,
    /// Number of images made.
    pub images: u64,
}

impl Usage {
    /// Returns all tokens read, cached ones included.
    #[must_use]
    pub fn total_input(&self) -> u64 {
        [self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h, self.input_audio, self.input_image]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    /// Returns all tokens written, reasoning included.
    #[must_use]
    pub fn total_output(&self) -> u64 {
        [self.output, self.reasoning, self.output_audio, self.output_image].into_iter().fold(0, u64::saturating_add)
    }

    /// Returns whether nothing at all was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where the numbers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageSource {
    /// The upstream said so.
    Reported,
    /// Counted by Sluice with a tokenizer on what passed by.
    Estimated,
    /// Nothing was consumed, or nothing is known.
    #[default]
    Missing,
}

impl UsageSource {
    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Estimated => "estimated",
            Self::Missing => "missing",
        }
    }

    /// Reads the name; anything unknown is `Missing`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "reported" => Self::Reported,
            "estimated" => Self::Estimated,
            _ => Self::Missing,
        }
    }
}
