//! Opening a connection: TCP or proxy, TLS, and the HTTP version that both sides know.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::http1::Wire;
use super::line::Line;
use super::proxy::dial_through;
use super::{Origin, OutBody};

/// HTTP/2 flow control: enough for one fast stream over a long line.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// Stands for the peer's limit of streams until it is told; no server is known to ask for this number.
const STREAMS_UNTOLD: usize = 73;
/// Longest wait for that. A server tells it first of all, so this is one trip over the line.
const SETTINGS_WAIT: Duration = Duration::from_millis(500);
const SETTINGS_LOOK: Duration = Duration::from_millis(5);
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Why no connection could be made. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// It took too long.
    #[error("connecting took longer than {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// It took too long through a proxy, which may be what is silent.
    #[error("connecting through the proxy took longer than {} ms", .0.as_millis())]
    ProxyTimedOut(Duration),
    /// Name resolution or TCP failed.
    #[error("connecting failed: {0}")]
    Tcp(io::Error),
    /// The proxy itself cannot be reached.
    #[error("connecting to the proxy failed: {0}")]
    ProxyUnreachable(io::Error),
    /// TLS with the proxy failed.
    #[error("TLS with the proxy failed: {0}")]
    ProxyTls(io::Error),
    /// The proxy does not lead there: it refused, or could not connect.
    #[error("the proxy refused the connection: {0}")]
    ProxyRefused(String),
    /// TLS failed, such as by an unknown certificate.
    #[error("TLS failed: {0}")]
    Tls(io::Error),
    /// The HTTP preface failed.
    #[error("the HTTP handshake failed: {0}")]
    Handshake(hyper::Error),
}

impl ConnectError {
    /// Returns whether the way to the proxy, or the proxy, is what failed.
    pub(crate) const fn is_proxy(&self) -> bool {
        matches!(self, Self::ProxyUnreachable(_) | Self::ProxyTls(_) | Self::ProxyRefused(_))
    }

    /// Returns that connecting to `origin` took longer than `limit`.
    pub(super) const fn timed_out(origin: &Origin, limit: Duration) -> Self {
        if origin.proxy.is_some() { Self::ProxyTimedOut(limit) } else { Self::TimedOut(limit) }
    }
}

/// A fresh connection.
pub(super) enum Connection {
    /// One call at a time.
    Http1(Wire),
    /// Many calls at once.
    Http2(http2::SendRequest<OutBody>, StreamLimit),
}

/// How many streams at once the peer allows, as it last said.
#[derive(Clone)]
pub(super) struct StreamLimit(Arc<AtomicUsize>);

impl StreamLimit {
    /// Returns the limit.
    pub(super) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Returns the TLS settings of all upstream connections: the Web's roots, HTTP/2 preferred.
pub(crate) fn tls_config(extra_roots: &[rustls_pki_types::CertificateDer<'static>]) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    let mut config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Connects to `origin` within `limit`.
pub(super) async fn connect(
    origin: &Origin,
    tls: &Arc<rustls::ClientConfig>,
    limit: Duration,
) -> Result<Connection, ConnectError> {
    tokio::time::timeout(limit, open(origin, tls)).await.map_err(|_| ConnectError::timed_out(origin, limit))?
}

async fn open(origin: &Origin, tls: &Arc<rustls::ClientConfig>) -> Result<Connection, ConnectError> {
    match &origin.proxy {
        None => speak(dial(&origin.host, origin.port).await.map_err(ConnectError::Tcp)?, origin, tls).await,
        Some(proxy) => speak(dial_through(proxy, origin, tls).await?, origin, tls).await,
    }
}

async fn speak<I>(io: I, origin: &Origin, tls: &Arc<rustls::ClientConfig>) -> Result<Connection, ConnectError>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Line: From<I> + From<TlsStream<I>>,
{
    if !origin.is_tls {
        return Ok(Connection::Http1(Wire::new(io.into())));
    }
    let stream = start_tls(io, &origin.host, tls).await.map_err(ConnectError::Tls)?;
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        speak_http2(stream).await
    } else {
        Ok(Connection::Http1(Wire::new(stream.into())))
    }
}

pub(super) async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect((host, port)).await?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

pub(super) async fn start_tls<I>(io: I, host: &str, tls: &Arc<rustls::ClientConfig>) -> io::Result<TlsStream<I>>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let name = rustls_pki_types::ServerName::try_from(host.to_owned())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the host is no valid TLS name"))?;
    TlsConnector::from(Arc::clone(tls)).connect(name, io).await
}

async fn speak_http2<I>(io: I) -> Result<Connection, ConnectError>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, mut connection) = http2::Builder::new(TokioExecutor::new())
        .timer(hyper_util::rt::TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .initial_max_send_streams(STREAMS_UNTOLD)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .handshake(TokioIo::new(io))
        .await
        .map_err(ConnectError::Handshake)?;
    let limit = StreamLimit(Arc::new(AtomicUsize::new(connection.current_max_send_streams())));
    let (told, is_told) = (limit.clone(), Arc::new(Notify::new()));
    let tell = Arc::clone(&is_told);
    // The settings arrive in a task of hyper's own, which does not wake this one: look, until they are there.
    let (mut looks, until) = (tokio::time::interval(SETTINGS_LOOK), Instant::now() + SETTINGS_WAIT);
    tokio::spawn(std::future::poll_fn(move |context| {
        let ended = Pin::new(&mut connection).poll(context).map(drop);
        let streams = connection.current_max_send_streams();
        told.0.store(streams, Ordering::Relaxed);
        if streams != STREAMS_UNTOLD || ended.is_ready() {
            tell.notify_one();
        } else if Instant::now() < until {
            while looks.poll_tick(context).is_ready() {}
        }
        ended
    }));
    // Else calls that wait for this connection would crowd onto it before it is known how many it takes.
    tokio::time::timeout(SETTINGS_WAIT, is_told.notified()).await.ok();
    Ok(Connection::Http2(sender, limit))
}
