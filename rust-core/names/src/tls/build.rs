//! ClientHellos for tests.

pub(crate) const ECH_EXTENSION: u16 = 0xfe0d;

/// A hello under construction: its extensions.
#[derive(Default)]
pub(crate) struct Hello {
    extensions: Vec<u8>,
}

impl Hello {
    pub(crate) fn to(host: &str) -> Self {
        let length = host.len() as u16;
        let mut list = (length + 3).to_be_bytes().to_vec();
        list.push(0);
        list.extend(length.to_be_bytes());
        list.extend(host.as_bytes());
        // A GREASE extension (RFC 8701) stands first, as browsers have it.
        Hello::default().with(0x0a0a, &[]).with(0, &list).with(43, b"\x04\x03\x04\x03\x03")
    }

    pub(crate) fn with(mut self, kind: u16, data: &[u8]) -> Self {
        self.extensions.extend(kind.to_be_bytes());
        self.extensions.extend((data.len() as u16).to_be_bytes());
        self.extensions.extend(data);
        self
    }

    /// The hello in one record.
    pub(crate) fn record(&self) -> Vec<u8> {
        self.in_records(1 << 14)
    }

    /// The hello in records of `size` octets each, the last one shorter.
    pub(crate) fn in_records(&self, size: usize) -> Vec<u8> {
        let record = |fragment: &[u8]| {
            [&b"\x16\x03\x01"[..], &(fragment.len() as u16).to_be_bytes(), fragment].concat()
        };
        self.message().chunks(size).flat_map(record).collect()
    }

    /// The handshake message alone.
    pub(crate) fn message(&self) -> Vec<u8> {
        let mut hello = b"\x03\x03".to_vec();
        hello.extend([0x5a; 32]);
        hello.push(32);
        hello.extend([0xa5; 32]);
        hello.extend(b"\x00\x06\x13\x01\x13\x02\xc0\x2f");
        hello.extend(b"\x01\x00");
        hello.extend((self.extensions.len() as u16).to_be_bytes());
        hello.extend(&self.extensions);
        [&[1], &(hello.len() as u32).to_be_bytes()[1..], &hello].concat()
    }
}

/// What `openssl s_client -servername tracking.intl.miui.com` sent, taken from the wire on loopback.
pub(crate) fn openssl_hello() -> Vec<u8> {
    crate::dns::build::from_hex(include_str!("openssl-hello.hex"))
}
