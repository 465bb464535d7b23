//! Alerts.

use sluice_domain::alert::Alert;
use sluice_domain::clock::Timestamp;
use sluice_store::{PageRequest, Store};

use crate::support::{NOW, on_every_database};

const LATER: Timestamp = Timestamp(NOW.0 + 1_000);

async fn list(store: &Store, open_only: bool) -> Vec<Alert> {
    store.list_alerts(open_only, PageRequest::nth(0, 100)).await.unwrap().items
}

#[tokio::test]
async fn an_alert_is_raised_once_counted_while_it_is_open_and_raised_anew_afterwards() {
    on_every_database(async |db| {
        let store = &db.store;
        let first = store.raise_alert("ledger_deviation", "account 7", "账 off by 1", NOW).await.unwrap();
        assert_eq!((first.count, first.raised_at, first.last_seen_at, first.resolved_at), (1, NOW, NOW, None));
        let texts = [&first.kind, &first.subject, &first.message].map(String::as_str);
        assert_eq!(texts, ["ledger_deviation", "account 7", "账 off by 1"]);
        let again = store.raise_alert("ledger_deviation", " account 7 ", "off by 2", LATER).await.unwrap();
        let expected = Alert { count: 2, last_seen_at: LATER, message: "off by 2".to_owned(), ..first.clone() };
        assert_eq!(again, expected);
        assert!(store.resolve_alert("ledger_deviation", "account 7", LATER).await.unwrap());
        assert!(!store.resolve_alert("ledger_deviation", "account 7", LATER).await.unwrap());
        let resolved = Alert { resolved_at: Some(LATER), ..expected };
        assert_eq!((list(store, true).await, list(store, false).await), (vec![], vec![resolved.clone()]));
        let anew = store.raise_alert("ledger_deviation", "account 7", "off by 3", LATER).await.unwrap();
        assert_eq!((anew.count, anew.raised_at, anew.resolved_at), (1, LATER, None));
        assert!(store.resolve_alert("ledger_deviation", "account 7", LATER).await.unwrap());
        assert_eq!(list(store, false).await, [Alert { resolved_at: Some(LATER), ..anew }, resolved]);
        assert_eq!(store.config_revision().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn alerts_of_another_kind_or_subject_are_others_and_the_newest_comes_first() {
    on_every_database(async |db| {
        let store = &db.store;
        for (kind, subject) in [("a", "1"), ("a", "2"), ("b", "1"), ("A", "1"), ("a", "")] {
            assert_eq!(store.raise_alert(kind, subject, "m", NOW).await.unwrap().count, 1);
        }
        assert!(store.resolve_alert("a", "2", NOW).await.unwrap());
        let open: Vec<_> = list(store, true).await.into_iter().map(|alert| (alert.kind, alert.subject)).collect();
        let expected = [("a", ""), ("A", "1"), ("b", "1"), ("a", "1")];
        assert_eq!(open, expected.map(|(kind, subject)| (kind.to_owned(), subject.to_owned())));
        let page = store.list_alerts(true, PageRequest::nth(1, 2)).await.unwrap();
        assert_eq!(
            (page.items.iter().map(|alert| alert.kind.as_str()).collect::<Vec<_>>(), page.total),
            (vec!["b", "a"], 4)
        );
    })
    .await;
}

#[tokio::test]
async fn an_alert_is_never_lost_over_its_wording() {
    on_every_database(async |db| {
        let (kind, subject) = ("k".repeat(70), "模".repeat(300));
        let raised = db.store.raise_alert(&kind, &subject, &"m\0".repeat(5_000), NOW).await.unwrap();
        let lengths = [&raised.kind, &raised.subject, &raised.message].map(|text| text.chars().count());
        assert_eq!(lengths, [64, 255, 4_000]);
        assert_eq!(db.store.raise_alert(&kind, &subject, "m", NOW).await.unwrap().count, 2);
        assert!(db.store.resolve_alert(&kind, &subject, NOW).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_see_the_same_at_once_raise_one_alert_and_count_every_time() {
    on_every_database(async |db| {
        let mut nodes = Vec::new();
        for _ in 0..4 {
            let node = db.open_again().await;
            nodes.push(tokio::spawn(async move {
                for _ in 0..10 {
                    while let Err(error) = node.raise_alert("k", "s", "m", NOW).await {
                        assert!(error.is_retryable(), "{error:?}");
                    }
                }
                node.close().await
            }));
        }
        for node in nodes {
            node.await.unwrap().unwrap();
        }
        let counts: Vec<_> = list(&db.store, false).await.iter().map(|alert| alert.count).collect();
        assert_eq!(counts, [40]);
    })
    .await;
}

#[tokio::test]
async fn resolved_alerts_are_purged_oldest_first_and_open_ones_stay() {
    on_every_database(async |db| {
        let store = &db.store;
        store.raise_alert("open", "", "m", Timestamp(0)).await.unwrap();
        for n in 0..5 {
            store.raise_alert("k", "s", "m", NOW).await.unwrap();
            store.resolve_alert("k", "s", Timestamp(NOW.0 + n)).await.unwrap();
        }
        assert_eq!(store.purge_alerts_before(Timestamp(NOW.0 + 4), 3).await.unwrap(), 3);
        assert_eq!(store.purge_alerts_before(Timestamp(NOW.0 + 4), u64::MAX).await.unwrap(), 1);
        assert_eq!(store.purge_alerts_before(Timestamp(NOW.0 + 4), 3).await.unwrap(), 0);
        let left: Vec<_> = list(store, false).await.iter().map(|alert| alert.resolved_at).collect();
        assert_eq!(left, [Some(Timestamp(NOW.0 + 4)), None]);
    })
    .await;
}
