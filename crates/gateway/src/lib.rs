//! The gateway: relay, admin API, configuration and the server around them, in one binary.

pub mod admin;
pub mod cli;
pub mod commands;
pub mod config;
mod console;
mod jobs;
#[cfg(feature = "measure")]
pub mod measure;
pub mod money;
mod newapi;
mod outgoing;
mod record;
mod relay;
mod saying;
pub mod server;
mod snapshot;
mod standing;
pub mod telemetry;
mod tokens;
mod upkeep;
mod upstream;
