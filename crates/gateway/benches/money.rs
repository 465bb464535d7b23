//! What the money of a call costs on the core that serves it, and what the writer adds: calls at a steady rate, CPU time
//! of the calling thread and of all others apart.
//!
//!     cargo bench -p sluice-gateway --features measure --bench money [-- RATE SECONDS [DATABASE_URL]]

use std::time::{Duration, Instant};

use anyhow::Context;
use sluice_gateway::measure::Till;

/// A request of 0.8 kB.
fn request() -> Vec<u8> {
    let words = "The quick brown fox jumps over the lazy dog and goes home. ".repeat(12);
    format!(r#"{{"model":"gpt-4o-mini","max_tokens":256,"messages":[{{"role":"user","content":"{words}"}}]}}"#)
        .into_bytes()
}

/// Returns the CPU time of this thread, and of the whole process.
fn cpu_time() -> (Duration, Duration) {
    let of = |path: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        // Nanoseconds on the processor stand first (Documentation/scheduler/sched-stats.rst).
        text.split_whitespace()
            .next()
            .and_then(|nanos| nanos.parse().ok())
            .map(Duration::from_nanos)
            .unwrap_or_default()
    };
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let all = tasks.map(|task| of(&format!("{}/schedstat", task.path().display()))).sum();
    (of("/proc/thread-self/schedstat"), all)
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let rate: u32 = arguments.next().map_or(Ok(5_000), |text| text.parse()).context("RATE is a number")?;
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse()).context("SECONDS is a number")?;
    let url = arguments.next();
    let dir = tempfile::tempdir()?;
    let control = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let till = control.block_on(Till::open(dir.path(), url.as_deref()))?;
    // The calling thread has a runtime of its own, as a relay thread has.
    let caller = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let request = request();
    caller.block_on(async {
        for _ in 0..1_000 {
            till.take(&request).await?;
        }
        anyhow::Ok(())
    })?;
    let (before, started) = (cpu_time(), Instant::now());
    let mut taken: u32 = 0;
    let mut idle = Duration::ZERO;
    caller.block_on(async {
        while started.elapsed() < Duration::from_secs(seconds) {
            let due = (started.elapsed().as_secs_f64() * f64::from(rate)) as u32;
            while taken < due {
                till.take(&request).await?;
                taken += 1;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        anyhow::Ok(())
    })?;
    let after = cpu_time();
    // What making the record costs, which every call needs, money or not.
    let first = cpu_time().0;
    for _ in 0..10_000 {
        std::hint::black_box(till.idle());
    }
    idle += (cpu_time().0 - first) / 10_000;
    let (left, leased) = control.block_on(till.close())?;
    let settled = cpu_time();
    let calling = (after.0 - before.0) / taken.max(1);
    let others = (settled.1 - before.1).saturating_sub(settled.0 - before.0) / taken.max(1);
    println!("calls {taken} at {rate}/s");
    println!("calling core {:.2} µs per call, of which the record itself {:.2} µs", micros(calling), micros(idle));
    println!("writer {:.2} µs per call", micros(others));
    println!("left {left} USD, leased {leased} USD");
    anyhow::ensure!(leased.0 == 0, "money is still leased");
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1_000.0
}
