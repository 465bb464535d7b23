//! `sluice import`: the configuration of another gateway, shown, written as `sluice.yaml`, or put into the database.

use std::io::{BufRead, Write};

use anyhow::bail;
use sluice_domain::clock::Clock;

use super::arguments::{Arguments, ImportArgs};
use super::proof::replace_file;
use super::{Commands, Console, Invocation};
use crate::config::legacy::import::Source;
use crate::config::legacy::{Document, Secrets, to_yaml};
use crate::config::{ConfigError, Declared, Purpose, SHARED_NAME, read_document};

impl Invocation {
    pub(super) fn import<R: BufRead, W: Write, E: Write>(
        &self,
        arguments: &Arguments,
        wanted: &ImportArgs,
        commands: &impl Commands,
        console: &mut Console<R, W, E>,
    ) -> anyhow::Result<()> {
        let source = Source { path: self.working_dir.join(&wanted.from) };
        let translation = source.translate(&self.environment)?;
        let failed = |problems| ConfigError { file: Some(wanted.from.clone()), problems };
        if !translation.problems.is_empty() {
            return Err(failed(translation.problems).into());
        }
        for note in &translation.notes {
            console.note(note);
        }
        let document = translation.document;
        let declared = read_document(document.clone(), self.clock.now()).map_err(failed)?;
        if wanted.dry_run {
            console.note(&format!("would make {}", summary(&declared)));
            return console.print(to_yaml(document, Secrets::Hidden).trim_end());
        }
        if let Some(path) = &wanted.output {
            let path = self.working_dir.join(path);
            if path.exists() {
                bail!("`{}` is there already; name another file", path.display());
            }
            replace_file(&path, |out| Ok(out.write_all(text_of(document, wanted).as_bytes())?))?;
            return console.print(&format!("wrote {} to `{}`", summary(&declared), path.display()));
        }
        self.beside(&source).logged(arguments, Purpose::Run, commands, |loaded| {
            let made = commands.import(loaded.settings, declared, wanted.user.clone())?;
            console.print(&made)
        })
    }
}

impl Invocation {
    /// Returns the process as it is for our own settings: the variable by which a folder's keys are opened has the name of
    /// one of ours.
    fn beside(&self, source: &Source) -> Self {
        let environment =
            if source.path.is_dir() { self.environment.without(SHARED_NAME) } else { self.environment.clone() };
        Self { arguments: Vec::new(), environment, working_dir: self.working_dir.clone(), clock: Clock::default() }
    }
}

fn text_of(document: Document, wanted: &ImportArgs) -> String {
    let head = format!("# Made by `sluice import --from {}`. It holds secrets.\n", wanted.from.display());
    head + &to_yaml(document, Secrets::Written)
}

fn summary(declared: &Declared) -> String {
    let Declared { providers, credentials, routes, keys, policy, .. } = declared;
    format!(
        "{} providers, {} credentials, {} routes, {} keys, {} aliases, {} rules",
        providers.len(),
        credentials.len(),
        routes.len(),
        keys.len(),
        policy.aliases.len(),
        policy.rules.len()
    )
}
