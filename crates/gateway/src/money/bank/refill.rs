//! Borrowing: one call asks the database for all that wait.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::RngExt;
use sluice_domain::id::LeaseId;
use sluice_domain::ledger::{Account, lease_slice};
use sluice_domain::money::Micros;
use sluice_store::{Borrow, Extension, StoreError};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::fund::{Fund, Part, Source};
use super::{Bank, HoldError, REFILL_LIMIT};

/// How often a call asks again when what was borrowed for it was charged with something else in between.
const ROUNDS_MAX: usize = 4;
/// Pause after borrowing ahead of need brought nothing.
const TOP_UP_PAUSE: Duration = Duration::from_secs(1);

impl Bank {
    /// Borrows so that `amount` can be taken, and takes it.
    pub(super) async fn refill(self: &Arc<Self>, fund: &Arc<Fund>, amount: i64) -> Result<Part, HoldError> {
        let (bank, fund) = (Arc::clone(self), Arc::clone(fund));
        let _waiting = Waiting::of(&fund, amount);
        let deadline = Instant::now() + REFILL_LIMIT;
        let (mut answer, asked) = oneshot::channel();
        let borrowing = Arc::clone(&fund);
        // On a task of its own: what was borrowed is put to use even when the client leaves meanwhile.
        self.control.spawn(async move {
            let _turn = tokio::select! {
                biased;
                // Whoever gave up must not keep others waiting.
                () = answer.closed() => return,
                turn = borrowing.refilling.lock() => turn,
            };
            if let Ok(borrowed) = timeout_at(deadline, bank.borrow_for(&borrowing, amount)).await {
                // A part that nobody waits for any more goes back.
                drop(answer.send(borrowed));
            }
        });
        match timeout_at(deadline, asked).await {
            Ok(Ok(Ok(part))) => Ok(part),
            Ok(Ok(Err(Refused::Insufficient(left)))) => {
                Err(HoldError::Insufficient { source_id: fund.source.id(), needed: Micros(amount), left })
            }
            Ok(Ok(Err(Refused::Store(error)))) => {
                tracing::error!(%error, "borrowing for a call failed");
                Err(HoldError::Unavailable)
            }
            Ok(Err(_)) | Err(_) => Err(HoldError::Unavailable),
        }
    }

    /// Borrows ahead of need, so that the calls to come need not wait.
    pub(super) fn top_up(self: &Arc<Self>, fund: &Arc<Fund>) {
        if fund.is_topping_up.swap(true, Ordering::Relaxed) {
            return;
        }
        let (bank, fund) = (Arc::clone(self), Arc::clone(fund));
        self.control.spawn(async move {
            let borrowing = async {
                let _turn = fund.refilling.lock().await;
                bank.borrow_more(&fund, 1).await
            };
            // One that brought nothing is not repeated at once.
            match tokio::time::timeout(REFILL_LIMIT, borrowing).await {
                Ok(Ok(None)) => {}
                Ok(Ok(Some(_))) | Err(_) => tokio::time::sleep(TOP_UP_PAUSE).await,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "borrowing ahead of need failed");
                    tokio::time::sleep(TOP_UP_PAUSE).await;
                }
            }
            fund.is_topping_up.store(false, Ordering::Relaxed);
        });
    }

    async fn borrow_for(&self, fund: &Arc<Fund>, amount: i64) -> Result<Part, Refused> {
        for _ in 0..ROUNDS_MAX {
            let now = self.clock.now();
            // Somebody who waited before may have borrowed enough for this one too.
            if let Some(part) = fund.take(amount, now) {
                return Ok(part);
            }
            let (lacking, _) = fund.lacking(amount, now);
            if fund.is_refused(lacking, now) {
                return Err(Refused::Insufficient(Micros(fund.free())));
            }
            if let Some(left) = self.borrow_more(fund, lacking).await? {
                fund.refuse(lacking, now);
                return Err(Refused::Insufficient(Micros(left.0.saturating_add(fund.free()))));
            }
        }
        Err(Refused::Insufficient(Micros(fund.free())))
    }

    /// Borrows at least `lacking`; returns what the account has left when that is less.
    async fn borrow_more(&self, fund: &Fund, lacking: i64) -> Result<Option<Micros>, StoreError> {
        let now = self.clock.now();
        let account = self.account_of(&fund.source).await?;
        let left = account.available();
        let Some(want) = lease_slice(left, fund.appetite(now), Micros(lacking)) else { return Ok(Some(left)) };
        let minimum = Micros(lacking.max(1));
        if let (_, Some(lease)) = fund.lacking(lacking, now) {
            let extension = Extension { lease, want, minimum, expires_at: self.lease_end(now) };
            match self.store.extend_lease(&extension).await {
                Ok(extended) => {
                    fund.extend(lease, extended.granted, extended.lease.expires_at);
                    return Ok((extended.granted.0 == 0).then_some(left));
                }
                // It expired while the database was away, or was taken back by hand.
                Err(StoreError::NotFound { .. }) => fund.forget(lease),
                Err(error) => return Err(error),
            }
        }
        let borrow = Borrow {
            id: self.lease_id(),
            account: account.id,
            node: self.node,
            want,
            minimum,
            expires_at: self.lease_end(now),
        };
        match self.store.borrow(&borrow).await? {
            Some(lease) => fund.begin(&lease, now),
            None => return Ok(Some(left)),
        }
        Ok(None)
    }

    pub(super) async fn account_of(&self, source: &Source) -> Result<Account, StoreError> {
        match source {
            Source::Account(holder) => self.store.open_account(*holder, self.clock.now()).await,
            Source::Budget(budget) => self.store.open_budget(budget, self.clock.now()).await,
        }
    }

    fn lease_id(&self) -> LeaseId {
        LeaseId::new(u64::try_from(self.clock.now().0).unwrap_or(0), rand::rng().random())
    }
}

/// Why a call got nothing.
enum Refused {
    /// So much is left.
    Insufficient(Micros),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Counts what a call waits for.
struct Waiting {
    fund: Arc<Fund>,
    amount: i64,
}

impl Waiting {
    fn of(fund: &Arc<Fund>, amount: i64) -> Self {
        fund.waiting.fetch_add(amount, Ordering::Relaxed);
        Self { fund: Arc::clone(fund), amount }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.fund.waiting.fetch_sub(self.amount, Ordering::Relaxed);
    }
}
