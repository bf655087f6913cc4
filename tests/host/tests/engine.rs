//! `hushwall engine`: on a TUN that a parent process has opened, as the phone hands it over.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs;
use std::process::Command;

use hushwall_blackbox::{Lab, Process, Side, WebServer, events, hushwall, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[test]
fn the_engine_serves_an_inherited_tun_until_it_is_told_to_end() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page", "hello");
    let apps = lab.app_namespace();
    let script = format!("{}/clients/open-tun.py", env!("CARGO_MANIFEST_DIR"));
    let said = lab.path("engine");
    let mut engine = Process::start(
        lab.command(Side::Uplink, "python3")
            .args([&script, &apps, "10.9.9.2/24", "fd00:9::2/64", "--"])
            .arg(hushwall())
            .args(["engine", "--json", "--tun-fd", "{tun}", "--mtu", "1500"])
            .args(["--app-netns", &format!("/run/netns/{apps}")])
            .stderr(fs::File::create(&said).unwrap()),
    );
    // The TUN is ready before the engine is: what is sent meanwhile waits in its queue.
    until("the TUN", || {
        lab.run(Side::Uplink, &format!("ip -n {apps} route")).contains("default").then_some(())
    });
    for url in ["http://192.0.2.2/page", "http://[2001:db8:1::2]/page"] {
        let output = Command::new("ip")
            .args(["netns", "exec", &apps, "curl", "-sS", "-g", url])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "hello",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    kill(Pid::from_raw(engine.child().id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(engine.child().wait().unwrap().code(), Some(0));
    let seen = events(&fs::read_to_string(&said).unwrap());
    let owners: Vec<_> = seen
        .iter()
        .filter(|event| event.remote.port() == 80)
        .map(|event| event.app.as_deref())
        .collect();
    assert!(
        !owners.is_empty() && owners.iter().all(|app| app.unwrap().ends_with("/curl")),
        "{seen:?}"
    );
}
