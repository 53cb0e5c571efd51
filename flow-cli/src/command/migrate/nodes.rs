use std::path::{Path, PathBuf};

use flow_core::diag::Diagnostics;
use flow_core::engine::FLOW_FILES;
use flow_core::source::{SourceMap, read_text};
use flow_core::yaml::{self, Mapping, Node};

/// A node as it stands in a flow's file, also where the flow cannot be loaded.
#[derive(Debug)]
pub(super) struct WrittenNode {
    pub(super) name: String,
    pub(super) kind: String,
    /// The file of its code or template.
    pub(super) source: Option<PathBuf>,
    /// Its lines in the flow's file, from 1.
    pub(super) lines: (usize, usize),
    pub(super) connection: Option<String>,
}

/// The nodes of a flow at a path, those of variants under the names of their nodes; empty for prompties, and where the file is no YAML.
pub(super) fn written_nodes(flow: &Path) -> Vec<WrittenNode> {
    let file = match flow.is_dir() {
        true => FLOW_FILES.iter().map(|name| flow.join(name)).find(|file| file.is_file()),
        false => Some(flow.to_path_buf()),
    };
    let Some(text) = file.as_deref().and_then(|file| read_text(file).ok()) else { return Vec::new() };
    let mut sources = SourceMap::default();
    let id = sources.add(file.unwrap_or_default(), text);
    let Some(root) = yaml::read(&sources, id, &mut Diagnostics::default()) else { return Vec::new() };
    let Some(keys) = root.as_mapping() else { return Vec::new() };
    let line = |offset: u32| sources.get(id).line_column(offset).line;
    let read = |node: &Node, name: Option<&str>| -> Option<WrittenNode> {
        let keys = node.as_mapping()?;
        let name = text_of(keys, "name").or(name.map(str::to_owned))?;
        let source = keys.get("source").and_then(|source| text_of(source.value.as_mapping()?, "path"));
        Some(WrittenNode {
            name,
            kind: text_of(keys, "type").unwrap_or_default(),
            source: source.map(PathBuf::from),
            lines: (line(node.span.start), line(node.span.end)),
            connection: text_of(keys, "connection"),
        })
    };
    let plain = keys.get("nodes").and_then(|nodes| nodes.value.as_sequence()).unwrap_or_default();
    let mut nodes: Vec<WrittenNode> = plain.iter().filter_map(|node| read(node, None)).collect();
    let axes = keys.get("node_variants").and_then(|axes| axes.value.as_mapping()).map(|axes| &*axes.entries);
    for axis in axes.unwrap_or_default() {
        let variants = axis.value.as_mapping().and_then(|axis| axis.get("variants")?.value.as_mapping());
        for variant in variants.map(|variants| &*variants.entries).unwrap_or_default() {
            let node = variant.value.as_mapping().and_then(|variant| Some(&variant.get("node")?.value));
            nodes.extend(node.and_then(|node| read(node, Some(&axis.key.text))));
        }
    }
    nodes
}

fn text_of(keys: &Mapping, key: &str) -> Option<String> {
    Some(keys.get(key)?.value.as_scalar()?.text.to_string())
}
