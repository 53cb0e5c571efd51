use std::io::Read;

use flow_core::project::ProjectError;
use flow_core::tool::{Effect, Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `file.read`: a text file of the project.
#[derive(Debug)]
pub struct FileRead;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The file, relative to the flow's folder. It must lie in the project and be UTF-8 text.
    path: String,
    /// The largest file that is read, in bytes.
    #[serde(default = "largest")]
    max_bytes: u64,
}

/// A megabyte is more than any model reads.
fn largest() -> u64 {
    1_000_000
}

impl TypedTool for FileRead {
    const NAME: &'static str = "file.read";
    const SUMMARY: &'static str = "Reads a text file of the project.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> = Some(Example { inputs: "path: docs/opening-hours.md", gives: "" });
    const EFFECT: Effect = Effect::Reads;
    type Inputs = Inputs;

    fn call(inputs: Inputs, context: &ToolContext) -> Result<Value, ToolError> {
        let Inputs { path, max_bytes } = inputs;
        let wrong = |message: String| ToolError::Input { input: "path".into(), message };
        let file = context.files.resolve(&path).map_err(|error| match error {
            ProjectError::Outside { path, .. } => ToolError::OutsideProject { path },
            missing @ ProjectError::Missing { .. } => wrong(missing.to_string()),
        })?;
        if file.is_dir() {
            return Err(wrong(format!("`{path}` is a folder, not a file")));
        }
        let failed = |error: std::io::Error| ToolError::failed(format!("`{path}` cannot be read: {error}"));
        let mut bytes = Vec::new();
        // One byte more shows that the file is too large, also where it grows meanwhile.
        std::fs::File::open(&file)
            .and_then(|file| file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(failed)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max_bytes {
            return Err(wrong(format!("`{path}` is larger than {max_bytes} bytes; raise `max_bytes` to read it")));
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong(format!("`{path}` is not UTF-8 text")))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
    }
}
