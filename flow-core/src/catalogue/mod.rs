//! Well-known models: how much they read and write, what they can do, what they cost, and how their tokens are counted.
//!
//! The list that ships with the program is `models.json`, each price with the page it was found on and the day. It is
//! read when the first question is asked, not before. A file `models.yaml` of the user's goes before it. What is not
//! known stays unknown: a price that nobody published is no price, and never zero.

mod ability;
mod built_in;
mod charge;
mod estimate;
mod info;
mod list;
mod name;
mod read;
mod token;

#[cfg(test)]
mod tests;

pub use ability::{Abilities, Ability};
pub use estimate::{AnswerLimit, Estimate};
pub use info::{LongPrompt, ModelInfo, Origin, Price, Rates};
pub use list::Catalogue;
pub use name::{Family, provider_name};
pub use token::Encoding;
