//! Descriptors that this process inherited from the one that started it.

use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

/// Takes over a descriptor that this process inherited. It is closed in programs that we execute.
///
/// # Errors
/// EBADF where there is no such descriptor.
pub(crate) fn inherited(number: RawFd) -> Result<OwnedFd, Errno> {
    // The standard streams belong to others, and nothing here opens a descriptor before this.
    if number <= libc::STDERR_FILENO {
        return Err(Errno::EBADF);
    }
    #[expect(unsafe_code, reason = "an inherited descriptor exists only as a number")]
    // SAFETY: borrowed for the one system call below, which answers EBADF where the number is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    fcntl(borrowed, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    #[expect(unsafe_code, reason = "an inherited descriptor exists only as a number")]
    // SAFETY: the number is open (just asked), and the command line that names it hands it over to us.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_descriptor_of_ours_is_refused() {
        for number in [-1, 0, 2, 1_000_000] {
            assert_eq!(inherited(number).err(), Some(Errno::EBADF), "{number}");
        }
    }
}
