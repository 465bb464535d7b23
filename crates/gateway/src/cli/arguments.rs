//! What can be written on the command line.

mod import;
mod proof;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::user::Role;

use crate::config::{Overrides, parse_time};
use import::IMPORT_EXAMPLES;
pub(super) use import::ImportArgs;
pub(super) use proof::{ExportArgs, FormatName, LedgerCommand, ReceiptArgs};

/// Version, target and compiler.
pub(super) const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("BUILD_TARGET"), ", ", env!("BUILD_RUSTC"), ")");

const EXAMPLES: &str = "\
Examples:
  sluice serve                        listen on 127.0.0.1:3000 with a database in ./data
  sluice serve --host 0.0.0.0 --port 8080 --data /var/lib/sluice
  sluice demo                         try it out with scripted upstreams, no vendor account needed
  sluice check --config sluice.yaml   report every mistake in the configuration
  sluice key create --name laptop     make a key and show it once

Every setting can also stand in sluice.yaml or in the environment; sluice.example.yaml explains them all.
Exit status: 0 success, 1 failure, 2 wrong usage or configuration.";

const SERVE_EXAMPLES: &str = "\
Examples:
  sluice serve
  sluice serve --host 0.0.0.0 --port 8080 --log-dir ./logs
  SLUICE_DATABASE_URL=postgres://sluice:secret@db/sluice sluice serve

The first start prints a link to set up the administrator.";

const DEMO_EXAMPLES: &str = "\
Examples:
  sluice demo
  sluice demo --port 3001

It prints a key and the commands to paste. It keeps its data apart, in ./data/demo unless --data names another place,
and reads sluice.yaml only where --config names it.";

const KEY_EXAMPLES: &str = "\
Examples:
  sluice key create --name laptop
  sluice key create --user alice --name ci --models 'gpt-4o*,claude-*' --expires 90d
  sluice key create --name office --addresses 192.0.2.0/24,2001:db8::/32 --expires 2027-01-31T00:00:00Z";

const RECEIPT_EXAMPLES: &str = "\
Examples:
  sluice receipt 01900000-0000-7000-8000-000000000000
  sluice receipt 01900000-0000-7000-8000-000000000000 --json

Exit status: 0 if everything comes out as it is on record, 1 if something differs or there is no such call.";

const RULES_EXAMPLES: &str = "\
Examples:
  sluice rules test sluice.yaml --sample '{\"model\": \"gpt-4o\", \"token_count\": 20000}'
  sluice rules test rules.yaml

rules.yaml:
  rules:
    - name: long ones
      when: TokenCount > 12000
      providers: [{provider: big}]
  samples:
    - {model: gpt-4o, token_count: 20000, expect: long ones}
    - {model: gpt-4o, token_count: 10, expect: null}

Exit status: 0 if every rule compiles and every `expect` comes out, else 1.";

const USER_EXAMPLES: &str = "\
Examples:
  sluice user create --username alice                    generate a password and show it once
  sluice user create --username root --role root --password-stdin < password.txt";

/// An LLM gateway: one address and one key for OpenAI, Anthropic and Gemini clients.
#[derive(Debug, Parser)]
#[command(name = "sluice", version = VERSION, after_help = EXAMPLES, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) files: Files,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Files {
    /// Configuration file [env: SLUICE_CONFIG] [default: sluice.yaml here or in the data directory]
    #[arg(long, global = true, display_order = 100, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the database and the master key [env: SLUICE_DATA] [default: ./data]
    #[arg(long, global = true, display_order = 101, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Options of the commands that listen.
#[derive(Debug, Default, Args)]
pub(super) struct Listening {
    /// Address to listen on [env: SLUICE_HOST] [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on, 0 for a free one [env: SLUICE_PORT or PORT] [default: 3000]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Also write common.log and error.log there [env: SLUICE_LOG_DIR or LOG_DIR]
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the gateway
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Listening),
    /// Run the gateway with scripted upstreams and a ready key
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Listening),
    /// Check the configuration and report every problem, without starting
    Check(Listening),
    /// Bring the database up to date, without starting
    Migrate,
    /// Take over the configuration of another gateway
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArgs),
    /// Print the OpenAPI document of the admin API
    Openapi,
    /// Show what a call cost and what was charged for it, computed again from its stored parts
    #[command(after_help = RECEIPT_EXAMPLES)]
    Receipt(ReceiptArgs),
    /// Prove and export the ledger
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Try routing rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Manage keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Manage users
    #[command(subcommand)]
    User(UserCommand),
    /// Print version, target and compiler
    Version,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Try the rules of a file on sample calls, without a server
    #[command(after_help = RULES_EXAMPLES)]
    Test(TestRules),
}

#[derive(Debug, Args)]
pub(super) struct TestRules {
    /// File with `rules`, or with `routing: rules:` as in sluice.yaml, and `samples`; YAML or JSON
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Call to try them on, as JSON, instead of the file's samples
    #[arg(long, value_name = "JSON")]
    pub(super) sample: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key and print it; it is not shown again
    #[command(after_help = KEY_EXAMPLES)]
    Create(CreateKey),
}

#[derive(Debug, Args)]
pub(super) struct CreateKey {
    /// Login name of the owner [default: the first administrator]
    #[arg(long, value_name = "USERNAME")]
    pub(super) user: Option<String>,
    /// Name to tell the key by
    #[arg(long, value_name = "NAME")]
    pub(super) name: String,
    /// Models it may use, comma separated; `*` stands for any characters [default: all]
    #[arg(long, value_name = "LIST", value_parser = parse_models)]
    pub(super) models: Option<ModelList>,
    /// Addresses and networks it may be used from, comma separated [default: all]
    #[arg(long, value_name = "LIST", value_parser = parse_addresses)]
    pub(super) addresses: Option<AddressList>,
    /// When it stops working: a time, a date, or a span such as 12h, 30d, 8w [default: never]
    #[arg(long, value_name = "WHEN", value_parser = parse_expiry)]
    pub(super) expires: Option<Expiry>,
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make a user; without --password-stdin a password is generated and printed once
    #[command(after_help = USER_EXAMPLES)]
    Create(CreateUser),
}

#[derive(Debug, Args)]
pub(super) struct CreateUser {
    /// Login name
    #[arg(long, value_name = "NAME")]
    pub(super) username: String,
    /// What the user may do
    #[arg(long, value_enum, default_value_t = RoleName::Common)]
    pub(super) role: RoleName,
    /// Read the password from standard input, up to the end of the line
    #[arg(long)]
    pub(super) password_stdin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleName {
    /// Owns keys and sees its own calls
    Common,
    /// Runs providers, routes and ordinary users
    Admin,
    /// May do everything
    Root,
}

/// When a key stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    At(Timestamp),
    After(Duration),
}

impl RoleName {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Common => Role::Common,
            Self::Admin => Role::Admin,
            Self::Root => Role::Root,
        }
    }
}

impl Expiry {
    pub(super) fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::After(span) => now.plus(span),
        }
    }
}

impl Arguments {
    /// Returns what the command line says about settings.
    pub(super) fn overrides(&self) -> Overrides {
        let plain =
            Overrides { config: self.files.config.clone(), data: self.files.data.clone(), ..Overrides::default() };
        match &self.command {
            Command::Serve(listening) | Command::Demo(listening) | Command::Check(listening) => Overrides {
                host: listening.host.clone(),
                port: listening.port,
                log_dir: listening.log_dir.clone(),
                ..plain
            },
            Command::Migrate
            | Command::Import(_)
            | Command::Openapi
            | Command::Receipt(_)
            | Command::Ledger(_)
            | Command::Rules(_)
            | Command::Key(_)
            | Command::User(_)
            | Command::Version => plain,
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that clap asks for")]
fn parse_models(text: &str) -> Result<ModelList, String> {
    Ok(ModelList::parse(text))
}

fn parse_addresses(text: &str) -> Result<AddressList, String> {
    AddressList::parse(text).map_err(|bad| bad.to_string())
}

fn parse_expiry(text: &str) -> Result<Expiry, String> {
    if let Some(time) = parse_time(text) {
        return Ok(Expiry::At(time));
    }
    let units = [("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];
    let span = units.into_iter().find_map(|(unit, unit_secs)| {
        let count: u64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count > 0)?;
        count.checked_mul(unit_secs)
    });
    let advice = || "write `2027-01-31T00:00:00Z`, `2027-01-31`, or a span such as `12h`, `30d`, `8w`".to_owned();
    span.map(|secs| Expiry::After(Duration::from_secs(secs))).ok_or_else(advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_with_options_of_its_own_shows_examples() {
        let help = |names: &[&str]| {
            let mut command = Arguments::command();
            command.build();
            let found = names.iter().fold(&mut command, |command, name| command.find_subcommand_mut(name).unwrap());
            found.render_long_help().to_string()
        };
        let ledger = [&["receipt"][..], &["ledger", "verify"], &["ledger", "export"], &["import"]];
        for names in [&[][..], &["serve"], &["demo"], &["key", "create"], &["user", "create"]].into_iter().chain(ledger)
        {
            assert!(help(names).contains("Examples:"), "{names:?}");
        }
    }

    #[test]
    fn an_expiry_is_a_time_a_date_or_a_span() {
        assert_eq!(parse_expiry("1970-01-02T01:00:00+01:00"), Ok(Expiry::At(Timestamp(86_400_000))));
        assert_eq!(parse_expiry("1970-01-02"), Ok(Expiry::At(Timestamp(86_400_000))));
        assert_eq!(parse_expiry("2w").map(|expiry| expiry.resolve(Timestamp(1))), Ok(Timestamp(1_209_600_001)));
        for wrong in ["0d", "d", "-3d", "soon", "99999999999999999999w"] {
            assert!(parse_expiry(wrong).is_err(), "{wrong}");
        }
    }
}
