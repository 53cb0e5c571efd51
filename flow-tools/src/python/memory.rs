//! How much memory a call may take.
//!
//! The interpreter looks at a count of all bytes that the process has allocated ([`monty_types::LIVE_MEMORY`]), which the
//! program's allocator keeps (`monty_alloc::LimitedAllocator` in `flow-cli`). A call is stopped when the process has grown by more than
//! its limit since the call began. In a program with another allocator the count stays zero, and memory is not limited but for
//! single large results.

use std::sync::atomic::Ordering;

use monty_types::{BASELINE_MEMORY, LIVE_MEMORY};

/// How the message begins of what ends a call that takes too much memory.
pub(super) const EXCEEDED: &str = "memory limit exceeded";

/// The count at which a call that begins now is stopped, if it may take so many bytes.
pub(super) fn limit(bytes: usize) -> usize {
    // The interpreter subtracts the baseline; counted from zero, what is there already is part of the limit.
    BASELINE_MEMORY.store(0, Ordering::Relaxed);
    LIVE_MEMORY.load(Ordering::Relaxed).saturating_add(bytes)
}

/// Whether a call that is stopped at a count may take so many bytes more.
pub(super) fn has_room(limit: usize, more: usize) -> bool {
    LIVE_MEMORY.load(Ordering::Relaxed).saturating_add(more) <= limit
}
