use super::super::Workbench;
use super::super::arguments::Argument;
use super::Asked;
use crate::catalogue::{Ability, ModelInfo};
use crate::connection::ConnectionKind;
use crate::diag::Code;
use crate::doc::{NodeDoc, Report};
use crate::llm::ParameterSlot;
use crate::model::Api;
use crate::ty::{Ty, coerce};

/// Warns of what the model that a node names is known not to do. Nothing is said where the name may stand for any
/// model: on servers of one's own, for Azure's deployments, and where a mock model answers.
pub(super) fn check(
    doc: &NodeDoc,
    arguments: &[Argument],
    slots: &[ParameterSlot],
    asked: Asked,
    bench: &Workbench<'_>,
    report: &mut Report,
) {
    if bench.model.is_some() {
        return;
    }
    let parameter = asked.dialect.model_parameter();
    let slot = slots.iter().find(|slot| slot.parameter.name == parameter).map(|slot| &arguments[slot.argument]);
    let Some((argument, name)) = slot.and_then(|slot| Some((slot, slot.literal()?.as_str()?))) else { return };
    let Some(info) = bench.catalogue.certain(provider(doc, bench), name) else { return };
    check_ability(argument, name, info, asked.api, report);
    let Some(largest) = info.max_output else { return };
    for slot in slots.iter().filter(|slot| matches!(slot.parameter.name, "max_tokens" | "max_completion_tokens")) {
        let argument = &arguments[slot.argument];
        let wanted = argument.literal().and_then(|literal| coerce(Ty::Int, literal).ok());
        let wanted = wanted.and_then(|wanted| u64::try_from(wanted.as_int()?).ok());
        if let Some(wanted) = wanted.filter(|wanted| *wanted > largest) {
            let name_of = slot.parameter.name;
            let message = format!("`{name_of}` is {wanted}, but `{name}` answers with at most {largest} tokens");
            let help = format!("`flow models {}` tells the limits and where they are from", info.name);
            report.warning(Code::ParameterRange, argument.span, message, help);
        }
    }
}

fn check_ability(argument: &Argument, name: &str, info: &ModelInfo, api: Api, report: &mut Report) {
    let wanted = match api {
        Api::Chat => Ability::Chat,
        Api::Completion => Ability::Completion,
        Api::Responses => Ability::Responses,
        Api::Embedding => Ability::Embedding,
    };
    let Some(abilities) = info.abilities.as_ref().filter(|abilities| !abilities.has(wanted)) else { return };
    // The newer API reaches older chat models as well, and not all of them are listed.
    if wanted == Ability::Responses && abilities.has(Ability::Chat) {
        return;
    }
    let apis = [Ability::Chat, Ability::Completion, Ability::Responses, Ability::Embedding];
    let others: Vec<&str> = apis.into_iter().filter(|other| abilities.has(*other)).map(Ability::name).collect();
    let message = format!("`{name}` is no model for the API `{}`", api.name());
    let can = if others.is_empty() { String::new() } else { format!("it is one for {}; ", others.join(", ")) };
    report.warning(Code::WrongModel, argument.span, message, format!("{can}`flow models` lists models"));
}

/// Who serves the models of the node's connection, where that is certain.
fn provider(doc: &NodeDoc, bench: &Workbench<'_>) -> Option<&'static str> {
    let resolved = bench.connections.connection(&doc.connection.as_ref()?.value).ok()?;
    let connection = &resolved.connection;
    let is_own =
        connection.text("base_url").is_none_or(|address| address == "_" || address.contains("//api.openai.com"));
    (connection.kind == ConnectionKind::OpenAi && is_own).then_some("openai")
}
