use flow_core::plan::{Plan, PlanInput};
use flow_core::ty::Ty;
use serde_json::{Map, Value as Json, json};

use crate::endpoint::{Endpoint, Shown};

/// The inputs as the typed faces take them. With `required`, those without a default must be there.
pub(super) fn inputs(plan: &Plan, required: bool) -> Json {
    let mut schema = object(plan.inputs.iter().map(|input| (&*input.name, described(input, input_type(input)))));
    schema["additionalProperties"] = json!(false);
    if required {
        require(plan, &mut schema);
    }
    schema
}

/// The inputs as promptflow's face takes them: what can be brought to the types.
pub(super) fn loose_inputs(plan: &Plan) -> Json {
    let mut schema = object(plan.inputs.iter().map(|input| (&*input.name, described(input, loose_type(input.ty)))));
    require(plan, &mut schema);
    schema
}

/// The outputs. A node that did not run leaves null.
pub(super) fn outputs(plan: &Plan, shown: &Shown) -> Json {
    object(shown.of(plan).map(|output| {
        let mut schema = match json_type(output.ty) {
            Some(name) => json!({ "type": [name, "null"] }),
            None => json!({}),
        };
        if !output.description.is_empty() {
            schema["description"] = json!(output.description);
        }
        (&*output.name, schema)
    }))
}

/// Examples of inputs, by name: the sample beside the flow, and what it runs with where nothing is given.
pub(super) fn examples(endpoint: &Endpoint) -> Json {
    let plan = endpoint.plan();
    let known = |name: &str| plan.input(name).is_some_and(|(_, input)| input.ty != Ty::Secret);
    let mut examples = Map::new();
    let sample = endpoint.sample.as_ref().and_then(Json::as_object).cloned();
    let sample = sample.or_else(|| plan.sample().and_then(|sample| json!(sample).as_object().cloned()));
    if let Some(mut sample) = sample {
        sample.retain(|name, _| known(name));
        examples.insert("sample".into(), json!({ "summary": "The flow's sample", "value": sample }));
    }
    let value = |input: &PlanInput| input.default.as_ref().map_or_else(|| placeholder(input.ty), |value| json!(value));
    let defaults: Map<String, Json> = plan
        .inputs
        .iter()
        .filter(|input| input.ty != Ty::Secret || input.default.is_none())
        .map(|input| (input.name.to_string(), value(input)))
        .collect();
    let summary = match plan.inputs.iter().all(|input| input.default.is_some()) {
        true => "What the flow runs with where nothing is given",
        false => "The defaults, and something in the place of what must be given",
    };
    examples.insert("defaults".into(), json!({ "summary": summary, "value": defaults }));
    Json::Object(examples)
}

/// A value of a type, for inputs without a default.
fn placeholder(ty: Ty) -> Json {
    match ty {
        Ty::Int => json!(1),
        Ty::Double => json!(1.5),
        Ty::Bool => json!(true),
        Ty::List => json!([]),
        Ty::Object | Ty::AssistantDefinition => json!({}),
        Ty::Image => json!({ "data:image/png;url": "https://example.com/picture.png" }),
        _ => json!("text"),
    }
}

pub(super) fn object<'n>(properties: impl Iterator<Item = (&'n str, Json)>) -> Json {
    let properties: Map<String, Json> = properties.map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "properties": properties })
}

fn require(plan: &Plan, schema: &mut Json) {
    let required: Vec<&str> =
        plan.inputs.iter().filter(|input| input.default.is_none()).map(|input| &*input.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
}

/// A schema with what the flow says of the input.
fn described(input: &PlanInput, mut schema: Json) -> Json {
    if !input.description.is_empty() {
        schema["description"] = json!(input.description);
    }
    if let Some(default) = input.default.as_ref().filter(|_| input.ty != Ty::Secret) {
        schema["default"] = json!(default);
    }
    schema
}

/// The values that an input takes.
fn input_type(input: &PlanInput) -> Json {
    match input.ty {
        Ty::Int => whole(),
        Ty::Secret => json!({ "type": "string", "format": "password", "writeOnly": true }),
        Ty::Image => picture(),
        Ty::AssistantDefinition => json!({ "type": ["string", "object"] }),
        ty => json_type(ty).map_or_else(|| json!({}), |name| json!({ "type": name })),
    }
}

fn whole() -> Json {
    json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX })
}

fn picture() -> Json {
    json!({
        "anyOf": [
            { "type": "string", "description": "An address, or a picture in base64." },
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "patternProperties": { "^data:image/[^;]+;(base64|url|path)$": { "type": "string" } },
                "additionalProperties": false,
            },
        ],
    })
}

/// The values that can be brought to a type (as promptflow does).
fn loose_type(ty: Ty) -> Json {
    match ty {
        Ty::Int => json!({
            "anyOf": [
                { "type": "number", "minimum": -9.2e18, "maximum": 9.2e18 },
                { "type": "boolean" },
                { "type": "string", "pattern": "^[+-]?[0-9]{1,18}$" },
            ],
        }),
        Ty::Double => json!({
            "anyOf": [{ "type": ["number", "boolean"] }, { "type": "string", "pattern": "^[+-]?[0-9]{1,300}(\\.[0-9]+)?$" }],
        }),
        Ty::Bool => json!({ "enum": [true, false, "true", "false", "True", "False"] }),
        Ty::List => json!({ "type": "array" }),
        Ty::Image => picture(),
        _ => json!({}),
    }
}

/// The name of a type in JSON Schema; `None` where it may be anything.
pub(super) fn json_type(ty: Ty) -> Option<&'static str> {
    match ty {
        Ty::Int => Some("integer"),
        Ty::Double => Some("number"),
        Ty::Bool => Some("boolean"),
        Ty::List => Some("array"),
        Ty::Object => Some("object"),
        Ty::String | Ty::Secret | Ty::PromptTemplate | Ty::FilePath => Some("string"),
        Ty::Image | Ty::AssistantDefinition | Ty::Any => None,
    }
}
