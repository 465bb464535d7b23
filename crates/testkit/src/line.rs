//! A line: what lies between a program and a server that it needs, and can be cut.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const PIECE_BYTES: usize = 64 * 1024;
/// When no socket can be had, the acceptor rests for so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Carries TCP connections to a server until it is told otherwise. Dropping it breaks all of them.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    state: watch::Sender<State>,
    stop: CancellationToken,
}

/// How a line is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Connections are reset, also new ones: the server is down.
    Reset,
    /// Nothing comes through; connections stay, and go on where they were when the line is mended: the network is away.
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    broken: Option<Break>,
    /// Connections of an earlier one are never carried again.
    generation: u64,
}

impl Line {
    /// Lays a line to `server`; must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// Fails when no port can be had.
    pub async fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = watch::Sender::new(State { broken: None, generation: 0 });
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, server, state.subscribe(), stop.clone()));
        Ok(Self { address, state, stop })
    }

    /// Returns where its near end listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the line.
    pub fn cut(&self, how: Break) {
        self.state.send_modify(|state| state.broken = Some(how));
    }

    /// Makes connections come through again. Those that were reset stay so; those that were silent go on.
    pub fn mend(&self) {
        self.state.send_modify(|state| state.broken = None);
    }

    /// Makes new connections come through, while those that are open stay silent for good: the network forgot them.
    pub fn mend_for_new_ones(&self) {
        self.state.send_modify(|state| *state = State { broken: None, generation: state.generation + 1 });
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, state: watch::Receiver<State>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((near, _)) => {
                let carrying = carry(near, server, state.clone());
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = carrying => {}
                    }
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn carry(near: TcpStream, server: SocketAddr, state: watch::Receiver<State>) {
    let generation = state.borrow().generation;
    // Dropping the connection with what was not read of it then resets it.
    near.set_zero_linger().ok();
    near.set_nodelay(true).ok();
    let moving = async {
        opened(state.clone(), generation).await;
        let Ok(far) = TcpStream::connect(server).await else { return };
        far.set_nodelay(true).ok();
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        tokio::join!(
            pump(near_in, far_out, (state.clone(), generation)),
            pump(far_in, near_out, (state.clone(), generation))
        );
    };
    let mut watched = state.clone();
    let reset = watched.wait_for(|state| state.broken == Some(Break::Reset));
    tokio::select! {
        // It is closed when the line is gone.
        _ = reset => {}
        () = moving => {}
    }
}

/// Moves what comes from one end to the other, as long as the line is whole.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, (state, generation): (watch::Receiver<State>, u64)) {
    let mut piece = vec![0; PIECE_BYTES];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        opened(state.clone(), generation).await;
        let Some(read) = piece.get(..length) else { break };
        if to.write_all(read).await.is_err() {
            break;
        }
    }
    opened(state, generation).await;
    to.shutdown().await.ok();
}

/// Waits until the line is whole for connections of this generation.
async fn opened(mut state: watch::Receiver<State>, generation: u64) {
    let is_gone = state.wait_for(|state| state.broken.is_none() && state.generation == generation).await.is_err();
    if is_gone {
        std::future::pending::<()>().await;
    }
}
