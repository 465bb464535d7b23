//! Which node this is: a random number drawn at the first start and kept beside the journal. Leases and the operator's
//! accounts carry it, so two nodes must never have the same, and one node must never change its own.

mod run;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rand::RngExt;
use sluice_domain::id::NodeId;

pub(crate) use run::Run;

const FILE_NAME: &str = "node";
/// Every number up to here can be read by programs that keep numbers as 64-bit floats, such as browsers.
const LARGEST: i64 = (1 << 53) - 1;

/// Reads the node's number from the data directory, and draws one where there is none yet.
///
/// # Errors
/// `InvalidData` when the file holds anything but a number, and whatever keeps it from being read or made.
fn load_or_create(data_dir: &Path) -> io::Result<NodeId> {
    let path = data_dir.join(FILE_NAME);
    match load(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => create(data_dir, &path).and_then(|()| load(&path)),
        loaded => loaded,
    }
    .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
}

fn load(path: &Path) -> io::Result<NodeId> {
    let text = fs::read_to_string(path)?;
    let number = text.trim().parse().ok().filter(|number| (1..=LARGEST).contains(number));
    number.map(NodeId).ok_or_else(|| {
        let what = "does not hold this node's number; restore it from a backup. Remove it only if no call was ever \
                    billed here";
        io::Error::new(ErrorKind::InvalidData, what)
    })
}

/// Writes a number beside the file and links it there: the file appears whole or not at all, and never replaces one that
/// another process made meanwhile.
fn create(folder: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("{FILE_NAME}.{:016x}", rand::random::<u64>()));
    let placed = write_private(&draft, rand::rng().random_range(1..=LARGEST))
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        })
        .and_then(|()| File::open(folder)?.sync_all());
    // The draft is a second name of the file, or left over from a failure that is reported instead.
    let removed = fs::remove_file(&draft);
    placed?;
    removed
}

fn write_private(path: &PathBuf, number: i64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{number}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_number_is_drawn_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/data");
        let drawn = load_or_create(&data).unwrap();
        assert!((1..=LARGEST).contains(&drawn.0));
        assert_eq!(load_or_create(&data).unwrap(), drawn);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "no draft stays behind");
        assert_ne!(load_or_create(folder.path()).unwrap(), drawn);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        load_or_create(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn nodes_that_start_at_once_over_one_folder_agree() {
        let folder = tempfile::tempdir().unwrap();
        let drawn: Vec<NodeId> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| load_or_create(folder.path()).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(drawn.iter().all(|node| *node == drawn[0]), "{drawn:?}");
    }

    #[rstest]
    #[case("")]
    #[case("0")]
    #[case("-5")]
    #[case("9007199254740992")]
    #[case("12 34")]
    #[case("node")]
    fn what_is_no_number_of_a_node_stays_as_it_is_and_stops_the_start(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, text).unwrap();
        let refused = load_or_create(folder.path()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidData);
        assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
