//! The vendors that there are: those that ship with Sluice and those of the operator's directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sluice_protocol::vendor::Vendors;

use super::problem::Problem;

/// Returns all vendors; a file of the operator replaces one that ships under the same name. Every bad file is reported.
pub(super) fn load(dir: Option<&Path>, problems: &mut Vec<Problem>) -> Vendors {
    let mut vendors = Vendors::embedded().unwrap_or_else(|error| {
        problems.push(Problem::new(error.file, error.reason, "this build of Sluice is broken: install it again"));
        Vendors::default()
    });
    // A directory that is none was reported when the settings were read.
    let files = dir.filter(|dir| dir.is_dir()).map(json_files).transpose();
    let files = files.unwrap_or_else(|error| {
        problems.push(Problem::new("vendors_dir", format!("cannot be read: {error}"), "let Sluice read it"));
        None
    });
    for file in files.unwrap_or_default() {
        problems.extend(add(&mut vendors, &file).err());
    }
    vendors
}

/// Returns the files in the order of their names, so that the same directory always gives the same vendors.
fn json_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
    let paths = entries.iter().map(fs::DirEntry::path);
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    Ok(files)
}

fn add(vendors: &mut Vendors, file: &Path) -> Result<(), Problem> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file)
        .map_err(|error| Problem::new(&name, format!("cannot be read: {error}"), "let Sluice read it, or remove it"))?;
    vendors
        .add(&name, &text)
        .map_err(|error| Problem::new(error.file, error.reason, "correct the vendor file, or remove it"))
}
