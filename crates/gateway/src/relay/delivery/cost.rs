//! What a call cost, told to callers whose key asks for it: in the head where the whole answer is there before the head
//! goes out, else behind it as trailers. The body stays as it is.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Version, request};
use http_body::{Body, Frame, SizeHint};

use crate::record::Told;
use crate::relay::delivery::farewell::Delivery;
use crate::relay::fault::{Fault, Kind};
use crate::relay::wire::body::{BodyError, RelayBody};

const COST: HeaderName = HeaderName::from_static("x-sluice-cost");
const CHARGE: HeaderName = HeaderName::from_static("x-sluice-charge");
const BOTH: HeaderValue = HeaderValue::from_static("x-sluice-cost, x-sluice-charge");
const UNKNOWN: HeaderValue = HeaderValue::from_static("unknown");
/// Largest answer that is read before its head goes out.
const READ_AHEAD_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Whether a client takes trailers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Trailers {
    /// It does.
    Taken,
    /// It never said so.
    Untaken,
}

impl Trailers {
    /// Reads it from a request: HTTP/2 has them always, HTTP/1.1 where the client asks (RFC 9110 §6.5.1).
    pub(in crate::relay) fn of(parts: &request::Parts) -> Self {
        let asked = || {
            let sent = parts.headers.get_all(header::TE).iter().filter_map(|value| value.to_str().ok());
            sent.flat_map(|value| value.split(',')).any(|coding| coding.trim().eq_ignore_ascii_case("trailers"))
        };
        match parts.version {
            Version::HTTP_2 => Self::Taken,
            Version::HTTP_11 if asked() => Self::Taken,
            _ => Self::Untaken,
        }
    }
}

/// How an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Coming {
    /// In one piece that may be waited for.
    Whole,
    /// Bit by bit.
    Streamed,
}

/// Makes the body of an answer whose caller is told what it cost, and completes its `headers`.
///
/// # Errors
/// The answer broke off before anything of it went out.
pub(in crate::relay) async fn tell(
    tap: Delivery,
    coming: Coming,
    trailers: Trailers,
    headers: &mut HeaderMap,
) -> Result<RelayBody, Fault> {
    let mut costed = Costed { tap, ahead: VecDeque::new(), owes_trailers: false };
    if coming == Coming::Whole {
        costed.read_ahead().await?;
    }
    if costed.tap.is_end_stream() {
        headers.extend(costed.tap.told().map(fields).unwrap_or_default());
    } else if trailers == Trailers::Taken {
        // Trailers follow chunks, not a length.
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::TRAILER, BOTH);
        costed.owes_trailers = true;
    }
    Ok(RelayBody::Costed(Box::new(costed)))
}

/// Makes the body of an answer that goes out when all of it is there.
///
/// # Errors
/// The answer broke off before that, or cannot be given to this caller.
pub(in crate::relay) async fn read_whole(tap: Delivery) -> Result<RelayBody, Fault> {
    let mut costed = Costed { tap, ahead: VecDeque::new(), owes_trailers: false };
    costed.read_ahead().await?;
    Ok(RelayBody::Costed(Box::new(costed)))
}

fn fields(told: Told) -> HeaderMap {
    let amount = |amount: sluice_domain::money::Micros| HeaderValue::try_from(amount.to_string()).unwrap_or(UNKNOWN);
    let cost = (COST, told.cost.map_or(UNKNOWN, amount));
    std::iter::once(cost).chain(told.charge.map(|charge| (CHARGE, amount(charge)))).collect()
}

fn broken() -> Fault {
    Fault::new(Kind::UpstreamBroken, "the upstream broke off in the middle of the answer")
}

/// An answer whose caller is told what it cost.
pub(crate) struct Costed {
    tap: Delivery,
    /// What was read before the head went out.
    ahead: VecDeque<Bytes>,
    owes_trailers: bool,
}

impl Costed {
    /// Reads until the answer's end, or more than can be kept.
    async fn read_ahead(&mut self) -> Result<(), Fault> {
        self.tap.set_awaited(true);
        let mut read_bytes = 0;
        while read_bytes <= READ_AHEAD_MAX_BYTES {
            match poll_fn(|context| Pin::new(&mut self.tap).poll_frame(context)).await {
                None => return Ok(()),
                Some(Err(error)) => return Err(error.downcast::<Fault>().map_or_else(|_| broken(), |fault| *fault)),
                Some(Ok(frame)) => {
                    let Ok(bytes) = frame.into_data() else { continue };
                    read_bytes += bytes.len();
                    self.ahead.push_back(bytes);
                }
            }
            if self.tap.is_end_stream() {
                return Ok(());
            }
        }
        self.tap.set_awaited(false);
        Ok(())
    }

    fn poll_trailers(&mut self) -> Option<Frame<Bytes>> {
        let is_owed = std::mem::take(&mut self.owes_trailers);
        self.tap.told().filter(|_| is_owed).map(|told| Frame::trailers(fields(told)))
    }
}

impl Body for Costed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(bytes) = self.ahead.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match ready!(Pin::new(&mut self.tap).poll_frame(cx)) {
            Some(frame) => Poll::Ready(Some(frame)),
            None => Poll::Ready(self.poll_trailers().map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && !self.owes_trailers && self.tap.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.owes_trailers {
            return SizeHint::default();
        }
        let ahead: u64 = self.ahead.iter().map(|bytes| bytes.len() as u64).sum();
        let rest = if self.tap.is_end_stream() { Some(0) } else { self.tap.size_hint().exact() };
        rest.map_or_else(SizeHint::default, |rest| SizeHint::with_exact(ahead + rest))
    }
}
