//! The program `sluice`.

use std::process::ExitCode;

use sluice_gateway::cli;
use sluice_gateway::commands::Sluice;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Two TLS libraries are in the tree; without a choice the first handshake would panic.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    cli::main(&Sluice)
}
