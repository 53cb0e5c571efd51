//! Pictures as inputs: promptflow's three ways of giving one (spec section 3.9), read and checked when a row starts.
//!
//! A picture is a file of the project, its bytes in base64, or an address. Files are confined to the project as all
//! others are, and must be pictures by their content. Addresses are handed to the model's provider, never fetched.

mod form;
mod load;
mod sniff;

pub use form::MessageFormat;
pub use load::{ImageError, LARGEST, is_written, load, load_inside, read_file};
pub use sniff::media_type;

#[cfg(test)]
mod tests;
