//! Connections that wait for their next call.

use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{Request, Response, Uri, Version};
use hyper::client::conn::{TrySendError, http2};
use parking_lot::Mutex;

use super::connect::{ConnectError, Connection, StreamLimit, connect};
use super::http1::{Place, Unanswered, Wire};
use super::{AnswerBody, Broken, Origin, OutBody};

/// Longest rest of a connection. Most servers close after 60 s or more; closing first avoids their race.
const IDLE_MAX: Duration = Duration::from_secs(50);
/// Most resting connections to one origin and core.
const IDLE_PER_ORIGIN_MAX: usize = 512;
/// Most calls over one HTTP/2 connection, whatever the peer allows: they share one line and its losses.
const STREAMS_PER_CONNECTION_MAX: usize = 80;
/// Most HTTP/2 connections to one origin and core. Beyond it, calls wait for a stream on the least busy one.
const HTTP2_PER_ORIGIN_MAX: usize = 64;
/// Latest that a reused connection shows that the peer had closed it. Beyond it, the upstream may have begun to work.
const STALE_WITHIN: Duration = Duration::from_secs(1);
/// How long it is remembered which HTTP version an unused origin speaks.
const VERSION_KNOWN_FOR: Duration = Duration::from_secs(3_600);

/// The connections of one relay thread.
pub(crate) struct Pool {
    tls: Arc<rustls::ClientConfig>,
    origins: Mutex<HashMap<u32, Held>>,
}

/// The connections to one origin: those over HTTP/1.1 that rest, and all over HTTP/2.
struct Held {
    http1: Vec<Idle>,
    http2: Vec<Shared>,
    /// What TLS agreed on last; unknown before the first connection.
    version: Option<Version>,
    /// Held while one call connects and others may share what it gets.
    turn: Arc<tokio::sync::Mutex<()>>,
    last_use: Instant,
}

impl Default for Held {
    fn default() -> Self {
        Self { http1: Vec::new(), http2: Vec::new(), version: None, turn: Arc::default(), last_use: Instant::now() }
    }
}

struct Idle {
    wire: Wire,
    since: Instant,
}

/// An HTTP/2 connection that calls share.
struct Shared {
    sender: http2::SendRequest<OutBody>,
    limit: StreamLimit,
    load: Arc<Load>,
}

/// How busy a shared connection is.
struct Load {
    in_flight: AtomicUsize,
    last_use: Mutex<Instant>,
}

/// One call's place on a shared connection.
struct Seat(Arc<Load>);

/// A connection in use by one call. Dropping it before the answer's end closes an HTTP/1.1 connection, which is how
/// the upstream learns at once that nobody listens any more; HTTP/2 resets the stream by itself.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    origin: u32,
    kind: LeaseKind,
}

enum LeaseKind {
    Http1(Place),
    Shared { _seat: Seat },
    Returned,
}

/// An answer whose body is still to come, with the connection it comes over.
pub(crate) struct Exchanged {
    pub(crate) response: Response<AnswerBody>,
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
    Broken(Broken),
}

enum Checkout {
    Http1(Wire),
    Http2 { sender: http2::SendRequest<OutBody>, seat: Seat },
}

/// A request that got no answer.
struct Failure {
    error: Broken,
    /// The upstream certainly did not work on it, or the connection was stale in the way that RFC 9112 §9.3.1 allows
    /// to repeat.
    is_repeatable: bool,
}

impl Pool {
    /// Makes an empty pool.
    pub(crate) fn new(tls: Arc<rustls::ClientConfig>) -> Arc<Self> {
        Arc::new(Self { tls, origins: Mutex::new(HashMap::new()) })
    }

    /// Sends a request and returns when the head of the answer is there.
    ///
    /// `make` builds the request. It is called again when a reused connection turns out to be dead: closing an idle
    /// connection races with using it (RFC 9112 §9.3.1), so that case is repeated once on another connection.
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
                Err(failure) if failure.is_repeatable => {}
                Err(failure) => return Err(SendError::Broken(failure.error)),
            }
        }
        // Boxed, because connecting through a proxy needs more room than all the rest of a call, which has a connection already.
        let connection = Box::pin(self.obtain(origin, connect_limit)).await?;
        self.send_over(origin, connection, make()).await.map_err(|failure| SendError::Broken(failure.error))
    }

    /// Closes connections that rested too long.
    pub(crate) fn sweep(&self) {
        let mut origins = self.origins.lock();
        for held in origins.values_mut() {
            held.http1.retain_mut(|idle| idle.since.elapsed() < IDLE_MAX && idle.wire.is_quiet());
            held.http2.retain(|shared| !shared.sender.is_closed() && !shared.load.rested_for(IDLE_MAX));
        }
        origins.retain(|_, held| {
            !held.http1.is_empty() || !held.http2.is_empty() || held.last_use.elapsed() < VERSION_KNOWN_FOR
        });
    }

    /// Connects, or shares what another call connected meanwhile.
    async fn obtain(&self, origin: &Origin, limit: Duration) -> Result<Checkout, ConnectError> {
        let Some(turn) = self.turn(origin) else { return self.open(origin, limit).await };
        let shared = async {
            let held = turn.lock().await;
            if let Some(connection) = self.check_out_shared(origin.id) {
                return Ok(connection);
            }
            // Where HTTP/1.1 turned out to be spoken, everybody needs a connection and nobody has to wait.
            let held = self.turn(origin).map(|_| held);
            let connection = self.open(origin, limit).await;
            drop(held);
            connection
        };
        tokio::time::timeout(limit, shared).await.map_err(|_| ConnectError::timed_out(origin, limit))?
    }

    /// Returns what to hold while connecting, if the connection may be one to share.
    fn turn(&self, origin: &Origin) -> Option<Arc<tokio::sync::Mutex<()>>> {
        let mut origins = self.origins.lock();
        let held = origins.entry(origin.id).or_default();
        (origin.is_tls && held.version != Some(Version::HTTP_11)).then(|| Arc::clone(&held.turn))
    }

    async fn open(&self, origin: &Origin, limit: Duration) -> Result<Checkout, ConnectError> {
        let connection = connect(origin, &self.tls, limit).await?;
        let mut origins = self.origins.lock();
        let held = origins.entry(origin.id).or_default();
        Ok(match connection {
            Connection::Http1(wire) => {
                held.version = Some(Version::HTTP_11);
                Checkout::Http1(wire)
            }
            Connection::Http2(sender, limit) => {
                held.version = Some(Version::HTTP_2);
                let load = Arc::new(Load { in_flight: AtomicUsize::new(0), last_use: Mutex::new(Instant::now()) });
                let seat = Seat::take(&load);
                held.http2.push(Shared { sender: sender.clone(), limit, load });
                Checkout::Http2 { sender, seat }
            }
        })
    }

    async fn send_over(
        self: &Arc<Self>,
        origin: &Origin,
        connection: Checkout,
        mut request: Request<OutBody>,
    ) -> Result<Exchanged, Failure> {
        let started = Instant::now();
        let (response, kind) = match connection {
            Checkout::Http1(wire) => {
                if let Some(proxy) = origin.forwarding() {
                    make_absolute(request.uri_mut(), origin);
                    let authorization = proxy.authorization().map(|value| (http::header::PROXY_AUTHORIZATION, value));
                    request.headers_mut().extend(authorization);
                }
                let exchanged = wire.exchange(&request).await;
                let (response, place) = exchanged.map_err(|failed| Failure::over_http1(failed, started.elapsed()))?;
                (response.map(AnswerBody::Http1), LeaseKind::Http1(place))
            }
            Checkout::Http2 { mut sender, seat } => {
                *request.version_mut() = Version::HTTP_2;
                request.headers_mut().remove(http::header::HOST);
                make_absolute(request.uri_mut(), origin);
                let response = sender.try_send_request(request).await.map_err(Failure::over_http2)?;
                (response.map(AnswerBody::Http2), LeaseKind::Shared { _seat: seat })
            }
        };
        Ok(Exchanged { response, lease: Lease { pool: Arc::clone(self), origin: origin.id, kind } })
    }

    fn check_out(&self, origin: u32) -> Option<Checkout> {
        self.check_out_shared(origin).or_else(|| self.check_out_idle(origin))
    }

    /// Takes a place on the first connection that has one, so that those opened for a peak can fall idle.
    fn check_out_shared(&self, origin: u32) -> Option<Checkout> {
        let mut origins = self.origins.lock();
        let held = origins.get_mut(&origin)?;
        held.last_use = Instant::now();
        held.http2.retain(|shared| !shared.sender.is_closed());
        let free = held.http2.iter().find(|shared| shared.has_room());
        let shared = match free {
            None if held.http2.len() >= HTTP2_PER_ORIGIN_MAX => {
                held.http2.iter().min_by_key(|shared| shared.load.in_flight.load(Ordering::Relaxed))?
            }
            free => free?,
        };
        Some(Checkout::Http2 { sender: shared.sender.clone(), seat: Seat::take(&shared.load) })
    }

    fn check_out_idle(&self, origin: u32) -> Option<Checkout> {
        let mut origins = self.origins.lock();
        let held = origins.get_mut(&origin)?;
        // The last one in is the warmest.
        while let Some(mut idle) = held.http1.pop() {
            if idle.since.elapsed() < IDLE_MAX && idle.wire.is_quiet() {
                return Some(Checkout::Http1(idle.wire));
            }
        }
        None
    }

    fn check_in(&self, origin: u32, wire: Wire) {
        let mut origins = self.origins.lock();
        let held = origins.entry(origin).or_default();
        if held.http1.len() < IDLE_PER_ORIGIN_MAX {
            held.http1.push(Idle { wire, since: Instant::now() });
        }
    }
}

impl Shared {
    /// Returns whether the peer takes one more stream at once.
    fn has_room(&self) -> bool {
        let room = self.limit.get().min(STREAMS_PER_CONNECTION_MAX);
        self.load.in_flight.load(Ordering::Relaxed) < room
    }
}

impl Load {
    fn rested_for(&self, time: Duration) -> bool {
        self.in_flight.load(Ordering::Relaxed) == 0 && self.last_use.lock().elapsed() >= time
    }
}

impl Seat {
    fn take(load: &Arc<Load>) -> Self {
        load.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(load))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
        *self.0.last_use.lock() = Instant::now();
    }
}

impl Failure {
    fn over_http1(failed: Unanswered, after: Duration) -> Self {
        let Unanswered { error, was_unsent, was_heard } = failed;
        let is_stale = !was_heard && was_closed(&error);
        Self { is_repeatable: was_unsent || (is_stale && after < STALE_WITHIN), error }
    }

    fn over_http2(mut failed: TrySendError<Request<OutBody>>) -> Self {
        let was_unsent = failed.take_message().is_some();
        let error = failed.into_error();
        let is_unprocessed = error.source().and_then(|source| source.downcast_ref()).is_some_and(was_unprocessed);
        Self { is_repeatable: was_unsent || is_unprocessed, error: error.into() }
    }
}

/// Returns whether the peer had closed its side: it answers what then comes with a reset.
fn was_closed(error: &Broken) -> bool {
    use io::ErrorKind as Kind;
    match error {
        Broken::Closed => true,
        Broken::Connection(error) => {
            matches!(error.kind(), Kind::ConnectionReset | Kind::BrokenPipe | Kind::NotConnected | Kind::UnexpectedEof)
        }
        Broken::Nonsense(_) | Broken::Http2(_) => false,
    }
}

/// Returns whether the peer said that it did nothing with the stream (RFC 9113 §8.7).
fn was_unprocessed(error: &h2::Error) -> bool {
    // A GOAWAY reaches only those streams as an error whose numbers are above the last one it names.
    let was_beyond_last = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    let was_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (was_beyond_last || was_refused)
}

fn make_absolute(uri: &mut Uri, origin: &Origin) {
    let mut parts = std::mem::take(uri).into_parts();
    parts.scheme = Some(if origin.is_tls { http::uri::Scheme::HTTPS } else { http::uri::Scheme::HTTP });
    parts.authority = Some(origin.authority.clone());
    if let Ok(absolute) = Uri::from_parts(parts) {
        *uri = absolute;
    }
}

impl Lease {
    /// Puts the connection back: the answer was read to its end.
    pub(crate) fn give_back(mut self) {
        if let LeaseKind::Http1(place) = std::mem::replace(&mut self.kind, LeaseKind::Returned)
            && let Some(wire) = place.lock().take_if(|wire| wire.can_be_used_again())
        {
            self.pool.check_in(self.origin, wire);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let LeaseKind::Http1(place) = &self.kind {
            place.lock().take();
        }
    }
}

#[cfg(test)]
mod tests;
