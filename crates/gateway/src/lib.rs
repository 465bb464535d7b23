//! The gateway: relay, admin API, configuration and the server around them, in one binary.

pub mod admin;
mod affinity;
mod audit;
mod bank;
pub mod cli;
pub mod client_address;
pub mod commands;
pub mod config;
mod console;
mod demo;
mod health;
mod journal;
pub mod ledger_file;
mod legacy;
mod limiter;
mod live;
#[cfg(feature = "measure")]
pub mod measure;
mod media;
mod metrics;
mod node;
pub mod prices;
mod receipt;
mod record;
mod relay;
mod rules;
#[cfg(test)]
mod scene;
mod serve;
mod server;
mod snapshot;
pub mod telemetry;
mod tokens;
mod upstream;
