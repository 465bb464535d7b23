//! Open loop: calls are due at fixed times, and latency counts from then, free of coordinated omission.
//!
//! Every connection is a thread that claims the next due time, sleeps until then and does the call with blocking
//! sockets: kernel timers are exact to microseconds where a runtime's are to a millisecond. When all connections are
//! busy, due calls start late and their waiting is part of their latency.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::Job;
use super::answer::{Answer, Right, Wrong};
use super::tally::Tally;

/// Bytes read at once.
const READ_BYTES: usize = 32 * 1024;
/// Time between the start of the threads and the first call.
const HEAD_START: Duration = Duration::from_millis(50);
/// A call that starts this much after it was due counts as late.
const LATE: Duration = Duration::from_millis(1);

/// How many, how fast.
#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Calls per second.
    #[arg(long, default_value_t = 1000.0)]
    rate: f64,
    /// Seconds during which calls are due.
    #[arg(long, default_value_t = 5.0)]
    secs: f64,
    /// Connections; more than are ever busy at once.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds an answer may take.
    #[arg(long, default_value_t = 20)]
    grace_secs: u64,
}

/// The times at which calls are due, claimed one by one.
struct Schedule {
    first: Instant,
    interval: Duration,
    calls: u64,
    next: AtomicU64,
    late: AtomicU64,
    read_timeout: Duration,
}

impl Schedule {
    fn claim(&self) -> Option<(u64, Instant)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.calls).then(|| (number, self.first + self.interval.mul_f64(number as f64)))
    }
}

/// Runs to the end and returns the result.
pub(crate) fn run(job: &Job, pace: &Pace) -> anyhow::Result<Value> {
    // Threads inherit the slack of their parent; without this the kernel may wake each sleeper 50 µs late. Where it
    // cannot be set, the delay is the same for every target.
    let _exact = std::fs::write("/proc/self/timerslack_ns", "1");
    let schedule = Schedule {
        first: Instant::now() + HEAD_START,
        interval: Duration::from_secs_f64(1.0 / pace.rate),
        calls: (pace.rate * pace.secs) as u64,
        next: AtomicU64::new(0),
        late: AtomicU64::new(0),
        read_timeout: Duration::from_secs(pace.grace_secs),
    };
    let mut total = Tally::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..pace.connections).map(|_| scope.spawn(|| follow(job, &schedule))).collect();
        for worker in workers {
            match worker.join() {
                Ok(tally) => total.merge(&tally),
                Err(_) => total.count_wrong(Wrong::TimedOut),
            }
        }
    });
    let mut result = total.to_json(schedule.first.elapsed());
    if let Some(fields) = result.as_object_mut() {
        fields.insert("late_starts".to_owned(), json!(schedule.late.load(Ordering::Relaxed)));
    }
    Ok(result)
}

fn follow(job: &Job, schedule: &Schedule) -> Tally {
    let mut tally = Tally::new();
    let mut request = job.request.clone();
    let mut answer = Answer::new(&job.expected);
    let mut buffer = vec![0; READ_BYTES];
    let mut connection = connect(job, schedule).ok();
    while let Some((number, due)) = schedule.claim() {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if due.elapsed() > LATE {
            schedule.late.fetch_add(1, Ordering::Relaxed);
        }
        let opened = connection.take().map_or_else(|| connect(job, schedule), Ok);
        let mut stream = match opened {
            Ok(stream) => stream,
            Err(wrong) => {
                tally.count_wrong(wrong);
                continue;
            }
        };
        answer.start(number);
        match call(&mut stream, request.numbered(number), &mut answer, &mut buffer) {
            Ok(right) => {
                tally.count_right(due.elapsed());
                connection = (!right.must_reconnect).then_some(stream);
            }
            Err(wrong) => tally.count_wrong(wrong),
        }
    }
    tally
}

fn connect(job: &Job, schedule: &Schedule) -> Result<TcpStream, Wrong> {
    let open = || {
        let stream = TcpStream::connect_timeout(&job.target, schedule.read_timeout)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(schedule.read_timeout))?;
        Ok::<_, std::io::Error>(stream)
    };
    open().map_err(|_| Wrong::Connect)
}

fn call(stream: &mut TcpStream, request: &[u8], answer: &mut Answer, buffer: &mut [u8]) -> Result<Right, Wrong> {
    stream.write_all(request).map_err(|_| Wrong::Closed)?;
    loop {
        let size = stream.read(buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => Wrong::TimedOut,
            _ => Wrong::Closed,
        })?;
        if size == 0 {
            return Err(Wrong::Closed);
        }
        if let Some(right) = answer.push(buffer.get(..size).unwrap_or_default())? {
            return Ok(right);
        }
    }
}
