//! Jobs that one node at a time does.

use std::time::Duration;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;
use sluice_domain::job::{Ending, JobRun, Progress, Trigger};
use sluice_store::{FinishedTurn, Job, JobTurn, NewTurn, PageRequest, Store, StoreError};

use crate::support::{NOW, on_every_database};

const ANN: NodeId = NodeId(1);
const BEN: NodeId = NodeId(2);
const TTL: Duration = Duration::from_secs(60);

fn after(secs: i64) -> Timestamp {
    Timestamp(NOW.0 + secs * 1_000)
}

async fn job(store: &Store) -> Job {
    store.find_job("verify").await.unwrap().unwrap()
}

async fn take(store: &Store, seen: &Job, node: NodeId, now: Timestamp) -> Option<JobTurn> {
    store.take_turn(&NewTurn { job: seen, node, trigger: Trigger::Manual, now, ttl: TTL }).await.unwrap()
}

fn progress(done: u64, text: &str) -> Progress {
    Progress { done, total: Some(9), text: text.to_owned() }
}

fn finished<'a>(turn: &'a JobTurn, ending: Ending, progress: &'a Progress) -> FinishedTurn<'a> {
    FinishedTurn { turn, now: after(5), next: after(1_000), ending, progress, result: Some("账 fine") }
}

async fn runs(store: &Store) -> Vec<JobRun> {
    store.list_job_runs("verify", PageRequest::nth(0, 1_000)).await.unwrap().items
}

#[tokio::test]
async fn a_turn_is_one_nodes_until_it_is_finished() {
    on_every_database(async |db| {
        let store = &db.store;
        assert_eq!(store.find_job("verify").await.unwrap(), None);
        for due in [3, 4] {
            store.register_job("verify", ANN, after(due)).await.unwrap();
        }
        let seen = job(store).await;
        assert_eq!((seen.until, seen.running(NOW), seen.last_run), (after(3), None, None));
        let turn = take(store, &seen, ANN, NOW).await.unwrap();
        assert_eq!(take(store, &seen, BEN, NOW).await, None, "somebody was faster");
        let running = job(store).await;
        assert_eq!((running.running(after(59)), running.running(after(60))), (Some(turn.run), None));
        assert_eq!(take(store, &running, BEN, after(59)).await, None);
        assert!(store.renew_turn(&turn, after(90), &progress(1, "half")).await.unwrap());
        assert_eq!(store.find_job_run(turn.run).await.unwrap().unwrap().progress, progress(1, "half"));
        assert!(store.finish_turn(&finished(&turn, Ending::Succeeded, &progress(9, "all"))).await.unwrap());
        let expected = Job {
            name: "verify".to_owned(),
            node: ANN,
            until: after(1_000),
            turns: 1,
            run: None,
            began_at: Some(NOW),
            ended_at: Some(after(5)),
            failures: 0,
            last_run: Some(after(5)),
            last_result: Some("账 fine".to_owned()),
        };
        assert_eq!(store.list_jobs().await.unwrap(), std::slice::from_ref(&expected));
        let run = JobRun {
            id: turn.run,
            job: "verify".to_owned(),
            node: ANN,
            trigger: Trigger::Manual,
            began_at: NOW,
            ended_at: Some(after(5)),
            ending: Some(Ending::Succeeded),
            progress: progress(9, "all"),
        };
        assert_eq!(runs(store).await, [run]);
        assert!(!store.renew_turn(&turn, after(200), &progress(9, "late")).await.unwrap());
        assert!(take(store, &expected, BEN, after(6)).await.is_some(), "when it is due is for the asker to say");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_dies_or_takes_too_long_loses_its_turn() {
    on_every_database(async |db| {
        let store = &db.store;
        store.register_job("verify", ANN, NOW).await.unwrap();
        let first = take(store, &job(store).await, ANN, NOW).await.unwrap();
        let second = take(store, &job(store).await, ANN, after(60)).await.unwrap();
        assert!(!store.renew_turn(&first, after(500), &progress(1, "")).await.unwrap(), "not even on the same node");
        assert!(!store.finish_turn(&finished(&first, Ending::Succeeded, &progress(1, ""))).await.unwrap());
        assert_eq!(job(store).await.running(after(61)), Some(second.run));
        let endings: Vec<_> = runs(store).await.into_iter().map(|run| (run.id, run.ending)).collect();
        assert_eq!(endings, [(second.run, None), (first.run, Some(Ending::Lost))]);
    })
    .await;
}

#[tokio::test]
async fn failures_are_counted_and_a_cancelled_turn_is_as_if_it_had_never_begun() {
    on_every_database(async |db| {
        let store = &db.store;
        store.register_job("verify", ANN, NOW).await.unwrap();
        let nothing = Progress::default();
        for (n, ending) in [Ending::Failed, Ending::TimedOut, Ending::Cancelled].into_iter().enumerate() {
            let turn = take(store, &job(store).await, ANN, after(10 * i64::try_from(n).unwrap())).await.unwrap();
            assert!(store.finish_turn(&finished(&turn, ending, &nothing)).await.unwrap());
        }
        let seen = job(store).await;
        assert_eq!((seen.failures, seen.last_run, seen.last_result.clone()), (2, None, None));
        assert_eq!(seen.began_at, Some(after(10)), "that of the turn before the cancelled one");
        let turn = take(store, &seen, ANN, after(50)).await.unwrap();
        assert!(store.finish_turn(&finished(&turn, Ending::Succeeded, &nothing)).await.unwrap());
        assert_eq!(job(store).await.failures, 0);
    })
    .await;
}

#[tokio::test]
async fn runs_of_long_ago_are_forgotten() {
    on_every_database(async |db| {
        let store = &db.store;
        store.register_job("verify", ANN, NOW).await.unwrap();
        store.register_job("other", ANN, NOW).await.unwrap();
        let other = store.find_job("other").await.unwrap().unwrap();
        take(store, &other, ANN, NOW).await.unwrap();
        for _ in 0..203 {
            let turn = take(store, &job(store).await, ANN, NOW).await.unwrap();
            assert!(store.finish_turn(&finished(&turn, Ending::Failed, &progress(1, "x"))).await.unwrap());
        }
        assert_eq!(runs(store).await.len(), 200);
        assert_eq!(store.list_job_runs("other", PageRequest::nth(0, 10)).await.unwrap().total, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_nodes_that_ask_at_once_one_gets_the_turn() {
    on_every_database(async |db| {
        db.store.register_job("verify", ANN, NOW).await.unwrap();
        for round in 0..3 {
            let seen = job(&db.store).await;
            let mut nodes = Vec::new();
            for n in 0..8 {
                let (store, seen) = (db.store.clone(), seen.clone());
                let now = after(round * 60);
                nodes.push(tokio::spawn(async move {
                    loop {
                        let new = NewTurn { job: &seen, node: NodeId(n), trigger: Trigger::Schedule, now, ttl: TTL };
                        match store.take_turn(&new).await {
                            Err(StoreError::Unavailable { .. }) => {}
                            taken => return taken.unwrap().is_some(),
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
            let refused = db.store.register_job(name, ANN, NOW).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "name", .. })), "{name}");
        }
    })
    .await;
}
