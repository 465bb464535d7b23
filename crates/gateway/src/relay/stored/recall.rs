//! Requests that go on from something that is kept here.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use sluice_domain::response::StoredResponse;
use sluice_protocol::responses::{Earlier, expand, items_named};

use super::keeps_responses;
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::demand::{Demand, INLINE_MAX_BYTES};
use crate::relay::inbound::intake::Payload;
use crate::relay::{Asked, Relay, clipped};
use crate::snapshot::Candidate;

/// Items that one request may name; the others stay as they are.
const REFERENCES_MAX: usize = 500;

/// Where a response is kept.
pub(super) enum Located {
    /// Where it was made; calls about it go there.
    Upstream,
    /// Here.
    Here(Arc<StoredResponse>),
    /// Nowhere, or it belongs to somebody else.
    Nowhere,
}

impl Relay {
    /// Finds out where a response is kept that the caller names.
    pub(super) async fn locate(&self, id: &str, asked: &Asked<'_>) -> Result<Located, Fault> {
        let (shared, owner) = (&self.shared, asked.client.caller.key.user_id);
        if let Some(response) = shared.responses.recent(id, owner, shared.clock.now()) {
            return Ok(Located::Here(response));
        }
        if shared.objects.target(id, owner, asked.snapshot, shared).await?.is_some() {
            return Ok(Located::Upstream);
        }
        let found = shared.responses.find(id, owner, shared).await?;
        Ok(found.map_or(Located::Nowhere, Located::Here))
    }

    /// Completes a request by what came before and by the items that it names, where that is kept here.
    ///
    /// # Errors
    /// The response that it goes on from is not known, or belongs to somebody else.
    pub(in crate::relay) async fn recall(&self, asked: &Asked<'_>, demand: Demand) -> Result<Demand, Fault> {
        if !demand.operation.has_state() {
            return Ok(demand);
        }
        let mut known = Known { earlier: None, named: self.named(asked, &demand).await? };
        let mut previous = demand.previous_response.clone();
        if let Some(id) = &previous {
            match self.locate(id, asked).await? {
                Located::Upstream => previous = None,
                Located::Here(earlier) => known.earlier = Some(earlier),
                Located::Nowhere => {
                    let message = format!("Previous response with id '{}' not found.", clipped(id));
                    return Err(Fault::about(Kind::PreviousResponseNotFound, "previous_response_id", message));
                }
            }
        }
        if known.earlier.is_none() && known.named.is_empty() {
            return Ok(demand);
        }
        if demand.retention.only_where_kept == Some("conversation") {
            let message = "`previous_response_id` and `conversation` cannot be used together; send one of them";
            return Err(Fault::about(Kind::InvalidBody, "conversation", message));
        }
        let plain = known.complete(&demand).await?;
        let payload = Payload { wire: plain.clone(), plain, is_encoded: false };
        let known = ("", Some(demand.model.as_str()));
        let read = Demand::read(demand.operation, known, &HeaderMap::new(), payload).await?;
        let mut demand = read.asking_as(&demand);
        demand.retention.previous = previous;
        demand.retention.is_completed = true;
        Ok(demand)
    }

    /// Returns the items that a request names and that are kept here. Who has upstreams alone that keep responses is not
    /// asked about.
    async fn named(&self, asked: &Asked<'_>, demand: &Demand) -> Result<BTreeMap<String, String>, Fault> {
        let references = &demand.retention.references;
        let needs_them = || {
            let candidates = asked.snapshot.candidates(&demand.model, demand.wanted());
            !candidates.iter().all(keeps_responses)
        };
        if references.is_empty() || !needs_them() {
            return Ok(BTreeMap::new());
        }
        let references = references.get(..REFERENCES_MAX).unwrap_or(references);
        let owner = asked.client.caller.key.user_id;
        let found = self.shared.responses.find_of_items(references, owner, &self.shared).await?;
        Ok(found.iter().flat_map(|stored| items_named(&stored.response, references)).collect())
    }
}

/// What is kept here of all that a request goes on from.
struct Known {
    earlier: Option<Arc<StoredResponse>>,
    named: BTreeMap<String, String>,
}

impl Known {
    /// Returns a request's body with all of it.
    async fn complete(self, demand: &Demand) -> Result<bytes::Bytes, Fault> {
        let body = demand.plain().clone();
        let length = body.len() + self.earlier.as_ref().map_or(0, |earlier| earlier.size_bytes());
        let work = move || {
            let earlier = self.earlier.as_deref();
            let earlier = earlier.map(|StoredResponse { input, response, .. }| Earlier { input, response });
            expand(&body, earlier, &self.named)
        };
        let completed = if length <= INLINE_MAX_BYTES { Ok(work()) } else { tokio::task::spawn_blocking(work).await };
        match completed {
            Ok(Ok(body)) => Ok(body.into()),
            Ok(Err(error)) => Err(Fault::new(Kind::InvalidBody, error.to_string())),
            Err(_) => Err(Fault::new(Kind::InvalidBody, "the body could not be read")),
        }
    }
}

/// Leaves those candidates that can do what the request needs of whoever keeps its answer.
///
/// # Errors
/// There is none.
pub(in crate::relay) fn fit(candidates: &mut Vec<Candidate<'_>>, demand: &Demand) -> Result<(), Fault> {
    let retention = &demand.retention;
    if let Some(param) = retention.only_where_kept {
        candidates.retain(keeps_responses);
        if candidates.is_empty() {
            let message = format!(
                "`{param}` needs an upstream that keeps responses, and none that serves `{}` does; send the request \
                 without it",
                clipped(&demand.model)
            );
            return Err(Fault::about(Kind::OperationNotServed, param, message));
        }
    }
    // What was said before has ids that only another upstream knows; one that keeps nothing never looks them up.
    if retention.is_completed && !candidates.iter().all(keeps_responses) {
        candidates.retain(|candidate| !keeps_responses(candidate));
    }
    Ok(())
}
