//! Colours and signs of the SVG.
//!
//! Every colour is written twice, for light and for dark, as plain class rules: custom properties would be shorter, but
//! the renderers outside browsers (file managers, PDF makers) know neither those nor media queries and then show the
//! light picture.

use super::picture::NodeKind;

/// The style sheet. Its rules are bound to the drawing's own class, because a page may hold the SVG inline.
pub(super) const SHEET: &str = r#"
.flow-graph text { font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial, "Noto Sans", "Noto Color Emoji", sans-serif; }
.flow-graph .canvas { fill: #fbfcfe; stroke: #e3e8ef; }
.flow-graph .heading { font-size: 17px; font-weight: 650; fill: #131a24; }
.flow-graph .empty { font-size: 13px; fill: #66707f; }
.flow-graph .card { fill: #ffffff; stroke: #d3dae4; stroke-width: 1; }
.flow-graph .sheet { fill: #f2f4f8; stroke: #d3dae4; stroke-width: 1; }
.flow-graph .shade { fill: #1b2a41; fill-opacity: 0.06; }
.flow-graph .name { font-size: 14px; font-weight: 600; fill: #17202c; }
.flow-graph .detail { font-size: 12px; font-weight: 400; fill: #66707f; }
.flow-graph .kind { font-weight: 600; }
.flow-graph .pill { fill: #eef1f6; }
.flow-graph .pill-text { font-size: 11px; font-weight: 500; fill: #4c5768; }
.flow-graph .edge { fill: none; stroke: #a3aebd; stroke-width: 1.6; }
.flow-graph .head { fill: #a3aebd; }
.flow-graph .condition .edge { stroke: #c77d0a; stroke-dasharray: 5 4; }
.flow-graph .condition .head { fill: #c77d0a; }
.flow-graph .label { fill: #fbfcfe; stroke: #d3dae4; }
.flow-graph .label-text { font-size: 11px; font-weight: 500; fill: #4c5768; }
.flow-graph .condition .label { fill: #fff7e8; stroke: #f0d6a4; }
.flow-graph .condition .label-text { fill: #8a5200; }
.flow-graph .sign { fill: none; stroke: #ffffff; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.flow-graph .sign .solid { fill: #ffffff; stroke-width: 0.8; }
.flow-graph .input .badge { fill: #5b6b82; } .flow-graph .input .kind { fill: #5b6b82; }
.flow-graph .output .badge { fill: #14935f; } .flow-graph .output .kind { fill: #0f7a4e; }
.flow-graph .llm .badge { fill: #7650e8; } .flow-graph .llm .kind { fill: #6a42df; }
.flow-graph .prompt .badge { fill: #cf3f8e; } .flow-graph .prompt .kind { fill: #b92f7a; }
.flow-graph .tool .badge { fill: #d8701a; } .flow-graph .tool .kind { fill: #b3560b; }
.flow-graph .python .badge { fill: #2f74d0; } .flow-graph .python .kind { fill: #245fb0; }
.flow-graph .flow .badge { fill: #0d8f9c; } .flow-graph .flow .kind { fill: #08747f; }
@media (prefers-color-scheme: dark) {
.flow-graph .canvas { fill: #0f141b; stroke: #28303b; }
.flow-graph .heading { fill: #edf1f7; }
.flow-graph .empty { fill: #93a0b2; }
.flow-graph .card { fill: #1a212b; stroke: #36414f; }
.flow-graph .sheet { fill: #141a22; stroke: #36414f; }
.flow-graph .shade { fill: #000000; fill-opacity: 0.25; }
.flow-graph .name { fill: #eef2f8; }
.flow-graph .detail { fill: #98a5b6; }
.flow-graph .pill { fill: #2a3441; }
.flow-graph .pill-text { fill: #bcc7d6; }
.flow-graph .edge { stroke: #5c6a7c; }
.flow-graph .head { fill: #5c6a7c; }
.flow-graph .condition .edge { stroke: #c98f35; }
.flow-graph .condition .head { fill: #c98f35; }
.flow-graph .label { fill: #0f141b; stroke: #36414f; }
.flow-graph .label-text { fill: #bcc7d6; }
.flow-graph .condition .label { fill: #2a2113; stroke: #5f4819; }
.flow-graph .condition .label-text { fill: #f0c271; }
.flow-graph .input .kind { fill: #a5b3c6; }
.flow-graph .output .kind { fill: #4ccb95; }
.flow-graph .llm .kind { fill: #b19cff; }
.flow-graph .prompt .kind { fill: #f48cc4; }
.flow-graph .tool .kind { fill: #f5a45d; }
.flow-graph .python .kind { fill: #7db3f7; }
.flow-graph .flow .kind { fill: #4fcbd7; }
}
"#;

/// The sign of a kind, in a square of 16 by 16 pixels.
pub(super) fn sign(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Input => r#"<path d="M2 8h8M7 5l3 3-3 3M13.5 3v10"/>"#,
        NodeKind::Output => r#"<path d="M2.5 3v10M6 8h8M11 5l3 3-3 3"/>"#,
        NodeKind::Llm => {
            r#"<path class="solid" d="M7 2.4 8.5 6.9 13 8.4 8.5 9.9 7 14.4 5.5 9.9 1 8.4 5.5 6.9ZM12.6 1l.7 2 2 .7-2 .7-.7 2-.7-2-2-.7 2-.7Z"/>"#
        }
        NodeKind::Prompt => r#"<path d="M2.5 3.6h11M2.5 8h11M2.5 12.4h6.5"/>"#,
        NodeKind::Tool => r#"<path d="M8 1.6 13.5 4.8v6.4L8 14.4 2.5 11.2V4.8Z"/><circle cx="8" cy="8" r="2.2"/>"#,
        NodeKind::Python => r#"<path d="M5 4 1.5 8 5 12M11 4l3.5 4L11 12M9.2 3l-2.4 10"/>"#,
        NodeKind::Flow => {
            r#"<path d="M5 5.1 7.1 10M11 5.1 8.9 10"/><circle cx="4" cy="3.5" r="1.9"/><circle cx="12" cy="3.5" r="1.9"/><circle cx="8" cy="12.2" r="1.9"/>"#
        }
    }
}
