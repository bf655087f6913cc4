//! An app's TCP connection.

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

use crate::world::World;

/// A connection of the simulated app; all calls go through the world it lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AppSocket(pub(crate) SocketHandle);

impl World {
    /// Queues bytes on an app's connection and says how many fitted.
    pub fn app_send(&mut self, socket: AppSocket, bytes: &[u8]) -> usize {
        self.socket(socket).send_slice(bytes).unwrap_or(0)
    }

    /// Takes what the app has received.
    pub fn app_receive(&mut self, socket: AppSocket) -> Vec<u8> {
        let mut received = Vec::new();
        let socket = self.socket(socket);
        while let Ok(count @ 1..) = socket.recv(|bytes| {
            received.extend_from_slice(bytes);
            (bytes.len(), bytes.len())
        }) {
            let _ = count;
        }
        received
    }

    /// The app sends no more.
    pub fn app_close(&mut self, socket: AppSocket) {
        self.socket(socket).close();
    }

    /// The app resets the connection.
    pub fn app_abort(&mut self, socket: AppSocket) {
        self.socket(socket).abort();
    }

    /// The state of the app's side.
    pub fn app_state(&mut self, socket: AppSocket) -> State {
        self.socket(socket).state()
    }

    /// Whether the app may still receive something.
    pub fn app_may_receive(&mut self, socket: AppSocket) -> bool {
        self.socket(socket).may_recv()
    }

    /// How many bytes the app may still queue.
    pub fn app_room(&mut self, socket: AppSocket) -> usize {
        let socket = self.socket(socket);
        socket.send_capacity() - socket.send_queue()
    }

    /// Whether all that the app sent was acknowledged.
    pub fn app_is_acknowledged(&mut self, socket: AppSocket) -> bool {
        self.socket(socket).send_queue() == 0
    }

    /// The app's kernel sends keep-alives this often, or no more.
    pub fn app_keep_alive(&mut self, socket: AppSocket, interval: Option<Duration>) {
        self.socket(socket).set_keep_alive(interval);
    }
}
