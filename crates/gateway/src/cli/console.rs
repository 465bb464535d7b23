//! Where commands read and write.

use std::io::{self, BufRead, Write};

use anyhow::{Context, bail};
use secrecy::SecretString;

use super::{FAILURE, MISUSE};
use crate::config::ConfigError;

/// Where a command reads and writes.
pub(super) struct Console<R, W, E> {
    pub(super) input: R,
    pub(super) output: W,
    pub(super) complaints: E,
    pub(super) has_colours: bool,
}

impl<R: BufRead, W: Write, E: Write> Console<R, W, E> {
    /// Writes a result. That nobody reads it to the end, as in `sluice openapi | head`, is no failure.
    pub(super) fn print(&mut self, text: &str) -> anyhow::Result<()> {
        match writeln!(self.output, "{text}").and_then(|()| self.output.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot write the output"),
            _ => Ok(()),
        }
    }

    pub(super) fn read_password(&mut self) -> anyhow::Result<SecretString> {
        let mut line = String::new();
        self.input.read_line(&mut line).context("cannot read the password from standard input")?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            bail!("standard input holds no password: write it on the first line");
        }
        Ok(SecretString::from(password))
    }

    /// Writes what clap answers: help or version, or what is wrong with the arguments.
    pub(super) fn answer(&mut self, answer: &clap::Error) -> u8 {
        let styled = answer.render();
        let text = if self.has_colours { styled.ansi().to_string() } else { styled.to_string() };
        let is_help = answer.exit_code() == 0;
        // There is nowhere left to report to if this cannot be written.
        if is_help { write!(self.output, "{text}") } else { write!(self.complaints, "{text}") }.ok();
        if is_help { 0 } else { MISUSE }
    }

    /// Says something beside the result.
    pub(super) fn note(&mut self, note: &str) {
        // There is nowhere left to report to if this cannot be written.
        writeln!(self.complaints, "note: {note}").ok();
    }

    pub(super) fn complain(&mut self, error: &anyhow::Error) -> u8 {
        writeln!(self.complaints, "error: {error:#}").ok();
        if error.downcast_ref::<ConfigError>().is_some() { MISUSE } else { FAILURE }
    }
}
