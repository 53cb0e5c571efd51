use std::sync::Arc;

use flow_core::run::RowRecord;
use flow_core::value::{Map, Value};

/// What stands in the place of what is not kept.
const REDACTED: &str = "[redacted]";

/// A value that is not kept: `inputs.email`, `outputs.reply`, `inputs.user.name` or `feedback`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redact {
    place: Place,
    path: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inputs,
    Outputs,
    Feedback,
}

impl Redact {
    /// Reads a path.
    ///
    /// # Errors
    /// If it begins with neither of the rooms of a row.
    pub fn read(text: &str) -> Result<Self, RedactError> {
        let mut parts = text.split('.').map(str::to_owned);
        let place = match parts.next().as_deref() {
            Some("inputs") => Place::Inputs,
            Some("outputs") => Place::Outputs,
            Some("feedback") => Place::Feedback,
            _ => return Err(RedactError { text: text.to_owned() }),
        };
        let path: Vec<String> = parts.collect();
        if path.iter().any(String::is_empty) {
            return Err(RedactError { text: text.to_owned() });
        }
        Ok(Self { place, path })
    }

    /// The first part of the path of an input, or of an output.
    #[must_use]
    pub fn name(&self) -> Option<(bool, &str)> {
        match self.place {
            Place::Inputs => Some((true, self.path.first()?)),
            Place::Outputs => Some((false, self.path.first()?)),
            Place::Feedback => None,
        }
    }

    /// Takes it out of a row. Messages of errors may quote any value, so that they go as well.
    pub(super) fn row(&self, row: &mut RowRecord) {
        match self.place {
            Place::Inputs => hide_in(&mut row.inputs, &self.path),
            Place::Outputs => hide_in(&mut row.outputs, &self.path),
            Place::Feedback => return,
        }
        let errors = row.calls.iter_mut().filter_map(|call| call.error.as_mut());
        for error in row.error.iter_mut().chain(errors) {
            REDACTED.clone_into(&mut error.message);
        }
        row.nodes.clear();
    }

    /// Takes it out of feedback.
    pub(super) fn feedback(&self, value: &mut Value) {
        if self.place == Place::Feedback {
            *value = hidden(value, &self.path);
        }
    }
}

fn hide_in(map: &mut Map, path: &[String]) {
    match path {
        [] => map.values_mut().for_each(|value| *value = Value::from(REDACTED)),
        [name, rest @ ..] => {
            if let Some(value) = map.get_mut(name.as_str()) {
                *value = hidden(value, rest);
            }
        }
    }
}

/// The value without what lies at the path; of a list, without that of each item.
fn hidden(value: &Value, path: &[String]) -> Value {
    match (path, value) {
        ([], _) => Value::from(REDACTED),
        (_, Value::List(items)) => Value::list(items.iter().map(|item| hidden(item, path))),
        (_, Value::Map(map)) => {
            let mut map = Map::clone(map);
            hide_in(&mut map, path);
            Value::Map(Arc::new(map))
        }
        // A text may hold what the path means.
        _ => Value::from(REDACTED),
    }
}

/// A text that names nothing that is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names nothing that is kept; write inputs.NAME, outputs.NAME or feedback, with further names behind points"
)]
pub struct RedactError {
    /// What was written.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use flow_core::run::{ErrorEntry, RowKey};

    use super::*;

    fn row() -> RowRecord {
        let json = r#"{"user": {"name": "Ada", "ids": [{"mail": "a@b"}, {"mail": "c@d"}]}, "plain": "text"}"#;
        let Ok(Value::Map(inputs)) = Value::from_json(json) else { panic!("a map") };
        let error = ErrorEntry { code: "input-invalid".into(), message: "`Ada` does not fit".into(), node: None };
        RowRecord::of_problem(RowKey { line: 0, variant: 0, repeat: 0 }, error, Map::clone(&inputs))
    }

    #[test]
    fn paths_are_taken_out_at_any_depth_and_in_lists() {
        let inputs = |path: &str| {
            let mut row = row();
            Redact::read(path).expect("a path").row(&mut row);
            assert_eq!(row.error.expect("an error").message, REDACTED);
            serde_json::to_string(&row.inputs).expect("it is JSON")
        };
        insta::assert_snapshot!(
            [
                "inputs.user.name",
                "inputs.user.ids.mail",
                "inputs.user",
                "inputs",
                "inputs.plain.deeper",
                "inputs.absent"
            ]
            .map(|path| format!("{path}: {}", inputs(path)))
            .join("\n")
        );
        for wrong in ["", "input.x", "inputs.", "inputs..x", "nodes.x"] {
            assert!(Redact::read(wrong).is_err(), "{wrong}");
        }
    }
}
