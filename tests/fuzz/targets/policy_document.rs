//! See `hushwall_fuzz::policy_document`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushwall_fuzz::policy_document::run(data));
