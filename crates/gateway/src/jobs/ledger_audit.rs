//! Audits the ledger every night and raises an alert when it does not add up.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sluice_domain::clock::Clock;
use sluice_store::{Store, StoreError};

use super::{About, Daily, First, Job, JobFailure, Means, Report, Schedule, Turn, Zone};
use crate::admin::Settings;
use crate::money::audit::{Audit, JOB, counted};
use crate::money::receipt::kept_since;
use crate::saying::{Fact, Saying, Word};

/// Audits begin in the hour after this one, in the server's time zone: most installations are quiet then.
const NIGHT_HOUR: u32 = 3;
const NIGHT_SECS: u64 = 3_600;
/// Deviations that are kept with the result and logged; more are counted.
const KEPT_MAX: usize = 100;
/// Deviations that the alert names.
const NAMED_MAX: usize = 10;
const ALERT_KIND: &str = "ledger_deviation";
const ALERT_SUBJECT: &str = "ledger";

/// The job.
pub(super) struct LedgerAudit {
    store: Arc<Store>,
    clock: Arc<Clock>,
    records_kept_days: u32,
}

#[async_trait]
impl Job for LedgerAudit {
    fn about(&self) -> About {
        About {
            name: JOB,
            purpose: [
                "proves that every chain, balance, lease and charge of the ledger adds up",
                "核对账本的每条链、余额、租约与扣费是否一致",
            ],
            time_limit: Duration::from_secs(2 * 3_600),
            retry: Duration::from_secs(600),
            settle: Duration::from_secs(180),
            alert_after: 2,
        }
    }

    fn schedule(&self, _: &Settings) -> Option<Schedule> {
        let jitter = Duration::from_secs(NIGHT_SECS);
        Some(Schedule::Daily(Daily { minute: NIGHT_HOUR * 60, zone: Zone::Server, jitter, first: First::AtOnce }))
    }

    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure> {
        turn.reached(0, None, Word::ReadingLedger);
        let kept_since = kept_since(self.clock.now(), self.records_kept_days);
        let mut audit = Audit::make(&self.store, &self.clock, kept_since).await?;
        audit.shorten(KEPT_MAX);
        self.tell(&audit).await?;
        let result = serde_json::to_string(&audit).map_err(|error| JobFailure(error.to_string().into()))?;
        Ok(Report { text: verdict(&audit), result: Some(result) })
    }
}

impl LedgerAudit {
    pub(super) fn new(means: &Means) -> Self {
        let (store, clock) = (Arc::clone(&means.store), Arc::clone(&means.clock));
        Self { store, clock, records_kept_days: means.records_kept_days }
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
        self.store.raise_alert(ALERT_KIND, ALERT_SUBJECT, &message(audit).kept(), now).await.map(drop)
    }
}

/// Says whether the ledger adds up.
fn verdict(audit: &Audit) -> Saying {
    let counts = [("deviations", deviations(audit)), ("calls", parked(audit))];
    let word = match (audit.deviation_count(), audit.parked_count()) {
        (0, 0) => Word::LedgerSound,
        (0, _) => Word::LedgerParked,
        (_, 0) => Word::LedgerWrong,
        _ => Word::LedgerWrongParked,
    };
    Saying::of(word, &counts)
}

fn deviations(audit: &Audit) -> Fact {
    let count = audit.deviation_count();
    Fact::Both([counted(count, "deviation", "deviations"), format!("{count} 处偏差")])
}

fn parked(audit: &Audit) -> Fact {
    let count = audit.parked_count();
    Fact::Both([counted(count, "call", "calls"), format!("{count} 次调用")])
}

fn message(audit: &Audit) -> Saying {
    let named = audit.deviations.iter().take(NAMED_MAX);
    let line = |saying: Saying, text: &str| saying.and(Word::Line, &[("text", text.into())]);
    let message = named.fold(verdict(audit), |message, fault| line(message, &fault.text));
    match audit.deviation_count().saturating_sub(NAMED_MAX as u64) {
        0 => message,
        unnamed => message.and(Word::LedgerMore, &[("count", unnamed.into())]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use sluice_domain::alert::Alert;
    use sluice_domain::job::Ending;
    use sluice_store::PageRequest;
    use tokio_util::sync::CancellationToken;

    use super::super::Jobs;
    use super::*;
    use crate::admin::Language;
    use crate::money::scene::{NODE, Scene, Sold};
    use crate::upkeep::Upkeep;

    fn means(scene: &Scene) -> Means {
        let clock = Arc::new(Clock::Fixed(AtomicI64::new(Clock::System.now().0)));
        let upkeep = Arc::new(Upkeep::new(Arc::clone(&scene.store), Arc::default(), Arc::default()));
        let store = Arc::clone(&scene.store);
        let declared = Arc::default();
        Means { store, node: NODE, clock, records_kept_days: 0, responses_max_bytes: 0, upkeep, declared }
    }

    async fn alerts(scene: &Scene, open_only: bool) -> Vec<Alert> {
        scene.store.list_alerts(open_only, PageRequest::nth(0, 100)).await.unwrap().items
    }

    /// Makes an audit and returns how the run ended.
    async fn audit(scene: &Scene, jobs: &Arc<Jobs>) -> Ending {
        let run = jobs.run_now(JOB).await.unwrap();
        loop {
            match scene.store.find_job_run(run).await.unwrap().unwrap().ending {
                Some(ending) => return ending,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    async fn result(scene: &Scene) -> Audit {
        let job = scene.store.find_job(JOB).await.unwrap().unwrap();
        serde_json::from_str(&job.last_result.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_deviation_raises_one_alert_and_a_clean_audit_resolves_it() {
        let scene = Scene::new().await;
        for n in 0..20 {
            scene.settle(n, &Sold::default()).await;
        }
        let jobs = Jobs::new(&means(&scene), CancellationToken::new());
        scene.execute("UPDATE transfers SET memo = 'x' WHERE kind = 'charge'").await;
        for count in 1..3 {
            assert_eq!(audit(&scene, &jobs).await, Ending::Succeeded);
            let open = alerts(&scene, true).await;
            let [alert] = open.as_slice() else { panic!("{open:?}") };
            assert_eq!((alert.kind.as_str(), alert.count), ("ledger_deviation", count));
            let english = Saying::read(&alert.message, Language::English);
            assert!(english.contains("does not add up: 40 deviations") && english.contains("and 30 more"), "{english}");
            assert_eq!(english.lines().count(), NAMED_MAX + 2, "{english}");
            assert!(Saying::read(&alert.message, Language::Chinese).starts_with("账本不一致：40 处偏差\n"));
        }
        assert_eq!(result(&scene).await.deviation_count(), 40);
        scene.execute("UPDATE transfers SET memo = '' WHERE kind = 'charge'").await;
        assert_eq!(audit(&scene, &jobs).await, Ending::Succeeded);
        assert_eq!((alerts(&scene, true).await.len(), alerts(&scene, false).await.len()), (0, 1));
        assert!(result(&scene).await.is_clean);
    }

    #[tokio::test]
    async fn an_audit_is_made_minutes_after_the_first_start_and_then_each_night() {
        let scene = Scene::new().await;
        let means = means(&scene);
        let jobs = Jobs::new(&means, CancellationToken::new());
        let Clock::Fixed(now) = &*means.clock else { unreachable!() };
        let began = now.load(Ordering::Relaxed);
        let turns = async || scene.store.find_job(JOB).await.unwrap().unwrap().turns;
        jobs.look().await.unwrap();
        now.store(began + 179_000, Ordering::Relaxed);
        jobs.look().await.unwrap();
        assert_eq!(turns().await, 0);
        now.store(began + 180_000, Ordering::Relaxed);
        jobs.look().await.unwrap();
        assert_eq!(turns().await, 1);
        while scene.store.find_job(JOB).await.unwrap().unwrap().run.is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        jobs.look().await.unwrap();
        assert_eq!(turns().await, 1);
        now.store(began + 26 * 3_600_000, Ordering::Relaxed);
        jobs.look().await.unwrap();
        assert_eq!(turns().await, 2);
    }
}
