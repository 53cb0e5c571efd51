//! Models that think before they answer take fewer parameters than others.

use super::super::arguments::Argument;
use super::Asked;
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};
use crate::llm::{Defaults, ParameterSlot};
use crate::model::Api;

/// Parameters that reasoning models refuse, with the one value that they put up with.
const REFUSED: &[(&str, f64)] =
    &[("temperature", 1.0), ("top_p", 1.0), ("presence_penalty", 0.0), ("frequency_penalty", 0.0)];

/// Tells of parameters that the model, as far as its name tells, refuses. promptflow sends some of them in any case,
/// so that there is nothing to say in its flows.
pub(super) fn check(doc: &NodeDoc, arguments: &[Argument], slots: &[ParameterSlot], asked: Asked, report: &mut Report) {
    if asked.defaults == Defaults::Promptflow {
        return;
    }
    let given = |name: &str| {
        let slot = slots.iter().find(|slot| slot.parameter.name == name)?;
        arguments.get(slot.argument)
    };
    let model = given(asked.dialect.model_parameter()).and_then(|argument| argument.literal()?.as_str());
    let Some(model) = model.filter(|model| is_reasoning(model)) else { return };
    if let Some(argument) = given("max_tokens").filter(|_| asked.api == Api::Chat) {
        let message = format!("`{model}` refuses `max_tokens` of node `{}`", doc.name.value);
        let help = "write `max_completion_tokens`, which counts the model's thoughts as well";
        report.warning(Code::RefusedParameter, argument.name_span, message, help);
    }
    for (name, usual) in REFUSED {
        let Some(argument) = given(name) else { continue };
        if argument.literal().is_some_and(|value| value.as_float() == Some(*usual)) {
            continue;
        }
        let message = format!("`{model}` takes no `{name}`, which node `{}` gives", doc.name.value);
        report.warning(
            Code::RefusedParameter,
            argument.name_span,
            message,
            "remove it; `reasoning_effort` says how long it thinks",
        );
    }
}

/// Whether a name is that of one of OpenAI's reasoning models: `o3-mini`, `openai/gpt-5`.
fn is_reasoning(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let family = name.split('-').next().unwrap_or(name);
    matches!(family, "o1" | "o3" | "o4")
        || name == "gpt-5"
        || (name.starts_with("gpt-5-") && !name.starts_with("gpt-5-chat"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_models_are_known_by_their_names() {
        for name in ["o1", "o3-mini", "o4-mini-2025-04-16", "gpt-5", "gpt-5-mini", "openai/o3"] {
            assert!(is_reasoning(name), "{name}");
        }
        for name in ["gpt-4o", "gpt-5-chat-latest", "gpt-5.1", "o3x", "ollama/llama3", "gpt-50"] {
            assert!(!is_reasoning(name), "{name}");
        }
    }
}
