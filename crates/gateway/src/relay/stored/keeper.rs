//! Keeps a response while its answer passes to the client.

use std::sync::Arc;

use bytes::Bytes;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::response::StoredResponse;
use sluice_protocol::operation::Operation;
use sluice_protocol::raw::RawObject;
use sluice_protocol::responses::{Capture, Kept, Mend, item_ids, kept};

use super::{KEPT_MAX_BYTES, keeps_responses};
use crate::record::Queue;
use crate::relay::exchange::Accepted;
use crate::relay::inbound::demand::Demand;
use crate::relay::inbound::identify::Client;
use crate::relay::wire::coding::{Encoding, StreamDecoder, encoding};
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
        if !accepted.parts.status.is_success() {
            return Keeping::Here(None);
        }
        let kept = if retention.is_wanted && self.shared.responses.is_on() { Kept::Here } else { Kept::Nowhere };
        let made_from = MadeFrom {
            user_id: client.caller.key.user_id,
            key_id: client.caller.key.id,
            input: retention.input.clone().map(|range| demand.plain().slice(range)).unwrap_or_default(),
            previous: retention.previous.clone(),
        };
        let shared = (Arc::clone(&self.shared), self.queue.clone());
        // What is rewritten has no coding any more.
        let coding = if accepted.bridge.is_some() { Encoding::Identity } else { encoding(&accepted.parts.headers) };
        // It says itself what it goes on from, and what is encoded cannot be made to.
        let can_mend = accepted.bridge.is_none() && coding == Encoding::Identity;
        let mend = retention.previous().filter(|_| can_mend).map(|previous| Mend::of_successor(previous, kept));
        Keeping::Here(Keeper::new((made_from, kept), (coding, mend), shared))
    }
}

/// Watches an answer and keeps the response in it. Where the request went on from another response, the answer is made to
/// say so.
pub(crate) struct Keeper {
    made_from: MadeFrom,
    mend: Option<Mend>,
    decoder: Option<StreamDecoder>,
    capture: Option<Capture>,
    shared: Arc<Shared>,
    queue: Queue,
}

impl Keeper {
    /// Begins for an answer in this coding; `None` where there is nothing to do, or nobody can read it.
    fn new(
        (made_from, kept): (MadeFrom, Kept),
        (coding, mend): (Encoding, Option<Mend>),
        (shared, queue): (Arc<Shared>, Queue),
    ) -> Option<Box<Self>> {
        let decoder = match coding {
            Encoding::Identity => None,
            Encoding::One(coding) => Some(StreamDecoder::new(coding)),
            Encoding::Unknown => return None,
        };
        let room = KEPT_MAX_BYTES.checked_sub(made_from.input.len());
        let capture = room.filter(|_| kept == Kept::Here).map(Capture::new);
        let has_work = mend.is_some() || capture.is_some();
        has_work.then(|| Box::new(Self { made_from, mend, decoder, capture, shared, queue }))
    }

    /// Returns whether the answer changes on its way, and with it its length.
    pub(in crate::relay) const fn mends(&self) -> bool {
        self.mend.is_some()
    }

    /// Takes the next bytes for the client and returns them as it gets them.
    pub(in crate::relay) fn pass(&mut self, bytes: Bytes) -> Bytes {
        let bytes = match &mut self.mend {
            Some(mend) => mend.push(&bytes).into(),
            None => bytes,
        };
        self.watch(&bytes);
        bytes
    }

    fn watch(&mut self, bytes: &[u8]) {
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

    /// Takes the last bytes of an answer that has ended as it should, and returns those that are still to go out.
    pub(in crate::relay) fn complete(mut self: Box<Self>, last: Bytes) -> Bytes {
        let mut rest = self.pass(last);
        let held_back = self.mend.take().map(Mend::finish).unwrap_or_default();
        if !held_back.is_empty() {
            self.watch(&held_back);
            rest = [rest.as_ref(), &held_back].concat().into();
        }
        if let Some(response) = self.capture.take().and_then(Capture::into_whole) {
            self.keep(&response);
        }
        rest
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
