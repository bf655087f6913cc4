//! See `hushwall_fuzz::http_requests`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::http_requests::run(data));
