//! References of the front matter: `${env:NAME}` and `${file:PATH}`, each the whole of a text.

use secrecy::SecretString;

use super::Surroundings;
use crate::connection::sounds_secret;
use crate::diag::{Code, Diagnostic, Label};
use crate::doc::Report;
use crate::project::{self, ProjectError};
use crate::source::{SourceMap, Span, read_text};
use crate::value::Value;
use crate::yaml::{self, Mapping, Node, NodeValue, Scalar};

/// What a text refers to.
enum Written<'t> {
    Variable(&'t str),
    File(&'t str),
}

/// The reference that a text is; `None` where it is none.
fn written(text: &str) -> Option<Written<'_>> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    match inside.split_once(':')? {
        ("env", name) => Some(Written::Variable(name)),
        ("file", path) => Some(Written::File(path)),
        _ => None,
    }
}

/// The name of the variable that a text still refers to, since it is not set.
pub(crate) fn unset_variable(text: &str) -> Option<&str> {
    match written(text)? {
        Written::Variable(name) => Some(name),
        Written::File(_) => None,
    }
}

/// Puts in what references name.
pub(super) struct Resolver<'a, 'r> {
    around: Surroundings<'a>,
    sources: &'r mut SourceMap,
    report: &'r mut Report,
    secrets: Vec<SecretString>,
    failed: bool,
}

impl<'a, 'r> Resolver<'a, 'r> {
    pub(super) fn new(around: Surroundings<'a>, sources: &'r mut SourceMap, report: &'r mut Report) -> Self {
        Self { around, sources, report, secrets: Vec::new(), failed: false }
    }

    pub(super) fn report(&mut self) -> &mut Report {
        self.report
    }

    /// Whether a file is missing, so that nothing can be said of what it should hold.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Values of variables that are called like a secret.
    pub(super) fn into_secrets(self) -> Vec<SecretString> {
        self.secrets
    }

    /// The tree with the values in place. A variable that is not set leaves the text as it is.
    pub(super) fn resolve(&mut self, node: Node) -> Node {
        let Node { value, span, defined } = node;
        let value = match value {
            NodeValue::Sequence(items) => {
                NodeValue::Sequence(items.into_iter().map(|item| self.resolve(item)).collect())
            }
            NodeValue::Mapping(Mapping { entries }) => {
                let entries = entries.into_iter().map(|mut entry| {
                    entry.value = self.resolve(entry.value);
                    entry
                });
                NodeValue::Mapping(Mapping { entries: entries.collect() })
            }
            NodeValue::Scalar(scalar) => {
                let text = scalar.value.as_str().map(str::to_owned);
                match text.as_deref().and_then(written) {
                    Some(Written::Variable(name)) => NodeValue::Scalar(self.variable(name).unwrap_or(scalar)),
                    Some(Written::File(path)) => match self.file(path, span) {
                        Some(node) => return node,
                        None => {
                            self.failed = true;
                            NodeValue::Scalar(scalar)
                        }
                    },
                    None => {
                        self.warn_of_parts(&scalar, span);
                        NodeValue::Scalar(scalar)
                    }
                }
            }
        };
        Node { value, span, defined }
    }

    fn variable(&mut self, name: &str) -> Option<Scalar> {
        let value = self.around.environment?.get(name)?;
        if sounds_secret(name) {
            self.secrets.push(SecretString::from(value.to_owned()));
        }
        Some(text(value))
    }

    /// What a file holds: a tree where it is JSON or YAML, else its text.
    fn file(&mut self, path: &str, span: Span) -> Option<Node> {
        let found = match self.around.files.resolve(path) {
            Ok(found) => project::shown(&found),
            Err(error) => {
                let (code, help) = match error {
                    ProjectError::Missing { .. } => {
                        (Code::UnreadableFile, "paths are relative to the prompty's folder")
                    }
                    ProjectError::Outside { .. } => (Code::OutsideProject, "move the file into the project"),
                };
                self.report.error(code, span, error.to_string(), help);
                return None;
            }
        };
        let known = self.sources.find(&found);
        let file = match known {
            Some(file) => file,
            None => match read_text(&found) {
                Ok(text) => self.sources.add(&found, text),
                Err(error) => {
                    let mut diagnostic = Diagnostic::from(&error);
                    diagnostic.primary = Some(Label { span, text: String::new() });
                    self.report.push(diagnostic);
                    return None;
                }
            },
        };
        let extension = found.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        if matches!(extension.as_deref(), Some("json" | "yaml" | "yml")) {
            return yaml::read(self.sources, file, &mut self.report.diagnostics);
        }
        let scalar = text(&self.sources.get(file).text);
        Some(Node { value: NodeValue::Scalar(scalar), span, defined: None })
    }

    /// A reference among other words is text.
    fn warn_of_parts(&mut self, scalar: &Scalar, span: Span) {
        let Some(text) = scalar.value.as_str().filter(|text| !text.contains('\n')) else { return };
        let start = ["${env:", "${file:"].iter().find_map(|opening| text.find(opening));
        if start.is_some_and(|start| text[start..].contains('}')) {
            let message = "a reference among other words is text, as it stands here";
            self.report.warning(Code::ReferenceAsText, span, message, "let it be the whole value");
        }
    }
}

fn text(value: &str) -> Scalar {
    Scalar { text: value.into(), value: Value::from(value), line_offsets: [].into() }
}
