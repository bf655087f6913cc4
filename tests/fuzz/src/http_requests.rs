//! What an app says in plain HTTP: however it is cut, the same requests are told, within the bounds.

use names::http::{Request, RequestReader, Speech};

pub fn run(data: &[u8]) {
    let (whole, speech) = read(&[data]);
    // A byte of the input says where it is cut.
    let cut = data.last().map_or(0, |&last| data.len() * usize::from(last) / 256);
    assert_eq!(read(&[&data[..cut], &data[cut..]]), (whole, speech), "cut at {cut}");
}

fn read(pieces: &[&[u8]]) -> (Vec<Request>, Speech) {
    let mut reader = RequestReader::new(true);
    let mut requests = Vec::new();
    for piece in pieces {
        reader.feed(piece, |request| requests.push(request));
    }
    requests.extend(reader.finish());
    assert!(requests.is_empty() || reader.speech() == Speech::Http);
    for request in &requests {
        assert!(request.parameters.len() <= 128 && request.path.len() < 1100);
        assert!(request.parameters.iter().all(|told| told.name.len() < 140));
    }
    (requests, reader.speech())
}
