//! Bringing a given value to a declared type, as promptflow does (spec section 2.3).

use super::Ty;
use crate::template::python_str;
use crate::value::Value;

/// Brings a value to a type.
///
/// `int` and `double` read text as Python's `int()` and `float()` do, `bool` takes only the words true and false,
/// `string` prints whatever it is given as Python prints it, `list` reads JSON text, `object` reads JSON text where
/// it can and keeps the text where it cannot. All other types take any value.
///
/// # Errors
/// A value that does not fit.
pub fn coerce(ty: Ty, value: &Value) -> Result<Value, CoerceError> {
    let misfit = || CoerceError::Misfit { ty, found: value.kind() };
    match ty {
        Ty::Int => int(value).map(Value::Int).ok_or_else(misfit),
        Ty::Double => double(value).map(Value::Float).ok_or_else(misfit),
        Ty::Bool => bool(value).map(Value::Bool).ok_or_else(misfit),
        Ty::String => Ok(match value {
            Value::Text(_) => value.clone(),
            other => Value::from(python_str(other)),
        }),
        Ty::List => list(value),
        Ty::Object => Ok(value.as_str().and_then(|text| Value::from_json(text).ok()).unwrap_or_else(|| value.clone())),
        Ty::Image | Ty::Secret | Ty::PromptTemplate | Ty::FilePath | Ty::AssistantDefinition | Ty::Any => {
            Ok(value.clone())
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Int(number) => Some(*number),
        Value::Float(number) if number.is_finite() && number.abs() < 9.2e18 => Some(number.trunc() as i64),
        Value::Text(text) => python_digits(text)?.parse().ok(),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Text(text) => {
            let text = python_digits(text)?;
            // Rust also reads a lone "." sign mix that Python refuses; both refuse the empty text.
            text.parse().ok()
        }
        _ => value.as_float(),
    }
}

fn bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn list(value: &Value) -> Result<Value, CoerceError> {
    let read = match value {
        Value::Text(text) => {
            Value::from_json(text).map_err(|error| CoerceError::NotJson { ty: Ty::List, message: error.to_string() })?
        }
        other => other.clone(),
    };
    match read {
        Value::List(_) => Ok(read),
        other => Err(CoerceError::Misfit { ty: Ty::List, found: other.kind() }),
    }
}

/// The text without surrounding white space and without underscores between digits, as Python reads numbers;
/// `None` where an underscore stands elsewhere.
fn python_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let between_digits =
        |at: usize| at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'_' && !between_digits(at)) {
        return None;
    }
    Some(text.replace('_', ""))
}

/// A value that does not fit its declared type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoerceError {
    /// It is of another kind, or its text is not of the type's form.
    #[error("expected {ty}, found {found}")]
    Misfit {
        /// What is declared.
        ty: Ty,
        /// The kind of value that was given.
        found: &'static str,
    },
    /// Text that stands for a list is not JSON.
    #[error("expected {ty} as JSON text: {message}")]
    NotJson {
        /// What is declared.
        ty: Ty,
        /// What is wrong with the text.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coerced(ty: Ty, json: &str) -> Option<String> {
        coerce(ty, &Value::from_json(json).unwrap()).ok().map(|value| value.to_json())
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (ty, given, expected) in [
            (Ty::Int, "3.7", Some("3")),
            (Ty::Int, "true", Some("1")),
            (Ty::Int, "\" 4 \"", Some("4")),
            (Ty::Int, "\"1_000\"", Some("1000")),
            (Ty::Int, "\"+5\"", Some("5")),
            (Ty::Int, "\"3.7\"", None),
            (Ty::Int, "\"1__0\"", None),
            (Ty::Int, "null", None),
            (Ty::Double, "\"1e3\"", Some("1000.0")),
            (Ty::Double, "2", Some("2.0")),
            (Ty::Double, "\"x\"", None),
            (Ty::Bool, "\"FALSE\"", Some("false")),
            (Ty::Bool, "1", None),
        ] {
            assert_eq!(coerced(ty, given).as_deref(), expected, "{ty} from {given}");
        }
    }

    #[test]
    fn lists_must_be_lists_but_objects_may_stay_text() {
        assert_eq!(coerced(Ty::List, "\"[1]\"").as_deref(), Some("[1]"));
        assert_eq!(coerced(Ty::List, "\"{}\""), None);
        assert_eq!(coerced(Ty::List, "\"a,b\""), None);
        assert_eq!(coerced(Ty::Object, "\"{\\\"a\\\": 1}\"").as_deref(), Some("{\"a\":1}"));
        assert_eq!(coerced(Ty::Object, "\"x\"").as_deref(), Some("\"x\""));
        assert_eq!(coerced(Ty::String, "null").as_deref(), Some("\"None\""));
    }
}
