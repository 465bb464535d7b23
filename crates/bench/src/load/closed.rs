//! Closed loop: each connection sends its next call when it has the answer to the last.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use super::Job;
use super::answer::{Answer, Right, Wrong};
use super::tally::Tally;

/// Bytes read at once.
const READ_BYTES: usize = 32 * 1024;
/// Pause after a refused connection, so that a dead target does not turn the loop into a busy one.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// How many, how long.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Connections kept busy.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds after which no further call starts.
    #[arg(long, default_value_t = 5.0)]
    secs: f64,
    /// Calls after which no further call starts.
    #[arg(long, default_value_t = u64::MAX)]
    calls: u64,
    /// Seconds that calls under way may take after that.
    #[arg(long, default_value_t = 20.0)]
    grace_secs: f64,
    /// Threads that share the connections.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// What the threads of one run share.
struct Run {
    job: Job,
    next: AtomicU64,
    calls: u64,
    connections: usize,
    secs: Duration,
    grace: Duration,
    start: Barrier,
}

/// Runs to the end and returns the result.
pub(crate) fn run(job: &Job, pace: &Pace) -> anyhow::Result<Value> {
    let threads = pace.threads.max(1);
    let run = Arc::new(Run {
        job: job.clone(),
        next: AtomicU64::new(0),
        calls: pace.calls,
        connections: pace.connections.div_ceil(threads),
        secs: Duration::from_secs_f64(pace.secs),
        grace: Duration::from_secs_f64(pace.grace_secs),
        start: Barrier::new(threads),
    });
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            std::thread::spawn({
                let run = Arc::clone(&run);
                move || on_thread(&run)
            })
        })
        .collect();
    let mut total = Tally::new();
    let mut longest = Duration::ZERO;
    for worker in workers {
        let (tally, elapsed) = worker.join().map_err(|_| anyhow::anyhow!("a load thread panicked"))??;
        total.merge(&tally);
        longest = longest.max(elapsed);
    }
    Ok(total.to_json(longest))
}

fn on_thread(run: &Arc<Run>) -> anyhow::Result<(Tally, Duration)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = Rc::new(RefCell::new(Tally::new()));
    let local = LocalSet::new();
    run.start.wait();
    let started = Instant::now();
    let stop = started + run.secs;
    let tasks: Vec<_> = (0..run.connections)
        .map(|_| {
            let (run, tally) = (Arc::clone(run), Rc::clone(&tally));
            local.spawn_local(async move { keep_busy(&run, stop, &tally).await })
        })
        .collect();
    let all = async {
        for task in tasks {
            // A panic of one connection shows as calls that are missing at the upstream.
            let _ended = task.await;
        }
    };
    let ended = runtime.block_on(local.run_until(async { tokio::time::timeout(run.secs + run.grace, all).await }));
    let elapsed = started.elapsed();
    drop(local);
    let mut tally = Rc::try_unwrap(tally).map_or_else(|shared| shared.replace(Tally::new()), RefCell::into_inner);
    if ended.is_err() {
        tally.count_wrong(Wrong::TimedOut);
    }
    Ok((tally, elapsed))
}

async fn keep_busy(run: &Run, stop: Instant, tally: &RefCell<Tally>) {
    let mut request = run.job.request.clone();
    let mut answer = Answer::new(&run.job.expected);
    let mut buffer = vec![0; READ_BYTES];
    let mut connection = None;
    while Instant::now() < stop {
        let number = run.next.fetch_add(1, Ordering::Relaxed);
        if number >= run.calls {
            return;
        }
        let mut stream = match connection.take() {
            Some(stream) => stream,
            None => match connect(&run.job).await {
                Ok(stream) => stream,
                Err(wrong) => {
                    tally.borrow_mut().count_wrong(wrong);
                    tokio::time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            },
        };
        let started = Instant::now();
        answer.start(number);
        match call(&mut stream, request.numbered(number), &mut answer, &mut buffer).await {
            Ok(right) => {
                tally.borrow_mut().count_right(started.elapsed());
                connection = (!right.must_reconnect).then_some(stream);
            }
            Err(wrong) => tally.borrow_mut().count_wrong(wrong),
        }
    }
}

pub(super) async fn connect(job: &Job) -> Result<TcpStream, Wrong> {
    let stream = TcpStream::connect(job.target).await.map_err(|_| Wrong::Connect)?;
    stream.set_nodelay(true).map_err(|_| Wrong::Connect)?;
    Ok(stream)
}

async fn call(stream: &mut TcpStream, request: &[u8], answer: &mut Answer, buffer: &mut [u8]) -> Result<Right, Wrong> {
    stream.write_all(request).await.map_err(|_| Wrong::Closed)?;
    loop {
        let size = stream.read(buffer).await.map_err(|_| Wrong::Closed)?;
        if size == 0 {
            return Err(Wrong::Closed);
        }
        if let Some(right) = answer.push(buffer.get(..size).unwrap_or_default())? {
            return Ok(right);
        }
    }
}
