//! The book in `docs`: what it shows is so, what it leads to is there, and it leaves nothing out.

mod document;
mod keys;
mod links;
mod reference;
mod session;
