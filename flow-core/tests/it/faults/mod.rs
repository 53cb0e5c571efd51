//! What the call gate makes of everything that can go wrong between it and a provider: scripted faults over a model in
//! memory, with a clock that stands still until all wait, so that every time is exact.

mod deadline;
mod fault;
mod lane;
mod limits;
mod script;
mod table;
