//! Flows that judge only rows that ask for it: an evaluator behind a condition.

use std::fmt::Write as _;

use crate::evaluators;

/// The files of such a flow, by path.
pub(super) fn files(evaluator: &str) -> Vec<(String, String)> {
    let Some(found) = evaluators::find(evaluator) else { return Vec::new() };
    let folder = format!("judges/{evaluator}");
    let flow = found.flow();
    let names: Vec<String> = flow
        .get("inputs")
        .and_then(|inputs| inputs.as_map().map(|inputs| inputs.keys().map(ToString::to_string).collect()))
        .unwrap_or_default();
    // What a row that asks for nothing leaves empty.
    let asked = if names.iter().any(|name| name == "criteria") { "criteria" } else { "expected" };
    let mut text = format!(
        "description: \"The evaluator {evaluator}, for rows that give `{asked}`; others ask for nothing, and no model is called.\"\n\
         type: evaluation\n\ninputs:\n"
    );
    for name in &names {
        let default = if name == "answer" { "" } else { ", default: \"\"" };
        let _ = writeln!(text, "  {name}: {{ type: string{default} }}");
    }
    text += "  unasked: { type: double, default: 1, description: The score of a row that asks for nothing. }\n";
    text += "\noutputs:\n  score: { type: double, reference: \"${verdict.output.score}\" }\n";
    let has_explanation = flow.get("outputs").is_some_and(|outputs| outputs.get("explanation").is_some());
    if has_explanation {
        text += "  explanation: { type: string, reference: \"${verdict.output.explanation}\" }\n";
    }
    let _ = write!(
        text,
        "\nnodes:\n  - name: judge\n    type: flow\n    flow: evaluator\n    if: inputs.{asked} != \"\"\n    inputs:\n"
    );
    for name in &names {
        let _ = writeln!(text, "      {name}: \"${{inputs.{name}}}\"");
    }
    // A node runs as long as one of those that it refers to did: this one always does.
    text += "\n  - name: otherwise\n    type: tool\n    tool: expression.evaluate\n    inputs:\n      \
             expression: \"{'score': unasked, 'explanation': 'nothing is asked of this row'}\"\n      unasked: \"${inputs.unasked}\"\n";
    text += "\n  - name: verdict\n    type: tool\n    tool: value.coalesce\n    \
             inputs: { judged: \"${judge.output}\", otherwise: \"${otherwise.output}\" }\n";
    let mut files = vec![(format!("{folder}/flow.yaml"), text)];
    for (path, content) in found.files() {
        match path {
            "README.md" | "data.jsonl" => {}
            // Rules are looked for beside the flow that is run.
            "mock.yaml" => files.push((format!("{folder}/{path}"), content.to_owned())),
            _ => files.push((format!("{folder}/evaluator/{path}"), content.to_owned())),
        }
    }
    files
}
