//! Arguments of the commands that prove what was charged.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId};
use uuid::Uuid;

use crate::config::parse_time;

const VERIFY_EXAMPLES: &str = "\
Examples:
  sluice ledger verify
  sluice ledger verify --json | jq .deviations

It may run beside a server, but the journal is only compared while none runs on this data directory.
Exit status: 0 everything adds up, 1 something does not, or it could not be looked at.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  sluice ledger export -o transfers.csv
  sluice ledger export --format jsonl --since 2027-01-01 --until 2027-02-01 | gzip > january.jsonl.gz
  sluice ledger export --account 12 --format csv";

#[derive(Debug, Args)]
pub(in crate::cli) struct ReceiptArgs {
    /// Id of the call, as answered in `x-sluice-call` and shown in the log
    #[arg(value_name = "CALL", value_parser = parse_call)]
    pub(in crate::cli) call: CallId,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LedgerCommand {
    /// Check that everything adds up: chains, balances, leases, charges, and the journal
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Write the transfers of all accounts or of one, oldest first
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// How transfers are written
    #[arg(long, value_enum, default_value_t = FormatName::Csv)]
    pub(in crate::cli) format: FormatName,
    /// Only transfers of this account, in the order of its chain
    #[arg(long, value_name = "ID", value_parser = parse_account)]
    pub(in crate::cli) account: Option<AccountId>,
    /// Only transfers ordered at this time or later, such as 2027-01-31 or 2027-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    pub(in crate::cli) since: Option<Timestamp>,
    /// Only transfers ordered before this time
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    pub(in crate::cli) until: Option<Timestamp>,
    /// File to write, replaced once it is whole [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FormatName {
    /// Comma-separated values with a header
    Csv,
    /// One JSON object on each line
    Jsonl,
}

fn parse_call(text: &str) -> Result<CallId, String> {
    Uuid::try_parse(text).map(CallId).map_err(|_| "write the id as it stands in `x-sluice-call`".to_owned())
}

fn parse_account(text: &str) -> Result<AccountId, String> {
    text.parse().map(AccountId).map_err(|_| "write the number of an account".to_owned())
}

fn parse_moment(text: &str) -> Result<Timestamp, String> {
    parse_time(text).ok_or_else(|| "write `2027-01-31T00:00:00Z` or `2027-01-31`".to_owned())
}
