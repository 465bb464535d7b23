//! What routing knows of the routes of a model right now.

use std::sync::Arc;

use sluice_domain::id::CredentialId;
use sluice_domain::money::Micros;
use sluice_domain::route::score::health;
use sluice_domain::route::{Passage, Sample, Worth};
use sluice_protocol::operation::Operation;

use super::preview::Previewer;
use crate::money::prices::Priced;
use crate::snapshot::{Candidate, Policies, Wanted};

/// What is known of one route, as routing judges it.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) credential: CredentialId,
    /// What it costs; `None` when nobody says.
    pub(crate) priced: Option<Arc<Priced>>,
    pub(crate) worth: Worth,
    pub(crate) sample: Sample,
    /// What failures and latency multiply its share by.
    pub(crate) health: f64,
    /// Unix milliseconds until which it rests; `None` where it does not.
    pub(crate) rests_until_ms: Option<i64>,
}

impl Previewer {
    /// Returns what is known of the routes that serve `model` in conversations; empty where no relay runs.
    pub(crate) fn standings(&self, model: &str) -> Vec<Standing> {
        let Some(shared) = self.shared() else { return Vec::new() };
        let snapshot = shared.live.load();
        let now_ms = shared.clock.now().0;
        let wanted = Wanted { operation: Operation::ChatCompletions, is_stream: false };
        let candidates = snapshot.candidates(model, wanted);
        candidates.iter().map(|candidate| standing(candidate, &snapshot.policies, now_ms)).collect()
    }
}

fn standing(candidate: &Candidate<'_>, policies: &Policies, now_ms: i64) -> Standing {
    let dollars = |sum: Micros| sum.0 as f64 / 1_000_000.0;
    let learned = candidate.vital.learned(now_ms, policies.windows()).unwrap_or_default();
    let target = candidate.target;
    let gates = [&target.provider.vital.gate, &target.vital.gate, &candidate.vital.gate];
    let rests = gates.into_iter().filter_map(|gate| match gate.passage(now_ms) {
        Passage::Shut(_, until_ms) => Some(until_ms),
        Passage::Open | Passage::Probe => None,
    });
    Standing {
        credential: target.credential_id,
        priced: candidate.priced.clone(),
        worth: Worth {
            unit_cost: candidate.priced.as_ref().map_or(0.0, |priced| priced.unit_cost),
            balance: target.provider.balance.map_or(0.0, |balance| dollars(balance.left)),
            spent: dollars(learned.spent),
        },
        health: health(&learned.sample, &policies.factors),
        sample: learned.sample,
        rests_until_ms: rests.max(),
    }
}
