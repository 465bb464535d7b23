//! Counts from time to time what `/metrics` shows of the database: a scrape must not wait for it.

use std::sync::Arc;
use std::time::Duration;

use sluice_store::{PageRequest, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::telemetry::metrics::Sampled;

const INTERVAL: Duration = Duration::from_secs(15);

/// Runs until `stop`. While the database is away, the last counts stay.
pub(super) async fn run(store: Arc<Store>, sampled: Arc<Sampled>, stop: CancellationToken) {
    loop {
        if let Err(error) = sample(&store, &sampled).await {
            tracing::debug!(%error, "alerts and parked calls could not be counted; this is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn sample(store: &Store, sampled: &Sampled) -> Result<(), StoreError> {
    let one = PageRequest::nth(0, 1);
    sampled.set_parked_calls(store.list_parked(one).await?.total);
    sampled.set_open_alerts(store.list_alerts(true, one).await?.total);
    Ok(())
}
