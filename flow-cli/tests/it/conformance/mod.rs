//! What promptflow did, and whether `flow` does the same.

mod mock;
