use std::collections::BTreeSet;

use flow_core::run::{Digest, NodeIdentities, NodeIdentity};
use serde_json::{Value as Json, json};

use super::pairing::Pair;
use super::{Cause, Compared, FileChange};

/// How the nodes of two runs differ. What is so in all pairs of variants is said once.
pub(super) fn causes(from: Compared<'_>, to: Compared<'_>, pairs: &[Pair]) -> Vec<Cause> {
    let mut found: Vec<(Cause, Vec<u32>)> = Vec::new();
    for (variant, other) in pairs {
        let nodes = from.manifest.nodes.get(*variant as usize).zip(to.manifest.nodes.get(*other as usize));
        let Some((nodes, others)) = nodes else { continue };
        let names: BTreeSet<&String> = nodes.keys().chain(others.keys()).collect();
        for name in names {
            let texts: Texts<'_> = (&|digest| from.folder.prompt(digest), &|digest| to.folder.prompt(digest));
            for cause in of_node(name, nodes.get(name), others.get(name), texts) {
                match found.iter_mut().find(|(known, _)| *known == cause) {
                    Some((_, variants)) => variants.push(*variant),
                    None => found.push((cause, vec![*variant])),
                }
            }
        }
    }
    let mut causes = Vec::new();
    for (cause, variants) in found {
        if variants.len() == pairs.len() {
            causes.push(cause);
            continue;
        }
        for variant in variants {
            let selection = from.manifest.variants.get(variant as usize).map(|selection| selection.join(","));
            causes.push(in_variant(cause.clone(), selection.unwrap_or_default()));
        }
    }
    causes
}

/// The texts of prompts by their digests, on both sides.
type Texts<'a> = (&'a dyn Fn(&Digest) -> Option<String>, &'a dyn Fn(&Digest) -> Option<String>);

/// How the nodes of two variants of a flow differ.
#[must_use]
pub fn node_causes(from: &NodeIdentities, to: &NodeIdentities) -> Vec<Cause> {
    let names: BTreeSet<&String> = from.nodes.keys().chain(to.nodes.keys()).collect();
    let text = |of: &NodeIdentities, digest: &Digest| of.prompts.get(digest).cloned();
    let texts: Texts<'_> = (&|digest| text(from, digest), &|digest| text(to, digest));
    names.into_iter().flat_map(|name| of_node(name, from.nodes.get(name), to.nodes.get(name), texts)).collect()
}

fn in_variant(mut cause: Cause, name: String) -> Cause {
    if let Cause::Node { variant, .. } | Cause::Setting { variant, .. } | Cause::Prompt { variant, .. } = &mut cause {
        *variant = Some(name);
    }
    cause
}

fn of_node(name: &str, from: Option<&NodeIdentity>, to: Option<&NodeIdentity>, texts: Texts<'_>) -> Vec<Cause> {
    let (Some(from), Some(to)) = (from, to) else {
        let how = FileChange::of(from, to);
        return how.map(|how| Cause::Node { variant: None, node: name.to_owned(), how }).into_iter().collect();
    };
    let mut causes = Vec::new();
    let mut setting = |setting: &str, from: Option<Json>, to: Option<Json>| {
        if from != to {
            let (node, setting) = (name.to_owned(), setting.to_owned());
            causes.push(Cause::Setting { variant: None, node, setting, from, to });
        }
    };
    setting("type", Some(json!(from.kind)), Some(json!(to.kind)));
    let asks = |node: &NodeIdentity| (!node.asks.is_empty()).then(|| json!(node.asks.join(", then ")));
    setting("asks", asks(from), asks(to));
    let names: BTreeSet<&String> = from.settings.keys().chain(to.settings.keys()).collect();
    for key in names {
        setting(key, from.settings.get(key).cloned(), to.settings.get(key).cloned());
    }
    if from.prompt != to.prompt {
        let (from, to) = (from.prompt.as_ref().and_then(texts.0), to.prompt.as_ref().and_then(texts.1));
        causes.push(Cause::Prompt { variant: None, node: name.to_owned(), from, to });
    }
    causes
}
