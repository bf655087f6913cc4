//! Replaces a file by a new one as a whole: whoever reads it sees the old one or the new one, also after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;

/// Writes the bytes beside `path`, has `verify` look at what the disk gives back, and renames it over `path`. A file that
/// is mapped somewhere stays whole there. Until the last step the old file is not touched.
///
/// # Errors
/// What failed; the new file is removed again then.
pub fn replace_file(
    path: &Path,
    bytes: &[u8],
    verify: impl FnOnce(&[u8]) -> Result<(), String>,
) -> io::Result<()> {
    // Where it is a link, what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = beside(&path)?;
    let outcome = write(&new, bytes).and_then(|()| {
        verify(&fs::read(&new)?).map_err(io::Error::other)?;
        fs::rename(&new, &path)
    });
    if outcome.is_err() {
        // It may never have been made; the first error is the one to tell.
        let _gone = fs::remove_file(&new);
        return outcome;
    }
    // Makes the rename last. Some file systems have no such thing for folders, and then need none.
    let _synced = path.parent().map(|folder| File::open(folder).and_then(|it| it.sync_all()));
    Ok(())
}

fn write(new: &Path, bytes: &[u8]) -> io::Result<()> {
    // One that an earlier process of this number left behind.
    let _gone = fs::remove_file(new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(new)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("a folder is no file"))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.new", process::id()));
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_verify_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        replace_file(&path, b"old", |_| Ok(())).unwrap();
        let error = replace_file(&path, b"new", |_| Err("damaged".to_owned())).unwrap_err();
        assert_eq!(error.to_string(), "damaged");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("index"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace_file(&link, b"new", |_| Ok(())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
