//! Records of calls on their way to the database.
//!
//! A call is noted in the journal before anything is sent upstream, so that its record cannot be lost; where there is no
//! room, the call is refused instead. Writers take records in batches from a queue, off the request path. What the queue
//! cannot hold, as while the database is away, waits in the journal alone.

mod bill;
mod estimate;
pub(crate) mod journal;
mod keeping;
mod parcel;
mod queue;
mod replay;
mod spill;
mod ticket;
mod writer;

use std::sync::Arc;

use bytes::Bytes;
use sluice_domain::call::{CallRecord, UpstreamObject};
use sluice_domain::price::PriceVersion;
use sluice_protocol::meter::Metered;

use crate::money::bank::Settling;
use crate::record::journal::Mark;
use crate::standing::quota::Taken;
pub(crate) use bill::{Bill, Deal, Dues, Told};
#[cfg(test)]
pub(crate) use estimate::tests::record as sample_record;
pub(crate) use keeping::{Keeping, Room, Share, is_good};
pub(crate) use parcel::Parcel;
pub(crate) use queue::{Inbox, Queue, QueueWatch};
pub(crate) use replay::replay;
pub(crate) use ticket::{Ending, Ticket, millis};
pub(crate) use writer::{Batching, Books, spawn_writer};

/// A finished call.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) record: CallRecord,
    pub(crate) due: Due,
    /// Prices that the database must have before the call.
    pub(crate) versions: Vec<Arc<PriceVersion>>,
    /// The call's notes in the journal, to be settled once the database has the record.
    pub(crate) marks: Vec<Mark>,
    /// Whether the journal has how it ended; the last mark stands for that.
    pub(crate) has_end: bool,
    /// Its idempotency key, with the answer that was given.
    pub(crate) keeping: Option<Box<Keeping>>,
    /// What it takes of a quota until the database has counted it.
    pub(crate) taken: Option<Taken>,
}

/// What is still to be done about a finished call's money.
#[derive(Debug)]
pub(crate) enum Due {
    /// The sums are known.
    Settled(Bill, Settling),
    /// Text must be counted first, which takes more time than the relay has.
    Count { deal: Deal, metered: Metered, request: RequestSample },
}

/// What is kept of a request to estimate its tokens: all of a small one, the beginning of a large one.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestSample {
    pub(crate) text: Bytes,
    pub(crate) total_bytes: usize,
}

/// Largest request that is copied. It stands in the read buffer of its connection, and sharing that would keep all of it for
/// as long as the answer streams.
const SAMPLE_COPIED_MAX_BYTES: usize = 4 * 1024;
/// Largest request of which all is kept while its answer streams. It shares the request's memory.
const SAMPLE_WHOLE_MAX_BYTES: usize = 64 * 1024;
/// What is copied of a larger one.
const SAMPLE_HEAD_BYTES: usize = 16 * 1024;

impl RequestSample {
    /// Keeps what is needed of a request's plain body.
    pub(crate) fn of(body: &Bytes) -> Self {
        let text = if body.len() <= SAMPLE_COPIED_MAX_BYTES {
            Bytes::copy_from_slice(body)
        } else if body.len() <= SAMPLE_WHOLE_MAX_BYTES {
            body.clone()
        } else {
            Bytes::copy_from_slice(body.get(..SAMPLE_HEAD_BYTES).unwrap_or_default())
        };
        Self { text, total_bytes: body.len() }
    }
}

/// What a writer takes.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A finished call.
    Call(Box<Finished>),
    /// An object that an upstream keeps for us.
    Object(Box<UpstreamObject>),
    /// A response that is to be kept.
    Response(Box<Parcel>),
}
