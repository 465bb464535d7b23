//! The gateway: relay, admin API, configuration and the server around them, in one binary.

pub mod admin;
mod bank;
pub mod cli;
pub mod client_address;
pub mod commands;
pub mod config;
mod demo;
mod journal;
mod live;
#[cfg(feature = "measure")]
pub mod measure;
mod metrics;
mod node;
pub mod prices;
mod record;
mod relay;
mod serve;
mod server;
mod snapshot;
pub mod telemetry;
mod tokens;
mod upstream;
