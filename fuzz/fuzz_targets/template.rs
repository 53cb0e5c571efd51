#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flow_fuzz::template(bytes));
