//! What upstreams turned out not to serve, whatever their vendor file says: relays and servers that call themselves
//! compatible often lack one of the dialects. Then a call is converted into one that they have.

use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use sluice_domain::id::ProviderId;
use sluice_protocol::operation::Operation;

use crate::snapshot::{Candidate, Wanted};

/// Pairs of provider and model that are remembered.
const REMEMBERED: usize = 10_000;
/// How long something counts as not served. An upstream that is set right again is found out after that.
const TTL: Duration = Duration::from_secs(600);

/// Operations that upstreams turned out not to have.
pub(crate) struct Unserved {
    cache: Cache<(ProviderId, String, Operation), Instant>,
}

impl Default for Unserved {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

impl Unserved {
    /// Remembers that an upstream lacks what `candidate` asks for.
    pub(in crate::relay) fn remember(&self, candidate: &Candidate<'_>) {
        self.cache.insert(key(candidate), Instant::now());
    }

    /// Makes a candidate ask for what its upstream has, as far as that is known.
    pub(in crate::relay) fn correct(&self, candidate: &mut Candidate<'_>, wanted: Wanted) {
        if self.cache.is_empty() {
            return;
        }
        let mut lacking = Vec::new();
        while self.cache.get(&key(candidate)).is_some_and(|since| since.elapsed() < TTL) {
            lacking.push(candidate.operation);
            let Some(other) = candidate.target.provider.stand_in(wanted, &lacking) else { return };
            candidate.operation = other;
        }
    }
}

fn key(candidate: &Candidate<'_>) -> (ProviderId, String, Operation) {
    (candidate.target.provider.id, candidate.model.to_owned(), candidate.operation)
}
