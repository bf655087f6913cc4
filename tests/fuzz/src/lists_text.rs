//! Lists: each line that is a host name is found again, and so are the names below it.

use wire::HostName;

pub fn run(data: &[u8]) {
    let (list, skipped) = lists::read(data);
    assert!(skipped.total() <= data.len());
    let lines = data.iter().filter(|&&byte| byte == b'\n').count() + 1;
    assert!(skipped.iter().all(|(_, count, line)| count > 0 && (1..=lines).contains(&line)));
    for line in data.split(|&byte| byte == b'\n') {
        if let Ok(name) = HostName::parse(line)
            && name.as_str().contains('.')
        {
            assert!(list.lookup(&name).is_some(), "{name}");
            if let Ok(below) = HostName::parse(format!("x.{name}").as_bytes()) {
                assert!(list.lookup(&below).is_some(), "{below}");
            }
        }
    }
}
