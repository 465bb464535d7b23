//! Answers of calls with an idempotency key, kept while they pass, so that who sends the key again gets them again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::money::Micros;
use sluice_store::{ClaimEnd, EndedClaim, IdempotencyKey, KeptAnswer};

/// Largest answer that is kept.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;
/// Most that all answers together take in memory until the database has them.
const ROOM_BYTES: usize = 64 * 1024 * 1024;

/// What is left of the memory that may be taken by what waits for the database.
#[derive(Debug)]
pub(crate) struct Room {
    left_bytes: AtomicUsize,
}

impl Default for Room {
    fn default() -> Self {
        Self { left_bytes: AtomicUsize::new(ROOM_BYTES) }
    }
}

impl Room {
    fn take(&self, bytes: usize) -> bool {
        let taken = |left: usize| left.checked_sub(bytes);
        self.left_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }
}

/// A part of the room; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Share {
    room: Arc<Room>,
    bytes: usize,
}

impl Share {
    /// Takes a part of `room`; `None` when there is not so much left.
    pub(crate) fn of(room: &Arc<Room>, bytes: usize) -> Option<Self> {
        room.take(bytes).then(|| Self { room: Arc::clone(room), bytes })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.left_bytes.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Proves that a call is the one that is made for its idempotency key, and keeps its answer.
#[derive(Debug)]
pub(crate) struct Keeping {
    key: IdempotencyKey,
    head: Option<Head>,
    body: Vec<u8>,
    state: State,
    share: Share,
}

#[derive(Debug)]
struct Head {
    status: u16,
    content_type: Option<String>,
    content_encoding: Option<String>,
}

/// How much of the answer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its beginning.
    Begun,
    /// All of it.
    Whole,
    /// It is too large.
    GivenUp,
}

impl Keeping {
    /// Begins for a call that has taken `key`.
    pub(crate) fn new(key: IdempotencyKey, room: &Arc<Room>) -> Self {
        let share = Share { room: Arc::clone(room), bytes: 0 };
        Self { key, head: None, body: Vec::new(), state: State::Begun, share }
    }

    /// Keeps the head, as the client gets it.
    pub(crate) fn begin(&mut self, status: u16, headers: &HeaderMap) {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (content_type, content_encoding) = (text(CONTENT_TYPE), text(CONTENT_ENCODING));
        self.head = Some(Head { status, content_type, content_encoding });
    }

    /// Keeps bytes of the body, as the client gets them.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.state != State::Begun {
            return;
        }
        if self.body.len() + bytes.len() > ANSWER_MAX_BYTES || !self.share.room.take(bytes.len()) {
            (self.state, self.body) = (State::GivenUp, Vec::new());
            self.share = Share { room: Arc::clone(&self.share.room), bytes: 0 };
            return;
        }
        self.share.bytes += bytes.len();
        self.body.extend_from_slice(bytes);
    }

    /// Notes that this was the whole body.
    pub(crate) fn complete(&mut self) {
        if self.state == State::Begun {
            self.state = State::Whole;
        }
    }

    /// Returns the key, for a call that nothing came of.
    pub(crate) fn into_key(self) -> IdempotencyKey {
        self.key
    }

    /// Decides what becomes of the key when the call has ended and `charge` is drawn. A good answer is given again; where
    /// there is none, the call is made anew unless somebody paid for it.
    pub(crate) fn end(self, record: &CallRecord, charge: Micros) -> (EndedClaim, Share) {
        let Self { key, head, body, state, share } = self;
        let is_good = is_good(record.outcome, record.status);
        let end = match head.filter(|_| is_good && state == State::Whole) {
            Some(Head { status, content_type, content_encoding }) => {
                ClaimEnd::Answered(KeptAnswer { call: record.id, status, content_type, content_encoding, body })
            }
            None if is_good || charge.0 > 0 => ClaimEnd::Spent,
            None => ClaimEnd::Void,
        };
        (EndedClaim { key, call: record.id, end }, share)
    }
}

/// Returns whether a call did what was asked, so that it must not be made again even if it cost nothing.
pub(crate) fn is_good(outcome: Outcome, status: u16) -> bool {
    outcome == Outcome::Complete && (200..300).contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample_record;

    fn kept(room: &Arc<Room>, pieces: &[&[u8]]) -> Keeping {
        let key = IdempotencyKey { scope: "key:1/call".to_owned(), key: "k".to_owned(), input: [0; 32] };
        let mut keeping = Keeping::new(key, room);
        keeping.begin(200, &HeaderMap::new());
        pieces.iter().for_each(|piece| keeping.push(piece));
        keeping
    }

    fn left(room: &Room) -> usize {
        room.left_bytes.load(Ordering::Relaxed)
    }

    fn ended(keeping: Keeping, outcome: Outcome, charge: i64) -> ClaimEnd {
        let record = CallRecord { outcome, status: 200, ..sample_record() };
        keeping.end(&record, Micros(charge)).0.end
    }

    #[test]
    fn a_whole_good_answer_is_given_again_byte_for_byte() {
        let room = Arc::default();
        let mut keeping = kept(&room, &[b"a\x00", b"", b"b"]);
        keeping.complete();
        assert_eq!(left(&room), ROOM_BYTES - 3);
        let ClaimEnd::Answered(answer) = ended(keeping, Outcome::Complete, 5) else { panic!("not kept") };
        assert_eq!(answer.body, b"a\x00b");
        assert_eq!(left(&room), ROOM_BYTES);
    }

    #[test]
    fn without_a_whole_good_answer_the_key_is_spent_if_anything_was_charged_or_done() {
        let room = Arc::default();
        let begun = || kept(&room, &[b"a"]);
        assert_eq!(ended(begun(), Outcome::Complete, 0), ClaimEnd::Spent);
        assert_eq!(ended(begun(), Outcome::Abandoned, 1), ClaimEnd::Spent);
        let free = [Outcome::Abandoned, Outcome::Broken, Outcome::Refused].map(|outcome| ended(begun(), outcome, 0));
        assert!(free.iter().all(|end| *end == ClaimEnd::Void), "{free:?}");
    }

    #[test]
    fn what_is_too_large_is_given_up_and_its_room_with_it() {
        let room = Arc::default();
        let mut keeping = kept(&room, &[&[0; ANSWER_MAX_BYTES], b"a", b"b"]);
        assert_eq!(left(&room), ROOM_BYTES);
        keeping.complete();
        assert_eq!(ended(keeping, Outcome::Complete, 5), ClaimEnd::Spent);
    }

    #[test]
    fn all_answers_together_take_no_more_than_the_room() {
        let room = Arc::default();
        let many: Vec<Keeping> =
            (0..=ROOM_BYTES / ANSWER_MAX_BYTES).map(|_| kept(&room, &[&[0; ANSWER_MAX_BYTES]])).collect();
        let given_up = many.iter().filter(|keeping| keeping.state == State::GivenUp).count();
        assert_eq!((given_up, left(&room)), (1, 0));
        drop(many);
        assert_eq!(left(&room), ROOM_BYTES);
    }
}
