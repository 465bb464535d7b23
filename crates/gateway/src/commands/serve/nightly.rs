//! Audits the ledger every night, one node for all, and raises an alert when it does not add up.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, Local, TimeZone};
use rand::RngExt;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::NodeId;
use sluice_store::{FinishedTurn, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::money::audit::{Audit, JOB, summary};
use crate::money::receipt::kept_since;

/// Where a server starts, calls come first.
const FIRST_AFTER: Duration = Duration::from_secs(180);
/// How often a node looks whether it is time.
const INTERVAL: Duration = Duration::from_secs(300);
/// Nodes that start at once do not ask at once.
const JITTER_SECS: u64 = 60;
/// How long an audit may take before another node begins one.
const TURN: Duration = Duration::from_secs(2 * 3_600);
/// When one that failed is tried again.
const RETRY: Duration = Duration::from_secs(600);
/// Audits begin in the hour after this one, in the server's time zone: most installations are quiet then.
const NIGHT_HOUR: u32 = 3;
const NIGHT_SECS: u64 = 3_600;
/// Least time between two audits that went well, so that one after a start counts for the night that follows.
const GAP: Duration = Duration::from_secs(6 * 3_600);
/// Deviations that are kept with the result and logged; more are counted.
const KEPT_MAX: usize = 100;
/// Deviations that the alert names.
const NAMED_MAX: usize = 10;
const ALERT_KIND: &str = "ledger_deviation";
const ALERT_SUBJECT: &str = "ledger";

/// What the job works with.
pub(super) struct Nightly {
    pub(super) store: Arc<Store>,
    pub(super) node: NodeId,
    /// Days that records of calls are kept; 0 keeps them for good.
    pub(super) records_kept_days: u32,
    pub(super) clock: Clock,
}

impl Nightly {
    /// Runs until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut pause = FIRST_AFTER;
        loop {
            let jitter = Duration::from_secs(rand::rng().random_range(0..JITTER_SECS));
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause + jitter) => {}
            }
            pause = INTERVAL;
            if let Err(error) = self.take_turn().await {
                tracing::warn!(%error, "the ledger could not be audited; this is tried again");
            }
        }
    }

    /// Makes an audit if it is time for one and no other node makes it. Returns whether it did.
    async fn take_turn(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let job = self.store.find_job(JOB).await?;
        let is_due = job.is_none_or(|job| job.until <= now);
        if !is_due || !self.store.take_job(JOB, self.node, now, TURN).await? {
            return Ok(false);
        }
        if let Err(error) = self.audit().await {
            self.store.put_job_off(JOB, self.node, self.clock.now().plus(RETRY)).await?;
            return Err(error);
        }
        Ok(true)
    }

    async fn audit(&self) -> Result<(), StoreError> {
        let kept_since = kept_since(self.clock.now(), self.records_kept_days);
        let mut audit = Audit::make(&self.store, &self.clock, kept_since).await?;
        audit.shorten(KEPT_MAX);
        self.tell(&audit).await?;
        let now = self.clock.now();
        let within = Duration::from_secs(rand::rng().random_range(0..NIGHT_SECS));
        let result = serde_json::to_string(&audit).unwrap_or_default();
        let next = next_night(now, &Local).plus(within);
        let turn = FinishedTurn { name: JOB, node: self.node, now, next, result: &result };
        if !self.store.finish_job(&turn).await? {
            tracing::warn!("the audit of the ledger took so long that another node has begun one");
        }
        Ok(())
    }

    async fn tell(&self, audit: &Audit) -> Result<(), StoreError> {
        let now = self.clock.now();
        if audit.is_clean {
            tracing::info!(
                accounts = audit.accounts,
                transfers = audit.transfers,
                duration_ms = audit.duration_ms,
                "the ledger adds up"
            );
            if self.store.resolve_alert(ALERT_KIND, ALERT_SUBJECT, now).await? {
                tracing::info!("the alert about the ledger is resolved");
            }
            return Ok(());
        }
        for fault in &audit.deviations {
            tracing::error!(kind = %fault.kind, "the ledger does not add up: {}", fault.text);
        }
        if audit.more_deviations > 0 {
            tracing::error!(count = audit.more_deviations, "and more deviations; `sluice ledger verify` lists them");
        }
        self.store.raise_alert(ALERT_KIND, ALERT_SUBJECT, &message(audit), now).await.map(drop)
    }
}

fn message(audit: &Audit) -> String {
    let mut lines = vec![format!("the ledger {}", summary(audit))];
    lines.extend(audit.deviations.iter().take(NAMED_MAX).map(|fault| fault.text.clone()));
    let unnamed = audit.deviation_count().saturating_sub(NAMED_MAX as u64);
    if unnamed > 0 {
        lines.push(format!("and {unnamed} more; `sluice ledger verify` lists them"));
    }
    lines.join("\n")
}

/// Returns the next time that it is [`NIGHT_HOUR`] in `zone`, after the [`GAP`].
fn next_night<Z: TimeZone>(now: Timestamp, zone: &Z) -> Timestamp {
    let tomorrow = now.plus(Duration::from_secs(86_400));
    let Some(here) = DateTime::from_timestamp_millis(now.0) else { return tomorrow };
    let today = here.with_timezone(zone).date_naive();
    let nights = [Some(today), today.checked_add_days(Days::new(1))];
    let nights = nights.into_iter().flatten().filter_map(|day| {
        // Where clocks are put forward over the hour there is no such time that day.
        day.and_hms_opt(NIGHT_HOUR, 0, 0)?.and_local_timezone(zone.clone()).earliest()
    });
    nights.map(|night| Timestamp(night.timestamp_millis())).find(|night| *night > now.plus(GAP)).unwrap_or(tomorrow)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use rstest::rstest;
    use sluice_domain::alert::Alert;
    use sluice_domain::ledger::Tz;
    use sluice_store::PageRequest;

    use super::*;
    use crate::money::scene::{Scene, Sold};

    fn nightly(scene: &Scene, node: i64) -> Nightly {
        let clock = Clock::Fixed(AtomicI64::new(Clock::System.now().0));
        Nightly { store: Arc::clone(&scene.store), node: NodeId(node), records_kept_days: 0, clock }
    }

    fn pass(nightly: &Nightly, secs: i64) {
        let Clock::Fixed(now) = &nightly.clock else { unreachable!() };
        now.fetch_add(secs * 1_000, Ordering::Relaxed);
    }

    async fn alerts(scene: &Scene, open_only: bool) -> Vec<Alert> {
        scene.store.list_alerts(open_only, PageRequest::nth(0, 100)).await.unwrap().items
    }

    async fn result(scene: &Scene) -> Audit {
        let job = scene.store.find_job(JOB).await.unwrap().unwrap();
        serde_json::from_str(&job.last_result.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn one_node_audits_once_a_day() {
        let scene = Scene::new().await;
        scene.settle(1, &Sold::default()).await;
        let (ann, ben) = (nightly(&scene, 1), nightly(&scene, 2));
        assert!(ann.take_turn().await.unwrap());
        assert!(!ben.take_turn().await.unwrap() && !ann.take_turn().await.unwrap());
        assert!(result(&scene).await.is_clean);
        pass(&ben, 31 * 3_600);
        assert!(ben.take_turn().await.unwrap());
        assert_eq!(scene.store.find_job(JOB).await.unwrap().unwrap().node, NodeId(2));
        assert_eq!(alerts(&scene, false).await, []);
    }

    #[tokio::test]
    async fn a_deviation_raises_one_alert_and_a_clean_audit_resolves_it() {
        let scene = Scene::new().await;
        for n in 0..20 {
            scene.settle(n, &Sold::default()).await;
        }
        let node = nightly(&scene, 1);
        scene.execute("UPDATE transfers SET memo = 'x' WHERE kind = 'charge'").await;
        for count in 1..3 {
            assert!(node.take_turn().await.unwrap());
            let open = alerts(&scene, true).await;
            let [alert] = open.as_slice() else { panic!("{open:?}") };
            assert_eq!((alert.kind.as_str(), alert.count), ("ledger_deviation", count));
            assert!(alert.message.contains("does not add up: 40 deviations") && alert.message.contains("and 30 more"));
            assert_eq!(alert.message.lines().count(), NAMED_MAX + 2, "{}", alert.message);
            pass(&node, 31 * 3_600);
        }
        assert_eq!(result(&scene).await.deviation_count(), 40);
        scene.execute("UPDATE transfers SET memo = '' WHERE kind = 'charge'").await;
        assert!(node.take_turn().await.unwrap());
        assert_eq!((alerts(&scene, true).await.len(), alerts(&scene, false).await.len()), (0, 1));
    }

    #[tokio::test]
    async fn an_audit_that_could_not_be_made_is_put_off_and_made_again() {
        let scene = Scene::new().await;
        let node = nightly(&scene, 1);
        scene.execute("ALTER TABLE alerts RENAME TO elsewhere").await;
        assert!(node.take_turn().await.is_err());
        scene.execute("ALTER TABLE elsewhere RENAME TO alerts").await;
        assert!(!node.take_turn().await.unwrap());
        pass(&node, 600);
        assert!(node.take_turn().await.unwrap());
    }

    #[rstest]
    #[case::tomorrow("Asia/Shanghai", 1_700_000_000, 1_700_074_800)]
    #[case::the_coming_night("UTC", 1_699_992_000, 1_700_017_200)]
    #[case::not_within_the_gap("UTC", 1_700_017_199, 1_700_103_600)]
    #[case::over_a_change_of_clocks("Europe/Berlin", 1_711_800_000, 1_711_846_800)]
    fn the_next_night_is_that_of_the_zone(#[case] zone: &str, #[case] now: i64, #[case] expected: i64) {
        let zone: Tz = zone.parse().unwrap();
        assert_eq!(next_night(Timestamp(now * 1_000), &zone), Timestamp(expected * 1_000));
    }
}
