//! The names that Encrypted Client Hello shows outside (RFC 9849 section 4), from the `ech` parameter of HTTPS records.

use wire::HostName;

use super::cursor::Cursor;

/// The one version of `ECHConfig` there is; others are skipped.
const VERSION: u16 = 0xfe0d;

/// Adds the `public_name` of each configuration in an `ECHConfigList`. Those that are no host names are left out, and
/// so is all that follows damage.
pub(crate) fn public_names(list: &[u8], names: &mut Vec<HostName>) {
    let Some(configurations) = Cursor(list).vector::<2>() else { return };
    let mut configurations = Cursor(configurations);
    while let Some((version, contents)) = configurations.u16().zip(configurations.vector::<2>()) {
        if version == VERSION
            && let Some(name) = public_name(contents)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
}

/// The `public_name` in an `ECHConfigContents`.
fn public_name(contents: &[u8]) -> Option<HostName> {
    let mut contents = Cursor(contents);
    let _config_id_and_kem = contents.take(3)?;
    let _public_key = contents.vector::<2>()?;
    let _cipher_suites = contents.vector::<2>()?;
    let _maximum_name_length = contents.take(1)?;
    HostName::parse(contents.vector::<1>()?).ok()
}
