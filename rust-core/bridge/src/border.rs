//! The border to the JVM: nothing that goes wrong on our side crosses it but as an exception of the app's own class.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use jni::JNIEnv;
use jni::objects::{JByteArray, JObject, JThrowable, JValue};

use crate::classes;
use crate::error::{Code, CoreError};

/// Runs the body of a native function. An error or a panic in it becomes a pending `CoreException`, and the function
/// returns what means nothing: 0, null.
pub(crate) fn enter<'local, T: Default>(
    env: &mut JNIEnv<'local>,
    body: impl FnOnce(&mut JNIEnv<'local>) -> Result<T, CoreError>,
) -> T {
    match guard(|| body(env)) {
        Ok(value) => value,
        Err(error) => {
            throw(env, &error);
            T::default()
        }
    }
}

/// The bytes of a message from the app.
pub(crate) fn bytes_in(env: &JNIEnv<'_>, array: &JByteArray<'_>) -> Result<Vec<u8>, CoreError> {
    Ok(env.convert_byte_array(array)?)
}

/// The bytes of a message for the app.
pub(crate) fn bytes_out<'local>(
    env: &JNIEnv<'local>,
    bytes: &[u8],
) -> Result<JByteArray<'local>, CoreError> {
    env.byte_array_from_slice(bytes).map_err(|error| CoreError::new(Code::System, error))
}

/// The body's result; a panic is an error like others. The engine has threads of its own, which such a panic does not touch.
fn guard<T>(body: impl FnOnce() -> Result<T, CoreError>) -> Result<T, CoreError> {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let text = words(payload.as_ref());
        log::error!("a native function panicked");
        Err(CoreError::new(Code::Panic, format!("an internal error: {text}")))
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason told")
}

fn throw(env: &mut JNIEnv<'_>, error: &CoreError) {
    if let Err(failed) = try_throw(env, error) {
        // Out of memory, for one: the JVM has an exception of its own pending then.
        log::error!("no exception could be made: {failed}");
    }
}

fn try_throw(env: &mut JNIEnv<'_>, error: &CoreError) -> jni::errors::Result<()> {
    // What is pending is the JVM's own account of what went wrong, and nothing may be called before it is dealt with.
    if env.exception_check()? {
        return Ok(());
    }
    let Some(classes) = classes::loaded() else { return Ok(()) };
    let code: JObject<'_> = env.new_string(error.code.as_str())?.into();
    let message: JObject<'_> = env.new_string(&error.message)?.into();
    let arguments = [JValue::Object(&code).as_jni(), JValue::Object(&message).as_jni()];
    // SAFETY: the constructor is this class's, with the signature that `classes::load` asked for: two strings.
    #[expect(unsafe_code, reason = "called by its id, as no class may be looked up here")]
    let exception =
        unsafe { env.new_object_unchecked(&classes.exception, classes.new_exception, &arguments)? };
    env.throw(JThrowable::from(exception))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_words() {
        let error = guard::<()>(|| panic!("the reason")).unwrap_err();
        assert_eq!((error.code, &*error.message), (Code::Panic, "an internal error: the reason"));
        let error = guard::<()>(|| panic!("number {}", 7)).unwrap_err();
        assert!(error.message.ends_with("number 7"));
        assert_eq!(guard(|| Ok(3)), Ok(3));
        assert_eq!(guard::<()>(|| Err(CoreError::closed())), Err(CoreError::closed()));
    }
}
