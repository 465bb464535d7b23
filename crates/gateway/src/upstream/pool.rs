//! Connections that wait for their next call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Request, Response, Uri, Version};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use super::connect::{ConnectError, Connection, connect};
use super::{Origin, OutBody};

/// Longest rest of a connection. Most servers close after 60 s or more; closing first avoids their race.
const IDLE_MAX: Duration = Duration::from_secs(50);
/// Most resting connections to one origin and core.
const IDLE_PER_ORIGIN_MAX: usize = 512;

/// The connections of one relay thread.
pub(crate) struct Pool {
    tls: Arc<rustls::ClientConfig>,
    origins: Mutex<HashMap<u32, Resting>>,
}

#[derive(Default)]
struct Resting {
    http1: Vec<Idle>,
    http2: Option<http2::SendRequest<OutBody>>,
}

struct Idle {
    sender: http1::SendRequest<OutBody>,
    abort: AbortHandle,
    since: Instant,
}

/// A connection in use by one call. Dropping it before the answer's end closes an HTTP/1.1 connection, which is how
/// the upstream learns at once that nobody listens any more; HTTP/2 resets the stream by itself.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    origin: u32,
    kind: LeaseKind,
}

enum LeaseKind {
    Http1 { sender: http1::SendRequest<OutBody>, abort: AbortHandle },
    Shared,
    Returned,
}

/// An answer whose body is still to come, with the connection it comes over.
pub(crate) struct Exchanged {
    pub(crate) response: Response<Incoming>,
    pub(crate) lease: Lease,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// No connection; nothing was sent.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection broke before the head of an answer.
    #[error("the connection broke before an answer came: {0}")]
    Broken(hyper::Error),
}

enum Checkout {
    Http1 { sender: http1::SendRequest<OutBody>, abort: AbortHandle },
    Http2(http2::SendRequest<OutBody>),
}

impl Pool {
    /// Makes an empty pool.
    pub(crate) fn new(tls: Arc<rustls::ClientConfig>) -> Arc<Self> {
        Arc::new(Self { tls, origins: Mutex::new(HashMap::new()) })
    }

    /// Sends a request and returns when the head of the answer is there.
    ///
    /// `make` builds the request. It is called again when a reused connection turns out to be dead: closing an idle
    /// connection races with using it (RFC 9112 §9.3.1), so that case is repeated once on a fresh connection.
    ///
    /// # Errors
    /// Says whether connecting failed or the connection broke.
    pub(crate) async fn send(
        self: &Arc<Self>,
        origin: &Origin,
        connect_limit: Duration,
        make: impl Fn() -> Request<OutBody>,
    ) -> Result<Exchanged, SendError> {
        if let Some(connection) = self.check_out(origin.id) {
            match self.send_over(origin, connection, make()).await {
                Ok(exchanged) => return Ok(exchanged),
                Err(error) if error.is_user() => return Err(SendError::Broken(error)),
                Err(_) => {}
            }
        }
        let connection = match connect(origin, &self.tls, connect_limit).await? {
            Connection::Http1(sender, abort) => Checkout::Http1 { sender, abort },
            Connection::Http2(sender) => {
                self.origins.lock().entry(origin.id).or_default().http2 = Some(sender.clone());
                Checkout::Http2(sender)
            }
        };
        self.send_over(origin, connection, make()).await.map_err(SendError::Broken)
    }

    /// Closes connections that rested too long.
    pub(crate) fn sweep(&self) {
        let mut origins = self.origins.lock();
        for resting in origins.values_mut() {
            resting.http1.retain(|idle| idle.since.elapsed() < IDLE_MAX && !idle.sender.is_closed());
            if resting.http2.as_ref().is_some_and(http2::SendRequest::is_closed) {
                resting.http2 = None;
            }
        }
        origins.retain(|_, resting| !resting.http1.is_empty() || resting.http2.is_some());
    }

    async fn send_over(
        self: &Arc<Self>,
        origin: &Origin,
        connection: Checkout,
        mut request: Request<OutBody>,
    ) -> Result<Exchanged, hyper::Error> {
        match connection {
            Checkout::Http1 { mut sender, abort } => {
                let mut guard = AbortOnDrop(Some(abort.clone()));
                let response = sender.send_request(request).await?;
                guard.0 = None;
                let kind = LeaseKind::Http1 { sender, abort };
                Ok(Exchanged { response, lease: Lease { pool: Arc::clone(self), origin: origin.id, kind } })
            }
            Checkout::Http2(mut sender) => {
                *request.version_mut() = Version::HTTP_2;
                request.headers_mut().remove(http::header::HOST);
                make_absolute(request.uri_mut(), origin);
                sender.ready().await?;
                let response = sender.send_request(request).await?;
                let lease = Lease { pool: Arc::clone(self), origin: origin.id, kind: LeaseKind::Shared };
                Ok(Exchanged { response, lease })
            }
        }
    }

    fn check_out(&self, origin: u32) -> Option<Checkout> {
        let mut origins = self.origins.lock();
        let resting = origins.get_mut(&origin)?;
        if let Some(sender) = resting.http2.clone() {
            if !sender.is_closed() {
                return Some(Checkout::Http2(sender));
            }
            resting.http2 = None;
        }
        // The last one in is the warmest; one that is not ready yet waits for its own task to notice the answer's end.
        let mut unready = Vec::new();
        let mut found = None;
        while let Some(idle) = resting.http1.pop() {
            if idle.sender.is_closed() || idle.since.elapsed() >= IDLE_MAX {
                continue;
            }
            if idle.sender.is_ready() {
                found = Some(Checkout::Http1 { sender: idle.sender, abort: idle.abort });
                break;
            }
            unready.push(idle);
        }
        resting.http1.append(&mut unready);
        found
    }

    fn check_in(&self, origin: u32, sender: http1::SendRequest<OutBody>, abort: AbortHandle) {
        if sender.is_closed() {
            return;
        }
        let mut origins = self.origins.lock();
        let resting = origins.entry(origin).or_default();
        if resting.http1.len() < IDLE_PER_ORIGIN_MAX {
            resting.http1.push(Idle { sender, abort, since: Instant::now() });
        }
    }
}

fn make_absolute(uri: &mut Uri, origin: &Origin) {
    let mut parts = std::mem::take(uri).into_parts();
    parts.scheme = Some(if origin.is_tls { http::uri::Scheme::HTTPS } else { http::uri::Scheme::HTTP });
    parts.authority = Some(origin.authority.clone());
    if let Ok(absolute) = Uri::from_parts(parts) {
        *uri = absolute;
    }
}

/// Closes the connection of a request that is given up before its answer's head.
struct AbortOnDrop(Option<AbortHandle>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(abort) = self.0.take() {
            abort.abort();
        }
    }
}

impl Lease {
    /// Puts the connection back: the answer was read to its end.
    pub(crate) fn give_back(mut self) {
        if let LeaseKind::Http1 { sender, abort } = std::mem::replace(&mut self.kind, LeaseKind::Returned) {
            self.pool.check_in(self.origin, sender, abort);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let LeaseKind::Http1 { abort, .. } = &self.kind {
            abort.abort();
        }
    }
}
