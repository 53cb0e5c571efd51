//! What operations rely on: places, limits, keys, origins, and how a server ends.

mod doors;
mod end;
mod keys;
mod limits;
mod origins;
mod paths;
