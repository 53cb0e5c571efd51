use std::cell::OnceCell;
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

/// What the templates of a rule may speak of. Made when the first one asks.
pub(super) struct Variables<'a> {
    asked: &'a Asked<'a>,
    found: &'a Found,
    values: OnceCell<Vec<(Arc<str>, Value)>>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(asked: &'a Asked<'a>, found: &'a Found) -> Self {
        Self { asked, found, values: OnceCell::new() }
    }

    fn values(&self) -> &Vec<(Arc<str>, Value)> {
        self.values.get_or_init(|| variables(self.asked, self.found))
    }

    /// Fills a template.
    pub(super) fn print(&self, template: &Template) -> Result<String, String> {
        let values = if template.variables().is_empty() { Vec::new() } else { self.values().clone() };
        template.render(values).map(|rendered| rendered.as_str().to_owned()).map_err(|error| error.to_string())
    }
}

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
    pub(super) fn render(&self, variables: &Variables<'_>) -> Result<String, String> {
        match self {
            Reply::Text(template) => variables.print(template),
            Reply::Json(part) => Ok(part.fill(variables)?.to_json()),
        }
    }
}

impl Part {
    pub(super) fn new(value: &Value) -> Result<Self, String> {
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

    pub(super) fn fill(&self, variables: &Variables<'_>) -> Result<Value, String> {
        Ok(match self {
            Part::Plain(value) => value.clone(),
            Part::Text(template) => variables.print(template)?.into(),
            Part::Expression(expression) => {
                let values = variables.values();
                let lookup =
                    |name: &str| values.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
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

fn variables(asked: &Asked<'_>, found: &Found) -> Vec<(Arc<str>, Value)> {
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
        ("api", asked.request.api.name().into()),
        ("images", Value::list(asked.images.iter().map(|image| Value::from(*image)))),
        ("tools", Value::list(asked.tools().map(|tool| Value::from(tool.name)))),
        ("request", Value::from(request)),
    ]
    .map(|(name, value)| (Arc::from(name), value))
    .to_vec()
}

pub(super) fn template(source: &str) -> Result<Template, String> {
    Template::compile(&Engine::new(Strictness::Strict), "reply", source).map_err(|error| error.to_string())
}

/// The expression, if the text is one whole `{{ … }}`.
fn whole_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let is_single = !inner.contains("{{") && !inner.contains("}}") && !inner.starts_with('-') && !inner.ends_with('-');
    is_single.then_some(inner)
}
