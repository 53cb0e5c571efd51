//! The types of the language: what inputs and outputs declare, and how given values are brought to them.

mod coerce;

use std::fmt;

pub use coerce::{CoerceError, coerce};

/// A type as the language names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ty {
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// `true` or `false`.
    Bool,
    /// A text.
    String,
    /// A list.
    List,
    /// Any JSON value that is meant as a mapping.
    Object,
    /// A picture.
    Image,
    /// A text that is a secret.
    Secret,
    /// A template.
    PromptTemplate,
    /// A path of a file.
    FilePath,
    /// An assistant's definition.
    AssistantDefinition,
    /// Not known before it runs.
    Any,
}

impl Ty {
    /// The types that a flow's inputs and outputs may declare, by the name that is written.
    pub const DECLARABLE: &[(&str, Ty)] = &[
        ("int", Ty::Int),
        ("double", Ty::Double),
        ("bool", Ty::Bool),
        ("string", Ty::String),
        ("list", Ty::List),
        ("object", Ty::Object),
        ("image", Ty::Image),
        ("secret", Ty::Secret),
        ("prompt_template", Ty::PromptTemplate),
        ("file_path", Ty::FilePath),
        ("assistant_definition", Ty::AssistantDefinition),
    ];

    /// The type with this name, exactly as written.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Ty> {
        Ty::DECLARABLE.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Ty::DECLARABLE.iter().find(|(_, ty)| *ty == self).map_or("any", |(name, _)| name)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
