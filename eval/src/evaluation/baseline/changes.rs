use std::collections::BTreeSet;

use super::document::{Baseline, BaselineScore, BaselineVariant};

/// What a run was made with otherwise than the baseline, in words; not its scores.
pub(super) fn changes(then: &Baseline, now: &Baseline) -> Vec<String> {
    let mut changes = Vec::new();
    // Behind the digest of the data stands which of its rows were taken.
    let parts = |baseline: &Baseline| -> (Option<String>, Option<String>) {
        let digest = baseline.data.digest.as_deref().map(|digest| digest.split_once(", ").unwrap_or((digest, "")));
        digest.map(|(data, selection)| (data.to_owned(), selection.to_owned())).unzip()
    };
    let ((before, taken_before), (data, taken)) = (parts(then), parts(now));
    if before != data || before.is_none() {
        changes.push(format!("the data {} changed since the blessing", now.data.name));
    } else if taken_before != taken {
        changes.push(format!("other rows of the data {} are taken", now.data.name));
    }
    if then.flow.digest != now.flow.digest {
        changes.push("files of the flow changed".to_owned());
    }
    if then.repeat != now.repeat {
        changes.push(format!("rows are run {} times instead of {}", now.repeat, then.repeat));
    }
    for score in &now.scores {
        let Some(before) = then.score(&score.name) else { continue };
        changes.extend(of_judge(before, score));
    }
    changes
}

/// What a variant was made with otherwise than the one of the baseline.
pub(super) fn of_variant(then: &BaselineVariant, now: &BaselineVariant) -> Vec<String> {
    let mut changes = Vec::new();
    let names: BTreeSet<&String> = then.nodes.keys().chain(now.nodes.keys()).collect();
    let other: Vec<&str> =
        names.into_iter().filter(|name| then.nodes.get(*name) != now.nodes.get(*name)).map(String::as_str).collect();
    if !other.is_empty() {
        let nodes = if other.len() == 1 { "node" } else { "nodes" };
        changes.push(format!("other model, parameters or prompt in {nodes} {}", other.join(", ")));
    }
    for (node, models) in &now.models {
        if let Some(before) = then.models.get(node).filter(|before| *before != models) {
            changes.push(format!("{node} is answered by {}, not {}", models.join(", "), before.join(", ")));
        }
    }
    changes
}

fn of_judge(then: &BaselineScore, now: &BaselineScore) -> Option<String> {
    let (before, judge) = (then.judge.as_ref()?, now.judge.as_ref()?);
    if before.flow != judge.flow {
        return Some(format!("the flow that gives `{}` changed", now.name));
    }
    (before.models != judge.models)
        .then(|| format!("`{}` is judged by {}, not {}", now.name, judge.models.join(", "), before.models.join(", ")))
}
