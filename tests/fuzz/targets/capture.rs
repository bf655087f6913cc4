//! See `hushwall_fuzz::capture`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::capture::run(data));
