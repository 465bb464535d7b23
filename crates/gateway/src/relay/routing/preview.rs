//! Where a call would go right now, without making it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request};
use sluice_domain::id::CallId;
use sluice_domain::key::Caller;
use sluice_domain::route::decision::{CONSIDERED_MAX, WHOLE};
use sluice_domain::route::{Considered, Decision, Obstacle};
use sluice_protocol::operation::{Endpoint, endpoint};

use crate::relay::conversion::convert::convert;
use crate::relay::inbound::demand::Demand;
use crate::relay::inbound::identify::Client;
use crate::relay::inbound::intake::Payload;
use crate::relay::routing::{Outcome, none_usable};
use crate::relay::{Asked, Shared};
use crate::snapshot::rules::Ruled;

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

impl Previewer {
    /// Makes the previewer of a relay.
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self(Some(shared))
    }

    /// Returns the relay, if one runs.
    pub(super) fn shared(&self) -> Option<&Shared> {
        self.0.as_deref()
    }

    /// Returns where a call of `caller` would go, by the rules in force or by those of a `draft`; `None` where no relay runs.
    pub(crate) async fn preview(
        &self,
        caller: Caller,
        call: (&str, Bytes),
        draft: Option<&[Ruled]>,
    ) -> Option<Previewed> {
        let shared = self.shared()?;
        Some(preview(shared, caller, call, draft).await.unwrap_or_else(refused))
    }
}

fn refused(message: String) -> Previewed {
    Previewed { decision: Decision::default(), refusal: Some(message) }
}

async fn preview(
    shared: &Shared,
    caller: Caller,
    (path, body): (&str, Bytes),
    draft: Option<&[Ruled]>,
) -> Result<Previewed, String> {
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
    let budget_left = match draft {
        Some(draft) if draft.iter().any(Ruled::asks_budget) => shared.spendable(&client).await,
        Some(_) => None,
        None => shared.budget_left(&snapshot, &client).await,
    };
    let (snapshot, client, subject) = (&*snapshot, &client, &*subject);
    let asked = Asked { snapshot, client, operation, subject, pin: None, budget_left, draft };
    let mut previewed = contest(shared, &asked, &demand, &parts).await;
    add_bystanders(&mut previewed.decision, &asked, &demand);
    Ok(previewed)
}

/// Decides as for a call, and sees which of those that can be used can carry it.
async fn contest(shared: &Shared, asked: &Asked<'_>, demand: &Demand, parts: &Parts) -> Previewed {
    let field = match shared.field(asked, demand, parts) {
        Ok(field) => field,
        Err(fault) => return refused(fault.message.into_owned()),
    };
    let Outcome { order, mut decision, .. } = shared.decide(rand::random(), asked, demand, field);
    let now_ms = shared.clock.now().0;
    if order.is_empty() {
        let refusal = none_usable(&demand.model, &decision, now_ms).message.into_owned();
        return Previewed { decision, refusal: Some(refusal) };
    }
    let (mut unable, mut refusal) = (Vec::new(), None);
    let id = CallId::new(now_ms.unsigned_abs(), rand::random());
    for candidate in &order {
        if let Err(fault) = convert((shared, asked.snapshot), id, demand, candidate).await {
            unable.push(candidate.target.credential_id);
            refusal = refusal.or(Some(fault.message.into_owned()));
        }
    }
    let is_carried = unable.len() < order.len();
    decision.bar(&unable, Obstacle::NotConvertible);
    Previewed { decision, refusal: refusal.filter(|_| !is_carried) }
}

/// Adds the routes to the model that are no candidates, and why.
fn add_bystanders(decision: &mut Decision, asked: &Asked<'_>, demand: &Demand) {
    let snapshot = asked.snapshot;
    let ruled = decision.model.clone();
    let mut names = snapshot.policies.stands_for(&demand.model, &mut rand::rng());
    names.extend(ruled.as_deref().filter(|ruled| *ruled != demand.model));
    for bystander in names.into_iter().flat_map(|name| snapshot.bystanders(name, demand.wanted())) {
        let model = (bystander.model != demand.model).then(|| bystander.model.to_owned());
        let is_same = |one: &Considered| one.credential_id == bystander.credential && one.model == model;
        if decision.considered.iter().any(is_same) {
            continue;
        }
        if decision.considered.len() >= CONSIDERED_MAX {
            // One that seems not chosen may be a candidate that is counted already.
            decision.more += u64::from(bystander.obstacle != Obstacle::NotChosen);
            continue;
        }
        decision.considered.push(Considered {
            provider_id: bystander.provider,
            credential_id: bystander.credential,
            model,
            priority: bystander.standing.priority,
            weight: bystander.standing.weight,
            share: 0,
            health: WHOLE,
            cost: None,
            first_token_ms: None,
            in_flight: 0,
            calls_left: None,
            invalid: 0,
            converts: false,
            obstacle: Some(bystander.obstacle),
        });
    }
}
