use serde_json::{Value as Json, json};

use super::{behaviour, flag, interpreter, mapping, named, shared, text, words};

/// What `type` may be.
const KINDS: &[(&str, &str)] = &[
    ("llm", "calls a model"),
    ("prompt", "renders a template to text"),
    ("tool", "calls a built-in tool"),
    ("flow", "runs another flow"),
    ("python", "calls a function of Python code, in a sandbox"),
    ("prompty", "asks the model of a .prompty file"),
    ("custom_llm", "calls promptflow's package tool that takes a prompt"),
];

/// A node, and the partial nodes of its variants.
pub(super) fn definitions() -> Vec<(&'static str, Json)> {
    let mut keys = keys();
    let body = mapping("The node in this variant, as a whole, without its name.", &keys, &[]);
    let mut partial: Vec<(&str, Json)> =
        keys.iter().map(|(key, schema)| (*key, json!({ "anyOf": [schema, { "type": ["object", "null"] }] }))).collect();
    partial.push(("description", text("For people.")));
    let overlay = mapping("What differs from the node; null takes a key away.", &partial, &[]);
    keys.insert(0, ("name", text("The node's name, by which references find it.")));
    keys.push(("use_variants", flag("The node's body comes from `node_variants`.")));
    keys.push((
        "variants",
        named(
            shared("overlay"),
            "Alternatives of the node by name, each with what differs \
    only.",
        ),
    ));
    let mut node = mapping("A node: one step of the flow.", &keys, &["name"]);
    if let Some(node) = node.as_object_mut() {
        node.insert("allOf".to_owned(), rules());
    }
    vec![("node", node), ("body", body), ("overlay", overlay), ("package_tool", package_tool())]
}

/// What each kind of node needs.
fn rules() -> Json {
    let of = |kinds: &[&str]| json!({ "properties": { "type": { "enum": kinds } }, "required": ["type"] });
    let templated = json!({ "oneOf": [{ "required": ["prompt"] }, { "required": ["source"] }] });
    let other_flow = json!({ "anyOf": [{ "required": ["flow"] }, { "required": ["source"] }] });
    let prompty_file = json!({ "anyOf": [{ "required": ["prompty"] }, { "required": ["source"] }] });
    json!([
        {
            "if": { "properties": { "use_variants": { "const": true } }, "required": ["use_variants"] },
            "else": { "required": ["type"] },
        },
        {
            "if": of(&["llm", "prompt"]),
            "then": { "if": { "properties": { "api": { "const": "embedding" } }, "required": ["api"] }, "else": templated },
        },
        { "if": of(&["llm", "prompt", "flow", "prompty"]), "then": { "properties": { "source": source_of(&["code"]) } } },
        { "if": of(&["python"]), "then": { "properties": { "source": source_of(&["code", "package"]) } } },
        {
            "if": of(&["custom_llm"]),
            "then": { "properties": { "source": source_of(&["package_with_prompt"]) }, "required": ["source"] },
        },
        { "if": of(&["llm"]), "then": { "properties": { "inputs": super::parameter::llm_inputs() } } },
        { "if": of(&["prompt", "tool", "flow", "python", "prompty"]), "then": { "properties": { "output_schema": { "type": "null" } } } },
        { "if": of(&["tool"]), "then": { "required": ["tool"] } },
        { "if": of(&["flow"]), "then": other_flow },
        { "if": of(&["prompty"]), "then": prompty_file },
        { "if": of(&["python"]), "then": { "anyOf": [{ "required": ["code"] }, { "required": ["source"] }] } },
        { "not": { "required": ["activate", "if"] } },
        { "not": { "required": ["for_each", "loop"] } },
    ])
}

/// The keys of a node but its name and its variants.
fn keys() -> Vec<(&'static str, Json)> {
    let mut keys = vec![
        ("type", words(KINDS, "What the node does.")),
        (
            "prompt",
            text("The template itself. For an LLM node, a line `system:`, `user:` or `assistant:` begins a message."),
        ),
        ("code", text("The Python code itself, with one function marked @tool; instead of `source`.")),
        ("interpreter", interpreter("Where the Python code runs.")),
        ("source", source()),
        ("connection", text("The connection whose model is asked.")),
        ("api", api()),
        ("fallback", fallback()),
        (
            "extra",
            named(
                json!(true),
                "Parameters of the provider that are none of ours: they are sent as they stand here. Not for what \
                `inputs` can say.",
            ),
        ),
        (
            "output_schema",
            json!({
                "description": "The JSON Schema that the answer must fit, or { path: FILE }. The output is then the \
                value itself; an answer that does not fit is sent back once.",
                "type": ["object", "string", "null"],
            }),
        ),
        (
            "structured",
            json!({
                "description": "Who is told of output_schema. provider: the request carries it; prompt: the prompt \
                does, for providers that know no schemas.",
                "enum": ["provider", "prompt", null],
            }),
        ),
        ("tool", text("The tool that is called, such as json.parse; `flow tools` lists them.")),
        ("flow", text("The folder or file of the flow that is run, relative to this flow's folder.")),
        ("prompty", text("The .prompty file that is asked, relative to this flow's folder.")),
        (
            "model",
            named(
                json!(true),
                "What is put on top of the prompty's `model`, such as { parameters: { temperature: 0 } }.",
            ),
        ),
        (
            "inputs",
            named(json!(true), "What the node is given: values, or references ${inputs.x} and ${node.output.part}."),
        ),
    ];
    keys.extend(behaviour::keys());
    keys.extend([
        ("cache", flag("false: its answers are not kept in the node cache, and none of it are used.")),
        ("comment", text("For people.")),
        ("reduce", flag("promptflow's older name of `aggregation`.")),
        ("provider", text("promptflow; the connection decides. No effect.")),
        ("module", text("promptflow; no effect.")),
        ("enable_cache", flag("promptflow; no effect.")),
        ("skip", json!({ "description": "promptflow; no effect. Use `activate` or `if`." })),
    ]);
    keys
}

/// What `api` may be.
const APIS: &[(&str, &str)] = &[
    ("chat", "messages in, a message out"),
    ("completion", "text in, its continuation out"),
    ("responses", "OpenAI's newer API for conversations"),
    ("embedding", "texts in, vectors out; takes `input` and no template"),
];

fn api() -> Json {
    let mut api = words(APIS, "The model's API, chat where nothing is said; flow.dag.yaml must say it.");
    if let Some(names) = api["enum"].as_array_mut() {
        names.push(Json::Null);
    }
    api
}

fn fallback() -> Json {
    let keys = [
        ("connection", text("The connection; the node's where nothing is said.")),
        ("model", text("The model; the node's where nothing is said.")),
        ("deployment_name", text("The same as `model`, in Azure's word.")),
        ("inputs", named(json!(true), "Parameters with other values than the node's.")),
    ];
    json!({
        "type": ["array", "null"],
        "description": "Who is asked, in this order, where the model fails for good: connection/model, or a mapping.",
        "items": { "anyOf": [
            { "type": "string", "pattern": "^[^/]+/.+$" },
            mapping("Another model for this node.", &keys, &[]),
        ] },
    })
}

fn source() -> Json {
    let kinds = [
        ("code", "a file of the flow"),
        ("package", "promptflow's package tool that `tool` names"),
        ("package_with_prompt", "the same with a prompt, which is the file"),
    ];
    let mut kind = words(&kinds, "What the source is, code where nothing is said.");
    if let Some(names) = kind["enum"].as_array_mut() {
        names.push(Json::Null);
    }
    let tool = shared("package_tool");
    let keys = [("type", kind), ("path", text("The file, relative to the flow's folder.")), ("tool", tool)];
    let mut source = mapping(
        "A file: the template of an LLM or prompt node, the code of a Python node, or the flow of a flow node; or a \
         package tool.",
        &keys,
        &[],
    );
    let is_package = json!({ "properties": { "type": { "const": "package" } }, "required": ["type"] });
    let is_packed = json!({ "properties": { "type": { "const": "package_with_prompt" } }, "required": ["type"] });
    if let Some(source) = source.as_object_mut() {
        source.insert(
            "allOf".to_owned(),
            json!([
                { "if": is_package, "then": { "required": ["tool"] }, "else": { "required": ["path"] } },
                { "if": is_packed, "then": { "required": ["tool"] } },
            ]),
        );
    }
    source
}

/// The types that the source of a kind of node can have.
fn source_of(kinds: &[&str]) -> Json {
    let mut names: Vec<Json> = kinds.iter().map(|kind| json!(kind)).collect();
    let may_be_left_out = kinds.contains(&"code");
    if may_be_left_out {
        names.push(Json::Null);
    }
    let required: &[&str] = if may_be_left_out { &[] } else { &["type"] };
    let kind = json!({ "enum": names, "description": "What the source of this node is." });
    json!({ "properties": { "type": kind }, "required": required })
}

/// promptflow's package tools that run.
fn package_tool() -> Json {
    let names: Vec<&str> = crate::doc::package_tools().collect();
    json!({ "enum": names, "description": "promptflow's name of a package tool." })
}
