//! Outbound proxies: what a proxy URL means, and lines to an origin that lead through one.
//!
//! Calls to `https` origins go through a tunnel (`CONNECT`, SOCKS 5). To `http` origins an HTTP proxy forwards requests, as
//! most of them open tunnels to TLS ports only.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use sluice_domain::{ExposeSecret, SecretString};
use tower::Service;

use super::connect::{ConnectError, dial, start_tls};
use super::line::Line;
use super::{Origin, OriginError};

/// An outbound proxy.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    pub(crate) kind: ProxyKind,
    /// Host name or address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: Option<(String, SecretString)>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// SOCKS 5, names resolved here.
    Socks5,
    /// SOCKS 5, names resolved by the proxy.
    Socks5h,
}

impl Proxy {
    pub(super) fn parse(url: &SecretString) -> Result<Self, OriginError> {
        let parsed = url::Url::parse(url.expose_secret()).map_err(|_| OriginError::Proxy)?;
        let (kind, default_port) = match parsed.scheme() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" => (ProxyKind::Socks5, 1080),
            "socks5h" => (ProxyKind::Socks5h, 1080),
            _ => return Err(OriginError::Proxy),
        };
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or(OriginError::Proxy)?;
        let decoded = |text: &str| sluice_protocol::operation::decode(text).into_owned();
        let user = (!parsed.username().is_empty())
            .then(|| (decoded(parsed.username()), decoded(parsed.password().unwrap_or_default()).into()));
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self { kind, host, port: parsed.port().unwrap_or(default_port), user })
    }

    /// Returns whether it takes requests and not only tunnels.
    pub(super) const fn forwards(&self) -> bool {
        matches!(self.kind, ProxyKind::Http | ProxyKind::Https)
    }

    /// Returns what proves who we are to it.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let (user, password) = self.user.as_ref()?;
        let encoded = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
        let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Connects to `origin` through its proxy: to the proxy itself where that forwards requests.
pub(super) async fn dial_through(
    proxy: &Proxy,
    origin: &Origin,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<Line, ConnectError> {
    let tcp = dial(&proxy.host, proxy.port).await.map_err(ConnectError::ProxyUnreachable)?;
    let line = match proxy.kind {
        ProxyKind::Https => {
            let stream = start_tls(tcp, &proxy.host, &speaking_http1(tls)).await.map_err(ConnectError::ProxyTls)?;
            stream.into()
        }
        ProxyKind::Http | ProxyKind::Socks5 | ProxyKind::Socks5h => Line::Plain(tcp),
    };
    if origin.forwarding().is_some() {
        return Ok(line);
    }
    let refused = |error: &dyn std::fmt::Display| ConnectError::ProxyRefused(error.to_string());
    let destination = destination(&seen_host(proxy, origin).await?, origin.port)?;
    let dialed = Dialed(Some(line));
    // The handshake begins on the line that is there already: what fails from here on is the proxy's answer.
    let address = Uri::from_static("http://proxy/");
    let stream = match proxy.kind {
        ProxyKind::Http | ProxyKind::Https => {
            let mut tunnel = Tunnel::new(address, dialed);
            if let Some(value) = proxy.authorization() {
                tunnel = tunnel.with_auth(value);
            }
            tunnel.call(destination).await.map_err(|error| refused(&error))?
        }
        ProxyKind::Socks5 | ProxyKind::Socks5h => {
            let mut socks = SocksV5::new(address, dialed);
            if let Some((user, password)) = &proxy.user {
                socks = socks.with_auth(user.clone(), password.expose_secret().to_owned());
            }
            socks.call(destination).await.map_err(|error| refused(&error))?
        }
    };
    Ok(stream.into_inner())
}

/// Returns what the proxy is told to connect to: the name, or its address where names are resolved here.
async fn seen_host(proxy: &Proxy, origin: &Origin) -> Result<String, ConnectError> {
    if proxy.kind != ProxyKind::Socks5 {
        return Ok(origin.host.clone());
    }
    let found = tokio::net::lookup_host((origin.host.as_str(), origin.port)).await.map_err(ConnectError::Tcp)?;
    let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    // Only one can be tried, and many proxies have no IPv6.
    let best = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
    let missing = || ConnectError::Tcp(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
    Ok(best.ok_or_else(missing)?.to_string())
}

fn destination(host: &str, port: u16) -> Result<Uri, ConnectError> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let parts = Uri::builder().scheme("http").authority(format!("{host}:{port}")).path_and_query("/");
    parts.build().map_err(|error| ConnectError::ProxyRefused(error.to_string()))
}

/// Returns the TLS settings for proxies: they speak HTTP/1.1.
fn speaking_http1(tls: &Arc<rustls::ClientConfig>) -> Arc<rustls::ClientConfig> {
    let mut config = rustls::ClientConfig::clone(tls);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Hands out a line that was opened before.
struct Dialed(Option<Line>);

impl Service<Uri> for Dialed {
    type Response = TokioIo<Line>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<TokioIo<Line>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let line = self.0.take().map(TokioIo::new);
        std::future::ready(line.ok_or_else(|| io::Error::other("the line is in use already")))
    }
}
