//! The integration tests of the `flow` binary, in one test program because linking is what takes the time.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod http;
#[cfg(test)]
mod program;
