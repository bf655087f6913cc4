//! The one call up: the app's `Attributor`, which asks the platform whose a connection is.

use std::net::IpAddr;

use jni::objects::{GlobalRef, JObject, JValue};
use jni::signature::{Primitive, ReturnType};
use jni::sys::jint;
use jni::{JNIEnv, JavaVM};
use wire::{FlowKey, Protocol};

use crate::attributor::AppAnswers;
use crate::classes;
use crate::error::{Code, CoreError};

/// The app's `Attributor`, asked on the attribution thread. The thread joins the JVM with its first question, as a daemon,
/// and leaves it when it ends.
pub(crate) struct JavaAttributor {
    vm: JavaVM,
    object: GlobalRef,
}

impl JavaAttributor {
    /// Keeps the object alive until this is dropped.
    ///
    /// # Errors
    /// The JVM has no room, or the object is null.
    pub(crate) fn new(env: &JNIEnv<'_>, attributor: &JObject<'_>) -> Result<Self, CoreError> {
        if attributor.is_null() {
            return Err(CoreError::new(Code::BadMessage, "there is no attributor"));
        }
        Ok(JavaAttributor { vm: env.get_java_vm()?, object: env.new_global_ref(attributor)? })
    }
}

impl Drop for JavaAttributor {
    /// The thread may end without having asked anything; only a thread of the JVM can let go of the object.
    fn drop(&mut self) {
        if let Err(error) = self.vm.attach_current_thread_as_daemon() {
            log::error!("an object of the app's is never let go of: {error}");
        }
    }
}

impl AppAnswers for JavaAttributor {
    fn uid_of(&mut self, key: &FlowKey) -> Option<u32> {
        // The platform knows the owners of these two only.
        let protocol = match key.protocol {
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
            Protocol::Icmp => return None,
        };
        let mut env = self.vm.attach_current_thread_as_daemon().ok()?;
        // A frame a call: the thread never returns to Java, so what it leaves would stay for good.
        let uid = env.with_local_frame(4, |env| ask(env, &self.object, protocol, key));
        if uid.is_err() && env.exception_check().unwrap_or(false) {
            let _ = env.exception_clear(); // it failed in the app, and counts as not found
        }
        u32::try_from(uid.ok()?).ok()
    }
}

fn ask(
    env: &mut JNIEnv<'_>,
    attributor: &GlobalRef,
    protocol: jint,
    key: &FlowKey,
) -> jni::errors::Result<jint> {
    let method = classes::loaded().ok_or(jni::errors::Error::JavaVMMethodNotFound("ownerUid"))?;
    let local: JObject<'_> = env.byte_array_from_slice(&octets(key.local.ip()))?.into();
    let remote: JObject<'_> = env.byte_array_from_slice(&octets(key.remote.ip()))?.into();
    let arguments = [
        JValue::Int(protocol).as_jni(),
        JValue::Object(&local).as_jni(),
        JValue::Int(key.local.port().into()).as_jni(),
        JValue::Object(&remote).as_jni(),
        JValue::Int(key.remote.port().into()).as_jni(),
    ];
    let returns = ReturnType::Primitive(Primitive::Int);
    // SAFETY: the method is Attributor's, with the signature that `classes::load` asked for, and the object is one: the
    // app's `start` takes no other.
    #[expect(unsafe_code, reason = "called by its id, as no class may be looked up here")]
    unsafe { env.call_method_unchecked(attributor, method.owner_uid, returns, &arguments) }?.i()
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
