//! The fixture format.
//!
//! ```text
//! # what the case shows
//! < dialect                 the input
//! …
//! > dialect [Trait …]       what becomes of it
//! …
//! ! severity path: reason   a loss, one line each
//! ```
//!
//! `BLESS=1 cargo test` rewrites what is expected; read the difference before you keep it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(crate) struct Case {
    pub(crate) title: String,
    pub(crate) input: Section,
    pub(crate) outputs: Vec<Section>,
}

#[derive(Clone)]
pub(crate) struct Section {
    pub(crate) dialect: String,
    pub(crate) words: Vec<String>,
    pub(crate) body: String,
    pub(crate) losses: Vec<String>,
}

/// Returns the folder of the protocol's crate, whichever crate these tests are built into.
pub(crate) fn home() -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("crates/protocol")).find(|folder| folder.is_dir()).unwrap()
}

pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let folder = home().join("tests/chat/fixtures").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

pub(crate) fn read(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut section: Option<Section> = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            keep(&mut cases, section.take());
            cases.push(Case { title: title.to_owned(), input: empty(), outputs: Vec::new() });
        } else if line.starts_with("< ") || line.starts_with("> ") {
            keep(&mut cases, section.take());
            let mut words = line.split_whitespace().skip(1).map(str::to_owned);
            let dialect = words.next().unwrap();
            let body = if line.starts_with("< ") { "<" } else { ">" };
            section = Some(Section { dialect, words: words.collect(), body: body.to_owned(), losses: Vec::new() });
        } else if let (Some(loss), Some(section)) = (line.strip_prefix("! "), &mut section) {
            section.losses.push(loss.to_owned());
        } else if let Some(section) = &mut section {
            section.body.push_str(line);
            section.body.push('\n');
        }
    }
    keep(&mut cases, section.take());
    cases
}

fn empty() -> Section {
    Section { dialect: String::new(), words: Vec::new(), body: String::new(), losses: Vec::new() }
}

fn keep(cases: &mut [Case], section: Option<Section>) {
    let Some(mut section) = section else { return };
    let case = cases.last_mut().expect("a title before the first section");
    let is_input = section.body.starts_with('<');
    section.body = section.body[1..].trim().to_owned();
    if is_input { case.input = section } else { case.outputs.push(section) }
}

pub(crate) fn bless(path: &Path, cases: &[Case]) {
    let mut text = String::new();
    for case in cases {
        writeln!(text, "# {}\n< {}\n{}", case.title, heading(&case.input), case.input.body).unwrap();
        for output in &case.outputs {
            writeln!(text, "> {}\n{}", heading(output), output.body).unwrap();
            output.losses.iter().for_each(|loss| writeln!(text, "! {loss}").unwrap());
        }
        text.push('\n');
    }
    std::fs::write(path, text.trim_end().to_owned() + "\n").unwrap();
}

fn heading(section: &Section) -> String {
    std::iter::once(section.dialect.as_str())
        .chain(section.words.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

pub(crate) fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}
