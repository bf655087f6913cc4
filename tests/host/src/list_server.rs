//! A web server that publishes lists over TLS, well or badly.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::bytes::Digest;
use crate::lab::Lab;
use crate::server::serve;

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This text, with an ETag.
    Text(Vec<u8>),
    /// This text, announced as twice as long, then the end.
    CutOff(Vec<u8>),
    /// So many bytes are announced, and none come.
    Announced(u64),
    /// So many bytes, without saying how many beforehand.
    Endless(u64),
    /// Somewhere else.
    Redirect(String),
}

/// The server, on a port of `host.test`. It ends with the test's process.
#[derive(Debug)]
pub struct ListServer {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<String, Answer>,
    requests: Vec<String>,
}

impl ListServer {
    /// Starts it in the lab, with the lab's certificate.
    pub fn start(lab: &Lab) -> Self {
        let (certificate, key) = lab.certificate();
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let settings = ServerConfig::builder().with_no_client_auth();
        let settings = Arc::new(settings.with_single_cert(chain, key).unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let (address, _) = serve(lab, &format!("{}:0", Lab::SERVER4), move |stream| {
            let connection =
                ServerConnection::new(Arc::clone(&settings)).map_err(io::Error::other)?;
            answer(StreamOwned::new(connection, stream), &shared)
        });
        ListServer { port: address.port(), state }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://host.test:{}/{path}", self.port)
    }

    /// Lets a path lead to this from now on.
    pub fn publish(&self, path: &str, answer: Answer) {
        self.state.lock().unwrap().answers.insert(format!("/{path}"), answer);
    }

    /// The requests so far: each with all its lines.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }
}

fn answer(
    stream: StreamOwned<ServerConnection, TcpStream>,
    state: &Mutex<State>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    loop {
        let start = request.len();
        if stream.read_line(&mut request)? == 0 || request[start..].trim().is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let answer = {
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        state.answers.get(&path).cloned()
    };
    let stream = stream.get_mut();
    let head = |status: &str, more: &str| {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\n{more}\r\n").into_bytes()
    };
    let length = |length: u64| format!("Content-Length: {length}\r\n");
    match answer {
        None => stream.write_all(&head("404 Not Found", &length(0)))?,
        Some(Answer::Redirect(to)) => {
            let more = format!("Location: {to}\r\n{}", length(0));
            stream.write_all(&head("302 Found", &more))?;
        }
        Some(Answer::Announced(bytes)) => stream.write_all(&head("200 OK", &length(bytes)))?,
        Some(Answer::CutOff(text)) => {
            stream.write_all(&head("200 OK", &length(2 * text.len() as u64)))?;
            stream.write_all(&text)?;
        }
        Some(Answer::Endless(bytes)) => {
            stream.write_all(&head("200 OK", ""))?;
            io::copy(&mut io::Read::take(io::repeat(b'a'), bytes), stream)?;
        }
        Some(Answer::Text(text)) => {
            let tag = format!("ETag: \"{}\"\r\n", Digest::of(text.as_slice())?);
            let known = request.lines().any(|line| {
                line.to_ascii_lowercase().starts_with("if-none-match:")
                    && line.contains(&tag[6..tag.len() - 2])
            });
            if known {
                stream.write_all(&head("304 Not Modified", &tag))?;
            } else {
                stream.write_all(&head("200 OK", &(tag + &length(text.len() as u64))))?;
                stream.write_all(&text)?;
            }
        }
    }
    stream.conn.send_close_notify();
    stream.flush()
}
