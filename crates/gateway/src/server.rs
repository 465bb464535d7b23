//! Listening: one thread with its own runtime, listener and relay per core.
//!
//! The kernel spreads connections over the listeners (SO_REUSEPORT); from then on a connection stays on its thread.
//! Paths that are not the relay's go to the admin router, which runs on the control runtime, so that a password hash or
//! a slow query never holds up a call.

mod client;
pub mod client_address;
mod listener;
mod progress;
mod tls;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use progress::Progressing;
use sluice_protocol::operation::is_relay_path;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) use client::ClientPolicy;
pub(crate) use listener::bind_all;
pub(crate) use tls::ServerTls;

use crate::relay::{Relay, RelayBody};
use crate::server::client_address::{ClientAddress, SecureTransport};
use crate::telemetry::metrics::Counters;
use crate::upstream::Pool;

/// Largest head of a request, and the read buffer of a connection while it needs one.
const MAX_BUFFER_BYTES: usize = 256 * 1024;
const MAX_HEADERS: usize = 128;
const HTTP2_MAX_STREAMS: u32 = 512;
const HTTP2_STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
const HTTP2_CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(30);
/// Longest wait for the calls under way when Sluice stops.
pub(crate) const DRAIN_LIMIT: Duration = Duration::from_secs(25);
/// How often resting upstream connections are looked at.
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);
/// Pause after the system refused another connection, such as for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Most open connections of one thread; more are closed at once.
const CONNECTIONS_MAX: usize = 50_000;
/// Longest time in which a client that is sent to takes nothing at all.
const WRITE_STALL_LIMIT: Duration = Duration::from_secs(120);
/// What a client sends first that speaks HTTP/2 without having agreed on it by TLS (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Pause before looking again at a start that may become the preface.
const PREFACE_PAUSE: Duration = Duration::from_millis(10);

/// The HTTP version of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// What one relay thread serves with.
pub(crate) struct Worker {
    pub(crate) relay: Relay,
    pub(crate) pool: Arc<Pool>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) admin: axum::Router,
    pub(crate) control: tokio::runtime::Handle,
    pub(crate) clients: ClientPolicy,
    pub(crate) tls: Option<Arc<ServerTls>>,
    pub(crate) header_timeout: Duration,
}

impl Worker {
    /// Serves until `stop`, then waits for the calls under way.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        let graceful = GracefulShutdown::new();
        let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = sweep.tick() => self.pool.sweep(),
                accepted = listener.accept() => match accepted {
                    Ok((tcp, peer)) => self.spawn_connection(tcp, peer, &graceful, &stop),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(listener);
        if tokio::time::timeout(DRAIN_LIMIT, graceful.shutdown()).await.is_err() {
            tracing::warn!("calls were still under way when the time to stop ran out; they are cut off");
        }
    }

    fn spawn_connection(
        self: &Arc<Self>,
        tcp: TcpStream,
        peer: SocketAddr,
        graceful: &GracefulShutdown,
        stop: &CancellationToken,
    ) {
        if graceful.count() >= CONNECTIONS_MAX {
            tracing::debug!("a connection was closed at once, as too many are open");
            return;
        }
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it began");
            return;
        }
        let (worker, watcher, stop) = (Arc::clone(self), graceful.watcher(), stop.clone());
        tokio::spawn(async move {
            let guard = worker.counters.count_connection();
            worker.serve(tcp, peer, watcher, stop).await;
            drop(guard);
        });
    }

    /// Serves one connection. One that says nothing is closed after the time for a head, or at once on `stop`.
    async fn serve(self: &Arc<Self>, tcp: TcpStream, peer: SocketAddr, watcher: Watcher, stop: CancellationToken) {
        let limit = self.header_timeout;
        let Some(tls) = &self.tls else {
            let begun = stop.run_until_cancelled_owned(tokio::time::timeout(limit, first_words(&tcp))).await;
            if let Some(Ok(Ok(protocol))) = begun {
                self.speak(protocol, Progressing::new(tcp, WRITE_STALL_LIMIT), peer, watcher).await;
            }
            return;
        };
        // Boxed, as shaking hands needs much more memory than what follows.
        let accepting = Box::pin(tls.accept(Progressing::new(tcp, WRITE_STALL_LIMIT)));
        let accepted = stop.run_until_cancelled_owned(tokio::time::timeout(limit, accepting)).await;
        if let Some(Ok(Ok(stream))) = accepted {
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let protocol = if is_http2 { Protocol::Http2 } else { Protocol::Http1 };
            self.speak(protocol, Box::new(stream), peer, watcher).await;
        }
    }

    async fn speak<I>(self: &Arc<Self>, protocol: Protocol, socket: I, peer: SocketAddr, watcher: Watcher)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (io, service) = (TokioIo::new(socket), Connection { worker: Arc::clone(self), peer });
        // How a connection ends is the client's business. Boxed, so that each holds only what its protocol needs.
        match protocol {
            Protocol::Http1 => {
                drop(Box::pin(watcher.watch(self.http1().serve_connection(io, service))).await);
            }
            Protocol::Http2 => {
                drop(Box::pin(watcher.watch(self.http2().serve_connection(io, service))).await);
            }
        }
    }

    fn http1(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_buf_size(MAX_BUFFER_BYTES)
            .max_headers(MAX_HEADERS);
        builder
    }

    fn http2(&self) -> http2::Builder<TokioExecutor> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(HTTP2_MAX_STREAMS)
            .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
            .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
            .keep_alive_interval(HTTP2_PING_INTERVAL);
        builder
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<RelayBody> {
        let client = self.clients.address(peer.ip(), request.headers());
        if is_relay_path(request.uri().path()) {
            return self.relay.serve(request, client).await;
        }
        self.administer(request, client, peer).await
    }

    /// Hands a request to the admin router on the control runtime.
    async fn administer(
        &self,
        request: Request<Incoming>,
        client: std::net::IpAddr,
        peer: SocketAddr,
    ) -> Response<RelayBody> {
        let mut request = request.map(axum::body::Body::new);
        let is_secure = self.tls.is_some() || self.clients.says_https(peer.ip(), request.headers());
        request.extensions_mut().insert(ClientAddress(client));
        if is_secure {
            request.extensions_mut().insert(SecureTransport);
        }
        let answer = self.control.spawn(self.admin.clone().oneshot(request));
        match answer.await {
            Ok(Ok(response)) => response.map(RelayBody::Admin),
            Ok(Err(never)) => match never {},
            Err(error) => {
                tracing::error!(%error, "an admin request failed");
                let mut response = Response::new(RelayBody::full(
                    r#"{"success":false,"message":"something went wrong here; see the log","code":"internal"}"#,
                ));
                *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}

/// Waits for the first bytes, leaves them where they are, and says which protocol they begin.
async fn first_words(tcp: &TcpStream) -> std::io::Result<Protocol> {
    let mut words = [0; HTTP2_PREFACE.len()];
    loop {
        let count = tcp.peek(&mut words).await?;
        let seen = words.get(..count).unwrap_or_default();
        if seen.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if !HTTP2_PREFACE.starts_with(seen) {
            return Ok(Protocol::Http1);
        }
        if seen.len() == HTTP2_PREFACE.len() {
            return Ok(Protocol::Http2);
        }
        tokio::time::sleep(PREFACE_PAUSE).await;
    }
}

/// One client connection, as hyper sees it.
struct Connection {
    worker: Arc<Worker>,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Connection {
    type Response = Response<RelayBody>;
    type Error = std::convert::Infallible;
    // Boxed, so that what a call needed is freed when its answer begins: a connection holds a stream for minutes.
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (worker, peer) = (Arc::clone(&self.worker), self.peer);
        Box::pin(async move { Ok(worker.answer(request, peer).await) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn the_first_bytes_tell_the_protocol_even_in_pieces() {
        let (mut client, server) = pair().await;
        client.write_all(b"POST /v1/chat/completions").await.unwrap();
        assert_eq!(first_words(&server).await.unwrap(), Protocol::Http1);
        let (mut client, server) = pair().await;
        let (start, end) = HTTP2_PREFACE.split_at(5);
        client.write_all(start).await.unwrap();
        let rest = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            client.write_all(end).await.unwrap();
        };
        assert_eq!(tokio::join!(first_words(&server), rest).0.unwrap(), Protocol::Http2);
    }

    #[tokio::test]
    async fn a_client_that_leaves_without_a_word_is_an_error() {
        let (client, server) = pair().await;
        drop(client);
        assert!(first_words(&server).await.is_err());
    }
}
