//! The command line: reads arguments and settings, runs one command, and turns its end into an exit status.
//!
//! What commands do is behind [`Commands`]; this module owns what they share: settings are loaded and checked first,
//! logging starts before anything is done, results go to standard output and complaints to standard error.

mod arguments;
mod console;
mod import;
mod proof;
mod rules;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Parser;
use secrecy::{ExposeSecret, SecretString};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::key::make_key_body;
use sluice_domain::user::Role;

use crate::config::{ConfigError, Declared, Environment, Loaded, Log, Purpose, Settings, Sources};
use crate::money::ledger_file::Export;
use crate::telemetry;
use arguments::{Arguments, Command, CreateKey, CreateUser, KeyCommand, RulesCommand, UserCommand, VERSION};
use console::Console;
pub use proof::{Question, Report};

/// Exit status of a command that failed.
pub const FAILURE: u8 = 1;
/// Exit status of wrong usage or configuration.
pub const MISUSE: u8 = 2;

const GENERATED_PASSWORD_CHARS: usize = 20;

/// A key to make.
#[derive(Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Login name of its owner; `None` for the first administrator.
    pub owner: Option<String>,
    /// Name given to it.
    pub name: String,
    /// Models it may use.
    pub models: ModelList,
    /// Addresses it may be used from.
    pub addresses: AddressList,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// A user to make.
#[derive(Debug)]
pub struct NewUser {
    /// Login name.
    pub username: String,
    /// What the user may do.
    pub role: Role,
    /// The first password.
    pub password: SecretString,
}

/// What the commands do once arguments and settings are known to be right.
pub trait Commands {
    /// Runs the gateway until it is told to stop.
    ///
    /// # Errors
    /// Fails if it cannot start or has to give up.
    fn serve(&self, loaded: Loaded) -> anyhow::Result<()>;

    /// Runs the gateway with scripted upstreams until it is told to stop.
    ///
    /// # Errors
    /// Fails if it cannot start or has to give up.
    fn demo(&self, loaded: Loaded) -> anyhow::Result<()>;

    /// Brings the database up to date.
    ///
    /// # Errors
    /// Fails if the database cannot be reached or changed.
    fn migrate(&self, settings: Settings) -> anyhow::Result<()>;

    /// Returns the OpenAPI document as JSON.
    ///
    /// # Errors
    /// Fails if it cannot be written.
    fn openapi(&self) -> anyhow::Result<String>;

    /// Makes a key and returns it in full.
    ///
    /// # Errors
    /// Fails if the owner does not exist or the database cannot be changed.
    fn create_key(&self, settings: Settings, key: NewKey) -> anyhow::Result<SecretString>;

    /// Makes a user.
    ///
    /// # Errors
    /// Fails if the name is taken, the password is too weak or the database cannot be changed.
    fn create_user(&self, settings: Settings, user: NewUser) -> anyhow::Result<()>;

    /// Proves what was charged.
    ///
    /// # Errors
    /// Fails if there is no such call or the database cannot be read.
    fn prove(&self, settings: Settings, question: Question) -> anyhow::Result<Report>;

    /// Writes the transfers of the ledger.
    ///
    /// # Errors
    /// Fails if the database cannot be read or `out` takes no more.
    fn export_ledger(&self, settings: Settings, export: &Export, out: &mut dyn Write) -> anyhow::Result<()>;

    /// Writes what the configuration of another gateway declares into the database, its keys for the user of this login
    /// name or for the first administrator; returns in words what was made.
    ///
    /// # Errors
    /// Fails if something of it is there already or the database cannot be changed.
    fn import(&self, settings: Settings, declared: Declared, owner: Option<String>) -> anyhow::Result<String>;

    /// Starts logging.
    ///
    /// # Errors
    /// Fails if a log file cannot be opened.
    fn start_logging(&self, log: &Log) -> anyhow::Result<telemetry::Guard> {
        telemetry::install(log)
    }
}

/// Runs the command that this process was started for.
pub fn main(commands: &impl Commands) -> ExitCode {
    let process = Invocation {
        arguments: std::env::args_os().collect(),
        environment: Environment::of_process(),
        working_dir: PathBuf::new(),
        clock: Clock::System,
    };
    let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
    let has_colours = stdout.is_terminal() && stderr.is_terminal();
    let mut console = Console { input: stdin.lock(), output: stdout, complaints: stderr, has_colours };
    ExitCode::from(process.run(commands, &mut console))
}

/// What a process is started with.
struct Invocation {
    arguments: Vec<OsString>,
    environment: Environment,
    working_dir: PathBuf,
    clock: Clock,
}

impl Invocation {
    fn run<R: BufRead, W: Write, E: Write>(&self, commands: &impl Commands, console: &mut Console<R, W, E>) -> u8 {
        let arguments = match Arguments::try_parse_from(&self.arguments) {
            Ok(arguments) => arguments,
            Err(answer) => return console.answer(&answer),
        };
        match self.dispatch(&arguments, commands, console) {
            Ok(()) => 0,
            Err(error) => console.complain(&error),
        }
    }

    fn dispatch<R: BufRead, W: Write, E: Write>(
        &self,
        arguments: &Arguments,
        commands: &impl Commands,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        match &arguments.command {
            Command::Version => console.print(&format!("sluice {VERSION}")),
            Command::Openapi => console.print(&commands.openapi()?),
            Command::Check(_) => {
                let loaded = self.load(arguments, Purpose::Run)?;
                console.print(&summary(&loaded))
            }
            Command::Serve(_) => self.logged(arguments, Purpose::Run, commands, |loaded| commands.serve(loaded)),
            Command::Demo(_) => self.logged(arguments, Purpose::Demo, commands, |loaded| commands.demo(loaded)),
            Command::Migrate => {
                self.logged(arguments, Purpose::Run, commands, |loaded| commands.migrate(loaded.settings))
            }
            Command::Import(wanted) => self.import(arguments, wanted, commands, console),
            Command::Receipt(wanted) => self.receipt(arguments, wanted, commands, console),
            Command::Ledger(command) => self.ledger(arguments, command, commands, console),
            Command::Rules(RulesCommand::Test(wanted)) => self.test_rules(wanted, console),
            Command::Key(KeyCommand::Create(wanted)) => {
                let key = self.new_key(wanted)?;
                self.logged(arguments, Purpose::Run, commands, |loaded| {
                    console.print(commands.create_key(loaded.settings, key)?.expose_secret())
                })
            }
            Command::User(UserCommand::Create(wanted)) => self.create_user(arguments, wanted, commands, console),
        }
    }

    fn load(&self, arguments: &Arguments, purpose: Purpose) -> Result<Loaded, ConfigError> {
        let sources = Sources {
            purpose,
            overrides: arguments.overrides(),
            environment: self.environment.clone(),
            working_dir: self.working_dir.clone(),
            now: self.clock.now(),
        };
        sources.load()
    }

    /// Loads settings, starts logging and runs `act`; the log is written out before this returns.
    fn logged(
        &self,
        arguments: &Arguments,
        purpose: Purpose,
        commands: &impl Commands,
        act: impl FnOnce(Loaded) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let loaded = self.load(arguments, purpose)?;
        let _guard = commands.start_logging(&loaded.settings.log)?;
        for note in &loaded.notes {
            tracing::warn!("{note}");
        }
        act(loaded)
    }

    fn new_key(&self, wanted: &CreateKey) -> anyhow::Result<NewKey> {
        let now = self.clock.now();
        let expires_at = wanted.expires.map(|expiry| expiry.resolve(now));
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            bail!("`--expires` is in the past: such a key would never work");
        }
        Ok(NewKey {
            owner: wanted.user.clone(),
            name: wanted.name.clone(),
            models: wanted.models.clone().unwrap_or_default(),
            addresses: wanted.addresses.clone().unwrap_or_default(),
            expires_at,
        })
    }

    fn create_user<R: BufRead, W: Write, E: Write>(
        &self,
        arguments: &Arguments,
        wanted: &CreateUser,
        commands: &impl Commands,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        let password = if wanted.password_stdin { console.read_password()? } else { make_password() };
        let user = NewUser { username: wanted.username.clone(), role: wanted.role.role(), password: password.clone() };
        self.logged(arguments, Purpose::Run, commands, |loaded| {
            commands.create_user(loaded.settings, user)?;
            console.print(&format!("user `{}` was created", wanted.username))?;
            if wanted.password_stdin {
                return Ok(());
            }
            console.print(&format!("password, not shown again: {}", password.expose_secret()))
        })
    }
}

fn make_password() -> SecretString {
    make_key_body(&mut rand::rng()).chars().take(GENERATED_PASSWORD_CHARS).collect::<String>().into()
}

fn summary(loaded: &Loaded) -> String {
    let declared = &loaded.settings.declared;
    let from = match &loaded.file {
        Some(file) => format!("`{}`", file.display()),
        None => "no file, only defaults, environment and options".to_owned(),
    };
    let mut lines = vec![
        format!("the configuration is valid: {from}"),
        format!("listens on {}", loaded.settings.listen.address),
        format!(
            "declares {} providers, {} routes, {} keys",
            declared.providers.len(),
            declared.routes.len(),
            declared.keys.len()
        ),
    ];
    lines.extend(loaded.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}
