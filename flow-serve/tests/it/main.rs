//! The servers over real sockets, asked by a client that knows nothing but bytes.

#[cfg(test)]
mod client;
#[cfg(test)]
mod faces;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod site;
