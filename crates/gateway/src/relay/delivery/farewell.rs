//! Answers whose client leaves between their last word and their usage, which OpenAI tells in an event of its own: they are
//! read on for a moment, because hidden reasoning is in no text that could be counted instead.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::runtime::Handle;

use crate::record::Told;
use crate::relay::delivery::Tap;
use crate::relay::wire::body::BodyError;

/// Longest wait for the usage once the answer itself is at its end and the client has gone.
const READ_ON_LIMIT: Duration = Duration::from_secs(1);
/// Most that is read meanwhile.
const READ_ON_MAX_BYTES: usize = 64 * 1024;

/// A tap that outlives its client for a moment where only the usage is still to come. In every other case dropping it
/// drops the tap, which closes the upstream's connection at once.
pub(crate) struct Delivery {
    /// There until it is dropped.
    tap: Option<Box<Tap>>,
}

impl Delivery {
    pub(in crate::relay) fn new(tap: Tap) -> Self {
        Self { tap: Some(Box::new(tap)) }
    }

    /// See [`Tap::set_awaited`].
    pub(in crate::relay) fn set_awaited(&mut self, is_awaited: bool) {
        if let Some(tap) = &mut self.tap {
            tap.set_awaited(is_awaited);
        }
    }

    /// See [`Tap::told`].
    pub(in crate::relay) fn told(&self) -> Option<Told> {
        self.tap.as_ref().and_then(|tap| tap.told())
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.tap {
            Some(tap) => Pin::new(&mut **tap).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.tap.as_deref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.tap.as_deref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let Some(tap) = self.tap.take().filter(|tap| tap.awaits_usage()) else { return };
        // When Sluice stops there may be nothing left to run it on.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(read_on(tap));
        }
    }
}

/// Reads until the usage is there or will not come, and then drops the tap.
async fn read_on(mut tap: Box<Tap>) {
    let reading = async {
        let mut read_bytes = 0;
        while tap.awaits_usage() && read_bytes <= READ_ON_MAX_BYTES {
            let frame = poll_fn(|context| match Pin::new(&mut *tap).poll_frame(context) {
                // An event that is kept from the client ends no poll.
                Poll::Pending if !tap.awaits_usage() => Poll::Ready(None),
                polled => polled,
            });
            let Some(Ok(frame)) = frame.await else { return };
            read_bytes += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // However it ends, what was seen is what counts.
    tokio::time::timeout(READ_ON_LIMIT, reading).await.ok();
}
