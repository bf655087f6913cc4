//! Fetches the text of a list from the web: the only connection that the program makes of its own, and only where the
//! user has said so. Over TLS alone, redirections too; bounded in time and size; asking for nothing but the list.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use collection::{Arrived, Trouble, Version};
use rustls::crypto::ring;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Error};

/// To reach the server and agree on keys.
const CONNECT: Duration = Duration::from_secs(20);
/// For everything: a list of the largest size at 2 Mbit/s.
const WHOLE: Duration = Duration::from_secs(300);
/// Redirections that are followed.
const REDIRECTS: u32 = 5;
/// The longest name of a text (ETag, Last-Modified) that is kept, in bytes.
const MAX_VALIDATOR: usize = 1024;
/// What the server is told of us: no version, no device.
const USER_AGENT: &str = "hushwall";

/// What the server said.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// Here it is.
    Text(Arrived),
    /// It has no other text than the one that is known.
    Unchanged,
}

/// Fetches lists, one after the other.
pub(crate) struct Fetcher {
    agent: Agent,
}

impl Fetcher {
    /// A fetcher that trusts whom the machine trusts, or, where SSL_CERT_FILE or SSL_CERT_DIR is set, whom that names.
    ///
    /// # Errors
    /// There is nobody to trust.
    pub(crate) fn new() -> Result<Self, String> {
        let roots = rustls_native_certs::load_native_certs();
        if roots.certs.is_empty() {
            let first = roots.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
            return Err(format!("no root certificates were found{first}"));
        }
        let certificates = roots.certs.iter().map(|root| Certificate::from_der(root).to_owned());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(certificates.collect())))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .https_only(true)
            .max_redirects(REDIRECTS)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .user_agent(USER_AGENT)
            .tls_config(tls)
            .build();
        Ok(Fetcher { agent: config.new_agent() })
    }

    /// The text at this address, which begins with https://. With a known version it is only sent where it is another.
    ///
    /// # Errors
    /// Why there is none: [`Trouble::NotFetched`] or [`Trouble::TooLarge`].
    pub(crate) fn fetch(&self, url: &str, known: Option<&Version>) -> Result<Fetched, Trouble> {
        let mut request = self.agent.get(url);
        if let Some(etag) = known.and_then(|known| known.etag.as_ref()) {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = known.and_then(|known| known.last_modified.as_ref()) {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        let mut response = request.call().map_err(|error| not_fetched(words(&error)))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Fetched::Unchanged),
            other => return Err(not_fetched(format!("the server answered {other}"))),
        }
        let text = body(&mut response)?;
        let validator = |name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
        };
        Ok(Fetched::Text(Arrived {
            text,
            etag: validator(header::ETAG),
            last_modified: validator(header::LAST_MODIFIED),
        }))
    }
}

/// The whole body, if it is not too large. What is cut off is an error, not a short text.
fn body(response: &mut Response<Body>) -> Result<Vec<u8>, Trouble> {
    let limit = lists::MAX_BYTES as u64;
    let announced = response.body().content_length();
    if announced.is_some_and(|length| length > limit) {
        return Err(Trouble::TooLarge { limit });
    }
    let mut text = Vec::new();
    let reader = response.body_mut().with_config().limit(limit + 2).reader();
    let read = reader.take(limit + 1).read_to_end(&mut text);
    let got = text.len() as u64;
    match (read, announced) {
        _ if got > limit => Err(Trouble::TooLarge { limit }),
        (Ok(_), Some(announced)) if got != announced => Err(cut_off(got, Some(announced))),
        (Ok(_), _) => Ok(text),
        (Err(error), _) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(cut_off(got, announced))
        }
        (Err(error), _) => Err(not_fetched(words(&Error::from(error)))),
    }
}

fn cut_off(got: u64, announced: Option<u64>) -> Trouble {
    not_fetched(match announced {
        Some(announced) => format!("the connection ended after {got} of {announced} bytes"),
        None => format!("the connection ended after {got} bytes, before the text was whole"),
    })
}

fn not_fetched(message: String) -> Trouble {
    Trouble::NotFetched { message }
}

/// What went wrong, for a user.
#[expect(clippy::wildcard_enum_match_arm, reason = "not ours, and it grows")]
fn words(error: &Error) -> String {
    match error {
        Error::StatusCode(code) => {
            let status = StatusCode::from_u16(*code).map(|status| status.to_string());
            format!("the server answered {}", status.unwrap_or_else(|_| code.to_string()))
        }
        Error::RequireHttpsOnly(_) => {
            "the server redirects to an address without https://, which is not followed".to_owned()
        }
        Error::TooManyRedirects => format!("the server redirects more than {REDIRECTS} times"),
        Error::HostNotFound => "the server's name is not known; is there a network?".to_owned(),
        Error::ConnectionFailed => "the server cannot be reached".to_owned(),
        Error::Timeout(_) => {
            let (connect, whole) = (CONNECT.as_secs(), WHOLE.as_secs());
            format!("it took too long: {connect} seconds to connect, {whole} in all are allowed")
        }
        Error::Rustls(error) => format!("no safe connection to the server: {error}"),
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some::<&rustls::Error>(error) => format!("no safe connection to the server: {error}"),
            None => error.to_string(),
        },
        other => other.to_string(),
    }
}
