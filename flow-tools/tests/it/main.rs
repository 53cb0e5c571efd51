//! The model providers over real sockets on this machine.

#[cfg(test)]
mod errors;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod server;
#[cfg(test)]
mod streams;
