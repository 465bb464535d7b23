//! Arguments of `sluice import`.

use std::path::PathBuf;

use clap::Args;

pub(super) const IMPORT_EXAMPLES: &str = "\
Examples:
  sluice import --from config.yaml --dry-run          show what cost-optimal's file becomes
  sluice import --from .env --output sluice.yaml      write what GATEWAY_ROUTES or GATEWAY_TOKEN say as our own file
  sluice import --from /opt/api-proxy                 put API-Proxy's providers and keys into the database

`sluice serve` also takes such configurations as they are. docs/migrating.md tells what differs.";

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// File or folder of the other gateway
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) from: PathBuf,
    /// Only show what it would become, without secrets
    #[arg(long, conflicts_with = "output")]
    pub(in crate::cli) dry_run: bool,
    /// Write it as a configuration file, secrets included, instead of into the database
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Login name of the owner of the keys [default: the first administrator]
    #[arg(long, value_name = "USERNAME")]
    pub(in crate::cli) user: Option<String>,
}
