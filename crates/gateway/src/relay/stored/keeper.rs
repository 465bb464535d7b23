//! Keeps a response while its answer passes to the client.

use std::sync::Arc;

use bytes::Bytes;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::response::StoredResponse;
use sluice_protocol::operation::Operation;
use sluice_protocol::raw::RawObject;
use sluice_protocol::responses::{Capture, item_ids, kept};

use super::{KEPT_MAX_BYTES, keeps_responses};
use crate::record::Queue;
use crate::relay::coding::{Encoding, StreamDecoder, encoding};
use crate::relay::demand::Demand;
use crate::relay::exchange::Accepted;
use crate::relay::identify::Client;
use crate::relay::{Relay, Shared};
use crate::snapshot::Candidate;

/// What a response is made from, and for whom.
struct MadeFrom {
    user_id: UserId,
    key_id: KeyId,
    /// The whole input, with all that came before.
    input: Bytes,
    /// The earlier response that it goes on from.
    previous: Option<String>,
}

/// Who keeps a response, so that later calls can name it.
pub(in crate::relay) enum Keeping {
    /// The upstream that makes it, if it makes one.
    Upstream,
    /// Sluice, unless the caller wants it to be forgotten.
    Here(Option<Box<Keeper>>),
}

impl Relay {
    /// Decides who keeps what a candidate has answered.
    pub(in crate::relay) fn keeping(
        &self,
        client: &Client,
        demand: &Demand,
        candidate: &Candidate<'_>,
        accepted: &Accepted,
    ) -> Keeping {
        let retention = &demand.retention;
        if demand.operation != Operation::Responses || keeps_responses(candidate) {
            return Keeping::Upstream;
        }
        let is_kept = retention.is_wanted && self.shared.responses.is_on() && accepted.parts.status.is_success();
        if !is_kept {
            return Keeping::Here(None);
        }
        let made_from = MadeFrom {
            user_id: client.caller.key.user_id,
            key_id: client.caller.key.id,
            input: retention.input.clone().map(|range| demand.plain().slice(range)).unwrap_or_default(),
            previous: retention.previous.clone(),
        };
        let shared = (Arc::clone(&self.shared), self.queue.clone());
        // What is rewritten has no coding any more.
        let coding = if accepted.bridge.is_some() { Encoding::Identity } else { encoding(&accepted.parts.headers) };
        Keeping::Here(Keeper::new(made_from, coding, shared))
    }
}

/// Watches an answer and keeps the response in it. It never disturbs the delivery.
pub(crate) struct Keeper {
    made_from: MadeFrom,
    decoder: Option<StreamDecoder>,
    capture: Option<Capture>,
    shared: Arc<Shared>,
    queue: Queue,
}

impl Keeper {
    /// Begins for an answer in this coding; `None` where nobody can read it.
    fn new(made_from: MadeFrom, coding: Encoding, (shared, queue): (Arc<Shared>, Queue)) -> Option<Box<Self>> {
        let decoder = match coding {
            Encoding::Identity => None,
            Encoding::One(coding) => Some(StreamDecoder::new(coding)),
            Encoding::Unknown => return None,
        };
        let room = KEPT_MAX_BYTES.checked_sub(made_from.input.len())?;
        Some(Box::new(Self { made_from, decoder, capture: Some(Capture::new(room)), shared, queue }))
    }

    /// Takes the next bytes, as the client gets them.
    pub(in crate::relay) fn push(&mut self, bytes: &[u8]) {
        let Some(capture) = &mut self.capture else { return };
        match &mut self.decoder {
            None => capture.push(bytes),
            Some(decoder) => capture.push(&decoder.push(bytes)),
        }
        // The client may go on from the response as soon as it has seen its last event.
        if let Some(response) = capture.take_streamed() {
            self.capture = None;
            self.keep(&response);
        }
    }

    /// Notes that the answer has ended as it should.
    pub(in crate::relay) fn complete(&mut self) {
        if let Some(response) = self.capture.take().and_then(Capture::into_whole) {
            self.keep(&response);
        }
    }

    fn keep(&self, response: &[u8]) {
        let MadeFrom { user_id, key_id, input, previous } = &self.made_from;
        let id = RawObject::parse(response).ok().and_then(|object| object.string("id").map(String::from));
        let Some(id) = id else { return };
        let responses = &self.shared.responses;
        let created_at = self.shared.clock.now();
        let stored = StoredResponse {
            id,
            user_id: *user_id,
            key_id: *key_id,
            created_at,
            expires_at: created_at.plus(responses.keep.kept_for),
            item_ids: item_ids(response),
            input: input.to_vec(),
            response: kept(response, previous.as_deref()),
        };
        responses.keep(stored, &self.queue);
    }
}
