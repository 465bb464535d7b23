//! The answer to the client: its head, and a body that passes, is rewritten, or was read before.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use sluice_domain::call::Outcome;
use sluice_domain::key::Caller;
use sluice_protocol::chat::Bridge;
use sluice_protocol::failure::Failure;
use sluice_protocol::meter::Framing;
use sluice_protocol::operation::Operation;

use crate::record::{Ending, Ticket};
use crate::relay::conversion::rewrite::Rendering;
use crate::relay::delivery::cost::{self, Coming, Trailers};
use crate::relay::delivery::farewell::Delivery;
use crate::relay::delivery::{self, Facts, Tap};
use crate::relay::exchange::Accepted;
use crate::relay::fault::Fault;
use crate::relay::inbound::identify::Client;
use crate::relay::reserve::Meterage;
use crate::relay::stored::Keeping;
use crate::relay::wire::body::RelayBody;
use crate::relay::wire::headers;
use crate::relay::{Call, Relay, RelayResponse};

const LOSSES: HeaderName = HeaderName::from_static("x-sluice-losses");
/// Largest error answer that is read to be converted, and the longest wait for it.
const ERROR_MAX_BYTES: usize = 256 * 1024;
const ERROR_WAIT: Duration = Duration::from_secs(10);

/// An accepted answer with what the delivery must know of its call.
pub(in crate::relay) struct Exchange {
    pub(in crate::relay) accepted: Box<Accepted>,
    pub(in crate::relay) operation: Operation,
    pub(in crate::relay) subject: String,
    pub(in crate::relay) model: String,
    pub(in crate::relay) meterage: Option<Meterage>,
    pub(in crate::relay) keeping: Keeping,
    pub(in crate::relay) trailers: Trailers,
}

impl Relay {
    /// Begins the answer to the client.
    ///
    /// # Errors
    /// The upstream broke off before anything of the answer went out.
    pub(in crate::relay) async fn deliver(
        &self,
        call: &Call,
        client: &Client,
        mut exchange: Exchange,
        mut ticket: Ticket,
    ) -> Result<RelayResponse, Fault> {
        let status = exchange.accepted.parts.status;
        let first_token_ms = crate::record::millis(ticket.elapsed());
        ticket.note(|record| {
            record.status = status.as_u16();
            record.first_token_ms = status.is_success().then_some(first_token_ms);
            if !status.is_success() {
                "upstream_error".clone_into(&mut record.error);
            }
        });
        if let Some(bridge) = exchange.accepted.bridge.take_if(|_| !status.is_success()) {
            return Ok(convert_error(*exchange.accepted, &bridge, ticket).await);
        }
        let Exchange { mut accepted, operation, subject, model, meterage, keeping, trailers } = exchange;
        let caller = &client.caller;
        let is_foreign = accepted.bridge.is_some();
        let is_whole = accepted.reading.framing == Framing::Json;
        let is_events = !is_whole && accepted.rendering == Rendering::Events;
        let mut headers = answer_headers(call, &mut accepted, is_events);
        if matches!(&keeping, Keeping::Here(Some(keeper)) if keeper.mends()) {
            headers.remove(header::CONTENT_LENGTH);
        }
        if operation == Operation::ResponseDelete && status.is_success() {
            self.shared.objects.forget(&subject, caller.key.user_id, &self.shared);
        }
        let (on_object, keeper) = match keeping {
            Keeping::Upstream if is_foreign => (None, None),
            Keeping::Upstream => (self.object_keeper(operation, caller, model, &ticket), None),
            Keeping::Here(keeper) => (None, keeper),
        };
        if let Some(keeping) = ticket.keeping() {
            keeping.begin(status.as_u16(), &headers);
        }
        let facts = Facts { operation, call: call.id_text.clone(), is_error_answer: !status.is_success() };
        let tap = Delivery::new(Tap::new(*accepted, ticket, facts, (on_object, meterage, keeper)));
        let body = if caller.key.billing.shows_cost && operation.consumes() {
            let coming = if is_whole { Coming::Whole } else { Coming::Streamed };
            cost::tell(tap, coming, trailers, &mut headers).await?
        } else if is_foreign && is_whole {
            // Whether it can be converted is known at its end, and the status says so.
            cost::read_whole(tap).await?
        } else {
            RelayBody::Tap(tap)
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Returns what remembers which credential made an object, so that later calls about it go there.
    fn object_keeper(
        &self,
        operation: Operation,
        caller: &Caller,
        model: String,
        ticket: &Ticket,
    ) -> Option<delivery::OnObject> {
        if !sluice_protocol::meter::makes_object(operation) {
            return None;
        }
        let (provider_id, credential_id) = ticket.answered_by()?;
        let (shared, queue) = (Arc::clone(&self.shared), self.queue.clone());
        let user_id = caller.key.user_id;
        Some(Box::new(move |object_id| {
            let object = sluice_domain::call::UpstreamObject {
                object_id,
                user_id,
                provider_id,
                credential_id,
                model,
                created_at: shared.clock.now(),
            };
            shared.objects.remember(object, &queue);
        }))
    }
}

/// Returns the headers that the client gets.
fn answer_headers(call: &Call, accepted: &mut Accepted, is_stream: bool) -> HeaderMap {
    let upstream = std::mem::take(&mut accepted.parts.headers);
    let mut headers = match &accepted.bridge {
        Some(bridge) => headers::translate_for_client(&upstream, bridge.client.family(), &call.id_text, is_stream),
        None => {
            let mut headers = upstream;
            headers::keep_for_client(&mut headers);
            if accepted.withholds_usage {
                headers.remove(header::CONTENT_LENGTH);
            }
            headers
        }
    };
    if let (false, Ok(losses)) = (accepted.losses.is_empty(), HeaderValue::try_from(&accepted.losses)) {
        headers.insert(LOSSES, losses);
    }
    headers
}

/// Answers with an upstream's error in the caller's words.
async fn convert_error(accepted: Accepted, bridge: &Bridge, mut ticket: Ticket) -> RelayResponse {
    let Accepted { parts, held, body, lease, mut reading, .. } = accepted;
    let read = tokio::time::timeout(ERROR_WAIT, Limited::new(body, ERROR_MAX_BYTES).collect()).await;
    let mut text: Vec<u8> = held.iter().flatten().copied().collect();
    if let Ok(Ok(rest)) = read {
        text.extend_from_slice(&reading.push(&rest.to_bytes()));
        lease.give_back();
    }
    let failure = Failure::read(parts.status.as_u16(), &parts.headers, &text);
    let status = StatusCode::from_u16(failure.status_for(bridge.client)).unwrap_or(parts.status);
    let text = failure.body_for(bridge.client, &bridge.call);
    let mut headers = headers::translate_for_client(&parts.headers, bridge.client.family(), &bridge.call, false);
    if let Some(Ok(retry_after)) = failure.retry_after.map(HeaderValue::try_from) {
        headers.entry(header::RETRY_AFTER).or_insert(retry_after);
    }
    ticket.note(|record| record.status = status.as_u16());
    if let Some(keeping) = ticket.keeping() {
        keeping.begin(status.as_u16(), &headers);
        keeping.push(&text);
        keeping.complete();
    }
    ticket.finish(Ending { outcome: Outcome::Complete, error: "", metered: None });
    let mut response = Response::new(RelayBody::full(Bytes::from(text)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
