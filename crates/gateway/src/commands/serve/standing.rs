//! Keeping what a node learns of upstreams from one run to the next.

use std::path::PathBuf;
use std::sync::Arc;

use sluice_domain::clock::Clock;
use tokio_util::sync::CancellationToken;

use crate::standing::affinity::Affinity;
use crate::standing::health::Health;
use crate::standing::memory::{INTERVAL, Memory};

/// What a node learns of upstreams, and where that is kept.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) data: PathBuf,
    pub(super) health: Arc<Health>,
    pub(super) affinity: Arc<Affinity>,
}

impl Standing {
    /// Writes down from time to time what was learned, until `stop`.
    pub(super) async fn keep(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            self.save().await;
        }
    }

    /// Writes down what was learned.
    pub(super) async fn save(&self) {
        let standing = self.clone();
        // Thousands of routes take some milliseconds.
        tokio::task::spawn_blocking(move || standing.write()).await.ok();
    }

    fn write(&self) {
        let memory = Memory::of(&self.health, &self.affinity, Clock::System.now().0);
        if let Err(error) = memory.save(&self.data) {
            tracing::warn!(%error, "what was learned of upstreams cannot be kept for the next start");
        }
    }
}
