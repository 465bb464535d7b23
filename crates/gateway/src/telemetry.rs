//! Logs: text or JSON on standard error, and in `common.log` and `error.log` where a directory is set.
//!
//! Writers have threads of their own, so that a slow disk never holds up a call. Secrets are kept out by their types;
//! besides, the crates that handle raw headers, TLS and SQL are never let below `info`, whatever the level.

pub(crate) mod metrics;
pub(crate) mod pulse;

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Level, Metadata};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Log, LogFormat};

/// Everything that is logged.
pub const COMMON_FILE: &str = "common.log";
/// Only errors.
pub const ERROR_FILE: &str = "error.log";

/// Crates whose detailed output shows what passes by: request heads, keys, statements.
const WIRE_CRATES: [&str; 8] = ["h2", "hyper", "hyper_util", "reqwest", "rustls", "sea_orm", "sqlx", "tokio_rustls"];

/// Crates that tell of each step of ordinary work; only their warnings matter here.
const CHATTY_CRATES: [&str; 1] = ["sea_orm_migration"];

/// Lines that may wait for the disk; room for all of them is set aside.
const WAITING_LINES_MAX: usize = 16 * 1024;

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;
type BoxedFilter = Box<dyn Filter<Registry> + Send + Sync>;

/// Writes what is still waiting when it is dropped; keep it until the end of the program.
#[derive(Default)]
#[must_use = "logging stops when the guard is dropped"]
pub struct Guard {
    writers: Vec<WorkerGuard>,
}

impl Guard {
    fn writer<W: Write + Send + 'static>(&mut self, to: W) -> NonBlocking {
        let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES_MAX).finish(to);
        self.writers.push(guard);
        writer
    }
}

/// Starts logging for the whole process.
///
/// # Errors
/// Fails if a log file cannot be opened or logging was started before.
pub fn install(log: &Log) -> anyhow::Result<Guard> {
    let (dispatch, guard) = build(log, io::stderr())?;
    dispatch.try_init().context("logging is already set up")?;
    Ok(guard)
}

fn build<W: Write + IsTerminal + Send + 'static>(log: &Log, console: W) -> anyhow::Result<(Dispatch, Guard)> {
    let mut guard = Guard::default();
    let has_colours = console.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let console = guard.writer(console);
    let mut layers = vec![layer(log.format, console, has_colours, filter(log)?)];
    if let Some(dir) = &log.dir {
        fs::create_dir_all(dir).with_context(|| format!("cannot make the log directory `{}`", dir.display()))?;
        let common = guard.writer(open(dir, COMMON_FILE)?);
        layers.push(layer(log.format, common, false, filter(log)?));
        let errors = guard.writer(open(dir, ERROR_FILE)?);
        layers.push(layer(log.format, errors, false, Box::new(filter(log)?.and(LevelFilter::ERROR))));
    }
    Ok((Dispatch::new(tracing_subscriber::registry().with(layers)), guard))
}

fn open(dir: &Path, name: &str) -> anyhow::Result<File> {
    let path = dir.join(name);
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened.with_context(|| format!("cannot write the log file `{}`", path.display()))
}

fn layer(format: LogFormat, writer: NonBlocking, has_colours: bool, filter: BoxedFilter) -> BoxedLayer {
    match format {
        LogFormat::Text => fmt::layer().with_ansi(has_colours).with_writer(writer).with_filter(filter).boxed(),
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_ansi(false).with_writer(writer).with_filter(filter).boxed()
        }
    }
}

fn filter(log: &Log) -> anyhow::Result<BoxedFilter> {
    let wanted = EnvFilter::try_new(&log.level).context("the log level is not valid")?;
    // Without the hint the level that the process works at would be the lowest one, and each line would be weighed.
    let fit_to_print = filter_fn(is_fit_to_print).with_max_level_hint(LevelFilter::TRACE);
    Ok(Box::new(wanted.and(fit_to_print)))
}

fn is_fit_to_print(metadata: &Metadata<'_>) -> bool {
    let is_within =
        |name: &str| metadata.target().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let is_wire = *metadata.level() > Level::INFO && WIRE_CRATES.into_iter().any(is_within);
    let is_chatter = *metadata.level() > Level::WARN && CHATTY_CRATES.into_iter().any(is_within);
    !is_wire && !is_chatter
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn lines_of(level: &str, format: LogFormat, emit: impl FnOnce()) -> [String; 3] {
        let dir = tempfile::tempdir().unwrap();
        let console = dir.path().join("console");
        let logs = dir.path().join("made").join("here");
        let log = Log { level: level.to_owned(), format, dir: Some(logs.clone()) };
        let (dispatch, guard) = build(&log, File::create(&console).unwrap()).unwrap();
        tracing::dispatcher::with_default(&dispatch, emit);
        drop(guard);
        [console, logs.join(COMMON_FILE), logs.join(ERROR_FILE)].map(|path| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn errors_go_to_both_files_and_the_rest_to_the_common_one() {
        let [console, common, error] = lines_of("info", LogFormat::Text, || {
            tracing::debug!("too detailed");
            tracing::info!("all is well");
            tracing::error!("all is lost");
        });
        for text in [console, common] {
            assert!(text.contains("all is well") && text.contains("all is lost") && !text.contains("too detailed"));
        }
        assert!(error.contains("all is lost") && !error.contains("all is well"));
    }

    #[test]
    fn json_lines_are_flat_objects() {
        let [console, ..] = lines_of("info", LogFormat::Json, || tracing::info!(provider.id = 7, "hello"));
        let line: serde_json::Value = serde_json::from_str(console.trim()).unwrap();
        assert_eq!(
            (&line["message"], &line["provider.id"], &line["level"]),
            (&"hello".into(), &7.into(), &"INFO".into())
        );
    }

    #[test]
    fn crates_that_see_raw_traffic_stay_at_info_even_when_asked_for_more() {
        let [console, ..] = lines_of("trace,h2::codec=trace", LogFormat::Text, || {
            tracing::trace!(target: "h2::codec", "authorization: Bearer abc");
            tracing::debug!(target: "sqlx", "select secret");
            tracing::info!(target: "h2", "a connection closed");
            tracing::trace!(target: "h2o", "ours");
        });
        assert!(!console.contains("Bearer") && !console.contains("select"), "{console}");
        assert!(console.contains("a connection closed") && console.contains("ours"), "{console}");
    }

    #[test]
    fn a_secret_in_a_log_field_is_not_shown() {
        let secret = SecretString::from("hunter2hunter2");
        let [console, ..] = lines_of("info", LogFormat::Json, || tracing::info!(?secret, "started"));
        assert!(console.contains("REDACTED") && !console.contains("hunter2"), "{console}");
    }
}
