//! Our own modules: those of the standard library that the interpreter lacks or has in part, and promptflow's. All of them are
//! written here, from what their documentation says.

/// The text of a module of ours.
pub(super) fn find(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

const MODULES: &[(&str, &str)] = &[
    ("asyncio", include_str!("asyncio.py")),
    ("enum", include_str!("enum.py")),
    ("statistics", include_str!("statistics.py")),
    ("promptflow", include_str!("promptflow.py")),
    ("promptflow.connections", include_str!("promptflow_connections.py")),
    ("promptflow.contracts", ""),
    ("promptflow.contracts.multimedia", include_str!("promptflow_multimedia.py")),
    ("promptflow.contracts.types", include_str!("promptflow_types.py")),
    ("promptflow.core", include_str!("promptflow_core.py")),
    ("promptflow._core", ""),
    ("promptflow._core.tool", include_str!("promptflow_core.py")),
    ("promptflow.entities", include_str!("promptflow_entities.py")),
    ("promptflow.exceptions", include_str!("promptflow_exceptions.py")),
    ("promptflow.tracing", include_str!("promptflow_core.py")),
];
