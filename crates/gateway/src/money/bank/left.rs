//! What is left to spend, as far as a node knows: for rules, which may ask before anything is reserved.

use std::sync::Arc;
use std::time::Duration;

use sluice_domain::clock::Timestamp;
use sluice_domain::money::Micros;

use super::fund::Fund;
use super::{Bank, Purse};

/// What other nodes spend is heard of after this time.
const FRESH_MS: i64 = 10_000;
/// Longest wait for the first answer of the database.
const FIRST_LIMIT: Duration = Duration::from_secs(2);

impl Bank {
    /// Returns what can still be spent from a purse: the least of its account and budgets. `None` where nothing limits
    /// it, or the database cannot tell.
    ///
    /// The database is asked once for each fund; after that it is asked anew in the background.
    pub(crate) async fn left(self: &Arc<Self>, purse: &Purse) -> Option<Micros> {
        let mut least: Option<Micros> = None;
        for fund in &purse.funds {
            let left = self.left_in(fund).await?;
            least = Some(least.map_or(left, |known| known.min(left)));
        }
        least
    }

    async fn left_in(self: &Arc<Self>, fund: &Arc<Fund>) -> Option<Micros> {
        let now = self.clock.now();
        let known = fund.left();
        if known.is_some() && !fund.is_to_be_asked(now, FRESH_MS) {
            return known;
        }
        let (bank, asked) = (Arc::clone(self), Arc::clone(fund));
        let asking = self.control.spawn(async move { bank.ask(&asked, now).await });
        if known.is_none() {
            tokio::time::timeout(FIRST_LIMIT, asking).await.ok()?.ok()?;
        }
        fund.left()
    }

    async fn ask(&self, fund: &Fund, now: Timestamp) {
        // Not while somebody borrows: what is borrowed would count twice.
        let _turn = fund.refilling.lock().await;
        match self.account_of(&fund.source).await {
            Ok(account) => fund.note_elsewhere(account.available(), now),
            Err(error) => tracing::debug!(%error, "what is left of an account could not be read"),
        }
    }
}
