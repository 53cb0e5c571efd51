use std::ops::Range;
use std::sync::Arc;

use minijinja::value::Value as View;

use super::environment::{self, Strictness};
use super::fault::Fault;
use super::names::{self, FUNCTIONS, NamePath};
use super::scan::tokens;
use super::session::{ListStyle, Session};
use super::view::{RootView, unview};
use crate::value::Value;

/// A bare expression of the template language, as `if`, `until`, `filter` and gates hold one.
#[derive(Clone)]
pub struct Expression {
    compiled: Arc<Compiled>,
}

struct Compiled {
    expression: minijinja::Expression<'static, 'static>,
    text: String,
    strictness: Strictness,
    names: Vec<NamePath>,
    roots: Vec<Arc<str>>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it, with its place: syntax, filters and tests that do not exist.
    pub fn compile(strictness: Strictness, text: &str) -> Result<Self, ExpressionError> {
        let words = tokens(text, 0..text.len());
        if words.is_empty() {
            return Err(ExpressionError { message: "the expression is empty".to_owned(), help: None, range: None });
        }
        for used in names::uses(text, &words) {
            if let Some((message, help)) = used.fault() {
                return Err(ExpressionError { message, help, range: Some(used.range) });
            }
        }
        let expression = environment::base(strictness)
            .compile_expression_owned(text.to_owned())
            .map_err(|error| ExpressionError::of(&error, text, strictness))?;
        let names: Vec<NamePath> =
            names::names(text, &words).into_iter().filter(|path| !FUNCTIONS.contains(&path.root())).collect();
        let mut roots: Vec<Arc<str>> = Vec::new();
        for root in expression.undeclared_variables(false) {
            roots.push(Arc::from(root));
        }
        let text = text.to_owned();
        Ok(Self { compiled: Arc::new(Compiled { expression, text, strictness, names, roots }) })
    }

    /// The text of the expression.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.compiled.text
    }

    /// The names that it reads, with their attributes as far as the text shows, in the order in which they appear.
    #[must_use]
    pub fn names(&self) -> &[NamePath] {
        &self.compiled.names
    }

    /// What the expression gives, its names looked up by the function given.
    ///
    /// # Errors
    /// What failed, with its place. In strict mode an undefined result is an error, otherwise it is null.
    pub fn evaluate(&self, lookup: impl Fn(&str) -> Option<Value>) -> Result<Value, ExpressionError> {
        let result = self.result(lookup)?;
        unview(&result).map_err(|error| ExpressionError::of(&error, self.text(), self.compiled.strictness))
    }

    /// Whether what the expression gives counts as true in Python: not false, none, zero or empty.
    ///
    /// # Errors
    /// What failed, with its place.
    pub fn is_met(&self, lookup: impl Fn(&str) -> Option<Value>) -> Result<bool, ExpressionError> {
        Ok(self.result(lookup)?.is_true())
    }

    fn result(&self, lookup: impl Fn(&str) -> Option<Value>) -> Result<View, ExpressionError> {
        let compiled = &*self.compiled;
        let found = compiled.roots.iter().filter_map(|name| Some((Arc::clone(name), lookup(name)?)));
        let session = Arc::new(Session::new(ListStyle::Python));
        let root = RootView { variables: found.collect(), session };
        let result = compiled.expression.eval(View::from_object(root));
        let result = result.map_err(|error| ExpressionError::of(&error, &compiled.text, compiled.strictness))?;
        if result.is_undefined() && compiled.strictness == Strictness::Strict {
            let message = format!("`{}` is undefined", compiled.text.trim());
            return Err(ExpressionError { message, help: None, range: Some(0..compiled.text.len()) });
        }
        Ok(result)
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Expression").field(&self.compiled.text).finish()
    }
}

/// What is wrong with an expression, or went wrong while it was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// One line, in lower case.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where it is, in bytes of the expression.
    pub range: Option<Range<usize>>,
}

impl ExpressionError {
    fn of(error: &minijinja::Error, text: &str, strictness: Strictness) -> Self {
        let fault = Fault::of(error, text, "<expression>", strictness);
        let message = fault.message.replace("the template", "the expression");
        Self { message, help: fault.help, range: fault.range }
    }
}
