//! What routing knows of the routes of a model right now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::money::Micros;
use sluice_domain::route::score::health;
use sluice_domain::route::{Passage, Sample, Subject, Trouble, Worth};
use sluice_protocol::operation::Operation;

use super::preview::Previewer;
use crate::money::prices::Priced;
use crate::snapshot::{Candidate, Policies, ProviderPlan, Wanted};

/// What is known of one route, as routing judges it.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) credential: CredentialId,
    /// What it costs; `None` when nobody says.
    pub(crate) priced: Option<Arc<Priced>>,
    pub(crate) worth: Worth,
    pub(crate) sample: Sample,
    /// Answers that said nothing lately.
    pub(crate) invalid: u32,
    /// What failures and latency multiply its share by.
    pub(crate) health: f64,
    /// Why it is left alone; `None` where it is not.
    pub(crate) rest: Option<Rest>,
}

/// Why something is left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    /// What happened.
    pub(crate) trouble: Trouble,
    /// To which of them.
    pub(crate) of: Subject,
    /// Unix milliseconds.
    pub(crate) until_ms: i64,
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

    /// Returns the providers that are left alone as a whole; empty where no relay runs.
    pub(crate) fn resting_providers(&self) -> HashMap<ProviderId, Rest> {
        let Some(shared) = self.shared() else { return HashMap::new() };
        let snapshot = shared.live.load();
        let now_ms = shared.clock.now().0;
        let rest = |plan: &ProviderPlan| Some((plan.id, rest(&plan.vital.gate.passage(now_ms), Subject::Provider)?));
        snapshot.targets().filter_map(|target| rest(&target.provider)).collect()
    }
}

impl Previewer {
    /// Returns how many answers of each provider said nothing lately; empty where no relay runs.
    pub(crate) fn invalid_answers(&self) -> HashMap<ProviderId, u64> {
        let Some(shared) = self.shared() else { return HashMap::new() };
        let snapshot = shared.live.load();
        let (now_ms, windows) = (shared.clock.now().0, snapshot.policies.windows());
        let (mut seen, mut counts) = (HashSet::new(), HashMap::new());
        for (target, vital) in snapshot.route_vitals() {
            let invalid = vital.learned(now_ms, windows).map_or(0, |learned| learned.invalid);
            // Routes under several names share what is known.
            if invalid > 0 && seen.insert(Arc::as_ptr(vital)) {
                *counts.entry(target.provider.id).or_default() += u64::from(invalid);
            }
        }
        counts
    }
}

fn rest(passage: &Passage, of: Subject) -> Option<Rest> {
    match *passage {
        Passage::Shut(trouble, until_ms) => Some(Rest { trouble, of, until_ms }),
        Passage::Open | Passage::Probe => None,
    }
}

fn standing(candidate: &Candidate<'_>, policies: &Policies, now_ms: i64) -> Standing {
    let dollars = |sum: Micros| sum.0 as f64 / 1_000_000.0;
    let learned = candidate.vital.learned(now_ms, policies.windows()).unwrap_or_default();
    let target = candidate.target;
    let gates = [
        (&target.provider.vital.gate, Subject::Provider),
        (&target.vital.gate, Subject::Credential),
        (&candidate.vital.gate, Subject::Route),
    ];
    let rests = gates.into_iter().filter_map(|(gate, of)| rest(&gate.passage(now_ms), of));
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
        invalid: learned.invalid,
        rest: rests.max_by_key(|rest| rest.until_ms),
    }
}
