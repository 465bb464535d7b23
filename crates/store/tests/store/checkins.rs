//! Check-ins at sites: one at a time, once a day.

use std::time::Duration;

use sluice_domain::checkin::{Cause, CheckinResult, Counts, DayState};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_store::{NewCheckinRun, Reach, SettledCheckin, SiteClaim, Store};

use crate::support::{NOW, on_every_database};

const TTL: Duration = Duration::from_secs(60);
const SITE: ProviderId = ProviderId(-3);

fn after(secs: i64) -> Timestamp {
    Timestamp(NOW.0 + secs * 1_000)
}

async fn claim(store: &Store, (day, reach): (&str, Reach), now: Timestamp) -> bool {
    store.claim_site(&SiteClaim { provider_id: SITE, day, reach, now, ttl: TTL }).await.unwrap()
}

async fn settle(store: &Store, result: &CheckinResult, now: Timestamp) {
    let new = NewCheckinRun { cause: Cause::Schedule, zone: "Asia/Shanghai", day: "2026-02-24", now, total: 1 };
    let run_id = store.begin_checkin_run(&new).await.unwrap();
    let settled = SettledCheckin { run_id, provider_id: SITE, provider_name: "site", result, now };
    store.settle_checkin(&settled).await.unwrap();
}

#[tokio::test]
async fn a_site_is_asked_by_one_at_a_time_and_once_a_day() {
    on_every_database(async |db| {
        let store = &db.store;
        let (today, tomorrow) = ("2026-02-24", "2026-02-25");
        assert!(claim(store, (today, Reach::Untried), NOW).await);
        for reach in [Reach::Untried, Reach::Missing, Reach::Any] {
            for day in [today, tomorrow] {
                assert!(!claim(store, (day, reach), after(59)).await, "{reach:?}");
            }
        }
        assert!(claim(store, (today, Reach::Untried), after(60)).await, "its node has died");
        settle(store, &CheckinResult::default(), after(61)).await;
        assert!(!claim(store, (today, Reach::Untried), after(62)).await, "a failure is not tried again by itself");
        assert!(claim(store, (today, Reach::Missing), after(62)).await);
        settle(store, &CheckinResult { is_success: true, ..CheckinResult::default() }, after(63)).await;
        for reach in [Reach::Untried, Reach::Missing] {
            assert!(!claim(store, (today, reach), after(64)).await, "{reach:?}");
        }
        assert!(claim(store, (tomorrow, Reach::Untried), after(64)).await);
        settle(store, &CheckinResult { is_success: true, ..CheckinResult::default() }, after(65)).await;
        assert!(claim(store, (tomorrow, Reach::Any), after(66)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_that_claim_a_site_at_once_one_gets_it() {
    on_every_database(async |db| {
        for day in ["2026-02-24", "2026-02-25"] {
            let now = if day == "2026-02-24" { NOW } else { after(100) };
            let claims = (0..8).map(|_| {
                let store = db.store.clone();
                tokio::spawn(async move { claim(&store, (day, Reach::Untried), now).await })
            });
            let mut got = 0;
            for claim in claims.collect::<Vec<_>>() {
                got += usize::from(claim.await.unwrap());
            }
            assert_eq!(got, 1, "{day}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_came_of_check_ins_is_kept_for_a_while_and_the_last_of_each_site_for_good() {
    on_every_database(async |db| {
        let store = &db.store;
        let done = CheckinResult {
            is_success: true,
            message: "签到成功".to_owned(),
            quota_awarded: Some(12),
            ..CheckinResult::default()
        };
        let off = CheckinResult {
            message: "签到功能未启用".to_owned(),
            fault: Some("{}".to_owned()),
            is_auto_disabled: true,
            ..CheckinResult::default()
        };
        for (result, secs) in [(&done, 1), (&off, 90)] {
            assert!(claim(store, ("2026-02-24", Reach::Any), after(secs)).await);
            settle(store, result, after(secs)).await;
        }
        let runs = store.list_checkin_runs(10).await.unwrap();
        let counts = Counts { total: 1, succeeded: 0, failed: 1, missing: 3 };
        store.end_checkin_run(runs[0].id, counts, after(91)).await.unwrap();
        let run = store.find_checkin_run(runs[0].id).await.unwrap().unwrap();
        assert_eq!((run.cause, run.counts, run.ended_at), (Cause::Schedule, counts, Some(after(91))));
        let items = store.list_checkin_items(10).await.unwrap();
        assert_eq!(items.iter().map(|item| &item.result).collect::<Vec<_>>(), [&off, &done]);
        assert_eq!((items[0].run_id, items[0].provider_name.as_str()), (run.id, "site"));
        let [site] = store.list_checkin_sites().await.unwrap().try_into().unwrap();
        assert_eq!(
            (site.state, site.succeeded_at, site.last),
            (DayState::Failed, Some(after(1)), Some((off, after(90))))
        );
        assert_eq!(store.purge_checkins_before(after(90), 100).await.unwrap(), 2);
        assert_eq!(store.purge_checkins_before(after(90), 100).await.unwrap(), 0);
        assert_eq!(store.list_checkin_items(10).await.unwrap().len(), 1);
        assert_eq!(store.list_checkin_sites().await.unwrap().len(), 1);
    })
    .await;
}
