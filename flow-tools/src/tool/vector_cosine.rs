use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::vector::{check_lengths, cosine};

/// `vector.cosine`: how alike two vectors are.
#[derive(Debug)]
pub struct VectorCosine;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The one vector: a list of numbers, as an embedding is.
    a: Vec<f64>,
    /// The other vector.
    b: Vec<f64>,
}

impl TypedTool for VectorCosine {
    const NAME: &'static str = "vector.cosine";
    const SUMMARY: &'static str = "Gives the cosine similarity of two vectors, from -1 to 1.";
    const OUTPUT: Ty = Ty::Double;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "a: [1, 0]\nb: [1, 1]", gives: "0.7071067811865475" });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        check_lengths("b", inputs.a.len(), inputs.b.len())?;
        Ok(cosine(&inputs.a, &inputs.b).into())
    }
}
