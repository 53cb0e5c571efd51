//! The integration tests of the `flow` binary, in one test program because linking is what takes the time.

#[cfg(test)]
mod conformance;
