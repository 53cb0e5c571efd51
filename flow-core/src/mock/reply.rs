use std::sync::Arc;

use super::asked::Asked;
use super::condition::Found;
use crate::template::{Engine, Expression, Strictness, Template};
use crate::value::Value;

/// What the mock says, before its templates are filled.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// A text.
    Text(Template),
    /// JSON, sent as text.
    Json(Part),
}

/// A part of a JSON reply.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// As it is.
    Plain(Value),
    /// A text with expressions in it.
    Text(Template),
    /// A text that is one whole `{{ … }}`: the expression's value, whatever its type.
    Expression(Expression),
    List(Vec<Part>),
    Map(Vec<(Arc<str>, Part)>),
}

/// The variables of a reply's templates.
type Variables = Vec<(Arc<str>, Value)>;

impl Reply {
    /// Compiles a text.
    pub(super) fn text(source: &str) -> Result<Self, String> {
        // A block text in YAML ends with a line end that is not meant.
        template(source.strip_suffix('\n').unwrap_or(source)).map(Reply::Text)
    }

    /// Compiles the texts of a JSON value.
    pub(super) fn json(value: &Value) -> Result<Self, String> {
        Part::new(value).map(Reply::Json)
    }

    /// The answer's text.
    pub(super) fn render(&self, asked: &Asked<'_>, found: &Found) -> Result<String, String> {
        match self {
            Reply::Text(template) if template.variables().is_empty() => render(template, Vec::new()),
            Reply::Text(template) => render(template, variables(asked, found)),
            Reply::Json(part) => Ok(part.fill(&variables(asked, found))?.to_json()),
        }
    }
}

impl Part {
    fn new(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::Text(text) => match whole_expression(text) {
                Some(expression) => Part::Expression(
                    Expression::compile(Strictness::Strict, expression).map_err(|error| error.to_string())?,
                ),
                None if text.contains('{') => Part::Text(template(text)?),
                None => Part::Plain(value.clone()),
            },
            Value::List(items) => Part::List(items.iter().map(Part::new).collect::<Result<_, _>>()?),
            Value::Map(entries) => Part::Map(
                entries
                    .iter()
                    .map(|(key, item)| Ok((Arc::clone(key), Part::new(item)?)))
                    .collect::<Result<_, String>>()?,
            ),
            plain => Part::Plain(plain.clone()),
        })
    }

    fn fill(&self, variables: &Variables) -> Result<Value, String> {
        Ok(match self {
            Part::Plain(value) => value.clone(),
            Part::Text(template) => render(template, variables.clone())?.into(),
            Part::Expression(expression) => {
                let lookup =
                    |name: &str| variables.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
                expression.evaluate(lookup).map_err(|error| error.to_string())?
            }
            Part::List(items) => {
                Value::List(Arc::new(items.iter().map(|item| item.fill(variables)).collect::<Result<_, _>>()?))
            }
            Part::Map(entries) => {
                let filled = entries.iter().map(|(key, item)| Ok((Arc::clone(key), item.fill(variables)?)));
                Value::map(filled.collect::<Result<Vec<_>, String>>()?)
            }
        })
    }
}

/// What a reply may speak of.
fn variables(asked: &Asked<'_>, found: &Found) -> Variables {
    let messages = asked
        .messages
        .iter()
        .map(|said| Value::map([("role", Value::from(said.role)), ("content", Value::from(said.content.as_ref()))]));
    let request = serde_json::Value::Object(asked.request.body.clone());
    [
        ("text", Value::from(asked.text())),
        ("messages", Value::list(messages)),
        ("match", found.to_value()),
        ("node", asked.node.into()),
        ("model", Value::from(&*asked.request.model)),
        ("request", Value::from(request)),
    ]
    .map(|(name, value)| (Arc::from(name), value))
    .to_vec()
}

fn template(source: &str) -> Result<Template, String> {
    Template::compile(&Engine::new(Strictness::Strict), "reply", source).map_err(|error| error.to_string())
}

fn render(template: &Template, variables: Variables) -> Result<String, String> {
    template.render(variables).map(|rendered| rendered.as_str().to_owned()).map_err(|error| error.to_string())
}

/// The expression, if the text is one whole `{{ … }}`.
fn whole_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let is_single = !inner.contains("{{") && !inner.contains("}}") && !inner.starts_with('-') && !inner.ends_with('-');
    is_single.then_some(inner)
}
