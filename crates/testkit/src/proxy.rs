//! An outbound proxy on loopback: HTTP (tunnels by `CONNECT`, and requests that it forwards) and SOCKS 5, with or without a
//! user name and password, that can be told to refuse or to say nothing.

mod http_side;
mod socks_side;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// HTTP/1.1.
    Http,
    /// SOCKS 5.
    Socks5,
}

/// What a proxy does with who comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// It leads them where they want to go.
    #[default]
    Willing,
    /// It says that it may not.
    Refusing,
    /// It accepts the connection and says nothing.
    Silent,
}

/// How somebody was led to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Bytes were passed on, whatever they mean.
    Tunnel,
    /// A request was understood and sent on.
    Forward,
}

/// A place that somebody was led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Led {
    /// How.
    pub way: Way,
    /// Host and port as the proxy was told them: a name where it had to resolve it.
    pub place: String,
}

/// A running proxy; dropping it closes its port and all connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

#[derive(Debug)]
pub(crate) struct Shared {
    kind: ProxyKind,
    /// Who may use it; `None` for everybody.
    user: Option<(String, String)>,
    mood: Mutex<Mood>,
    led: Mutex<Vec<Led>>,
}

impl Proxy {
    /// Starts a proxy that asks for a user name and password unless that is `None`.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(kind: ProxyKind, user: Option<(&str, &str)>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let user = user.map(|(name, password)| (name.to_owned(), password.to_owned()));
        let shared = Arc::new(Shared { kind, user, mood: Mutex::default(), led: Mutex::default() });
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, Arc::clone(&shared), stop.clone())));
        Ok(Self { address, shared, stop })
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what it does with who comes.
    pub fn set_mood(&self, mood: Mood) {
        *self.shared.mood.lock() = mood;
    }

    /// Returns where it led whom, in order. Each connection to it counts once, each forwarded request too.
    #[must_use]
    pub fn led(&self) -> Vec<Led> {
        self.shared.led.lock().clone()
    }

    /// Closes its port and all connections.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Shared {
    fn mood(&self) -> Mood {
        *self.mood.lock()
    }

    fn is_welcome(&self, name: &str, password: &str) -> bool {
        self.user.as_ref().is_none_or(|(known, secret)| known == name && secret == password)
    }

    /// Connects to a place and notes that it did.
    async fn dial(&self, way: Way, place: String) -> io::Result<TcpStream> {
        self.led.lock().push(Led { way, place: place.clone() });
        let tcp = TcpStream::connect(place).await?;
        tcp.set_nodelay(true)?;
        Ok(tcp)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    while let Ok((tcp, _)) = listener.accept().await {
        tcp.set_nodelay(true).ok();
        let shared = Arc::clone(&shared);
        // How a connection ends is seen by who uses it.
        let serving = async move { drop(serve(tcp, shared).await) };
        tokio::spawn(stop.clone().run_until_cancelled_owned(serving));
    }
}

async fn serve(tcp: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    if shared.mood() == Mood::Silent {
        std::future::pending::<()>().await;
    }
    match shared.kind {
        ProxyKind::Http => http_side::serve(tcp, shared).await,
        ProxyKind::Socks5 => socks_side::serve(tcp, &shared).await,
    }
}

/// Passes bytes on in both directions until one side is done.
async fn pass_on(mut one: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin, mut other: TcpStream) {
    copy_bidirectional(&mut one, &mut other).await.ok();
}
