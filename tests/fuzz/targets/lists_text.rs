//! See `hushwall_fuzz::lists_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::lists_text::run(data));
