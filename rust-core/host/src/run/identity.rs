//! Who the command runs as: the caller, or the user whom root names.

use std::ffi::CString;

use nix::unistd::{Uid, User, getegid, geteuid, getgrouplist};

use super::namespace::Identity;
use crate::failure::Failure;

/// The caller, or the user of that name or number.
pub(super) fn wanted(user: Option<&str>) -> Result<Identity, Failure> {
    let Some(user) = user else {
        return Ok(Identity {
            uid: geteuid().as_raw(),
            gid: getegid().as_raw(),
            groups: Vec::new(),
            variables: Vec::new(),
        });
    };
    let what = || format!("becoming the user {user}");
    let found = match user.parse::<u32>() {
        Ok(number) => User::from_uid(Uid::from_raw(number)),
        Err(_) => User::from_name(user),
    };
    let found = found.map_err(|error| Failure::new(what(), error))?.ok_or_else(|| {
        Failure::new(what(), "there is no such user").hint("the users: getent passwd")
    })?;
    if !geteuid().is_root() && geteuid() != found.uid {
        return Err(Failure::new(what(), "only root may become another user")
            .hint(format!("sudo hushwall run --user {user} -- CMD")));
    }
    let name = CString::new(found.name.as_str()).map_err(|error| Failure::new(what(), error))?;
    let groups = getgrouplist(&name, found.gid).map_err(|error| Failure::new(what(), error))?;
    let home = found.dir.to_string_lossy().into_owned();
    Ok(Identity {
        uid: found.uid.as_raw(),
        gid: found.gid.as_raw(),
        groups: groups.into_iter().map(nix::unistd::Gid::as_raw).collect(),
        variables: vec![
            ("HOME".to_owned(), home),
            ("USER".to_owned(), found.name.clone()),
            ("LOGNAME".to_owned(), found.name),
        ],
    })
}
