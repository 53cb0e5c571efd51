//! The call gate: the one place that every call of a provider goes through. It tries again where that may help.

mod call;
mod policy;

pub use call::{Gate, GateCall};
pub use policy::CallPolicy;
