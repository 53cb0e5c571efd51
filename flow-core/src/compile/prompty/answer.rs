use serde_json::{Map, Value as Json, json};

use crate::diag::{Code, Diagnostic};
use crate::doc::{PromptyDoc, Report};
use crate::llm::PromptyAnswer;
use crate::secret::Secrets;
use crate::structured::OutputSchema;
use crate::ty::Ty;

/// What the prompty wants of an answer, going by its `response`, its `outputs` and the `response_format` that it sends.
pub(super) fn lower(prompty: &PromptyDoc, parameters: &Map<String, Json>, report: &mut Report) -> PromptyAnswer {
    let json = schema(prompty, parameters, report);
    if json.is_none() && prompty.whole_answer && !prompty.kept.is_empty() {
        let message = "`outputs` means nothing beside `response: all`, which gives the whole answer";
        let span = prompty.kept[0].span;
        report.warning(Code::IgnoredKey, span, message, "remove one of the two");
    }
    let kept =
        if json.is_some() { prompty.kept.iter().map(|name| name.value.clone()).collect() } else { Box::default() };
    PromptyAnswer { whole: prompty.whole_answer, json, kept, secrets: Secrets::new(prompty.secrets.iter().cloned()) }
}

/// The form of the JSON that is asked for; `None` where none is.
fn schema(prompty: &PromptyDoc, parameters: &Map<String, Json>, report: &mut Report) -> Option<OutputSchema> {
    let any = || OutputSchema::compile(json!({ "type": "object" })).ok();
    let format = parameters.get("response_format").filter(|_| !prompty.whole_answer)?;
    match format.get("type").and_then(Json::as_str)? {
        "json_object" => any(),
        "json_schema" => {
            let Some(schema) = format.pointer("/json_schema/schema") else { return any() };
            OutputSchema::compile(schema.clone()).map_or_else(
                |error| {
                    let place = prompty.parameters.iter().find(|(key, _)| &*key.text == "response_format");
                    let span = place.map_or(prompty.place, |(_, node)| node.span);
                    let message = format!("the schema of `response_format` is no JSON Schema: {error}");
                    report.odd(
                        Diagnostic::warning(Code::InvalidSchema, span, message)
                            .help("it is sent as it is; any object is taken as the answer"),
                    );
                    any()
                },
                Some,
            )
        }
        _ => None,
    }
}

/// The type of the output.
pub(super) fn output(answer: &PromptyAnswer, parameters: &Map<String, Json>) -> Ty {
    let offers =
        |key: &str| parameters.get(key).is_some_and(|tools| tools.as_array().is_none_or(|tools| !tools.is_empty()));
    if answer.whole {
        Ty::Object
    } else if offers("tools") || offers("functions") {
        Ty::Any
    } else {
        answer.json.as_ref().map_or(Ty::String, OutputSchema::ty)
    }
}
