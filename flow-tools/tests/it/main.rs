//! The model providers over real sockets on this machine, and Python nodes.

#[cfg(test)]
mod errors;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod external;
#[cfg(test)]
mod hostile;
#[cfg(all(test, feature = "azure-identity"))]
mod identity;
#[cfg(test)]
mod network;
#[cfg(test)]
mod python;
#[cfg(test)]
mod server;
#[cfg(test)]
mod streams;

/// It counts what is allocated, as in the program, so that the memory of Python nodes is limited.
#[global_allocator]
static ALLOCATOR: monty_alloc::LimitedAllocator = monty_alloc::LimitedAllocator;
