//! See `hushwall_fuzz::httpdns`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::httpdns::run(data));
