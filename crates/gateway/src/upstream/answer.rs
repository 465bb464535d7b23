//! The body of an upstream's answer, over whichever version of HTTP it comes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::http1;

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    Http1(http1::Body),
    Http2(Incoming),
}

/// How an exchange with an upstream broke.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// The peer closed the connection before its answer was complete.
    #[error("the peer closed the connection")]
    Closed,
    /// What the peer sent is not HTTP/1.1.
    #[error("the answer breaks the rules of HTTP: {0}")]
    Nonsense(&'static str),
    /// HTTP/2 failed.
    #[error(transparent)]
    Http2(#[from] hyper::Error),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Http1(body) => Pin::new(body).poll_frame(context),
            Self::Http2(body) => Pin::new(body).poll_frame(context).map_err(Broken::from),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Http1(body) => body.is_end_stream(),
            Self::Http2(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Http1(body) => body.size_hint(),
            Self::Http2(body) => body.size_hint(),
        }
    }
}
