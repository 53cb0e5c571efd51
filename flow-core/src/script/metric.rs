use std::sync::Arc;

use crate::value::{Map, Value};

/// A metric that code logged.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: Arc<str>,
    /// Its value, a number where all is well.
    pub value: Value,
    /// The variant that it is about.
    pub variant: Option<Arc<str>>,
}

impl Metric {
    /// Puts it among the metrics of a run: the last value of a name stands, and those of variants lie below the name (spec
    /// section 3.4).
    pub fn add_to(self, metrics: &mut Map) {
        let Some(variant) = self.variant else {
            metrics.insert(self.name, self.value);
            return;
        };
        let mut variants = metrics.get(&self.name).and_then(Value::as_map).cloned().unwrap_or_default();
        variants.insert(variant, self.value);
        metrics.insert(self.name, Value::Map(Arc::new(variants)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_stands_and_variants_lie_below_their_metric() {
        let metric = |name: &str, value: i64, variant: Option<&str>| Metric {
            name: Arc::from(name),
            value: Value::Int(value),
            variant: variant.map(Arc::from),
        };
        let mut metrics = Map::new();
        for logged in [metric("a", 1, None), metric("a", 2, None), metric("b", 3, Some("x")), metric("b", 4, Some("y"))]
        {
            logged.add_to(&mut metrics);
        }
        assert_eq!(Value::Map(Arc::new(metrics)).to_json(), r#"{"a":2,"b":{"x":3,"y":4}}"#);
    }
}
