//! See `hushwall_fuzz::quic`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::quic::run(data));
