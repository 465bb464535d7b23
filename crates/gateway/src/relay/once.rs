//! Calls with an `Idempotency-Key`: made once and charged once, however often they are sent.
//!
//! The key is claimed in the database before money is reserved; who sends it again gets the answer that the first call
//! got. Whatever happens to the first call, its ticket says what becomes of the key; should its process die, its record
//! does. Calls that nobody pays for, and those without the header, are not looked at.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode, request};
use sha2::{Digest, Sha256};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_domain::money::Micros;
use sluice_store::{CallClaim, CallRow, ClaimEnd, EndedClaim, IdempotencyKey, KeptAnswer, Store, StoreError};

use super::fault::{Fault, Kind};
use super::inbound::demand::Demand;
use super::inbound::identify::Client;
use super::wire::body::RelayBody;
use super::wire::headers;
use super::{Asked, CALL_HEADER, Call, Relay, RelayResponse};
use crate::record::{Ending, Keeping, Ticket, is_good};

const NAME: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const MAX_BYTES: usize = 255;
/// Longest wait for the database to say whose a key is.
const CLAIM_LIMIT: Duration = Duration::from_secs(5);
/// How long after its end a call's answer may still be on its way to the database.
const ANSWER_GRACE_MS: i64 = 30_000;
/// Hashing more than this would hold up the calls that share the thread.
const HASH_INLINE_MAX_BYTES: usize = 128 * 1024;

/// Returns what makes a call the same as another one, if its caller wants it to be made once and somebody pays for it.
pub(super) async fn key(
    parts: &request::Parts,
    client: &Client,
    demand: &Demand,
) -> Result<Option<IdempotencyKey>, Fault> {
    if client.purse.is_empty() || !demand.operation.consumes() {
        return Ok(None);
    }
    let Some(key) = sent_key(&parts.headers)? else { return Ok(None) };
    let query = headers::query_without_key(parts.uri.query().unwrap_or_default());
    let mut digest = Sha256::new();
    digest.update(format!("{} {}?{query}\n", parts.method, parts.uri.path()));
    let body = demand.plain().clone();
    let hash = move || digest.chain_update(&body).finalize().into();
    let input = if demand.plain().len() <= HASH_INLINE_MAX_BYTES {
        hash()
    } else {
        tokio::task::spawn_blocking(hash)
            .await
            .map_err(|_| Fault::new(Kind::InvalidBody, "the body could not be read"))?
    };
    Ok(Some(IdempotencyKey { scope: format!("key:{}/call", client.caller.key.id), key, input }))
}

fn sent_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut sent = headers.get_all(NAME).iter();
    let (first, second) = (sent.next(), sent.next());
    let Some(first) = first else { return Ok(None) };
    let text = first.to_str().map(str::trim).unwrap_or_default();
    if text.is_empty() || text.len() > MAX_BYTES || second.is_some() {
        let message = format!("`{NAME}` must be one header of 1 to {MAX_BYTES} printable ASCII characters");
        return Err(Fault::new(Kind::IdempotencyKeyInvalid, message));
    }
    Ok(Some(text.to_owned()))
}

/// Who asks for a key.
#[derive(Debug, Clone, Copy)]
struct Claimant {
    call: CallId,
    now: Timestamp,
    /// Longest time that a call may take, milliseconds.
    longest_ms: i64,
}

/// Whose the key is.
enum Verdict {
    /// The asking call's: it is made.
    Make,
    /// A call's that was answered.
    Replay(KeptAnswer),
    /// A call's that may still be under way.
    Wait(CallId),
    /// A call's that must not be made again, with what it cost if that is known.
    Spent(CallId, Option<Micros>),
}

impl Relay {
    /// Claims a key for a call. Returns the answer to give if the call was made before; otherwise it is made now, and
    /// its answer is kept.
    pub(super) async fn claim(
        &self,
        call: &Call,
        asked: &Asked<'_>,
        key: IdempotencyKey,
        ticket: &mut Ticket,
    ) -> Result<Option<KeptAnswer>, Fault> {
        let longest = asked.snapshot.longest_call(self.shared.settings.max_attempts);
        let longest_ms = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let claimant = Claimant { call: call.id, now: self.shared.clock.now(), longest_ms };
        let store = Arc::clone(&self.shared.store);
        let asking = {
            let key = key.clone();
            async move { tokio::time::timeout(CLAIM_LIMIT, decide(&store, &key, claimant)).await }
        };
        let verdict = match self.shared.control.spawn(asking).await {
            Ok(Ok(verdict)) => verdict.map_err(|error| refused(&error))?,
            Ok(Err(_)) | Err(_) => return Err(unavailable()),
        };
        match verdict {
            Verdict::Make => {
                ticket.keep_answer(Keeping::new(key, &self.shared.room));
                Ok(None)
            }
            Verdict::Replay(answer) => Ok(Some(answer)),
            Verdict::Wait(first) => Err(in_progress(first)),
            Verdict::Spent(first, cost) => Err(not_replayable(first, cost)),
        }
    }

    /// Gives the key of a call back that was turned away or found no answer, before its caller is told so: whoever tries
    /// again at once must find it free. Where the database cannot, the call's record lets it be taken over later.
    pub(super) async fn give_back(&self, call: &Call, keeping: Option<Box<Keeping>>) {
        let Some(keeping) = keeping else { return };
        let free = [EndedClaim { key: keeping.into_key(), call: call.id, end: ClaimEnd::Void }];
        let store = Arc::clone(&self.shared.store);
        let giving = async move { tokio::time::timeout(CLAIM_LIMIT, store.end_claims(&free)).await };
        match self.shared.control.spawn(giving).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(call = %call.id_text, %error, "an idempotency key is not given back"),
            Ok(Err(_)) | Err(_) => tracing::warn!(call = %call.id_text, "an idempotency key is not given back in time"),
        }
    }
}

async fn decide(store: &Store, key: &IdempotencyKey, claimant: Claimant) -> Result<Verdict, StoreError> {
    let Claimant { call, now, .. } = claimant;
    let (first, since) = match store.claim_for_call(key, call, now).await? {
        CallClaim::First => return Ok(Verdict::Make),
        CallClaim::Answered(answer) => return Ok(Verdict::Replay(answer)),
        CallClaim::Spent { call: first } => {
            let record = store.find_call(first, None).await?;
            return Ok(Verdict::Spent(first, record.as_ref().and_then(paid)));
        }
        CallClaim::UnderWay { call: first, since } => (first, since),
    };
    let record = store.find_call(first, None).await?.map(|row| Past::of(&row));
    Ok(match standing(record, since, claimant) {
        Standing::UnderWay => Verdict::Wait(first),
        Standing::Spent(cost) => Verdict::Spent(first, cost),
        Standing::Void if store.take_over_claim(key, (first, call), now).await? => Verdict::Make,
        // Another call was quicker.
        Standing::Void => Verdict::Wait(first),
    })
}

/// What the record of an ended call says.
#[derive(Debug, Clone, Copy)]
struct Past {
    is_good: bool,
    paid: Option<Micros>,
    ended_at: i64,
}

impl Past {
    fn of(row: &CallRow) -> Self {
        let ended_at = row.created_at.0.saturating_add(row.duration_ms.cast_signed());
        Self { is_good: is_good(row.outcome, row.status), paid: paid(row), ended_at }
    }
}

/// Returns what a call cost its caller.
fn paid(row: &CallRow) -> Option<Micros> {
    // A caller with budgets alone pays into no account.
    row.charged.or(row.cost)
}

/// Where the call stands that has a key of which nothing more is known.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    UnderWay,
    Spent(Option<Micros>),
    Void,
}

/// Judges by the call's record, which is written once and when it has ended. Without a record nobody knows whether it
/// will be charged: its process may be away with its journal.
fn standing(record: Option<Past>, since: Timestamp, claimant: Claimant) -> Standing {
    let over = |since: i64, limit_ms: i64| claimant.now.0.saturating_sub(since) > limit_ms;
    match record {
        None if over(since.0, claimant.longest_ms.saturating_add(ANSWER_GRACE_MS)) => Standing::Spent(None),
        Some(past) if !past.is_good && past.paid.is_none_or(|paid| paid.0 <= 0) => Standing::Void,
        Some(past) if over(past.ended_at, ANSWER_GRACE_MS) => Standing::Spent(past.paid),
        None | Some(_) => Standing::UnderWay,
    }
}

/// Gives the first call's answer again.
pub(super) fn replay(answer: KeptAnswer, mut ticket: Ticket) -> RelayResponse {
    let KeptAnswer { call, status, content_type, content_encoding, body } = answer;
    let mut response = Response::new(RelayBody::full(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    let call = call.to_string();
    let kept =
        [(header::CONTENT_TYPE, content_type), (header::CONTENT_ENCODING, content_encoding), (CALL_HEADER, Some(call))];
    for (name, value) in kept {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    }
    ticket.note(|record| record.status = status);
    ticket.finish(Ending { outcome: Outcome::Refused, error: "idempotent_replay", metered: None });
    response
}

fn refused(error: &StoreError) -> Fault {
    if let StoreError::Conflict { .. } = error {
        let message = format!("this `{NAME}` was used for another request; take a new key for a new request");
        return Fault::new(Kind::IdempotencyConflict, message);
    }
    tracing::error!(%error, "an idempotency key cannot be checked");
    unavailable()
}

fn unavailable() -> Fault {
    let message = format!(
        "whether this call was made before cannot be checked right now because the database is away; try again, or leave \
         `{NAME}` out"
    );
    Fault::later(Kind::StoreUnavailable, message, 2)
}

fn in_progress(first: CallId) -> Fault {
    let message = format!("call {first} with this `{NAME}` is still under way; try again when it has ended");
    Fault::later(Kind::IdempotencyInProgress, message, 1)
}

fn not_replayable(first: CallId, cost: Option<Micros>) -> Fault {
    let cost = cost.map_or_else(|| "what it cost is not known yet".to_owned(), |cost| format!("it cost {cost} USD"));
    let message = format!(
        "call {first} was made with this `{NAME}` and its answer was not kept; {cost}; take a new key to make the call \
         again"
    );
    Fault::new(Kind::IdempotencyNotReplayable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;
    const LONGEST_MS: i64 = 600_000;

    fn judged(record: Option<Past>, claimed_ago_ms: i64) -> Standing {
        let claimant = Claimant { call: CallId::new(0, [0; 10]), now: Timestamp(NOW), longest_ms: LONGEST_MS };
        standing(record, Timestamp(NOW - claimed_ago_ms), claimant)
    }

    fn past(is_good: bool, paid: Option<i64>, ended_ago_ms: i64) -> Option<Past> {
        Some(Past { is_good, paid: paid.map(Micros), ended_at: NOW - ended_ago_ms })
    }

    #[test]
    fn a_call_without_a_record_is_under_way_until_it_cannot_be_any_more() {
        assert_eq!(judged(None, LONGEST_MS), Standing::UnderWay);
        assert_eq!(judged(None, LONGEST_MS + ANSWER_GRACE_MS + 1), Standing::Spent(None));
    }

    #[test]
    fn a_call_that_failed_for_free_gives_way_at_once() {
        assert_eq!(judged(past(false, None, 0), 10), Standing::Void);
        assert_eq!(judged(past(false, Some(0), 0), 10), Standing::Void);
    }

    #[test]
    fn a_call_that_was_paid_for_or_did_its_work_is_never_made_again() {
        for record in [past(false, Some(7), ANSWER_GRACE_MS + 1), past(true, Some(7), ANSWER_GRACE_MS + 1)] {
            assert_eq!(judged(record, LONGEST_MS * 2), Standing::Spent(Some(Micros(7))));
        }
        assert_eq!(judged(past(true, Some(0), ANSWER_GRACE_MS + 1), 60_000), Standing::Spent(Some(Micros(0))));
        assert_eq!(judged(past(true, Some(7), 10), 60_000), Standing::UnderWay, "its answer may still come");
    }

    #[test]
    fn a_key_is_one_header_of_printable_characters() {
        let sent = |values: &[&'static [u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(NAME, HeaderValue::from_bytes(value).unwrap());
            }
            sent_key(&headers).map_err(|fault| fault.kind)
        };
        assert_eq!(sent(&[]), Ok(None));
        assert_eq!(sent(&[b" a b "]), Ok(Some("a b".to_owned())));
        assert_eq!(sent(&[&[b'k'; MAX_BYTES]]).unwrap().unwrap().len(), MAX_BYTES);
        for bad in [&[&b""[..]][..], &[b"a", b"a"], &[b"\xc3\xa9"], &[&[b'k'; MAX_BYTES + 1]]] {
            assert_eq!(sent(bad), Err(Kind::IdempotencyKeyInvalid), "{bad:?}");
        }
    }
}
