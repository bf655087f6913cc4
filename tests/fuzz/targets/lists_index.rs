//! See `hushwall_fuzz::lists_index`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::lists_index::run(data));
