//! The signals that stop Sluice.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT. They are listened for before anybody knows that Sluice runs: one that comes while the listening
/// begins is lost.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Begins to listen; needs a runtime.
    ///
    /// # Errors
    /// The system does not let it.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be watched");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    ///
    /// # Errors
    /// None will ever come.
    pub(super) async fn next(&mut self) -> anyhow::Result<()> {
        let received = tokio::select! {
            received = self.terminate.recv() => received,
            received = self.interrupt.recv() => received,
        };
        received.context("signals cannot be watched")
    }
}
