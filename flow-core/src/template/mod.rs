//! Templates: MiniJinja with the semantics of promptflow's Jinja2, and who wrote which part of what it renders.
//!
//! A [`Template`] is compiled once, by an [`Engine`] of a [`Strictness`], and rendered many times. What it renders is
//! a [`Rendered`] text that knows which stretches the flow's author wrote and which a value printed. Chat roles are
//! read from the author's stretches only: [`parse_chat`] sees every value as one opaque sign, so no value can begin a
//! message, end one or change its role, whatever it contains. The knowledge travels with the text: a prompt node hands
//! on a [`Text`](crate::value::Text) with its author's ranges, and a template that prints that text whole takes them
//! over. Whatever else is done to a text (a filter, a method, `~`) makes a value of it.
//!
//! [`Expression`]s are the same language without the text around.

mod chat;
mod engine;
mod environment;
mod expression;
mod fault;
mod fence;
mod filters;
mod json;
mod literal;
mod methods;
mod names;
mod object;
mod picture;
mod picture_lines;
mod rendered;
mod rewrite;
mod roles;
mod scan;
mod session;
mod slices;
mod view;

pub use chat::{ChatError, ChatMessage, parse_chat};
pub use engine::{Engine, Include, Loader, Template, TemplateError, Variable};
pub use environment::Strictness;
pub use expression::{Expression, ExpressionError};
pub use literal::parse_python_literal;
pub use names::NamePath;
pub use picture::MessagePiece;
pub use rendered::{Origin, Rendered, Stretch};
pub use roles::{Header, Role, RoleScan, find_roles};
pub use session::{ListStyle, OUTPUT_LIMIT};

pub use crate::value::{python_float, python_repr, python_str};
