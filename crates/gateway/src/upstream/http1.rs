//! HTTP/1.1 to upstreams, spoken by the call itself.
//!
//! Whoever waits for an answer reads it from the socket, so that no task and no channel stands between an upstream and its
//! client. What came together goes on together, and a stream that waits holds no buffer.

mod body;
mod chunks;
mod head;
mod length;

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use tokio_util::io::poll_read_buf;

use super::line::Line;
use super::{Broken, OutBody};
pub(crate) use body::Body;
use head::Head;

/// What is read at once: so much at first, and more as long as it fills up.
const READ_MIN_BYTES: usize = 4 * 1024;
const READ_MAX_BYTES: usize = 256 * 1024;
/// Largest head of an answer.
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// Stretches of memory that are written at once.
const SLICES_MAX: usize = 16;

/// A connection, one call at a time.
#[derive(Debug)]
pub(super) struct Wire {
    line: Line,
    /// The rest of a request whose answer began before it was out.
    sending: Option<Box<Sending>>,
    /// What was read and not taken yet.
    read: BytesMut,
    /// How much is read next.
    appetite: usize,
    /// Whether the peer takes another request when this answer has ended.
    stays_open: bool,
    has_ended: bool,
}

/// Where the connection of an answer is. It is taken out to close it, or to use it again.
pub(super) type Place = Arc<Mutex<Option<Wire>>>;

/// A request that got no answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) error: Broken,
    /// Whether the peer cannot have seen any of it.
    pub(super) was_unsent: bool,
    /// Whether the peer had begun to answer.
    pub(super) was_heard: bool,
}

impl Wire {
    pub(super) fn new(line: Line) -> Self {
        Self { line, sending: None, read: BytesMut::new(), appetite: READ_MIN_BYTES, stays_open: true, has_ended: true }
    }

    /// Returns whether the peer keeps silent, as it must between calls: whatever it says then, it is gone or out of step.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.poll_fill(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    /// Returns whether another call may follow.
    pub(super) fn can_be_used_again(&self) -> bool {
        self.stays_open && self.has_ended && self.sending.is_none() && self.read.is_empty()
    }

    /// Sends a request and returns when the head of the answer is there. The body keeps the connection's place.
    pub(super) async fn exchange(mut self, request: &Request<OutBody>) -> Result<(Response<Body>, Place), Unanswered> {
        let mut sending = Sending::new(request);
        let mut was_heard = false;
        let head = poll_fn(|context| self.poll_exchange(context, &mut sending, &mut was_heard)).await;
        let head = head.map_err(|error| Unanswered { error, was_unsent: sending.sent == 0, was_heard })?;
        let Head { parts, length, stays_open } = head;
        let is_accepted = parts.status.is_success();
        self.stays_open = stays_open && (sending.is_flushed || is_accepted);
        self.sending = (!sending.is_flushed && is_accepted).then(|| Box::new(sending));
        self.has_ended = length.is_over();
        let place = Arc::new(Mutex::new(Some(self)));
        Ok((Response::from_parts(parts, Body::new(Arc::clone(&place), length)), place))
    }

    /// A peer may answer before it has taken the whole request, so that both go on at once.
    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sending: &mut Sending,
        was_heard: &mut bool,
    ) -> Poll<Result<Head, Broken>> {
        let sent = sending.poll_through(&mut self.line, context);
        match (self.poll_head(context, was_heard), sent) {
            (Poll::Pending, Poll::Ready(Err(error))) => Poll::Ready(Err(error.into())),
            (head, _) => head,
        }
    }

    fn poll_head(&mut self, context: &mut Context<'_>, was_heard: &mut bool) -> Poll<Result<Head, Broken>> {
        loop {
            if let Some(head) = Head::take(&mut self.read)? {
                return Poll::Ready(Ok(head));
            }
            if self.read.len() >= HEAD_MAX_BYTES {
                return Poll::Ready(Err(Broken::Nonsense("its head is too large")));
            }
            if ready!(self.poll_fill(context))? == 0 {
                return Poll::Ready(Err(Broken::Closed));
            }
            *was_heard = true;
        }
    }

    /// Sends on what is left of the request. Whether that breaks, the answer tells.
    fn poll_rest(&mut self, context: &mut Context<'_>) {
        if let Some(sending) = &mut self.sending
            && let Poll::Ready(sent) = sending.poll_through(&mut self.line, context)
        {
            self.stays_open &= sent.is_ok();
            self.sending = None;
        }
    }

    /// Reads more; 0 at the peer's end.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.read.capacity() - self.read.len() < READ_MIN_BYTES {
            self.read.reserve(self.appetite);
        }
        let room = self.read.capacity() - self.read.len();
        let Poll::Ready(filled) = poll_read_buf(Pin::new(&mut self.line), context, &mut self.read) else {
            if self.read.is_empty() {
                self.read = BytesMut::new();
            }
            return Poll::Pending;
        };
        let count = filled?;
        self.appetite = match count {
            _ if count >= room => (self.appetite * 2).min(READ_MAX_BYTES),
            _ if count < self.appetite / 4 => (self.appetite / 2).max(READ_MIN_BYTES),
            _ => self.appetite,
        };
        Poll::Ready(Ok(count))
    }
}

/// A request on its way out.
#[derive(Debug)]
struct Sending {
    /// The head, then the pieces of the body.
    pieces: Vec<Bytes>,
    /// Pieces that are out.
    done: usize,
    /// What is out of the next one.
    offset: usize,
    /// All bytes that are out.
    sent: usize,
    is_flushed: bool,
}

impl Sending {
    fn new(request: &Request<OutBody>) -> Self {
        let body = request.body().pieces();
        let mut pieces = Vec::with_capacity(1 + body.len());
        pieces.push(head::write(request).into());
        pieces.extend_from_slice(body);
        Self { pieces, done: 0, offset: 0, sent: 0, is_flushed: false }
    }

    fn poll_through(&mut self, line: &mut Line, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_flushed {
            return Poll::Ready(Ok(()));
        }
        while self.done < self.pieces.len() {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let rest = self.pieces.iter().skip(self.done);
            let offsets = std::iter::once(self.offset).chain(std::iter::repeat(0));
            let mut count = 0;
            for ((slice, piece), offset) in slices.iter_mut().zip(rest).zip(offsets) {
                *slice = IoSlice::new(piece.get(offset..).unwrap_or_default());
                count += 1;
            }
            let slices = slices.get(..count).unwrap_or_default();
            let written = ready!(Pin::new(&mut *line).poll_write_vectored(context, slices))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        ready!(Pin::new(line).poll_flush(context))?;
        self.is_flushed = true;
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize) {
        self.sent += written;
        self.offset += written;
        while let Some(piece) = self.pieces.get(self.done).filter(|piece| self.offset >= piece.len()) {
            self.offset -= piece.len();
            self.done += 1;
        }
    }
}

#[cfg(test)]
mod tests;
