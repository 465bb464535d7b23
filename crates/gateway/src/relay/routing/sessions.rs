//! Conversations and the prompt caches that they warm.

use http::HeaderMap;
use sluice_domain::route::Warmth;
use sluice_protocol::fingerprint::Fingerprint;

use crate::relay::Relay;
use crate::relay::exchange::Accepted;
use crate::relay::inbound::demand::Demand;
use crate::snapshot::Candidate;
use crate::standing::affinity::{Conversation, Warm, name_hash};

/// Headers by which clients name their sessions: Codex, and Claude Code.
const SESSION_HEADERS: [&str; 4] = ["session_id", "session-id", "x-claude-code-session-id", "conversation_id"];
/// Shorter prompts are cached by no vendor.
const CACHEABLE_TOKENS_MIN: u64 = 1_024;

/// Returns the session that the client names.
pub(in crate::relay) fn session(headers: &HeaderMap) -> Option<Fingerprint> {
    let named = SESSION_HEADERS.iter().find_map(|name| headers.get(*name));
    named.filter(|value| !value.is_empty()).map(|value| Fingerprint::of_session(value.as_bytes()))
}

/// Returns whether a prompt of so many tokens is long enough to be cached by a vendor.
pub(in crate::relay) const fn may_be_cached(tokens: u64) -> bool {
    tokens >= CACHEABLE_TOKENS_MIN
}

impl Relay {
    /// Remembers that a conversation has warmed a cache.
    pub(in crate::relay) fn note_warmth(&self, demand: &Demand, candidate: &Candidate<'_>, accepted: &Accepted) {
        let Some(fingerprint) = demand.fingerprint.filter(|_| accepted.parts.status.is_success()) else { return };
        let tokens = demand.rough_tokens();
        if !may_be_cached(tokens) {
            return;
        }
        let lifetime_ms = candidate.target.provider.cache_lifetime_ms;
        let warmth = Warmth { tokens, at_ms: self.shared.clock.now().0, lifetime_ms };
        let (credential, model) = (candidate.target.credential_id, name_hash(candidate.model));
        let warm = Warm { credential, model, warmth };
        self.shared.affinity.remember(Conversation::of(fingerprint, &demand.model), warm);
    }
}
