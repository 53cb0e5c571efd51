use std::collections::BTreeSet;

use flow_core::run::RunFolder;
use serde_json::Value as Json;

use super::read;
use crate::command::{Problem, batch};
use crate::exit::Exit;
use crate::ui::{self, Table};

/// `flow runs metrics`.
pub(super) fn metrics(folder: &RunFolder, json: bool) -> Result<Exit, Problem> {
    let (manifest, ledger) = read(folder)?;
    let metrics = batch::metrics(&manifest, &ledger);
    if json {
        ui::out_json(&metrics);
        return Ok(Exit::Done);
    }
    let variants: Vec<String> = match manifest.variants.len() {
        0 | 1 => Vec::new(),
        _ => manifest.variants.iter().map(|selection| selection.join(",")).collect(),
    };
    let of_variant = |variant: &String| metrics.get(variant).and_then(Json::as_object);
    let columns: Vec<_> = match variants.is_empty() {
        true => vec![metrics.as_object()],
        false => variants.iter().map(of_variant).collect(),
    };
    let names: BTreeSet<&String> = columns.iter().flatten().flat_map(|metrics| metrics.keys()).collect();
    if names.is_empty() {
        ui::say(&format!("run {} has no metrics; aggregation nodes log them", folder.id()));
        return Ok(Exit::Done);
    }
    let heads = if variants.is_empty() { vec!["value".to_owned()] } else { variants };
    let mut table = Table::new(std::iter::once("metric".to_owned()).chain(heads));
    for name in names {
        let cell =
            |metrics: &Option<&serde_json::Map<String, Json>>| match metrics.and_then(|metrics| metrics.get(name)) {
                None => String::new(),
                Some(Json::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            };
        table.push(std::iter::once(name.clone()).chain(columns.iter().map(cell)));
    }
    ui::out(&table.text(ui::width()).0);
    Ok(Exit::Done)
}
