//! The program `sluice`.

use std::process::ExitCode;

use sluice_gateway::cli;
use sluice_gateway::commands::Sluice;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    refuse_huge_pages();
    // Two TLS libraries are in the tree; without a choice the first handshake would panic.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    cli::main(&Sluice)
}

/// Has the kernel give memory in small pages only. The allocator asks for huge ones, in which all that is set aside counts
/// as used: 20 MB at rest, and the buffers of streams that wait.
#[cfg(target_os = "linux")]
fn refuse_huge_pages() {
    // A kernel that knows nothing of it gives more memory than is needed, which is no reason not to start.
    rustix::thread::disable_transparent_huge_pages(true).ok();
}
