//! The inputs of a run: defaults first, then coercion (spec section 2.3). Inputs that the flow does not declare are
//! left out.

use std::fmt;
use std::sync::Arc;

use crate::image::{self, ImageError};
use crate::plan::{Plan, PlanInput};
use crate::project::ProjectFiles;
use crate::ty::{CoerceError, Ty, coerce};
use crate::value::{Map, Value};

/// Who gives inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Giver {
    /// A row of data, or the user: mappings that stand for pictures are read, at any depth.
    Row,
    /// A node of the calling flow. Its mappings may come from a model, which names no file.
    Node,
}

/// The values of the flow's inputs, by their index.
pub(crate) fn prepare(plan: &Plan, given: &Map, giver: Giver) -> Result<Box<[Value]>, InputError> {
    let given = plan.sample().filter(|_| given.is_empty() && giver == Giver::Row).unwrap_or(given);
    let missing: Vec<Arc<str>> = plan
        .inputs
        .iter()
        .filter(|input| input.default.is_none() && !given.contains_key(&input.name))
        .map(|input| Arc::clone(&input.name))
        .collect();
    if !missing.is_empty() {
        return Err(InputError::Missing { names: Names(missing) });
    }
    plan.inputs
        .iter()
        .map(|input| {
            let value = given.get(&input.name).or(input.default.as_ref()).unwrap_or(&Value::Null);
            // A prompty takes a text that names a picture for one, whatever it declares.
            if plan.prompty.is_some() && giver == Giver::Row && image::is_written(value) {
                let picture = PlanInput { ty: Ty::Image, ..input.clone() };
                return coerce_input(&picture, value, &plan.files, giver);
            }
            coerce_input(input, value, &plan.files, giver)
        })
        .collect()
}

/// One input, brought to its declared type, its pictures read. What comes in is data: nothing of it counts as the
/// author's text.
pub(crate) fn coerce_input(
    input: &PlanInput,
    value: &Value,
    files: &ProjectFiles,
    giver: Giver,
) -> Result<Value, InputError> {
    if input.is_optional && value.is_null() {
        return Ok(Value::Null);
    }
    let PlanInput { name, ty, message_format, .. } = input;
    let ty = *ty;
    let picture = |source: ImageError| InputError::Picture { name: Arc::clone(name), source };
    match coerce(ty, value) {
        Ok(value) if ty == Ty::Image => image::load(&value, files).map_err(picture),
        Ok(value) if giver == Giver::Row && matches!(ty, Ty::List | Ty::Object) => {
            image::load_inside(&value, *message_format, files).map(|value| value.without_origin()).map_err(picture)
        }
        Ok(value) => Ok(value.without_origin()),
        Err(source) => Err(InputError::Misfit { name: Arc::clone(name), ty, found: value.to_json().into(), source }),
    }
}

/// The inputs by name.
pub(super) fn named(plan: &Plan, values: &[Value]) -> Map {
    plan.inputs.iter().zip(values).map(|(input, value)| (Arc::clone(&input.name), value.clone())).collect()
}

/// Inputs that a flow cannot run with.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InputError {
    /// Required inputs are not given.
    #[error("{names} not given, and there is no default")]
    Missing {
        /// Their names, in the order of the flow file.
        names: Names,
    },
    /// A value does not fit its declared type.
    #[error("input `{name}`: {source}: {}; change the value, or the input's `type` ({ty})", Excerpt(.found))]
    Misfit {
        /// The input.
        name: Arc<str>,
        /// Its declared type.
        ty: Ty,
        /// What was given, as JSON.
        found: Arc<str>,
        /// How it does not fit.
        source: CoerceError,
    },
    /// A picture cannot be had.
    #[error("input `{name}`: {source}")]
    Picture {
        /// The input.
        name: Arc<str>,
        /// Why.
        source: ImageError,
    },
}

impl InputError {
    /// A short name of the kind of error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            InputError::Missing { .. } => "input-missing",
            InputError::Misfit { .. } | InputError::Picture { .. } => "input-invalid",
        }
    }
}

/// Names of inputs, as a message lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<Arc<str>>);

impl fmt::Display for Names {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.len() == 1 { "input" } else { "inputs" })?;
        for (position, name) in self.0.iter().enumerate() {
            write!(formatter, "{} `{name}`", if position == 0 { "" } else { "," })?;
        }
        formatter.write_str(if self.0.len() == 1 { " is" } else { " are" })
    }
}

/// The start of a value that may be long.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 60;
        match self.0.char_indices().nth(SHOWN) {
            None => write!(formatter, "`{}`", self.0),
            Some((end, _)) => write!(formatter, "`{}…`", &self.0[..end]),
        }
    }
}
