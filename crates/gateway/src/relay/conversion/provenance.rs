//! Who issued which proof: signatures and sealed thoughts go back only to the account that made them. Those that cross
//! dialects name their issuer; for those that do not, it is remembered from the answer that brought them.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use quick_cache::sync::Cache;
use sluice_protocol::chat::{ProofId, ProofScanner};

/// Proofs that are remembered: those of the conversations of the last hours, in about 10 MB.
const REMEMBERED: usize = 100_000;

/// The issuers of proofs that passed here.
pub(crate) struct Provenance {
    issuers: Cache<ProofId, Arc<str>>,
    first: OnceLock<Arc<str>>,
    /// Whether more than one account has issued any. Until then nothing can go to the wrong one.
    has_several: AtomicBool,
}

impl Default for Provenance {
    fn default() -> Self {
        Self { issuers: Cache::new(REMEMBERED), first: OnceLock::new(), has_several: AtomicBool::new(false) }
    }
}

impl Provenance {
    fn remember(&self, proof: ProofId, issuer: &Arc<str>) {
        if self.first.get_or_init(|| Arc::clone(issuer)) != issuer {
            self.has_several.store(true, Ordering::Relaxed);
        }
        self.issuers.insert(proof, Arc::clone(issuer));
    }

    /// Returns who issued the proof that stands like this inside its JSON string, if that is known.
    pub(in crate::relay) fn issuer_of(&self, escaped: &str) -> Option<Arc<str>> {
        self.issuers.get(&ProofId::of(escaped))
    }

    /// Returns the issuers of a request's proofs, as far as they are known.
    pub(in crate::relay) fn issuers_in(&self, body: &[u8]) -> Vec<Arc<str>> {
        let mut issuers: Vec<Arc<str>> = Vec::new();
        if self.issuers.is_empty() {
            return issuers;
        }
        ProofScanner::default().push(body, |proof| {
            if let Some(issuer) = self.issuers.get(&proof).filter(|issuer| !issuers.contains(issuer)) {
                issuers.push(issuer);
            }
        });
        issuers
    }

    /// Returns whether proofs have been seen at all that somebody else than `issuer` may have issued.
    pub(in crate::relay) fn concerns(&self, issuer: &str) -> bool {
        self.has_several.load(Ordering::Relaxed) || self.first.get().is_some_and(|first| **first != *issuer)
    }
}

/// Looks for proofs in one answer.
pub(in crate::relay) struct Watch {
    scanner: ProofScanner,
    provenance: Arc<Provenance>,
    issuer: Arc<str>,
}

impl Watch {
    /// Begins before the first byte of an answer by `issuer`.
    pub(in crate::relay) fn new(provenance: &Arc<Provenance>, issuer: &Arc<str>) -> Self {
        Self { scanner: ProofScanner::default(), provenance: Arc::clone(provenance), issuer: Arc::clone(issuer) }
    }

    /// Takes the next bytes.
    pub(in crate::relay) fn push(&mut self, plain: &[u8]) {
        let Self { scanner, provenance, issuer } = self;
        scanner.push(plain, |proof| provenance.remember(proof, issuer));
    }
}
