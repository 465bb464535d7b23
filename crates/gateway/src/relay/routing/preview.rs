//! Where a call would go right now, without making it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use sluice_domain::key::Caller;
use sluice_domain::route::Decision;
use sluice_protocol::operation::{Endpoint, endpoint};

use crate::relay::inbound::demand::Demand;
use crate::relay::inbound::identify::Client;
use crate::relay::inbound::intake::Payload;
use crate::relay::routing::{Outcome, none_usable};
use crate::relay::{Asked, Shared};

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

    /// Returns where a call of `caller` would go; `None` where no relay runs.
    pub(crate) async fn preview(&self, caller: Caller, path: &str, body: Bytes) -> Option<Previewed> {
        let shared = self.0.as_ref()?;
        Some(preview(shared, caller, path, body).await.unwrap_or_else(refused))
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
