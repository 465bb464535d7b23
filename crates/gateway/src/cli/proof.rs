//! `sluice receipt` and `sluice ledger`: what was charged, and the proof of it.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use sluice_domain::id::CallId;
use sluice_store::TransferRange;
use tempfile::NamedTempFile;

use super::arguments::{Arguments, ExportArgs, FormatName, LedgerCommand, ReceiptArgs};
use super::{Commands, Console, Invocation};
use crate::config::Purpose;
use crate::money::ledger_file::{Export, Format};

/// What is to be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What a call cost and what was charged for it.
    Receipt(CallId),
    /// The whole ledger.
    Ledger,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// For people.
    pub text: String,
    /// For programs, as JSON.
    pub json: String,
    /// What does not add up, in a few words; `None` when everything does.
    pub problem: Option<String>,
}

impl Invocation {
    pub(super) fn receipt<R: BufRead, W: Write, E: Write>(
        &self,
        arguments: &Arguments,
        wanted: &ReceiptArgs,
        commands: &impl Commands,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        self.logged(arguments, Purpose::Run, commands, |loaded| {
            let report = commands.prove(loaded.settings, Question::Receipt(wanted.call))?;
            console.tell(&report, wanted.json)
        })
    }

    pub(super) fn ledger<R: BufRead, W: Write, E: Write>(
        &self,
        arguments: &Arguments,
        command: &LedgerCommand,
        commands: &impl Commands,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        self.logged(arguments, Purpose::Run, commands, |loaded| match command {
            LedgerCommand::Verify(wanted) => {
                let report = commands.prove(loaded.settings, Question::Ledger)?;
                console.tell(&report, wanted.json)
            }
            LedgerCommand::Export(wanted) => {
                let export = Export::from(wanted);
                let write = |out: &mut dyn Write| commands.export_ledger(loaded.settings, &export, out);
                match &wanted.output {
                    Some(path) => replace_file(path, write),
                    None => end_quietly(write(&mut console.output)),
                }
            }
        })
    }
}

impl<R: BufRead, W: Write, E: Write> Console<R, W, E> {
    fn tell(&mut self, report: &Report, is_json: bool) -> anyhow::Result<()> {
        self.print(if is_json { &report.json } else { &report.text })?;
        report.problem.as_ref().map_or(Ok(()), |problem| Err(anyhow!("{problem}")))
    }
}

impl From<&ExportArgs> for Export {
    fn from(wanted: &ExportArgs) -> Self {
        let format = match wanted.format {
            FormatName::Csv => Format::Csv,
            FormatName::Jsonl => Format::Jsonl,
        };
        let range = TransferRange { since: wanted.since, until: wanted.until };
        Self { format, account: wanted.account, range }
    }
}

/// Writes a file beside the one that is wanted and puts it in its place when it is whole: a file that breaks off looks
/// like a ledger that is shorter. Devices and pipes are written as they are.
pub(super) fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let failed = || format!("cannot write `{}`", path.display());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let mut file = OpenOptions::new().write(true).open(path).with_context(failed)?;
        return end_quietly(write(&mut file));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = NamedTempFile::new_in(folder).with_context(failed)?;
    let mut buffered = BufWriter::new(draft.as_file_mut());
    write(&mut buffered)?;
    buffered.flush().with_context(failed)?;
    drop(buffered);
    draft.as_file().sync_all().with_context(failed)?;
    draft.persist(path).map(drop).with_context(failed)
}

/// That nobody reads the output to its end, as in `sluice ledger export | head`, is no failure.
fn end_quietly(written: anyhow::Result<()>) -> anyhow::Result<()> {
    written.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
