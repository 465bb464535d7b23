//! The body of an answer, read from its connection as it is asked for.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Place;
use super::length::Length;
use crate::upstream::Broken;

/// The body of an answer. When its connection was taken away it is broken.
#[derive(Debug)]
pub(crate) struct Body {
    place: Place,
    length: Length,
}

impl Body {
    pub(super) const fn new(place: Place, length: Length) -> Self {
        Self { place, length }
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Broken>> {
        let mut place = self.place.lock();
        while !self.length.is_over() {
            let wire = place.as_mut().ok_or(Broken::Closed)?;
            wire.poll_rest(context);
            if wire.read.is_empty() && ready!(wire.poll_fill(context))? == 0 {
                if self.length != Length::UntilClose {
                    return Poll::Ready(Err(Broken::Closed));
                }
                self.length = Length::Exact(0);
                break;
            }
            let data = self.length.take(&mut wire.read)?;
            wire.has_ended = self.length.is_over();
            if !data.is_empty() {
                return Poll::Ready(Ok(Some(data)));
            }
        }
        Poll::Ready(Ok(None))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = ready!(self.poll_data(context));
        Poll::Ready(polled.map(|data| data.map(Frame::data)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.length.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        match self.length {
            Length::Exact(left) => SizeHint::with_exact(left),
            Length::Chunked(_) | Length::UntilClose => SizeHint::default(),
        }
    }
}
