//! Connections to upstreams: one pool per core.
//!
//! A pool belongs to one relay thread and is used by that thread only, so that nothing on a call's path waits for
//! another core. Connections speak HTTP/1.1 or, where TLS agreed on it, HTTP/2 as hyper does.

mod answer;
mod connect;
mod http1;
mod line;
pub(crate) mod media;
mod pool;
mod proxy;

use std::sync::Arc;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderValue, Uri};
use proxy::Proxy;
use sluice_domain::{ExposeSecret, SecretString};

pub(crate) use answer::{AnswerBody, Broken};
pub(crate) use connect::{ConnectError, tls_config};
pub(crate) use pool::{Exchanged, Lease, Pool, SendError};

/// A place to connect to. Providers that share base host and proxy share connections.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Number that stands for this origin in every pool.
    pub(crate) id: u32,
    /// Whether to speak TLS.
    pub(crate) is_tls: bool,
    /// Host name or address, without brackets.
    pub(crate) host: String,
    /// Port.
    pub(crate) port: u16,
    /// Value of the `host` header.
    pub(crate) authority: Authority,
    /// The same, ready to send.
    pub(crate) host_header: HeaderValue,
    /// Proxy on the way, if any.
    pub(crate) proxy: Option<Proxy>,
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginError {
    /// The base URL is none.
    #[error("`{0}` is not a base URL such as `https://api.example.com`")]
    BaseUrl(String),
    /// The proxy URL is none. It is not shown, as it may hold a password.
    #[error("the proxy URL must look like `http://host:port`, `https://…`, `socks5://…` or `socks5h://…`")]
    Proxy,
}

impl Origin {
    /// Reads the origin of a base URL.
    ///
    /// # Errors
    /// Says which of the two addresses is unusable.
    pub(crate) fn parse(id: u32, base_url: &str, proxy_url: Option<&SecretString>) -> Result<Self, OriginError> {
        let fail = || OriginError::BaseUrl(base_url.to_owned());
        let uri: Uri = base_url.parse().map_err(|_| fail())?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(fail()),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(fail)?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(fail());
        }
        Ok(Self {
            id,
            is_tls,
            host,
            port: authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            host_header: HeaderValue::from_str(authority.as_str()).map_err(|_| fail())?,
            authority: authority.clone(),
            proxy: proxy_url.map(Proxy::parse).transpose()?,
        })
    }

    /// Returns the proxy that requests are handed to, where one forwards them instead of opening a tunnel.
    pub(crate) fn forwarding(&self) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|proxy| !self.is_tls && proxy.forwards())
    }

    /// Returns what tells two origins apart.
    pub(crate) fn identity(base_url: &str, proxy_url: Option<&SecretString>) -> Option<String> {
        let uri: Uri = base_url.parse().ok()?;
        let proxy = proxy_url.map(ExposeSecret::expose_secret).unwrap_or_default();
        Some(format!("{}://{} {proxy}", uri.scheme_str()?, uri.authority()?))
    }
}

/// The body of an upstream request: stretches of memory, sent as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutBody {
    pieces: Arc<[Bytes]>,
    next: usize,
    left: u64,
}

impl OutBody {
    /// Makes a body of `pieces`; cloning it sends the same bytes again.
    pub(crate) fn new(pieces: Vec<Bytes>) -> Self {
        // An empty piece would make a request with a body of a request without one.
        let pieces: Vec<Bytes> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        let left = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces: pieces.into(), next: 0, left }
    }

    /// Returns the length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.left
    }

    /// Returns all of it.
    fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }
}

impl http_body::Body for OutBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        let piece = self.pieces.get(self.next).cloned();
        if let Some(piece) = &piece {
            self.next += 1;
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        std::task::Poll::Ready(piece.map(|piece| Ok(http_body::Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.pieces.len()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::proxy::ProxyKind;
    use super::*;

    #[test]
    fn requests_are_handed_to_http_proxies_where_nothing_is_secret() {
        let is_forwarded = |base: &str, proxy: &str| {
            Origin::parse(0, base, Some(&SecretString::from(proxy))).unwrap().forwarding().is_some()
        };
        assert!(is_forwarded("http://x", "http://p:1") && is_forwarded("http://x", "https://p:1"));
        assert!(!is_forwarded("https://x", "http://p:1") && !is_forwarded("http://x", "socks5h://p:1"));
    }

    #[test]
    fn an_origin_has_the_default_port_of_its_scheme() {
        let origin = Origin::parse(0, "https://api.example.com/v1", None).unwrap();
        assert_eq!((origin.is_tls, origin.host.as_str(), origin.port), (true, "api.example.com", 443));
        let origin = Origin::parse(0, "http://[::1]:8080", None).unwrap();
        assert_eq!((origin.is_tls, origin.host.as_str(), origin.port), (false, "::1", 8080));
        assert_eq!(origin.host_header, "[::1]:8080");
    }

    #[test]
    fn an_unusable_address_is_refused_and_a_proxy_password_is_not_shown() {
        assert!(Origin::parse(0, "ftp://x", None).is_err());
        assert!(Origin::parse(0, "https://user:pw@x", None).is_err());
        let proxy = SecretString::from("proxy.example.com:7890?hunter2");
        let error = Origin::parse(0, "https://x", Some(&proxy)).unwrap_err().to_string();
        assert!(!error.contains("hunter2"));
    }

    #[test]
    fn a_proxy_is_read_with_its_user() {
        let proxy = Proxy::parse(&"socks5://me:p%40ss@[::1]".into()).unwrap();
        assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (ProxyKind::Socks5, "::1", 1080));
        let (user, password) = proxy.user.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me", "p@ss"));
        let proxy = Proxy::parse(&"https://proxy.example".into()).unwrap();
        assert_eq!((proxy.kind, proxy.port, proxy.user.is_none()), (ProxyKind::Https, 443, true));
    }
}
