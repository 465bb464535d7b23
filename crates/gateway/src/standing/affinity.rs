//! Which account's prompt cache a conversation has warmed. Bounded, in the memory of one node; forgetting it only costs a
//! discount.

use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sluice_domain::id::CredentialId;
use sluice_domain::route::Warmth;
use sluice_protocol::fingerprint::Fingerprint;

/// Conversations that are remembered.
const REMEMBERED: usize = 100_000;

/// A conversation with one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Conversation {
    pub(crate) fingerprint: Fingerprint,
    /// Of the model's name.
    pub(crate) model: u32,
}

/// Where a conversation has a warm cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Warm {
    pub(crate) credential: CredentialId,
    /// Of the model's name there.
    pub(crate) model: u32,
    pub(crate) warmth: Warmth,
}

/// What is remembered of conversations.
pub(crate) struct Affinity(Cache<Conversation, Warm>);

impl Default for Affinity {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Conversation {
    /// Names a conversation with `model`.
    pub(crate) fn of(fingerprint: Fingerprint, model: &str) -> Self {
        Self { fingerprint, model: name_hash(model) }
    }
}

/// Returns what stands for a model's name.
pub(crate) fn name_hash(model: &str) -> u32 {
    crc32fast::hash(model.as_bytes())
}

/// What is remembered of a conversation, as it is kept from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptWarmth {
    #[serde(rename = "f")]
    fingerprint: u64,
    #[serde(rename = "m")]
    model: u32,
    #[serde(rename = "c")]
    credential: CredentialId,
    #[serde(rename = "u")]
    upstream_model: u32,
    #[serde(rename = "t")]
    tokens: u64,
    #[serde(rename = "a")]
    at_ms: i64,
    #[serde(rename = "l")]
    lifetime_ms: i64,
}

/// Conversations that are kept: those that were heard of last.
const KEPT_MAX: usize = 20_000;

impl Affinity {
    /// Returns the conversations whose cache is warm at `now_ms`.
    pub(crate) fn keep(&self, now_ms: i64) -> Vec<KeptWarmth> {
        let is_warm = |warm: &Warm| warm.warmth.expected_tokens(u64::MAX, now_ms) > 0;
        let kept = |(conversation, warm): (Conversation, Warm)| KeptWarmth {
            fingerprint: conversation.fingerprint.0,
            model: conversation.model,
            credential: warm.credential,
            upstream_model: warm.model,
            tokens: warm.warmth.tokens,
            at_ms: warm.warmth.at_ms,
            lifetime_ms: warm.warmth.lifetime_ms,
        };
        let mut warm: Vec<KeptWarmth> = self.0.iter().filter(|(_, warm)| is_warm(warm)).map(kept).collect();
        warm.sort_by_key(|one| std::cmp::Reverse(one.at_ms));
        warm.truncate(KEPT_MAX);
        warm
    }

    /// Remembers what was known in an earlier run. What has cooled down meanwhile is worth nothing, and known to be.
    pub(crate) fn of(kept: &[KeptWarmth]) -> Self {
        let affinity = Self::default();
        for one in kept.iter().take(KEPT_MAX) {
            let warmth = Warmth { tokens: one.tokens, at_ms: one.at_ms, lifetime_ms: one.lifetime_ms };
            let conversation = Conversation { fingerprint: Fingerprint(one.fingerprint), model: one.model };
            affinity.remember(conversation, Warm { credential: one.credential, model: one.upstream_model, warmth });
        }
        affinity
    }

    /// Returns where a conversation is warm.
    pub(crate) fn find(&self, conversation: Conversation) -> Option<Warm> {
        self.0.get(&conversation)
    }

    /// Remembers where a conversation is warm now.
    pub(crate) fn remember(&self, conversation: Conversation, warm: Warm) {
        self.0.insert(conversation, warm);
    }
}
