//! The functions of `org.hushwall.core.Native`, in the order of their lives. Each takes its arguments in, does its work
//! in [`Core`], and gives the answer out, all inside [`border::enter`].

#![expect(
    unsafe_code,
    reason = "the JVM finds functions by their names, and hands a descriptor over as a number"
)]

use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use jni::objects::{JByteArray, JClass, JObject};
use jni::sys::{JNI_ERR, JNI_VERSION_1_6, jint, jlong};
use jni::{JNIEnv, JavaVM};

use crate::border::{self, bytes_in, bytes_out};
use crate::classes;
use crate::core::Core;
use crate::error::{Code, CoreError};
use crate::handles::Handles;
use crate::java_attributor::JavaAttributor;
use crate::messages;

static CORES: Handles<Core> = Handles::new();

/// Called by the JVM when the library is loaded.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnLoad(vm: JavaVM, _: *mut std::ffi::c_void) -> jint {
    start_diagnostics();
    match vm.get_env().and_then(|mut env| classes::load(&mut env)) {
        Ok(()) => JNI_VERSION_1_6,
        Err(error) => {
            log::error!("the app's classes are not those of this library: {error}");
            JNI_ERR
        }
    }
}

/// `version(): ByteArray`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_version<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
) -> JByteArray<'local> {
    border::enter(&mut env, |env| bytes_out(env, &messages::version()))
}

/// `open(config: ByteArray): Long`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_open<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    config: JByteArray<'local>,
) -> jlong {
    border::enter(&mut env, |env| {
        let config = messages::read("config", &bytes_in(env, &config)?)?;
        Ok(CORES.insert(Core::open(config)))
    })
}

/// `start(handle: Long, tunFd: Int, attributor: Attributor, start: ByteArray)`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_start<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    tun_fd: jint,
    attributor: JObject<'local>,
    start: JByteArray<'local>,
) {
    border::enter(&mut env, |env| {
        if tun_fd < 0 {
            return Err(CoreError::new(Code::Tun, "the TUN's descriptor is none"));
        }
        // SAFETY: the app detached the descriptor from its owner and hands it over with this call, whatever comes of it.
        let tun = unsafe { OwnedFd::from_raw_fd(tun_fd) };
        let core = core(handle)?;
        let start = messages::read("start", &bytes_in(env, &start)?)?;
        let app = JavaAttributor::new(env, &attributor)?;
        core.start(tun, Box::new(app), start)
    });
}

/// `stop(handle: Long)`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_stop<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
) {
    border::enter(&mut env, |_| {
        core(handle)?.stop();
        Ok(())
    });
}

/// `close(handle: Long)`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_close<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
) {
    border::enter(&mut env, |_| {
        CORES.remove(handle).ok_or_else(CoreError::closed)?.close();
        Ok(())
    });
}

/// `setPolicy(handle: Long, policy: ByteArray)`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_setPolicy<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    policy: JByteArray<'local>,
) {
    border::enter(&mut env, |env| {
        let core = core(handle)?;
        core.set_policy(messages::read("policy", &bytes_in(env, &policy)?)?)
    });
}

/// `setNetwork(handle: Long, network: ByteArray)`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_setNetwork<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    network: JByteArray<'local>,
) {
    border::enter(&mut env, |env| {
        let core = core(handle)?;
        core.set_network(messages::read("network", &bytes_in(env, &network)?)?)
    });
}

/// `nextEvents(handle: Long, timeoutMillis: Long): ByteArray`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_nextEvents<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    timeout_millis: jlong,
) -> JByteArray<'local> {
    border::enter(&mut env, |env| {
        let patience = Duration::from_millis(u64::try_from(timeout_millis).unwrap_or(0));
        let events = core(handle)?.next_events(patience)?;
        bytes_out(env, &messages::write(&events)?)
    })
}

/// `query(handle: Long, request: ByteArray): ByteArray`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_query<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    request: JByteArray<'local>,
) -> JByteArray<'local> {
    border::enter(&mut env, |env| {
        let core = core(handle)?;
        let answer = core.query(messages::read("query", &bytes_in(env, &request)?)?)?;
        bytes_out(env, &messages::write(&answer)?)
    })
}

/// `command(handle: Long, request: ByteArray): ByteArray`
#[unsafe(no_mangle)]
extern "system" fn Java_org_hushwall_core_Native_command<'local>(
    mut env: JNIEnv<'local>,
    _: JClass<'local>,
    handle: jlong,
    request: JByteArray<'local>,
) -> JByteArray<'local> {
    border::enter(&mut env, |env| {
        let core = core(handle)?;
        let answer = core.command(messages::read("command", &bytes_in(env, &request)?)?)?;
        bytes_out(env, &messages::write(&answer)?)
    })
}

fn core(handle: jlong) -> Result<Arc<Core>, CoreError> {
    CORES.get(handle).ok_or_else(CoreError::closed)
}

/// Android's log takes what ours says from INFO on; that names no host and no address.
fn start_diagnostics() {
    #[cfg(target_os = "android")]
    {
        let config = android_logger::Config::default()
            .with_tag("hushwall")
            .with_max_level(log::LevelFilter::Info);
        android_logger::init_once(config);
        // What a panic says may name a host, where it came from does not.
        std::panic::set_hook(Box::new(|panic| match panic.location() {
            Some(place) => log::error!("panic at {place}"),
            None => log::error!("panic"),
        }));
    }
}
