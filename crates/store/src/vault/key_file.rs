//! The generated master key on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rand::Rng;
use zeroize::Zeroizing;

use super::{BadMasterKey, MasterKey, decode_hex};

pub(super) fn load_or_create(path: &Path) -> Result<MasterKey, BadMasterKey> {
    match load(path) {
        Err(Failure::Io(error)) if error.kind() == ErrorKind::NotFound => create(path).and_then(|()| load(path)),
        loaded => loaded,
    }
    .map_err(|failure| failure.about(path))
}

enum Failure {
    Bad(BadMasterKey),
    Io(io::Error),
}

impl Failure {
    fn about(self, path: &Path) -> BadMasterKey {
        match self {
            Self::Bad(bad) => bad,
            Self::Io(error) => BadMasterKey::File { path: path.display().to_string(), reason: error.to_string() },
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn load(path: &Path) -> Result<MasterKey, Failure> {
    let file = File::open(path)?;
    if is_open_to_others(&file)? {
        return Err(Failure::Bad(BadMasterKey::ReadableByOthers { path: path.display().to_string() }));
    }
    let text = Zeroizing::new(io::read_to_string(file)?);
    decode_hex(text.trim())
        .map(MasterKey)
        .ok_or_else(|| Failure::Bad(BadMasterKey::Malformed { path: path.display().to_string() }))
}

/// Writes a random key beside `path` and links it there: the file appears whole or not at all, and never replaces one
/// that another process made meanwhile.
fn create(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut random = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(random.as_mut());
    let draft = draft_beside(path);
    let placed = write_private(&draft, &Zeroizing::new(hex::encode(random.as_ref())))
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        })
        .and_then(|()| File::open(folder)?.sync_all());
    // The draft is a second name of the key file, or left over from a failure that is reported instead.
    let removed = fs::remove_file(&draft);
    placed?;
    Ok(removed?)
}

fn draft_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}", rand::random::<u64>()));
    path.with_file_name(name)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_with_its_folder_and_read_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/master.key");
        let made = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(*MasterKey::load_or_create(&path).unwrap().0, *made.0);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft stays behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::load_or_create(&path);
        assert!(matches!(refused, Err(BadMasterKey::ReadableByOthers { .. })), "{refused:?}");
    }

    #[test]
    fn a_damaged_key_file_is_neither_used_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write_private(&path, "0707").unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(BadMasterKey::Malformed { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "0707\n");
    }

    #[test]
    fn processes_that_start_at_once_share_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let started: Vec<_> =
                (0..8).map(|_| scope.spawn(|| *MasterKey::load_or_create(&path).unwrap().0)).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
