use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use sluice_domain::job::{Ending, JobRun};
use sluice_store::PageRequest;

use super::*;
use crate::admin::Language;
use crate::jobs::{JobFailure, Report, Turn};
use crate::money::scene::Scene;
use crate::saying::Saying;
use crate::upkeep::Upkeep;

const NAME: &str = "sample";

/// What the work does when it is asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Succeed,
    Fail,
    Panic,
    /// Says how far it is and goes on until it is told to stop.
    Hang,
    /// Goes on whatever it is told.
    HangDeaf,
}

struct Sample {
    deed: Mutex<Deed>,
    begun: AtomicUsize,
    limit: Duration,
}

impl Sample {
    fn of(deed: Deed) -> Arc<Self> {
        Arc::new(Self { deed: Mutex::new(deed), begun: AtomicUsize::new(0), limit: Duration::from_secs(3_600) })
    }
}

#[async_trait]
impl Job for Sample {
    fn about(&self) -> About {
        About {
            name: NAME,
            purpose: ["", ""],
            time_limit: self.limit,
            retry: Duration::from_secs(60),
            settle: Duration::from_secs(10),
            alert_after: 2,
        }
    }

    fn schedule(&self, settings: &Settings) -> Option<Schedule> {
        let is_on = settings.text("RegisterEnabled") == "false";
        is_on.then_some(Schedule::Every { every: Duration::from_secs(600), jitter: Duration::ZERO })
    }

    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let deed = *self.deed.lock();
        match deed {
            Deed::Succeed => Ok(Report { text: "done".into(), result: Some("{}".to_owned()) }),
            Deed::Fail => Err(JobFailure("no luck".into())),
            Deed::Panic => panic!("on purpose"),
            Deed::Hang => {
                turn.reached(3, Some(7), "hanging");
                turn.stop().cancelled().await;
                Err(JobFailure("told to stop".into()))
            }
            Deed::HangDeaf => std::future::pending().await,
        }
    }
}

/// A node with the sample as its only job.
struct Node {
    jobs: Arc<Jobs>,
    sample: Arc<Sample>,
    clock: Arc<Clock>,
}

impl Node {
    fn of(scene: &Scene, node: i64, sample: &Arc<Sample>) -> Self {
        let clock = Arc::new(Clock::Fixed(AtomicI64::new(1_700_000_000_000)));
        let means = Means {
            store: Arc::clone(&scene.store),
            node: NodeId(node),
            clock: Arc::clone(&clock),
            records_kept_days: 0,
            responses_max_bytes: 0,
            upkeep: Arc::new(Upkeep::new(Arc::clone(&scene.store), Arc::default(), Arc::default())),
            declared: Arc::default(),
        };
        let all: Vec<Arc<dyn Job>> = vec![Arc::clone(sample) as Arc<dyn Job>];
        Self { jobs: Jobs::of(all, &means, CancellationToken::new()), sample: Arc::clone(sample), clock }
    }

    /// Looks until everything that is due has begun, and waits for what came of it.
    async fn look(&self) {
        for _ in 0..2 {
            self.jobs.look().await.unwrap();
        }
        self.idle().await;
    }

    async fn idle(&self) {
        while self.jobs.store.find_job(NAME).await.unwrap().is_some_and(|job| job.run.is_some()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Alerts are raised and closed after the end is on record.
        while !self.jobs.runs.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn pass(&self, secs: i64) {
        let Clock::Fixed(now) = &*self.clock else { unreachable!() };
        now.fetch_add(secs * 1_000, Ordering::Relaxed);
    }

    fn begun(&self) -> usize {
        self.sample.begun.load(Ordering::Relaxed)
    }

    async fn runs(&self) -> Vec<JobRun> {
        self.jobs.store.list_job_runs(NAME, PageRequest::nth(0, 100)).await.unwrap().items
    }

    async fn endings(&self) -> Vec<Option<Ending>> {
        self.runs().await.into_iter().map(|run| run.ending).collect()
    }
}

async fn open_alerts(scene: &Scene) -> Vec<String> {
    let alerts = scene.store.list_alerts(true, PageRequest::nth(0, 10)).await.unwrap().items;
    alerts.into_iter().map(|alert| Saying::read(&alert.message, Language::English)).collect()
}

#[tokio::test]
async fn a_job_is_done_in_its_time_by_one_of_the_nodes() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Succeed));
    let (ann, ben) = (Node::of(&scene, 1, &sample), Node::of(&scene, 2, &sample));
    ann.look().await;
    assert_eq!(ann.begun(), 0, "calls come first where Sluice has just started");
    for node in [&ann, &ben] {
        node.pass(10);
        node.look().await;
    }
    assert_eq!(ann.begun(), 1);
    for node in [&ann, &ben] {
        node.pass(599);
        node.look().await;
    }
    assert_eq!(ann.begun(), 1);
    for node in [&ben, &ann] {
        node.pass(1);
        node.look().await;
    }
    assert_eq!(ann.begun(), 2);
    let nodes: Vec<NodeId> = ann.runs().await.into_iter().map(|run| run.node).collect();
    assert_eq!(nodes, [NodeId(2), NodeId(1)]);
}

#[tokio::test]
async fn a_job_that_is_switched_off_runs_only_when_asked_for() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Succeed));
    let node = Node::of(&scene, 1, &sample);
    scene.store.put_option("RegisterEnabled", "true").await.unwrap();
    node.pass(1_000);
    node.look().await;
    assert_eq!(node.begun(), 0);
    node.jobs.run_now(NAME).await.unwrap();
    node.idle().await;
    assert_eq!((node.begun(), node.endings().await), (1, vec![Some(Ending::Succeeded)]));
    assert!(matches!(node.jobs.run_now("nothing").await, Err(NotBegun::Unknown)));
}

#[tokio::test]
async fn failures_are_tried_again_ever_later_and_an_alert_is_raised_until_one_succeeds() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Fail));
    let node = Node::of(&scene, 1, &sample);
    node.pass(10);
    node.look().await;
    assert_eq!((node.begun(), open_alerts(&scene).await.len()), (1, 0));
    node.pass(59);
    node.look().await;
    assert_eq!(node.begun(), 1);
    node.pass(1);
    node.look().await;
    assert_eq!(node.begun(), 2);
    let alerts = open_alerts(&scene).await;
    assert_eq!(alerts, ["the job `sample` has failed 2 times in a row: no luck"]);
    *sample.deed.lock() = Deed::Panic;
    node.pass(119);
    node.look().await;
    assert_eq!(node.begun(), 2, "twice as long as before");
    node.pass(1);
    node.look().await;
    assert!(open_alerts(&scene).await[0].contains("a fault in Sluice itself"));
    *sample.deed.lock() = Deed::Succeed;
    node.pass(240);
    node.look().await;
    assert_eq!(open_alerts(&scene).await.len(), 0);
    use Ending::{Failed, Succeeded};
    assert_eq!(node.endings().await, [Some(Succeeded), Some(Failed), Some(Failed), Some(Failed)]);
    assert_eq!(node.runs().await[0].progress.text, "done");
}

#[tokio::test]
async fn work_that_takes_too_long_is_ended() {
    let scene = Scene::new().await;
    let sample =
        Arc::new(Sample { limit: Duration::from_millis(20), ..Arc::into_inner(Sample::of(Deed::HangDeaf)).unwrap() });
    let node = Node::of(&scene, 1, &sample);
    node.pass(10);
    node.look().await;
    assert_eq!(node.endings().await, [Some(Ending::TimedOut)]);
}

#[tokio::test]
async fn progress_is_seen_and_a_run_is_not_begun_twice() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Hang));
    let (ann, ben) = (Node::of(&scene, 1, &sample), Node::of(&scene, 2, &sample));
    let run = ann.jobs.run_now(NAME).await.unwrap();
    assert!(matches!(ben.jobs.run_now(NAME).await, Err(NotBegun::Runs)));
    loop {
        let seen = scene.store.find_job_run(run).await.unwrap().unwrap();
        if seen.progress.total == Some(7) {
            assert_eq!((seen.progress.done, seen.progress.text.as_str(), seen.ending), (3, "hanging", None));
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ann.jobs.stop.cancel();
    ann.idle().await;
    assert_eq!(ann.endings().await, [Some(Ending::Cancelled)]);
    assert!(matches!(ann.jobs.run_now(NAME).await, Err(NotBegun::Stopping)));
    ben.pass(10);
    *sample.deed.lock() = Deed::Succeed;
    ben.look().await;
    assert_eq!(ben.endings().await, [Some(Ending::Succeeded), Some(Ending::Cancelled)], "it is as due as it was");
}

#[tokio::test]
async fn what_a_dead_node_had_begun_is_done_again() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Succeed));
    let node = Node::of(&scene, 1, &sample);
    scene.store.register_job(NAME, NodeId(9), Timestamp(0)).await.unwrap();
    let job = scene.store.find_job(NAME).await.unwrap().unwrap();
    let now = node.clock.now();
    let new = NewTurn { job: &job, node: NodeId(9), trigger: Trigger::Schedule, now, ttl: LEASE };
    scene.store.take_turn(&new).await.unwrap().unwrap();
    node.pass(64);
    node.jobs.look().await.unwrap();
    assert_eq!(node.begun(), 0);
    node.pass(1);
    node.look().await;
    assert_eq!(node.endings().await, [Some(Ending::Succeeded), Some(Ending::Lost)]);
}

#[tokio::test]
async fn a_stop_waits_for_what_runs() {
    let (scene, sample) = (Scene::new().await, Sample::of(Deed::Hang));
    let node = Node::of(&scene, 1, &sample);
    let following = tokio::spawn(Arc::clone(&node.jobs).follow());
    node.jobs.run_now(NAME).await.unwrap();
    node.jobs.stop.cancel();
    following.await.unwrap();
    assert_eq!(node.endings().await, [Some(Ending::Cancelled)]);
}
