use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::vector::{check_lengths, cosine};

/// `vector.nearest`: the vectors most like another.
#[derive(Debug)]
pub struct VectorNearest;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The vector that is looked for.
    query: Vec<f64>,
    /// The vectors that are compared with it.
    vectors: Vec<Vec<f64>>,
    /// The most results.
    #[serde(default = "five")]
    top: usize,
}

impl TypedTool for VectorNearest {
    const NAME: &'static str = "vector.nearest";
    const SUMMARY: &'static str = "Finds the vectors most like another: a list of `index` and `score`, the best first.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "query: [1, 0]\nvectors: [[0, 1], [2, 0], [1, 1]]\ntop: 2",
        gives: r#"[{"index":1,"score":1.0},{"index":2,"score":0.7071067811865475}]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut scored = Vec::with_capacity(inputs.vectors.len());
        for (index, vector) in inputs.vectors.iter().enumerate() {
            check_lengths(&format!("vectors[{index}]"), inputs.query.len(), vector.len())?;
            scored.push((index, cosine(&inputs.query, vector)));
        }
        scored.sort_by(|(_, one), (_, two)| two.total_cmp(one));
        let found = scored.into_iter().take(inputs.top).map(|(index, score)| {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            Value::map([("index", Value::Int(index)), ("score", score.into())])
        });
        Ok(Value::list(found))
    }
}

fn five() -> usize {
    5
}
