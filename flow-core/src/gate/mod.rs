//! The call gate: the one place that every call of a provider goes through.
//!
//! A call first queues in the lane of its connection and model (`lane`), in which it is its turn when the provider has
//! not asked for a pause, fewer calls than allowed are under way, the rates leave room, and what it may cost is left in
//! the budget. Then it is tried (`attempt`). A failure is looked up in the table (`retry`); if another try may help,
//! the call sleeps (`pause`) outside of the lane and queues again. Nothing goes beyond the row's deadline.

mod adaptive;
mod attempt;
mod budget;
mod call;
mod lane;
mod options;
mod pause;
mod policy;
mod price;
mod rate;
mod retry;
mod tries;

pub use budget::{BudgetLimits, Spent};
pub use call::{Gate, GateCall};
pub use options::GateOptions;
pub use policy::{CallPolicy, Limits};
pub use price::{Expected, Prices};
