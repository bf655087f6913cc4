//! Messages and descriptors between the outside and the inside of a namespace, over a socket pair.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg,
    sendmsg, socketpair,
};

use crate::descriptor::inherited;

/// Room for the longest message: a failure with its texts.
const MAX_MESSAGE: usize = 16 * 1024;
/// Descriptors in one message, at most.
const MAX_DESCRIPTORS: usize = 4;

/// One end of a socket pair that keeps messages apart and carries descriptors.
pub(super) struct Channel(OwnedFd);

impl Channel {
    /// Two ends: ours, and the one that a child process inherits (it stays open across execve).
    pub(super) fn pair() -> Result<(Channel, OwnedFd), Errno> {
        let (ours, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        fcntl(&theirs, FcntlArg::F_SETFD(FdFlag::empty()))?;
        Ok((Channel(ours), theirs))
    }

    /// The end that this process inherited under `number`.
    pub(super) fn inherited(number: RawFd) -> Result<Channel, Errno> {
        inherited(number).map(Channel)
    }

    /// Sends one message with its descriptors, which stay open here.
    pub(super) fn send(&self, message: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
        let numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&numbers)];
        let control = if numbers.is_empty() { &rights[..0] } else { &rights[..] };
        sendmsg::<()>(
            self.0.as_raw_fd(),
            &[IoSlice::new(message)],
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        )?;
        Ok(())
    }

    /// Waits for one message; empty where the other end is closed.
    pub(super) fn receive(&self) -> Result<(Vec<u8>, Vec<OwnedFd>), Errno> {
        let mut message = vec![0; MAX_MESSAGE];
        let mut control = nix::cmsg_space!([RawFd; MAX_DESCRIPTORS]);
        let (length, numbers) = loop {
            let mut space = [IoSliceMut::new(&mut message)];
            let received = recvmsg::<()>(
                self.0.as_raw_fd(),
                &mut space,
                Some(&mut control),
                MsgFlags::MSG_CMSG_CLOEXEC,
            );
            match received {
                Ok(received) => break (received.bytes, rights(received.cmsgs()?)),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error),
            }
        };
        message.truncate(length);
        Ok((message, numbers.into_iter().map(received_descriptor).collect()))
    }
}

fn rights<'a>(control: impl Iterator<Item = ControlMessageOwned> + 'a) -> Vec<RawFd> {
    control
        .filter_map(|message| {
            if let ControlMessageOwned::ScmRights(numbers) = message { Some(numbers) } else { None }
        })
        .flatten()
        .collect()
}

fn received_descriptor(number: RawFd) -> OwnedFd {
    #[expect(unsafe_code, reason = "SCM_RIGHTS delivers numbers")]
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    unsafe {
        OwnedFd::from_raw_fd(number)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};

    use std::os::fd::{AsFd, IntoRawFd};

    use super::*;

    #[test]
    fn a_message_arrives_whole_with_its_descriptor() {
        let (outside, inside) = Channel::pair().unwrap();
        let inside = Channel::inherited(inside.into_raw_fd()).unwrap();
        let (reader, writer) = nix::unistd::pipe().unwrap();
        inside.send(b"first", &[writer.as_fd()]).unwrap();
        inside.send(b"second", &[]).unwrap();
        drop((inside, writer));

        let (message, mut descriptors) = outside.receive().unwrap();
        assert_eq!((message.as_slice(), descriptors.len()), (&b"first"[..], 1));
        File::from(descriptors.remove(0)).write_all(b"through the pipe").unwrap();
        let mut text = String::new();
        File::from(reader).read_to_string(&mut text).unwrap();
        assert_eq!(text, "through the pipe");
        assert_eq!(outside.receive().unwrap().0, b"second");
        assert_eq!(outside.receive().unwrap().0, b"", "the end");
    }
}
