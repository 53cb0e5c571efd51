use std::path::Path;
use std::sync::Arc;

use super::{MockModel, Rules};
use crate::connection::{Connect, Connection, ConnectionKind};
use crate::diag::Diagnostics;
use crate::model::{Dialect, Model};
use crate::source::SourceMap;

/// Makes mock models of connections of the kind `mock`, with their fields `rules` (a path), `seed` and
/// `provider` (`openai` or `azure`: in whose place it stands).
#[derive(Debug, Clone, Copy, Default)]
pub struct MockProvider;

impl Connect for MockProvider {
    fn serves(&self, kind: ConnectionKind) -> bool {
        kind == ConnectionKind::Mock
    }

    fn connect(&self, connection: &Connection) -> Result<Arc<dyn Model>, String> {
        let rules = match connection.text("rules") {
            Some(path) => load(Path::new(path))?,
            None => Rules::default(),
        };
        let mut model = MockModel::new(rules);
        if let Some(seed) = connection.fields.get("seed") {
            let seed = seed.as_int().and_then(|seed| u64::try_from(seed).ok());
            let wrong = || format!("the seed of connection `{}` is not a whole number from 0", connection.name);
            model = model.with_seed(seed.ok_or_else(wrong)?);
        }
        match connection.text("provider") {
            None | Some("openai") => {}
            Some("azure") => model = model.with_dialect(Dialect::Azure),
            Some(other) => {
                let name = &connection.name;
                return Err(format!("the provider `{other}` of connection `{name}` is neither openai nor azure"));
            }
        }
        Ok(Arc::new(model))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn connect(fields: &[(&str, Value)]) -> Result<Arc<dyn Model>, String> {
        MockProvider.connect(&Connection {
            name: "offline".into(),
            kind: ConnectionKind::Mock,
            fields: fields.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect(),
            secrets: Default::default(),
            origin: "a test".into(),
        })
    }

    #[test]
    fn a_connection_chooses_rules_seed_and_provider() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("rules.yaml");
        std::fs::write(&path, "- reply: hi\n").unwrap();
        let rules = || ("rules", Value::from(path.display().to_string()));
        assert_eq!(connect(&[rules(), ("seed", 4.into())]).unwrap().dialect(), Dialect::OpenAi);
        assert_eq!(connect(&[("provider", "azure".into())]).unwrap().dialect(), Dialect::Azure);
        std::fs::write(&path, "- replay: hi\n").unwrap();
        let told = [
            connect(&[rules()]),
            connect(&[("rules", "/gone/rules.yaml".into())]),
            connect(&[("seed", "many".into())]),
            connect(&[("provider", "acme".into())]),
        ]
        .map(|result| result.unwrap_err().replace(&*temp.path().to_string_lossy(), "FOLDER"))
        .join("\n");
        insta::assert_snapshot!(told, @r#"
        FOLDER/rules.yaml:1:3: unknown key `replay` in a rule (did you mean `reply`?)
        no file `/gone/rules.yaml` (check the path; it is taken from the current folder)
        the seed of connection `offline` is not a whole number from 0
        the provider `acme` of connection `offline` is neither openai nor azure
        "#);
    }
}
