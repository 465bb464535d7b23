//! Which account's prompt cache a conversation has warmed. Bounded, in the memory of one node; forgetting it only costs a
//! discount.

use quick_cache::sync::Cache;
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

impl Affinity {
    /// Returns where a conversation is warm.
    pub(crate) fn find(&self, conversation: Conversation) -> Option<Warm> {
        self.0.get(&conversation)
    }

    /// Remembers where a conversation is warm now.
    pub(crate) fn remember(&self, conversation: Conversation, warm: Warm) {
        self.0.insert(conversation, warm);
    }
}
