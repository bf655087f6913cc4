//! nginx as a web server of the lab: HTTP on port 80, TLS with HTTP/2 on port 443, on all addresses.

use std::fs;
use std::path::PathBuf;

use crate::lab::{Lab, Side};
use crate::process::Process;

/// A running nginx that serves the lab's folder `www`.
#[derive(Debug)]
pub struct Nginx {
    _process: Process,
    folder: PathBuf,
    access: PathBuf,
}

impl Nginx {
    /// Starts it and waits until it serves.
    pub fn start(lab: &Lab) -> Self {
        let folder = lab.path("www");
        fs::create_dir(&folder).unwrap();
        lab.certificate();
        let here = lab.path("").display().to_string();
        let config = lab.write("nginx.conf", format!(
            "daemon off; master_process off; user root; pid {here}nginx.pid; error_log stderr error;
             events {{ worker_connections 512; }}
             http {{
               types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; }}
               default_type application/octet-stream;
               log_format lab '$connection $server_protocol $host $uri $status';
               access_log {here}access.log lab;
               client_body_temp_path {here}body; proxy_temp_path {here}proxy; fastcgi_temp_path {here}fcgi;
               uwsgi_temp_path {here}uwsgi; scgi_temp_path {here}scgi;
               server {{
                 listen 80; listen [::]:80; listen 443 ssl http2; listen [::]:443 ssl http2;
                 ssl_certificate {here}ca.pem; ssl_certificate_key {here}key.pem;
                 root {here}www;
               }}
             }}"
        ));
        let process = Process::start(
            lab.command(Side::Server, "nginx")
                .arg("-e")
                .arg("stderr")
                .arg("-c")
                .arg(config)
                .stderr(fs::File::create(lab.path("nginx.log")).unwrap()),
        );
        for port in [80, 443] {
            lab.wait_for_port(Lab::SERVER4, port);
        }
        Nginx { _process: process, folder, access: lab.path("access.log") }
    }

    /// Puts a file on the web.
    pub fn put(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), contents).unwrap();
    }

    /// What was served: "connection protocol host path status", one a line.
    pub fn served(&self) -> Vec<String> {
        fs::read_to_string(&self.access).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}
