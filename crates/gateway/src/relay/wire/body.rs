//! The bodies that the relay answers with.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::relay::delivery::cost::Costed;
use crate::relay::delivery::farewell::Delivery;

/// An error that ends a connection in the middle of an answer.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A response body.
pub(crate) enum RelayBody {
    /// Something short that is there already.
    Full(Option<Bytes>),
    /// An upstream's answer as it comes in.
    Tap(Delivery),
    /// The same, with what it cost.
    Costed(Box<Costed>),
    /// An answer of the admin API.
    Admin(axum::body::Body),
}

impl RelayBody {
    /// Makes a body of `bytes`.
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self::Full(Some(bytes.into()).filter(|bytes| !bytes.is_empty()))
    }
}

impl Body for RelayBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Tap(tap) => Pin::new(tap).poll_frame(cx),
            Self::Costed(costed) => Pin::new(costed).poll_frame(cx),
            Self::Admin(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::Tap(tap) => tap.is_end_stream(),
            Self::Costed(costed) => costed.is_end_stream(),
            Self::Admin(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Tap(tap) => tap.size_hint(),
            Self::Costed(costed) => costed.size_hint(),
            Self::Admin(body) => body.size_hint(),
        }
    }
}
