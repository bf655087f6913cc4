//! An inherited TUN descriptor as tokio's `AsyncRead` and `AsyncWrite`: one packet a call, readiness
//! from tokio's epoll, no thread pool in between.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::{FromRawFd, RawFd},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, unix::AsyncFd};

/// The TUN; the descriptor is non-blocking already, as an Android VpnService gives it.
pub(crate) struct Tun(AsyncFd<File>);

impl Tun {
    /// Takes over descriptor `fd`, which the caller of this program opened for it.
    pub(crate) fn inherited(fd: RawFd) -> io::Result<Tun> {
        #[expect(unsafe_code, reason = "a descriptor number is all that a parent process can pass")]
        // SAFETY: the number names a descriptor that was opened for this program alone; `main` takes
        // it once, so nothing else here owns it, and the file that holds it is never replaced.
        let registered = unsafe { AsyncFd::register(File::from_raw_fd(fd)) };
        Ok(Tun(registered.map_err(io::Error::from)?))
    }
}

impl AsyncRead for Tun {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.0.poll_read_ready(context))?;
            let read = ready.try_io(|tun| tun.get_ref().read(buffer.initialize_unfilled()));
            if let Ok(result) = read {
                buffer.advance(result?);
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Tun {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        packet: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.0.poll_write_ready(context))?;
            if let Ok(result) = ready.try_io(|tun| tun.get_ref().write(packet)) {
                return Poll::Ready(result);
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
