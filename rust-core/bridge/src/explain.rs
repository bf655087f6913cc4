//! The answer to "may this app reach this host, and why".

use std::net::{Ipv4Addr, SocketAddr};

use policy::{Evidence, Policy, Reason, Subject};
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::error::{Code, CoreError};
use crate::messages::answers::{Answer, Considered};
use crate::messages::requests::Explain;
use crate::messages::row::ReasonTold;

/// What the policy says about such a connection of this owner, as if the owner had asked for the name.
///
/// # Errors
/// The host is no name.
pub(crate) fn answer(
    policy: &Policy,
    owner: &Owner,
    question: &Explain,
) -> Result<Answer, CoreError> {
    let name = question.host.as_deref().map(host).transpose()?;
    let names: Vec<Evidence> =
        name.into_iter().map(|name| Evidence { name, source: NameSource::Dns }).collect();
    let nowhere = Ipv4Addr::UNSPECIFIED.into();
    let remote = SocketAddr::new(question.address.unwrap_or(nowhere), question.port);
    let key =
        FlowKey { protocol: question.protocol.into(), local: SocketAddr::new(nowhere, 0), remote };
    let explanation = policy.explain(&Subject { owner, key: &key, names: &names });
    let considered = explanation.considered.iter().map(|considered| Considered {
        reason: ReasonTold::decided(&considered.reason),
        verdict: verdict(&considered.reason),
        holds: considered.holds,
        decides: considered.decisive,
    });
    Ok(Answer::Explain {
        verdict: verdict(&explanation.decision.reason),
        reason: ReasonTold::decided(&explanation.decision.reason),
        considered: considered.collect(),
    })
}

/// A host name of a message.
///
/// # Errors
/// `bad-message`: it is none.
pub(crate) fn host(text: &str) -> Result<HostName, CoreError> {
    HostName::parse(text.as_bytes())
        .map_err(|error| CoreError::new(Code::BadMessage, format!("host: {error}")))
}

fn verdict(reason: &Reason) -> &'static str {
    if reason.allows() { "allow" } else { "block" }
}
