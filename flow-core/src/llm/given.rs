use std::sync::Arc;

use serde_json::Value as Json;

use super::{LlmError, Parameter, Target};
use crate::model::Dialect;
use crate::ty::coerce;
use crate::value::Value;

/// The request parameters of a node with their values. Nulls and empty texts count as not given.
pub(super) struct Given<'a> {
    values: Vec<(&'static Parameter, &'a Value)>,
}

impl<'a> Given<'a> {
    pub(super) fn new(target: &'a Target, arguments: &'a [(Arc<str>, Value)]) -> Self {
        let is_given = |value: &Value| !value.is_null() && value.as_str() != Some("");
        let own = target.overrides.iter().map(|(parameter, value)| (*parameter, value));
        let is_own = |name: &str| target.overrides.iter().any(|(parameter, _)| parameter.name == name);
        let shared = target.parameters.iter().filter(|slot| !is_own(slot.parameter.name));
        let shared = shared.filter_map(|slot| Some((slot.parameter, &arguments.get(slot.argument)?.1)));
        Self { values: own.chain(shared).filter(|(_, value)| is_given(value)).collect() }
    }

    /// The value of a parameter, brought to its type.
    pub(super) fn get(&self, name: &'static str) -> Result<Option<Json>, LlmError> {
        let Some((parameter, value)) = self.values.iter().find(|(known, _)| known.name == name) else {
            return Ok(None);
        };
        let coerced =
            coerce(parameter.ty, value).map_err(|error| LlmError::Parameter { name, message: error.to_string() })?;
        Ok(Some(coerced.to_serde()))
    }

    /// As [`Given::get`]; an empty list or mapping counts as not given.
    pub(super) fn filled(&self, name: &'static str) -> Result<Option<Json>, LlmError> {
        Ok(self.get(name)?.filter(|value| match value {
            Json::Array(items) => !items.is_empty(),
            Json::Object(entries) => !entries.is_empty(),
            _ => true,
        }))
    }

    /// What the model is called. It is the empty text where OpenAI is given none, as promptflow sends it.
    pub(super) fn model(&self, dialect: Dialect) -> Result<Json, LlmError> {
        match self.get(dialect.model_parameter())? {
            Some(model) => Ok(model),
            None if dialect == Dialect::Azure => Err(LlmError::NoDeployment),
            None => Ok(Json::from("")),
        }
    }
}
