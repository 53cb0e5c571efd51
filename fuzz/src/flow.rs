use std::path::Path;
use std::sync::Arc;

use flow_core::connection::{ConnectionLookup, Connections};
use flow_core::diag::{Diagnostics, RenderOptions, render, to_github, to_json};
use flow_core::doc::{FlowDoc, Report};
use flow_core::engine::{Engine, LoadOptions};
use flow_core::mock::MockProvider;
use flow_core::source::SourceMap;
use flow_core::template::Strictness;
use flow_core::tool::ToolRegistry;
use flow_core::{variant, yaml};

/// Reads bytes as a flow file, up to the typed document with each axis' last variant, and renders what is said about them in each form.
pub fn flow_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("flow.yaml", text);
    if let Some(root) = yaml::read(&sources, file, &mut diagnostics) {
        for strictness in [Strictness::Strict, Strictness::Compatible] {
            let mut report = Report::new(strictness);
            for axis in variant::axes(&root) {
                let choice = axis.variants.last().map(|variant| format!("{}={}", axis.node, variant.name));
                let choices: Vec<_> = choice.and_then(|text| variant::parse_selection(&text).ok()).into_iter().collect();
                let picked = variant::apply(&root, &choices, &mut report);
                let _ = FlowDoc::lower(&picked, &mut report);
            }
            let picked = variant::apply(&root, &[], &mut report);
            let _ = FlowDoc::lower(&picked, &mut report);
            diagnostics.extend(report.diagnostics);
        }
    }
    let _ = render(&diagnostics, &sources, RenderOptions::default());
    let _ = to_json(&diagnostics, &sources);
    let _ = to_github(&diagnostics, &sources);
}

/// Puts a text where references stand: an input of a node, a condition, an output, a value of a prompt. A flow is refused with an error, or it
/// is there without one.
pub fn reference(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let quoted = serde_json::to_string(text).expect("a text is JSON");
    let flow = format!(
        "inputs:\n  text: {{ type: string }}\n  list: {{ type: list, default: [1, 2] }}\noutputs:\n  out: {{ type: object, reference: {quoted} }}\n\
         nodes:\n  - name: first\n    type: prompt\n    prompt: \"{{{{ text }}}}\"\n    inputs: {{ text: {quoted} }}\n  - name: second\n    type: prompt\n    \
         prompt: \"{{{{ text }}}}\"\n    inputs: {{ text: \"${{first.output}}\" }}\n    activate: {{ when: {quoted}, is: {quoted} }}\n"
    );
    let folder = crate::folder();
    std::fs::write(folder.path().join("flow.yaml"), &flow).expect("a file can be written");
    let engine = Engine::new(ToolRegistry::default(), vec![Arc::new(MockProvider)]);
    for strictness in [Strictness::Strict, Strictness::Compatible] {
        let options = LoadOptions { strictness: Some(strictness), ..LoadOptions::default() };
        let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
        let lookup = ConnectionLookup { given: None, folder: folder.path(), boundary: Path::new(folder.path()) };
        let connections = Connections::load(lookup, Arc::default(), &mut sources, &mut diagnostics);
        let loaded = engine.load_with(folder.path(), &connections, &options, sources, diagnostics);
        let _ = render(&loaded.diagnostics, &loaded.sources, RenderOptions::default());
        assert_eq!(loaded.flow.is_none(), loaded.diagnostics.has_errors(), "{text}");
    }
}
