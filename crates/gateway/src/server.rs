//! Listening: one thread with its own runtime, listener and relay per core.
//!
//! The kernel spreads connections over the listeners (SO_REUSEPORT); from then on a connection stays on its thread.
//! Paths that are not the relay's go to the admin router, which runs on the control runtime, so that a password hash or
//! a slow query never holds up a call.

mod client;
mod listener;
mod tls;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use sluice_protocol::operation::is_relay_path;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) use client::ClientPolicy;
pub(crate) use listener::bind_all;
pub(crate) use tls::ServerTls;

use crate::client_address::{ClientAddress, SecureTransport};
use crate::metrics::Counters;
use crate::relay::{Relay, RelayBody};
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
                    Ok((tcp, peer)) => self.spawn_connection(tcp, peer, &graceful),
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

    fn spawn_connection(self: &Arc<Self>, tcp: TcpStream, peer: SocketAddr, graceful: &GracefulShutdown) {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it began");
            return;
        }
        let worker = Arc::clone(self);
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let guard = worker.counters.count_connection();
            match worker.tls.clone() {
                None => {
                    let connection = worker.builder();
                    let connection = connection.serve_connection(TokioIo::new(tcp), worker.service(peer));
                    drop(watcher.watch(connection).await);
                }
                Some(tls) => {
                    let Ok(Ok(stream)) = tokio::time::timeout(worker.header_timeout, tls.accept(tcp)).await else {
                        return;
                    };
                    let connection = worker.builder();
                    let connection = connection.serve_connection(TokioIo::new(stream), worker.service(peer));
                    drop(watcher.watch(connection).await);
                }
            }
            drop(guard);
        });
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_buf_size(MAX_BUFFER_BYTES)
            .max_headers(MAX_HEADERS);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(HTTP2_MAX_STREAMS)
            .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
            .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
            .keep_alive_interval(HTTP2_PING_INTERVAL);
        builder
    }

    fn service(self: &Arc<Self>, peer: SocketAddr) -> Connection {
        Connection { worker: Arc::clone(self), peer }
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
