use flow_core::diag::nearest;
use flow_core::template::{Expression, Strictness};
use flow_core::value::Value;

use super::error::DataError;
use super::{Place, Row};

/// A condition on rows.
#[derive(Debug)]
pub(super) struct Filter {
    expression: Expression,
    /// Names that are looked up, until they were compared with the columns of the first row.
    unchecked: Vec<String>,
}

impl Filter {
    pub(super) fn compile(text: &str) -> Result<Self, DataError> {
        let expression = Expression::compile(Strictness::Compatible, text).map_err(|error| {
            let column =
                error.range.as_ref().and_then(|range| text.get(..range.start)).map(|before| before.chars().count() + 1);
            let at = column.map(|column| format!(" at character {column}")).unwrap_or_default();
            let help =
                error.help.unwrap_or_else(|| "an expression is like `label == \"bug\" and length < 100`".to_owned());
            DataError::selection(format!("the filter `{text}`: {}{at}", error.message), help)
        })?;
        let unchecked = expression.names().iter().map(|name| name.root().to_owned()).collect();
        Ok(Self { expression, unchecked })
    }

    pub(super) fn text(&self) -> &str {
        self.expression.text()
    }

    /// The names of columns that it looks at.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.expression.names().iter().filter_map(|name| match name.segments.as_slice() {
            [root] if root == "data" => None,
            [root, column, ..] if root == "data" => Some(column.as_str()),
            [root, ..] => Some(root.as_str()),
            [] => None,
        })
    }

    /// Whether a row is taken.
    pub(super) fn takes(&mut self, row: &Row) -> Result<bool, DataError> {
        self.check_names(row)?;
        let whole = || Value::map(row.values.iter().map(|(name, value)| (name.clone(), value.clone())));
        let lookup = |name: &str| if name == "data" { Some(whole()) } else { row.values.get(name).cloned() };
        self.expression.is_met(lookup).map_err(|error| {
            let place: Place = row.place.clone();
            let help = error.help.unwrap_or_else(|| {
                "see that the values of all rows are of the same type, or ask `… is defined`".to_owned()
            });
            DataError::broken(place, format!("the filter `{}` fails for this row: {}", self.text(), error.message))
                .with_help(help)
        })
    }

    /// A name that the first row lacks may be a column of later rows, unless it looks like a slip.
    fn check_names(&mut self, first: &Row) -> Result<(), DataError> {
        for name in std::mem::take(&mut self.unchecked) {
            if name == "data" || first.values.contains_key(&*name) {
                continue;
            }
            if let Some(meant) = nearest(&name, first.values.keys().map(|column| &**column)) {
                let message =
                    format!("the filter `{}` looks at `{name}`, which the first row does not have", self.text());
                let help = format!("did you mean `{meant}`? If it is a column of later rows, write data[\"{name}\"]");
                return Err(DataError::selection(message, help));
            }
        }
        Ok(())
    }
}
