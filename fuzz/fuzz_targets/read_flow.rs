//! Reads arbitrary bytes as a flow file, up to the typed document, and renders what is said about them.
//!
//! `cargo +nightly fuzz run read_flow fuzz/corpus/read_flow flow-core/tests/corpus -- -max_total_time=600`
#![no_main]

use flow_core::diag::{Diagnostics, RenderOptions, render};
use flow_core::doc::{FlowDoc, Report};
use flow_core::source::SourceMap;
use flow_core::template::Strictness;
use flow_core::{variant, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
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
});
