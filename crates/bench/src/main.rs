//! Measuring tools of Sluice: a mock upstream that costs little, and a load generator that checks every answer.
//!
//! `compare/` next to this crate runs both against nginx and any other target; nothing here is ever shipped.

mod dialect;
mod histogram;
mod load;
mod output;
mod question;
mod upstream;
mod wire;

use clap::{Parser, Subcommand};

/// Mock upstream and load generator.
#[derive(Parser)]
#[command(name = "sluice-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers chat calls of every dialect with prepared bytes, at the pace asked for.
    Upstream(upstream::Options),
    /// Sends calls, checks every answer and prints what it saw as JSON.
    Load(load::Options),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Upstream(options) => upstream::run(&options),
        Command::Load(options) => load::run(&options),
    }
}
