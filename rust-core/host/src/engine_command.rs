//! `hushwall engine`: the firewall on a TUN that somebody else made, as the phone runs it.

use runtime::attribution::LinuxAttributor;

use crate::args::EngineArguments;
use crate::descriptor::inherited;
use crate::failure::Failure;
use crate::session::{Firewall, Plan, Show, Tunnel};
use crate::signals::{Signals, Told};

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(arguments: &EngineArguments) -> Result<u8, Failure> {
    let tun = inherited(arguments.tun_fd).map_err(|error| {
        Failure::new(format!("using descriptor {} as the TUN", arguments.tun_fd), error)
            .hint("open a TUN (IFF_TUN | IFF_NO_PI) in the parent process and let it be inherited")
    })?;
    let plan = Plan::prepare(&arguments.session)?;
    let mut signals =
        Signals::take().map_err(|error| Failure::new("taking over signals", error))?;
    let attributor = match &arguments.app_netns {
        Some(path) => LinuxAttributor::in_namespace(path).map_err(|error| {
            Failure::new(format!("looking into the network namespace {}", path.display()), error)
                .hint("name it as /run/netns/NAME or /proc/PID/ns/net, and run hushwall as root")
        })?,
        None => LinuxAttributor::open()
            .map_err(|error| Failure::new("looking up who owns connections", error))?,
    };
    let tunnel = Tunnel {
        tun,
        mtu: arguments.mtu,
        largest_packet: arguments.largest_packet,
        dns_addresses: arguments.dns.clone(),
        attributor: Box::new(if arguments.by_user { attributor.by_user() } else { attributor }),
    };
    let show = if arguments.session.json { Show::Json } else { Show::Problems };
    let mut firewall = Firewall::start(plan, tunnel, show)?;
    let ended = firewall.watch(&mut signals, |told| match told {
        Some(Told::End { .. }) => Some(0),
        Some(Told::Child) | None => None,
    });
    firewall.finish(ended.is_ok());
    ended
}
