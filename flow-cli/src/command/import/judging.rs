//! Assertions that a model judges.

use flow_core::value::{Map, Value};

use super::assertion::Written;
use super::providers;
use super::sources::Sources;
use super::suite::{Asked, Judge};

impl Written<'_> {
    /// A question to a flow that judges.
    pub(super) fn judge(
        &self,
        base: &str,
        negated: bool,
        value: Option<Value>,
        sources: &mut Sources,
    ) -> Option<Asked> {
        let threshold = self.number("threshold");
        let text = match &value {
            None | Some(Value::Null) => {
                self.leave_out("it has no `value`", "", sources);
                return None;
            }
            Some(Value::List(_)) if base.starts_with("similar") => {
                let help = "give each text a score of its own";
                self.leave_out("it is like any of several texts, which no score here asks", help, sources);
                return None;
            }
            Some(Value::List(items)) => items
                .iter()
                .map(|item| format!("- {}", flow_core::template::python_str(item)))
                .collect::<Vec<_>>()
                .join("\n"),
            Some(Value::Map(_)) => value.as_ref().map(Value::to_json).unwrap_or_default(),
            Some(value) => flow_core::template::python_str(value),
        };
        let (evaluator, inputs, least) = match base {
            "factuality" | "model-graded-factuality" => {
                ("factuality", vec![("question", question(self.around.vars)), ("expected", Value::from(&*text))], 1.0)
            }
            "similar" | "similar:cosine" => {
                ("embedding_similarity", vec![("expected", Value::from(&*text))], threshold.unwrap_or(0.75))
            }
            // 0 to 1 there, 1 to 5 here; without a threshold a criterion is met from 4 on.
            "g-eval" => ("rubric", vec![("criteria", Value::from(&*text))], 1.0 + 4.0 * threshold.unwrap_or(0.7)),
            _ => ("rubric", vec![("criteria", Value::from(&*text))], threshold.map_or(4.0, |least| 1.0 + 4.0 * least)),
        };
        let embeds = evaluator == "embedding_similarity";
        let own = self.mapping.get("provider").map(|entry| &entry.value);
        let judge = own.or(self.around.judge);
        let model = judge.and_then(|node| providers::judge(node, embeds));
        let what = format!("the assertion `{}`", self.kind);
        // Whom all questions go to embeds nothing.
        if let (Some(node), None) = (judge.filter(|_| !embeds || own.is_some()), &model) {
            let help = "name another one in eval.yaml: `connection` and `model` of the score";
            sources.differs(
                node.span,
                what.clone(),
                "its provider is not known here, so the evaluator's own model judges",
                help,
            );
        }
        let (why, help) = match evaluator {
            "embedding_similarity" => (
                "the vectors are those of its own model, unless its provider names one",
                "`flow eval --evaluators embedding_similarity`",
            ),
            "factuality" => (
                "another prompt asks the judge: facts that agree, more and less of them pass, contradictions do not",
                "`flow eval --evaluators factuality`",
            ),
            _ => (
                "another prompt asks the judge, who gives 1 to 5: 4 and 5 pass, or what a threshold is carried over to",
                "`flow eval --evaluators rubric`",
            ),
        };
        sources.differs(self.span, what, why, help);
        let (connection, model) = model.map(|(connection, model)| (connection.to_owned(), model)).unzip();
        let judge = Judge {
            evaluator,
            name: self.name(),
            inputs,
            threshold: least,
            negated,
            weight: self.weight(),
            connection,
            model,
        };
        Some(Asked::Judge(judge))
    }
}

/// What was asked, as far as the variables tell.
fn question(vars: &Map) -> Value {
    const NAMES: [&str; 6] = ["question", "query", "input", "message", "text", "topic"];
    let named =
        NAMES.iter().find_map(|name| vars.get(*name)).or_else(|| vars.values().next().filter(|_| vars.len() == 1));
    named.cloned().unwrap_or_else(|| {
        let lines = vars.iter().map(|(name, value)| format!("{name}: {}", flow_core::template::python_str(value)));
        Value::from(lines.collect::<Vec<_>>().join("\n"))
    })
}
