use std::sync::Arc;

use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use indexmap::IndexMap;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers of 64 bits.
    Int,
    /// Numbers.
    Float,
    /// Truth values.
    Bool,
    /// Texts.
    Text,
    /// Anything, as JSON text.
    Json,
}

impl ColumnKind {
    /// The kind that a declared type of the language begins with; `None` where only the values tell.
    #[must_use]
    pub fn of_type(ty: Ty) -> Option<Self> {
        match ty {
            Ty::Int => Some(ColumnKind::Int),
            Ty::Double => Some(ColumnKind::Float),
            Ty::Bool => Some(ColumnKind::Bool),
            Ty::String => Some(ColumnKind::Text),
            Ty::List | Ty::Object | Ty::Image => Some(ColumnKind::Json),
            _ => None,
        }
    }

    /// The kind of a value; `None` for null.
    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(ColumnKind::Bool),
            Value::Int(_) => Some(ColumnKind::Int),
            Value::Float(_) => Some(ColumnKind::Float),
            Value::Text(_) | Value::Object(_) => Some(ColumnKind::Text),
            Value::List(_) | Value::Map(_) | Value::Image(_) => Some(ColumnKind::Json),
        }
    }
}

/// The columns of a table, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    columns: IndexMap<Arc<str>, ColumnKind>,
}

impl Schema {
    /// The names and kinds of the columns, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, ColumnKind)> {
        self.columns.iter().map(|(name, kind)| (name, *kind))
    }

    /// The values of a row in the order of the columns.
    ///
    /// # Errors
    /// The name of a value that has no column.
    pub(super) fn cells(&self, row: &Map) -> Result<Vec<Value>, Arc<str>> {
        match row.keys().find(|name| !self.columns.contains_key(*name)) {
            Some(name) => Err(Arc::clone(name)),
            None => Ok(self.columns.keys().map(|name| row.get(name).cloned().unwrap_or_default()).collect()),
        }
    }
}

/// Finds the schema of rows that it is shown one by one. Only names are held.
#[derive(Debug, Clone, Default)]
pub struct SchemaBuilder {
    columns: IndexMap<Arc<str>, Seen>,
    rows: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    kind: Option<ColumnKind>,
    /// The first row that has it, and where in the row; `None` if it was declared.
    first: Option<(u64, usize)>,
    /// Whether a whole number was seen that a float does not hold exactly.
    has_large: bool,
}

/// Up to here floats hold each whole number.
const EXACT: u64 = 1 << 53;

impl SchemaBuilder {
    /// Adds a column before its values are seen: it comes in this place, also if no row has it. Without a kind, its values
    /// tell.
    pub fn declare(&mut self, name: impl Into<Arc<str>>, kind: Option<ColumnKind>) {
        self.columns.entry(name.into()).or_default().kind = kind;
    }

    /// Looks at the next row.
    pub fn observe(&mut self, row: &Map) {
        self.observe_at(self.rows, row);
        self.rows += 1;
    }

    /// Looks at a row whose number is known. Rows may come in any order: the schema is that of their order by number.
    pub fn observe_at(&mut self, number: u64, row: &Map) {
        for (place, (name, value)) in row.iter().enumerate() {
            let at = Some((number, place));
            match self.columns.get_mut(name) {
                Some(seen) => {
                    seen.widen(value);
                    // Declared columns have no number, and nothing is less than none.
                    seen.first = seen.first.min(at);
                }
                None => {
                    let mut seen = Seen { first: at, ..Seen::default() };
                    seen.widen(value);
                    self.columns.insert(Arc::clone(name), seen);
                }
            }
        }
    }

    /// The schema of all that was seen: declared columns as they were declared, the others as they came first.
    #[must_use]
    pub fn finish(mut self) -> Schema {
        self.columns.sort_by(|_, one, _, other| one.first.cmp(&other.first));
        let kind = |seen: Seen| seen.kind.unwrap_or(ColumnKind::Text);
        Schema { columns: self.columns.into_iter().map(|(name, seen)| (name, kind(seen))).collect() }
    }
}

impl Seen {
    fn widen(&mut self, value: &Value) {
        let Some(found) = ColumnKind::of_value(value) else { return };
        self.has_large |= matches!(value, Value::Int(number) if number.unsigned_abs() > EXACT);
        self.kind = Some(match (self.kind, found) {
            (None, found) => found,
            (Some(kind), found) if kind == found && kind != ColumnKind::Float => kind,
            (Some(ColumnKind::Int | ColumnKind::Float), ColumnKind::Int | ColumnKind::Float) if !self.has_large => {
                ColumnKind::Float
            }
            (Some(ColumnKind::Float), ColumnKind::Float) if !self.has_large => ColumnKind::Float,
            _ => ColumnKind::Json,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(declared: Option<ColumnKind>, values: &str) -> ColumnKind {
        let mut builder = SchemaBuilder::default();
        builder.declare("a", declared);
        for value in Value::from_json(values).unwrap().as_list().unwrap() {
            builder.observe(&Map::from_iter([(Arc::from("a"), value.clone())]));
        }
        builder.finish().columns["a"]
    }

    #[test]
    fn columns_come_in_the_order_of_the_rows_not_of_looking() {
        let row = |names: &[&str]| names.iter().map(|name| (Arc::from(*name), Value::Int(1))).collect::<Map>();
        let mut builder = SchemaBuilder::default();
        builder.declare("z", Some(ColumnKind::Text));
        builder.observe_at(2, &row(&["c", "b", "z"]));
        builder.observe_at(0, &row(&["b", "a"]));
        builder.observe_at(1, &row(&["d", "a"]));
        let names: Vec<_> = builder.finish().columns().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["z", "b", "a", "d", "c"]);
    }

    #[test]
    fn a_column_is_as_narrow_as_its_values_allow() {
        use ColumnKind::{Bool, Float, Int, Json, Text};
        for (declared, values, expected) in [
            (None, "[1, null, 2]", Int),
            (None, "[1, 2.5]", Float),
            (None, "[2.5, 1]", Float),
            (None, "[true, null]", Bool),
            (None, "[\"a\", null]", Text),
            (None, "[null]", Text),
            (None, "[]", Text),
            (None, "[{\"x\": 1}, null]", Json),
            (None, "[1, \"a\"]", Json),
            (None, "[true, 1]", Json),
            (None, "[9007199254740993, 2]", Int),
            (None, "[9007199254740993, 2.5]", Json),
            (None, "[2.5, 9007199254740993]", Json),
            (Some(Float), "[1]", Float),
            (Some(Float), "[9007199254740993]", Json),
            (Some(Int), "[1.5]", Float),
            (Some(Int), "[\"a\"]", Json),
            (Some(Json), "[\"a\"]", Json),
            (Some(Text), "[]", Text),
        ] {
            assert_eq!(kind(declared, values), expected, "{declared:?} {values}");
        }
    }
}
