//! A file that is read once, seen through a window that moves over it.

use std::io::{self, Read};

/// What is read at a time. The kernel's copy costs least where it stays in the processor's cache.
const CHUNK: usize = 256 * 1024;
/// What is read of a file first.
const SMALLEST: usize = 8 * 1024;

/// Bytes of a file from some place on, as many as somebody asks for.
pub(crate) struct Input<R> {
    reader: R,
    /// What has been read lies in `start..end`.
    buffer: Vec<u8>,
    /// What the buffer may grow to.
    room: usize,
    start: usize,
    end: usize,
    /// Where in the file `start` is.
    offset: u64,
    has_ended: bool,
    error: Option<io::Error>,
}

impl<R: Read> Input<R> {
    pub(crate) fn new(reader: R) -> Self {
        let (buffer, room) = (Vec::new(), CHUNK);
        Input { reader, buffer, room, start: 0, end: 0, offset: 0, has_ended: false, error: None }
    }

    /// Where in the file the next byte lies.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next bytes: so many, or fewer where the file ends.
    pub(crate) fn peek(&mut self, length: usize) -> &[u8] {
        if self.end - self.start < length && !self.has_ended {
            self.fill(length);
        }
        let end = self.end.min(self.start + length);
        &self.buffer[self.start..end]
    }

    /// The next bytes, and moves on behind them.
    pub(crate) fn take(&mut self, length: usize) -> &[u8] {
        let length = self.peek(length).len();
        let from = self.start;
        self.start += length;
        self.offset += length as u64;
        &self.buffer[from..self.start]
    }

    /// Moves on by so many bytes, or to the end.
    pub(crate) fn skip(&mut self, length: usize) {
        self.take(length);
    }

    /// Why reading ended before the file did.
    pub(crate) fn error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    fn fill(&mut self, length: usize) {
        if self.start + length > self.room {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            // With room for twice as much, what is left is moved once for so many bytes, however few are taken at a time.
            self.room = self.room.max(2 * length);
        }
        while self.end < self.start + length && !self.has_ended {
            if self.end == self.buffer.len() {
                self.buffer.resize((2 * self.end).clamp(SMALLEST, self.room), 0);
            }
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.has_ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.has_ended = true;
                    self.error = Some(error);
                }
            }
        }
    }
}
