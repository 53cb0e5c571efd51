use std::sync::Arc;

use super::LlmOp;
use crate::template::{Rendered, TemplateError};
use crate::value::{Text, Value, python_str};

impl LlmOp {
    /// The prompt: what the argument gives that stands for it, else the template with its variables.
    pub(super) fn render(&self, arguments: &[(Arc<str>, Value)]) -> Result<Rendered, TemplateError> {
        match self.prompt.and_then(|position| arguments.get(position)) {
            Some((_, Value::Text(text))) => return Ok(Rendered::from(text)),
            // Null where the node that it comes from was bypassed: then promptflow takes the template.
            Some((_, Value::Null)) | None => {}
            Some((_, other)) => return Ok(Rendered::from(&Text::from(python_str(other)))),
        }
        let Some(template) = &self.template else { return Ok(Rendered::from(&Text::from(""))) };
        let is_variable = |position: usize| {
            self.prompt != Some(position) && self.target.parameters.iter().all(|slot| slot.argument != position)
        };
        let variables = arguments.iter().enumerate().filter(|(position, _)| is_variable(*position));
        template.render_with(variables.map(|(_, argument)| argument.clone()).collect(), self.lists)
    }
}
