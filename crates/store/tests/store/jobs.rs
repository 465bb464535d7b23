//! Jobs that one node at a time does.

use std::time::Duration;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;
use sluice_store::{FinishedTurn, Job, StoreError};

use crate::support::{NOW, on_every_database};

const ANN: NodeId = NodeId(1);
const BEN: NodeId = NodeId(2);
const TTL: Duration = Duration::from_secs(60);

fn after(secs: i64) -> Timestamp {
    Timestamp(NOW.0 + secs * 1_000)
}

fn turn(node: NodeId, now: Timestamp, next: Timestamp) -> FinishedTurn<'static> {
    FinishedTurn { name: "verify", node, now, next, result: "账 fine" }
}

#[tokio::test]
async fn a_turn_is_one_nodes_until_it_is_finished_and_the_next_one_comes_in_its_time() {
    on_every_database(async |db| {
        let store = &db.store;
        assert_eq!(store.find_job("verify").await.unwrap(), None);
        assert!(store.take_job("verify", ANN, NOW, TTL).await.unwrap());
        for node in [ANN, BEN] {
            assert!(!store.take_job("verify", node, after(59), TTL).await.unwrap());
        }
        assert!(store.finish_job(&turn(ANN, after(5), after(1_000))).await.unwrap());
        let job = Job {
            name: "verify".to_owned(),
            node: ANN,
            until: after(1_000),
            last_run: Some(after(5)),
            last_result: Some("账 fine".to_owned()),
        };
        assert_eq!(store.find_job("verify").await.unwrap(), Some(job.clone()));
        assert!(!store.take_job("verify", BEN, after(999), TTL).await.unwrap());
        assert!(store.take_job("verify", BEN, after(1_000), TTL).await.unwrap());
        let taken = Job { node: BEN, until: after(1_060), ..job };
        assert_eq!(store.find_job("verify").await.unwrap(), Some(taken), "the last result stays meanwhile");
        assert!(store.take_job("another", ANN, NOW, TTL).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_node_that_dies_or_takes_too_long_loses_its_turn() {
    on_every_database(async |db| {
        let store = &db.store;
        assert!(store.take_job("verify", ANN, NOW, TTL).await.unwrap());
        assert!(store.take_job("verify", BEN, after(60), TTL).await.unwrap());
        assert!(!store.finish_job(&turn(ANN, after(61), after(1_000))).await.unwrap());
        assert_eq!(store.find_job("verify").await.unwrap().unwrap().last_run, None);
        store.put_job_off("verify", ANN, after(0)).await.unwrap();
        assert_eq!(store.find_job("verify").await.unwrap().unwrap().until, after(120));
        store.put_job_off("verify", BEN, after(70)).await.unwrap();
        assert!(store.take_job("verify", ANN, after(70), TTL).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_nodes_that_ask_at_once_one_gets_the_turn() {
    on_every_database(async |db| {
        for round in 0..3 {
            let mut nodes = Vec::new();
            for n in 0..8 {
                let store = db.store.clone();
                let now = after(round * 60);
                nodes.push(tokio::spawn(async move {
                    loop {
                        match store.take_job("verify", NodeId(n), now, TTL).await {
                            Err(StoreError::Unavailable { .. }) => {}
                            taken => return taken.unwrap(),
                        }
                    }
                }));
            }
            let mut taken = 0;
            for node in nodes {
                taken += usize::from(node.await.unwrap());
            }
            assert_eq!(taken, 1, "round {round}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_has_a_name_that_fits() {
    on_every_database(async |db| {
        for name in ["", " ", &"x".repeat(65)] {
            let refused = db.store.take_job(name, ANN, NOW, TTL).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "name", .. })), "{name}");
        }
    })
    .await;
}
