//! Where a call would go right now, without making it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use sluice_domain::id::CredentialId;
use sluice_domain::key::Caller;
use sluice_domain::money::Micros;
use sluice_domain::route::score::health;
use sluice_domain::route::{Decision, Passage, Sample, Worth};
use sluice_protocol::operation::{Endpoint, Operation, endpoint};

use super::demand::Demand;
use super::identify::Client;
use super::intake::Payload;
use super::routing::{Outcome, none_usable};
use super::{Asked, Shared};
use crate::prices::Priced;
use crate::snapshot::{Candidate, Policies, Wanted};

/// Tells where calls would go.
#[derive(Clone, Default)]
pub(crate) struct Previewer(Option<Arc<Shared>>);

impl fmt::Debug for Previewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Previewer").field(&self.0.is_some()).finish()
    }
}

/// Where a call would go.
#[derive(Debug)]
pub(crate) struct Previewed {
    pub(crate) decision: Decision,
    /// What the caller would be told instead of an answer.
    pub(crate) refusal: Option<String>,
}

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
        let Some(shared) = self.0.as_ref() else { return Vec::new() };
        let snapshot = shared.live.load();
        let now_ms = shared.clock.now().0;
        let wanted = Wanted { operation: Operation::ChatCompletions, is_stream: false };
        let candidates = snapshot.candidates(model, wanted);
        candidates.iter().map(|candidate| standing(candidate, &snapshot.policies, now_ms)).collect()
    }

    /// Makes the previewer of a relay.
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self(Some(shared))
    }

    /// Returns where a call of `caller` would go; `None` where no relay runs.
    pub(crate) async fn preview(&self, caller: Caller, path: &str, body: Bytes) -> Option<Previewed> {
        let shared = self.0.as_ref()?;
        Some(preview(shared, caller, path, body).await.unwrap_or_else(refused))
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

fn refused(message: String) -> Previewed {
    Previewed { decision: Decision::default(), refusal: Some(message) }
}

async fn preview(shared: &Shared, caller: Caller, path: &str, body: Bytes) -> Result<Previewed, String> {
    let request = Request::builder().method(Method::POST).uri(path).body(());
    let (parts, ()) = request.map_err(|error| format!("`{path}` is not a path: {error}"))?.into_parts();
    let Endpoint::Relay { operation, subject } = endpoint(&Method::POST, parts.uri.path()) else {
        return Err(format!("no call can be made to `{path}`"));
    };
    let snapshot = shared.live.load();
    let client = Client::new(Arc::new(caller), shared);
    let default_model = client.caller.key.scope.default_model.as_deref();
    let payload = Payload { wire: body.clone(), plain: body, is_encoded: false };
    let demand = Demand::read(operation, (&subject, default_model), &parts.headers, payload).await;
    let demand = demand.map_err(|fault| fault.message.into_owned())?;
    if !client.caller.key.models.allows(&demand.model) {
        return Err("the key may not use this model".to_owned());
    }
    let asked = Asked { snapshot: &snapshot, client: &client, operation, subject: &subject, pin: None };
    let field = shared.field(&asked, &demand, &parts).map_err(|fault| fault.message.into_owned())?;
    let Outcome { order, decision, .. } = shared.decide(rand::random(), &asked, &demand, field);
    let now_ms = shared.clock.now().0;
    let refusal = order.is_empty().then(|| none_usable(&demand.model, &decision, now_ms).message.into_owned());
    Ok(Previewed { decision, refusal })
}
