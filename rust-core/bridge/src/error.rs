//! What goes wrong, in the codes that the app knows and in words for experts.

use std::io;

use collection::CollectionError;
use policy::PolicyError;
use runtime::StartError;
use store::{StoreError, Trouble};

/// An error as the app is told: `org.hushwall.core.CoreException(code, message)`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CoreError {
    /// What the app decides by.
    pub(crate) code: Code,
    /// What happened, and where.
    pub(crate) message: String,
}

/// The kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// The handle is none, or not any more.
    Closed,
    /// A message cannot be read.
    BadMessage,
    /// The policy document cannot be used.
    Policy,
    /// The policy document is of a newer version.
    PolicyVersion,
    /// The log's database cannot be used.
    Log,
    /// The log is of a newer version; it is not touched.
    LogVersion,
    /// No space is left.
    StorageFull,
    /// No list can be called so, or one is called so already.
    ListName,
    /// The lists that the user keeps cannot be read or changed.
    Lists,
    /// The TUN cannot be used.
    Tun,
    /// The system refused something.
    System,
    /// A fault of ours.
    Panic,
}

impl Code {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Code::Closed => "closed",
            Code::BadMessage => "bad-message",
            Code::Policy => "policy",
            Code::PolicyVersion => "policy-version",
            Code::Log => "log",
            Code::LogVersion => "log-version",
            Code::StorageFull => "storage-full",
            Code::ListName => "list-name",
            Code::Lists => "lists",
            Code::Tun => "tun",
            Code::System => "system",
            Code::Panic => "panic",
        }
    }
}

impl CoreError {
    /// An error with these words.
    pub(crate) fn new(code: Code, message: impl std::fmt::Display) -> Self {
        CoreError { code, message: message.to_string() }
    }

    /// The handle leads nowhere.
    pub(crate) fn closed() -> Self {
        CoreError::new(Code::Closed, "the core is closed")
    }

    /// A file that the app wants cannot be written.
    pub(crate) fn cannot_write(what: &str, error: &io::Error) -> Self {
        let full = error.kind() == io::ErrorKind::StorageFull;
        let code = if full { Code::StorageFull } else { Code::System };
        CoreError::new(code, format!("{what} cannot be written: {error}"))
    }
}

impl From<StoreError> for CoreError {
    fn from(error: StoreError) -> Self {
        CoreError::new(error.trouble().into(), error)
    }
}

impl From<Trouble> for Code {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NewerVersion => Code::LogVersion,
            Trouble::StorageFull => Code::StorageFull,
            Trouble::Other => Code::Log,
        }
    }
}

impl From<PolicyError> for CoreError {
    fn from(error: PolicyError) -> Self {
        CoreError::new(Code::Policy, error)
    }
}

impl From<CollectionError> for CoreError {
    fn from(error: CollectionError) -> Self {
        match &error {
            CollectionError::Io { path, error } => {
                CoreError::cannot_write(&path.display().to_string(), error)
            }
            CollectionError::NameTaken(_) | CollectionError::Name { .. } => {
                CoreError::new(Code::ListName, error)
            }
            CollectionError::Manifest { .. }
            | CollectionError::Newer { .. }
            | CollectionError::Index { .. }
            | CollectionError::Busy(_)
            | CollectionError::NoSuchList(_)
            | CollectionError::Text(_)
            | CollectionError::NothingBefore(_)
            | CollectionError::Compile { .. } => CoreError::new(Code::Lists, error),
        }
    }
}

impl From<StartError> for CoreError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Rules(error) => error.into(),
            StartError::Tun(_) => CoreError::new(Code::Tun, error),
            StartError::Capture(_) | StartError::System(_) => CoreError::new(Code::System, error),
        }
    }
}

impl From<jni::errors::Error> for CoreError {
    fn from(error: jni::errors::Error) -> Self {
        CoreError::new(Code::BadMessage, error)
    }
}
