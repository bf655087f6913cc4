//! The app's classes, looked up once when the library is loaded: only then is the app's class loader the one asked
//! (developer.android.com, "JNI tips", on FindClass).

use std::sync::OnceLock;

use jni::JNIEnv;
use jni::objects::{GlobalRef, JMethodID};

/// What is called of the app.
pub(crate) struct Classes {
    /// org.hushwall.core.CoreException.
    pub(crate) exception: GlobalRef,
    /// Its constructor: code, message.
    pub(crate) new_exception: JMethodID,
    /// Attributor.ownerUid.
    pub(crate) owner_uid: JMethodID,
    /// Keeps the class loaded, and with it the method's id valid.
    _attributor: GlobalRef,
}

static CLASSES: OnceLock<Classes> = OnceLock::new();

/// Looks the classes up; from `JNI_OnLoad` only.
///
/// # Errors
/// A class or method is not there; an exception is pending then.
pub(crate) fn load(env: &mut JNIEnv<'_>) -> jni::errors::Result<()> {
    let exception = env.find_class("org/hushwall/core/CoreException")?;
    let new_exception =
        env.get_method_id(&exception, "<init>", "(Ljava/lang/String;Ljava/lang/String;)V")?;
    let attributor = env.find_class("org/hushwall/core/Attributor")?;
    let owner_uid = env.get_method_id(&attributor, "ownerUid", "(I[BI[BI)I")?;
    let classes = Classes {
        exception: env.new_global_ref(exception)?,
        new_exception,
        owner_uid,
        _attributor: env.new_global_ref(attributor)?,
    };
    // A second load in one process finds the same classes.
    let _already = CLASSES.set(classes);
    Ok(())
}

/// The classes; `None` before the library was loaded by a JVM.
pub(crate) fn loaded() -> Option<&'static Classes> {
    CLASSES.get()
}
