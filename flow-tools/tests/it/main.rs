//! The model providers over real sockets on this machine, and Python nodes.

#[cfg(test)]
mod errors;
#[cfg(test)]
mod exchange;
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
