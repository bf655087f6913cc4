//! See `hushwall_fuzz::engine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::engine::run(data));
