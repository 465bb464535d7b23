//! The load generator: prepared requests over kept-alive connections, and a check of every single answer.
//!
//! `closed` keeps a number of connections busy and measures throughput. `open` starts calls at a fixed rate whatever
//! the answers do, and counts latency from the moment a call was due, so a stall shows in every call it delayed.
//! `held` opens slow streams and keeps them, for memory measurements, and proves that each of them moves.

mod answer;
mod closed;
mod held;
mod open;
mod tally;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::dialect::{CHUNK_DELTA, Shape};
use crate::output::print_line;
use crate::question::Question;
use answer::Expected;

/// What is sent where, and what has to come back.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    mode: Mode,
    /// Address to send calls to.
    #[arg(long, global = true, default_value = "127.0.0.1:3000")]
    target: SocketAddr,
    /// Content chunks that each stream must have.
    #[arg(long, global = true, default_value_t = 100)]
    chunks: usize,
    /// Bytes that the body of a plain answer must have.
    #[arg(long, global = true, default_value_t = 760)]
    answer_bytes: usize,
    /// Accept answers whose size differs, as from a target that writes bodies anew; all else is still checked.
    #[arg(long, global = true)]
    any_size: bool,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Keeps connections busy for a time or for a number of calls.
    Closed {
        #[command(flatten)]
        question: Question,
        #[command(flatten)]
        pace: closed::Pace,
    },
    /// Starts calls at a fixed rate.
    Open {
        #[command(flatten)]
        question: Question,
        #[command(flatten)]
        pace: open::Pace,
    },
    /// Opens slow streams and holds them until a line arrives on standard input.
    Held {
        #[command(flatten)]
        question: Question,
        #[command(flatten)]
        pace: held::Pace,
    },
}

/// Runs the mode asked for and prints its result.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    Ok(print_line(&options.measure()?)?)
}

/// A call as every mode sends it.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) target: SocketAddr,
    pub(crate) request: crate::question::Request,
    pub(crate) expected: Expected,
}

impl Options {
    fn measure(&self) -> anyhow::Result<Value> {
        match &self.mode {
            Mode::Closed { question, pace } => closed::run(&self.job(question), pace),
            Mode::Open { question, pace } => open::run(&self.job(question), pace),
            Mode::Held { question, pace } => held::run(&self.job(question), pace),
        }
    }

    fn job(&self, question: &Question) -> Job {
        let parts = question.dialect.stream();
        let (size_bytes, chunks, end) = match question.shape() {
            Shape::Plain => (self.answer_bytes, 0, ""),
            Shape::Stream => (parts.size_bytes(self.chunks), self.chunks, question.dialect.stream_end()),
        };
        Job {
            target: self.target,
            request: question.to_request(&self.target.to_string()),
            expected: Expected {
                shape: question.shape(),
                size_bytes: (!self.any_size).then_some(size_bytes),
                chunks,
                chunk_text: CHUNK_DELTA,
                end,
            },
        }
    }
}
