//! What crosses the border: UTF-8 JSON, one object a message. An example of each is in `tests/bridge` and is read by the
//! tests of both sides. Times are Unix milliseconds; what is absent is left out.
//!
//! To change a message: a field that may be absent can be added at any time. Anything else raises [`MESSAGES`], and the app
//! refuses to run with another number than its own.

pub(crate) mod answers;
pub(crate) mod events;
pub(crate) mod lists;
pub(crate) mod requests;
pub(crate) mod row;
pub(crate) mod state;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, CoreError};

/// The version of the messages.
const MESSAGES: u32 = 3;

/// The answer to `version`.
#[derive(Serialize)]
struct Version {
    /// The core's own version.
    core: &'static str,
    /// The version of the messages.
    messages: u32,
    /// The version of the policy document that it reads.
    policy: u64,
}

/// Which core this is.
pub(crate) fn version() -> Vec<u8> {
    let version =
        Version { core: env!("CARGO_PKG_VERSION"), messages: MESSAGES, policy: policy::VERSION };
    // Plain words and numbers: cannot fail.
    serde_json::to_vec(&version).unwrap_or_default()
}

/// A message from the app; `what` names it in errors.
///
/// # Errors
/// `bad-message`, with the place in it.
pub(crate) fn read<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, CoreError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let message = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        CoreError::new(Code::BadMessage, format!("{what}, at {path}: {}", error.into_inner()))
    })?;
    json.end().map_err(|error| CoreError::new(Code::BadMessage, format!("{what}: {error}")))?;
    Ok(message)
}

/// A message for the app.
///
/// # Errors
/// A path that is no Unicode, which the app gives us none of.
pub(crate) fn write(message: &impl Serialize) -> Result<Vec<u8>, CoreError> {
    serde_json::to_vec(message).map_err(|error| CoreError::new(Code::System, error))
}
