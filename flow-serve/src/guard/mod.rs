//! Who may ask: keys, and pages of other origins.

mod keys;
mod origin;

pub(crate) use keys::{Admitted, Denied};
pub use keys::{Key, KeyLimits, Keyring, digest_of_key};
pub(crate) use origin::From;
pub use origin::{Origins, OriginsError};
