//! Moves inputs between the folder that a fuzzer works in and the file that is kept in the repository.

#[path = "../../crates/expr/tests/cases/kept.rs"]
mod expr;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// Most bytes of inputs that are kept for one target.
const MAX_KEPT_BYTES: usize = 100 * 1024;

/// The target of rules, whose check stands beside them.
const RULES: &str = "expr";

/// Longest input that is kept.
const MAX_INPUT_BYTES: usize = 4 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["targets"] => sluice_fuzz::targets().chain([RULES]).for_each(|name| println!("{name}")),
        ["unpack", target, folder] => unpack(target, Path::new(folder))?,
        ["pack", target, folder] => pack(target, Path::new(folder))?,
        _ => return Err("usage: corpus targets | corpus unpack TARGET FOLDER | corpus pack TARGET FOLDER".into()),
    }
    Ok(())
}

fn unpack(target: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let seeds = expr::seeds().filter(|_| target == RULES);
    for (number, input) in sluice_fuzz::inputs(target).into_iter().chain(seeds).enumerate() {
        fs::write(folder.join(format!("kept-{number}")), input)?;
    }
    Ok(())
}

/// Keeps the shortest inputs: they say the most for their size, and people can read them.
fn pack(target: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        inputs.push(fs::read(entry?.path())?);
    }
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    inputs.dedup();
    let mut bytes = 0;
    inputs.retain(|input| {
        let is_kept = input.len() <= MAX_INPUT_BYTES && bytes + input.len() <= MAX_KEPT_BYTES;
        bytes += if is_kept { input.len() + 4 } else { 0 };
        is_kept
    });
    let file = sluice_fuzz::file(target);
    fs::create_dir_all(file.parent().ok_or("no folder")?)?;
    Ok(fs::write(file, sluice_fuzz::pack(target, inputs))?)
}
