//! See `hushwall_fuzz::packet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::packet::run(data));
