//! The SHA-256 of a text, as people compare it: 64 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A SHA-256 (FIPS 180-4) in lower-case hexadecimal digits, as sha256sum(1) prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        Sha256Hex(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sha256Hex {
    type Err = &'static str;

    /// Takes upper case too.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one
            .then(|| Sha256Hex(text.to_ascii_lowercase()))
            .ok_or("a SHA-256 has 64 hexadecimal digits, as sha256sum(1) prints it")
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Sha256Hex> for String {
    fn from(checksum: Sha256Hex) -> Self {
        checksum.0
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256Hex::of(b"").as_str(), empty);
        assert_eq!(empty.to_ascii_uppercase().parse(), Ok(Sha256Hex::of(b"")));
        for text in ["", "abc", &empty[1..], &empty.replace('e', "g")] {
            assert!(text.parse::<Sha256Hex>().is_err(), "{text}");
        }
    }
}
