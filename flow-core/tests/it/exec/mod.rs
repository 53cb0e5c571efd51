//! The executor, on plans that are put together by hand.

mod aggregation;
mod attempts;
mod bypass;
mod draft;
mod fallback;
mod forecast;
mod inputs;
mod memory;
mod property;
mod single;
mod stop;
mod structured;
mod subflow;
mod turns;
mod world;
