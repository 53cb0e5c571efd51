use std::path::Path;
use std::sync::Arc;

use super::{MockModel, Rules};
use crate::connection::{Connect, Connection, ConnectionKind};
use crate::diag::Diagnostics;
use crate::llm::ChatModel;
use crate::source::SourceMap;

/// Makes mock models of connections of the kind `mock`, with their fields `rules` (a path) and `seed`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MockProvider;

impl Connect for MockProvider {
    fn serves(&self, kind: ConnectionKind) -> bool {
        kind == ConnectionKind::Mock
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn ChatModel>, String> {
        let rules = match connection.text("rules") {
            Some(path) => load(Path::new(path))?,
            None => Rules::default(),
        };
        let model = MockModel::new(rules);
        let seed =
            connection.fields.get("seed").and_then(|seed| seed.as_int()).and_then(|seed| u64::try_from(seed).ok());
        Ok(Arc::new(match seed {
            Some(seed) => model.with_seed(seed),
            None => model,
        }))
    }
}

/// The rules of a file, or its first problem in a line.
fn load(path: &Path) -> Result<Rules, String> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    Rules::load(path, &mut sources, &mut diagnostics).ok_or_else(|| {
        let Some(first) = diagnostics.sorted().first().copied().cloned() else {
            return format!("the rules {} cannot be read", path.display());
        };
        let place = first.primary.map(|label| {
            let place = sources.line_column(label.span);
            format!("{}:{}:{}: ", sources.get(label.span.file).path.display(), place.line, place.column)
        });
        let help = first.help.map(|help| format!(" ({help})"));
        format!("{}{}{}", place.unwrap_or_default(), first.message, help.unwrap_or_default())
    })
}
