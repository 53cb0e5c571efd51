//! What annotations say of parameters, as promptflow reads them (spec section 2.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_core::script::ParameterKind;
use flow_core::ty::Ty;
use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::parse_expression;

/// The classes of a file that annotations may name.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Subclasses of `Enum`.
    enums: BTreeSet<String>,
    /// Subclasses of `CustomStrongTypeConnection`.
    connections: BTreeSet<String>,
    /// Other names of imported classes, by the name that the file uses.
    renamed: BTreeMap<String, String>,
}

impl Classes {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut classes = Self::default();
        for statement in body {
            match statement {
                Stmt::ClassDef(class) => {
                    let bases = class.arguments.iter().flat_map(|arguments| &arguments.args).filter_map(last_name);
                    for base in bases {
                        let name = class.name.id.to_string();
                        if base.ends_with("Enum") || base.ends_with("Flag") || classes.enums.contains(base) {
                            classes.enums.insert(name);
                        } else if base == "CustomStrongTypeConnection" || classes.connections.contains(base) {
                            classes.connections.insert(name);
                        }
                    }
                }
                Stmt::ImportFrom(import) => {
                    for alias in &import.names {
                        if let Some(name) = &alias.asname {
                            classes.renamed.insert(name.id.to_string(), alias.name.id.to_string());
                        }
                    }
                }
                _ => {}
            }
        }
        classes
    }

    /// What a parameter with this annotation takes.
    pub(super) fn kind(&self, annotation: Option<&Expr>) -> ParameterKind {
        let mut connections = Vec::new();
        let first = annotation.and_then(|annotation| self.first(annotation, &mut connections));
        if connections.is_empty() {
            ParameterKind::Data(first.unwrap_or(Ty::Object))
        } else {
            ParameterKind::Connection(connections)
        }
    }

    /// The type that the annotation names first, and all connections among its alternatives.
    fn first(&self, annotation: &Expr, connections: &mut Vec<Arc<str>>) -> Option<Ty> {
        match annotation {
            Expr::StringLiteral(text) => {
                let parsed = parse_expression(text.value.to_str()).ok()?;
                self.first(&parsed.syntax().body, connections)
            }
            Expr::Subscript(subscript) => {
                let name = last_name(&subscript.value)?;
                match name {
                    "Optional" | "Union" | "Annotated" | "Final" | "ClassVar" => match &*subscript.slice {
                        Expr::Tuple(tuple) if name == "Union" => {
                            let kinds: Vec<Option<Ty>> =
                                tuple.elts.iter().map(|item| self.first(item, connections)).collect();
                            kinds.into_iter().next().flatten()
                        }
                        Expr::Tuple(tuple) => self.first(tuple.elts.first()?, connections),
                        one => self.first(one, connections),
                    },
                    other => self.named(other, connections),
                }
            }
            Expr::BinOp(either) => {
                let first = self.first(&either.left, connections);
                let second = self.first(&either.right, connections);
                if matches!(*either.left, Expr::NoneLiteral(_)) { second } else { first }
            }
            other => self.named(last_name(other)?, connections),
        }
    }

    fn named(&self, name: &str, connections: &mut Vec<Arc<str>>) -> Option<Ty> {
        let name = self.renamed.get(name).map_or(name, String::as_str);
        Some(match name {
            "int" => Ty::Int,
            "float" => Ty::Double,
            "bool" => Ty::Bool,
            "str" => Ty::String,
            "list" | "List" => Ty::List,
            "dict" | "Dict" => Ty::Object,
            "Image" => Ty::Image,
            "Secret" => Ty::Secret,
            "FilePath" => Ty::FilePath,
            "PromptTemplate" => Ty::PromptTemplate,
            "AssistantDefinition" => Ty::AssistantDefinition,
            // promptflow hands literals over to enumerations as the text that they are.
            name if self.enums.contains(name) => Ty::Any,
            name if name.ends_with("Connection") || self.connections.contains(name) => {
                connections.push(Arc::from(name));
                Ty::Any
            }
            _ => Ty::Object,
        })
    }
}

/// The last part of a name: `Image` of `multimedia.Image`.
pub(super) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => Some(&attribute.attr.id),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        Expr::Call(call) => last_name(&call.func),
        _ => None,
    }
}
