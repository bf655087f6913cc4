//! The TUN: one IP packet a read, one a write, never blocking.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use engine::TunError;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};

/// A TUN descriptor (IFF_TUN | IFF_NO_PI: packets without a header in front), as a VPN service or TUNSETIFF gives it.
pub(crate) struct Tun {
    fd: OwnedFd,
}

/// What a read from the TUN gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TunRead {
    /// A packet of this many bytes.
    Packet(usize),
    /// None waits.
    Dry,
    /// The interface is gone, and no packet will come any more; the system's reason.
    Gone(Errno),
}

impl Tun {
    /// Takes the descriptor over and makes it non-blocking.
    ///
    /// # Errors
    /// The descriptor is none.
    pub(crate) fn new(fd: OwnedFd) -> io::Result<Self> {
        let flags = OFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GETFL)?);
        fcntl(&fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(Tun { fd })
    }

    /// Reads one packet into `space`, which should take the largest packet that the MTU allows.
    pub(crate) fn read(&self, space: &mut [u8]) -> TunRead {
        loop {
            match nix::unistd::read(&self.fd, space) {
                Ok(0) => return TunRead::Gone(Errno::ENODEV),
                Ok(length) => return TunRead::Packet(length),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return TunRead::Dry,
                Err(error) => return TunRead::Gone(error),
            }
        }
    }

    /// Writes one packet.
    ///
    /// A packet that the system refuses for another reason than space is lost, as on any wire: an interface that is
    /// down (EIO) takes none, and one that is gone is noticed by [`Tun::read`].
    ///
    /// # Errors
    /// [`TunError`]; the packet was not taken.
    pub(crate) fn write(&self, packet: &[u8]) -> Result<(), TunError> {
        loop {
            match nix::unistd::write(&self.fd, packet) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Err(TunError::Full),
                Err(Errno::ENOBUFS | Errno::ENOMEM | Errno::EMSGSIZE) => {
                    return Err(TunError::TooLarge);
                }
                Err(error) => {
                    log::debug!("the TUN did not take a packet: {error}");
                    return Ok(());
                }
            }
        }
    }
}

impl AsFd for Tun {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

    /// A TUN and its far end, as a pair of sockets that keep packet borders.
    fn pair() -> (Tun, Tun) {
        let flags = SockFlag::SOCK_CLOEXEC;
        let (near, far) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags).unwrap();
        (Tun::new(near).unwrap(), Tun::new(far).unwrap())
    }

    #[test]
    fn packets_keep_their_borders_and_an_empty_tun_is_dry() {
        let (near, far) = pair();
        let mut space = [0; 100];
        assert_eq!(near.read(&mut space), TunRead::Dry);
        far.write(b"one").unwrap();
        far.write(b"three").unwrap();
        assert_eq!(near.read(&mut space), TunRead::Packet(3));
        assert_eq!(near.read(&mut space), TunRead::Packet(5));
        assert_eq!(&space[..5], b"three");
        assert_eq!(near.read(&mut space), TunRead::Dry);
    }

    #[test]
    fn a_full_tun_says_so_and_takes_packets_again_once_read() {
        let (near, far) = pair();
        while near.write(&[0; 1000]).is_ok() {}
        assert_eq!(near.write(&[0; 1000]), Err(TunError::Full));
        let mut space = [0; 1000];
        while far.read(&mut space) != TunRead::Dry {}
        assert_eq!(near.write(&[0; 1000]), Ok(()));
    }

    #[test]
    fn a_vanished_tun_is_gone_and_writing_to_it_harmless() {
        let (near, far) = pair();
        drop(far);
        assert!(matches!(near.read(&mut [0; 100]), TunRead::Gone(_)));
        assert_eq!(near.write(b"packet"), Ok(()));
    }
}
