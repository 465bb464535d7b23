//! Upkeep: idle slices go back, leases in use are renewed, and what lost nodes stranded is freed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::LeaseId;
use sluice_domain::ledger::Lease;
use sluice_domain::money::Micros;
use sluice_store::{Extension, StoreError};
use tokio_util::sync::CancellationToken;

use super::fund::{Due, Fund};
use super::{Bank, LEASE_SPARE_MS, REFILL_LIMIT};

/// Longest wait for all of it to go back when Sluice stops.
const CLOSE_LIMIT: Duration = Duration::from_secs(15);
const INTERVAL: Duration = Duration::from_secs(2);
/// A slice that no call used for this long goes back.
const IDLE_MS: i64 = 10_000;
/// Leases are renewed when they have lost this much of their time.
const RENEW_AFTER_MS: i64 = 2 * 60_000;
/// How often leases that are expired or unknown are looked for, and how long after their end expired ones are taken: clocks
/// differ.
const EXPIRE_EVERY: u32 = 30;
const EXPIRE_MARGIN_MS: i64 = 60_000;
const EXPIRE_MAX: u64 = 100;

impl Bank {
    /// Keeps the leases in order until `stop`.
    pub(crate) async fn keep_up(self: Arc<Self>, stop: CancellationToken) {
        let (mut round, mut suspects) = (0_u32, HashSet::new());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            if let Err(error) = self.tidy(IDLE_MS).await {
                tracing::debug!(%error, "leases could not be kept in order; this is tried again");
            }
            round = round.wrapping_add(1);
            if !round.is_multiple_of(EXPIRE_EVERY) {
                continue;
            }
            if let Err(error) = within_limit(self.expire()).await {
                tracing::warn!(%error, "expired leases could not be taken back; this is tried again");
            }
            match within_limit(self.give_back_unknown(&suspects)).await {
                Ok(unknown) => suspects = unknown,
                Err(error) => tracing::debug!(%error, "leases could not be compared; this is tried again"),
            }
        }
    }

    /// Gives everything back that no charge is waiting on. Called when no more calls come.
    pub(crate) async fn close(&self) {
        let given_back = async {
            self.tidy(0).await?;
            let unknown = self.unknown_leases().await?;
            self.give_back_unknown(&unknown.iter().map(|lease| lease.id).collect()).await
        };
        match tokio::time::timeout(CLOSE_LIMIT, given_back).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "what this node has borrowed could not be given back; it expires by itself");
            }
            Err(_) => tracing::warn!("what this node has borrowed was not given back in time; it expires by itself"),
        }
    }

    /// Leaves alone what an earlier run of this node had borrowed: its journal draws from it.
    pub(crate) fn inherit(&self, leases: &[Lease]) {
        self.inherited.lock().extend(leases.iter().map(|lease| lease.id));
    }

    /// Gives back what an earlier run of this node had borrowed, once its journal is settled.
    pub(crate) async fn give_back(&self, leases: &[Lease]) {
        for lease in leases {
            if let Err(error) = self.store.return_lease(lease.id, lease.remaining).await {
                tracing::warn!(%error, lease = %lease.id, "a lease of an earlier run could not be given back");
            }
        }
        // Those that could not be given back are unknown from now on, and found as such.
        self.inherited.lock().clear();
    }

    /// Gives back those of `suspects` that are still unknown here, and returns what else is. A borrowing whose answer got
    /// lost leaves such a lease behind, but one that is under way looks the same.
    pub(super) async fn give_back_unknown(&self, suspects: &HashSet<LeaseId>) -> Result<HashSet<LeaseId>, StoreError> {
        let mut others = HashSet::new();
        for lease in self.unknown_leases().await? {
            if suspects.contains(&lease.id) {
                tracing::info!(lease = %lease.id, amount = %lease.remaining, "a lease that no call knows is given back");
                self.store.return_lease(lease.id, Micros(i64::MAX)).await?;
            } else {
                others.insert(lease.id);
            }
        }
        Ok(others)
    }

    /// Returns the leases that this node has according to the database, but not according to itself.
    async fn unknown_leases(&self) -> Result<Vec<Lease>, StoreError> {
        let mut unknown = self.store.leases_of(self.node).await?;
        let known: HashSet<LeaseId> = self.funds.lock().values().flat_map(|fund| fund.leases()).collect();
        let inherited = self.inherited.lock();
        unknown.retain(|lease| !known.contains(&lease.id) && !inherited.contains(&lease.id));
        Ok(unknown)
    }

    pub(super) async fn tidy(&self, idle_ms: i64) -> Result<(), StoreError> {
        let funds: Vec<Arc<Fund>> = self.funds.lock().values().cloned().collect();
        let now = self.clock.now();
        let renew_before = Timestamp(self.lease_end(now).0.saturating_sub(RENEW_AFTER_MS.min(LEASE_SPARE_MS)));
        let mut result = Ok(());
        'funds: for fund in &funds {
            for due in fund.due(now, idle_ms, renew_before) {
                result = within_limit(self.act(fund, due)).await;
                // What was to be done is found again in the next round; a database that is away must not be asked about
                // every account.
                if matches!(result, Err(StoreError::Unavailable { .. })) {
                    break 'funds;
                }
            }
        }
        drop(funds);
        // Nobody else can get hold of one while the map is locked.
        self.funds.lock().retain(|_, fund| Arc::strong_count(fund) > 1 || !fund.leases().is_empty());
        result
    }

    async fn act(&self, fund: &Fund, due: Due) -> Result<(), StoreError> {
        match due {
            Due::Close(lease) => {
                self.store.return_lease(lease, Micros(i64::MAX)).await?;
                fund.forget(lease);
            }
            Due::Return(lease, amount) => {
                let returned = self.store.return_lease(lease, amount).await;
                // Whether it went back is not known: it must not be lent again from here.
                returned.inspect_err(|_| fund.retire(lease))?;
            }
            Due::Renew(lease) => self.renew(fund, lease).await?,
        }
        Ok(())
    }

    async fn renew(&self, fund: &Fund, lease: LeaseId) -> Result<(), StoreError> {
        let expires_at = self.lease_end(self.clock.now());
        let renewal = Extension { lease, want: Micros(0), minimum: Micros(0), expires_at };
        match self.store.extend_lease(&renewal).await {
            Ok(extended) => fund.extend(lease, extended.granted, extended.lease.expires_at),
            Err(StoreError::NotFound { .. }) => fund.forget(lease),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn expire(&self) -> Result<(), StoreError> {
        let before = Timestamp(self.clock.now().0.saturating_sub(EXPIRE_MARGIN_MS));
        for lease in self.store.expire_leases(before, EXPIRE_MAX).await? {
            tracing::warn!(node = %lease.node, account = %lease.account, amount = %lease.remaining,
                "a lease that its node did not renew was taken back");
        }
        Ok(())
    }
}

/// Waits for the database, but not for ever: a connection that was lost in the middle of a statement hangs for minutes.
async fn within_limit<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = || StoreError::Unavailable { reason: "no answer in time".to_owned() };
    tokio::time::timeout(REFILL_LIMIT, asked).await.unwrap_or_else(|_| Err(late()))
}
