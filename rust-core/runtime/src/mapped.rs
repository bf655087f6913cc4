//! A file as bytes in memory that the kernel reads on demand: what of it nobody looks at costs nothing, and clean pages
//! go back under memory pressure.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

/// A file mapped read-only.
///
/// The mapping keeps the file that it was opened on: a newer file that was *renamed* over its path is another one. Files
/// for this must only be replaced so, as `hushwall lists compile` and the app do. Nothing else helps: where a mapped file
/// is cut short in place, reading what was behind the new end kills the process (SIGBUS, mmap(2)), in a private mapping
/// too.
#[derive(Debug)]
pub struct MappedFile {
    start: NonNull<c_void>,
    /// In bytes; 0 is no mapping.
    length: usize,
}

// SAFETY: the mapping is read-only for its whole life and not bound to a thread.
#[expect(unsafe_code, reason = "owns a mapping, which the raw pointer hides from the compiler")]
unsafe impl Send for MappedFile {}

// SAFETY: as above; nothing is ever written through it.
#[expect(unsafe_code, reason = "owns a mapping, which the raw pointer hides from the compiler")]
unsafe impl Sync for MappedFile {}

impl MappedFile {
    /// Maps the whole file at this path.
    ///
    /// # Errors
    /// It cannot be opened or mapped, or it is no regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no regular file"));
        }
        let length = usize::try_from(metadata.len())
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large"))?;
        let Some(size) = NonZeroUsize::new(length) else {
            return Ok(MappedFile { start: NonNull::dangling(), length: 0 });
        };
        // SAFETY: a new mapping, at an address of the kernel's choice, touches no memory in use.
        #[expect(unsafe_code, reason = "maps a file")]
        let start =
            unsafe { mmap(None, size, ProtFlags::PROT_READ, MapFlags::MAP_PRIVATE, &file, 0) }?;
        Ok(MappedFile { start, length })
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `start` is the beginning of `length` readable bytes that live as long as `self`, or dangling and
        // aligned with a length of 0. They are not written to: the mapping is read-only, and of the file see above.
        #[expect(unsafe_code, reason = "a slice over our own mapping")]
        unsafe {
            std::slice::from_raw_parts(self.start.cast().as_ptr(), self.length)
        }
    }
}

impl Drop for MappedFile {
    fn drop(&mut self) {
        if self.length == 0 {
            return;
        }
        // SAFETY: mapped by `open` with this length; every borrow of it has ended.
        #[expect(unsafe_code, reason = "unmaps what this value mapped")]
        let unmapped = unsafe { munmap(self.start, self.length) };
        if let Err(error) = unmapped {
            log::debug!("a file could not be unmapped: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_mapped_file_stays_as_it_was_when_another_is_renamed_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, vec![1; 10_000]).unwrap();
        let mapped = MappedFile::open(&path).unwrap();
        fs::write(&new, [2]).unwrap();
        fs::rename(&new, &path).unwrap();
        assert_eq!(mapped.as_ref(), vec![1; 10_000]);
        assert_eq!(MappedFile::open(&path).unwrap().as_ref(), [2]);
    }

    #[test]
    fn an_empty_file_is_no_bytes_and_what_is_no_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, []).unwrap();
        assert!(MappedFile::open(&path).unwrap().as_ref().is_empty());
        assert!(MappedFile::open(folder.path()).is_err());
        let missing = MappedFile::open(&folder.path().join("missing")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
