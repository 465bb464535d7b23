//! Held streams: opens many slow streams, says when all of them flow, and proves that each still does afterwards.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::Job;
use super::answer::{Answer, Wrong};
use super::closed::connect;
use crate::output::print_line;

/// Streams that are being opened at the same time. A gateway may keep an answer's head back until its first word.
const OPENING_AT_ONCE: usize = 256;
/// Bytes read at once; slow streams deliver a chunk at a time.
const READ_BYTES: usize = 2 * 1024;
/// How often the state of all streams is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How many, how long.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Streams to hold.
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// Seconds within which all must have delivered their first chunk.
    #[arg(long, default_value_t = 30.0)]
    open_secs: f64,
    /// Longest time to wait for the line on standard input.
    #[arg(long, default_value_t = 120.0)]
    hold_secs: f64,
    /// Seconds within which, after that line, each must deliver two more chunks.
    #[arg(long, default_value_t = 15.0)]
    progress_secs: f64,
    /// Number of the first call, so that runs side by side do not share numbers.
    #[arg(long, default_value_t = 0)]
    first_number: u64,
}

/// What the streams tell.
#[derive(Debug)]
struct Board {
    chunks: Vec<Cell<usize>>,
    wrong: RefCell<BTreeMap<String, u64>>,
    opening: Semaphore,
}

impl Board {
    fn flowing_since(&self, mark: &[usize], more: usize) -> usize {
        self.chunks.iter().zip(mark).filter(|(chunks, before)| chunks.get() >= **before + more).count()
    }

    async fn wait_for(&self, mark: &[usize], more: usize, secs: f64) -> usize {
        let deadline = Instant::now() + Duration::from_secs_f64(secs);
        loop {
            let flowing = self.flowing_since(mark, more);
            if flowing == self.chunks.len() || Instant::now() > deadline {
                return flowing;
            }
            sleep(LOOK).await;
        }
    }
}

/// Opens the streams, reports them, waits for the line and returns the result; dropping out closes all streams.
pub(crate) fn run(job: &Job, pace: &Pace) -> anyhow::Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let board = Rc::new(Board {
        chunks: vec![Cell::new(0); pace.streams],
        wrong: RefCell::new(BTreeMap::new()),
        opening: Semaphore::new(OPENING_AT_ONCE),
    });
    let local = LocalSet::new();
    let numbers = pace.first_number..;
    for (index, number) in (0..pace.streams).zip(numbers) {
        let (job, board) = (job.clone(), Rc::clone(&board));
        local.spawn_local(async move {
            let wrong = hold(&job, &board, index, number).await;
            *board.wrong.borrow_mut().entry(wrong).or_default() += 1;
        });
    }
    runtime.block_on(local.run_until(watch(&board, pace)))
}

async fn watch(board: &Board, pace: &Pace) -> anyhow::Result<Value> {
    let told = line_on_stdin();
    let nothing = vec![0; board.chunks.len()];
    let flowing = board.wait_for(&nothing, 1, pace.open_secs).await;
    print_line(&json!({"event": "held", "flowing": flowing, "wrong": &*board.wrong.borrow()}))?;
    let _told_or_time_out = tokio::time::timeout(Duration::from_secs_f64(pace.hold_secs), told).await;
    let mark: Vec<usize> = board.chunks.iter().map(Cell::get).collect();
    let progressed = board.wait_for(&mark, 2, pace.progress_secs).await;
    Ok(json!({"event": "done", "streams": pace.streams, "progressed": progressed, "wrong": &*board.wrong.borrow()}))
}

/// Completes when a line, or the end, arrives on standard input.
fn line_on_stdin() -> oneshot::Receiver<()> {
    let (told, hears) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _any_end = std::io::stdin().read_line(&mut line);
        let _nobody_waits_any_more = told.send(());
    });
    hears
}

/// Reads a stream for as long as it lasts; returns why it ended, which no held stream should.
async fn hold(job: &Job, board: &Board, index: usize, number: u64) -> String {
    match read(job, board, index, number).await {
        Ok(()) => "ended".to_owned(),
        Err(wrong) => wrong.name(),
    }
}

async fn read(job: &Job, board: &Board, index: usize, number: u64) -> Result<(), Wrong> {
    let mut turn = board.opening.acquire().await.ok();
    let mut stream = connect(job).await?;
    let mut request = job.request.clone();
    stream.write_all(request.numbered(number)).await.map_err(|_| Wrong::Closed)?;
    drop(request);
    let mut answer = Answer::new(&job.expected);
    answer.start(number);
    let mut buffer = [0; READ_BYTES];
    loop {
        let size = stream.read(&mut buffer).await.map_err(|_| Wrong::Closed)?;
        // The head is here, so the next stream may be opened; the first chunk may take an interval to come.
        drop(turn.take());
        if size == 0 {
            return Err(Wrong::Closed);
        }
        if answer.push(buffer.get(..size).unwrap_or_default())?.is_some() {
            return Ok(());
        }
        if let Some(chunks) = board.chunks.get(index) {
            chunks.set(answer.chunks());
        }
    }
}
