//! Apache as a web server of the lab: HTTP on port 80, TLS with HTTP/2 on port 443, on all addresses.

use std::fs;
use std::path::PathBuf;

use crate::lab::{Lab, Side};
use crate::process::Process;
use crate::until;

/// Where Debian has Apache's modules.
const MODULES: &str = "/usr/lib/apache2/modules";

/// A running Apache that serves the lab's folder `www`.
#[derive(Debug)]
pub struct WebServer {
    _process: Process,
    folder: PathBuf,
    log: PathBuf,
}

impl WebServer {
    /// Starts it and waits until it serves.
    pub fn start(lab: &Lab) -> Self {
        let (folder, log) = (lab.path("www"), lab.path("web.log"));
        fs::create_dir(&folder).unwrap();
        lab.certificate();
        let config = lab.write("apache.conf", config(&lab.path("").display().to_string()));
        let process = Process::start(
            // One process, so that nothing is left when it is killed.
            lab.command(Side::Server, "apache2").args(["-X", "-f"]).arg(config),
        );
        for port in [80, 443] {
            lab.wait_for_port(Lab::SERVER4, port);
        }
        WebServer { _process: process, folder, log }
    }

    /// Puts a file on the web.
    pub fn put(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), contents).unwrap();
    }

    /// What was served: "protocol path", one a request. Waits for so many: Apache notes them when they are over.
    pub fn served(&self, count: usize) -> Vec<String> {
        until(&format!("{count} requests in Apache's log"), || {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            (lines.len() >= count && (text.is_empty() || text.ends_with('\n'))).then_some(lines)
        })
    }
}

fn config(here: &str) -> String {
    let modules: String = ["mpm_event", "authz_core", "dir", "mime", "ssl", "http2"]
        .iter()
        .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
        .collect();
    format!(
        "{modules}
         User #65534
         Group #65534
         ServerName host.test
         DefaultRuntimeDir {here}
         PidFile {here}apache.pid
         ErrorLog {here}web-errors.log
         LogFormat \"%H %U\" lab
         CustomLog {here}web.log lab
         TypesConfig /dev/null
         AddType text/html .html
         AddType text/css .css
         AddType text/javascript .js
         AddType image/svg+xml .svg
         Listen 80
         Listen 443
         Protocols h2 http/1.1
         DocumentRoot {here}www
         DirectoryIndex index.html
         <VirtualHost *:443>
           SSLEngine on
           SSLCertificateFile {here}ca.pem
           SSLCertificateKeyFile {here}key.pem
         </VirtualHost>
         <VirtualHost *:80>
         </VirtualHost>\n"
    )
}
