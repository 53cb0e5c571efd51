//! What a run is called and what it is about, which may be changed at any time.

use std::collections::BTreeMap;

use flow_core::run::{Manifest, RunFolder};

use crate::command::Problem;
use crate::command::batch::run_problem;

/// What is to be changed.
#[derive(Debug, Default)]
pub(super) struct Description {
    display_name: Option<String>,
    description: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Description {
    /// From `--set`: `display_name`, `description` and `tags.NAME`.
    pub(super) fn of_settings(settings: &[(String, String)]) -> Result<Self, Problem> {
        let mut found = Self::default();
        for (key, value) in settings {
            match (key.as_str(), key.strip_prefix("tags.")) {
                ("display_name", _) => found.display_name = Some(value.clone()),
                ("description", _) => found.description = Some(value.clone()),
                (_, Some(tag)) => drop(found.tags.insert(tag.to_owned(), value.clone())),
                _ => {
                    let message = format!("`--set {key}=…` says nothing of a run that can be changed");
                    return Err(Problem::usage("unknown-setting", message)
                        .help("a run has display_name, description and tags.NAME"));
                }
            }
        }
        Ok(found)
    }

    /// Puts it into a manifest. Other tags are kept.
    pub(super) fn put_into(self, manifest: &mut Manifest) {
        if self.display_name.is_some() {
            manifest.display_name = self.display_name;
        }
        if self.description.is_some() {
            manifest.description = self.description;
        }
        manifest.tags.extend(self.tags);
    }

    /// Writes it to a run.
    pub(super) fn write_to(self, folder: &RunFolder) -> Result<(), Problem> {
        let mut manifest = folder.manifest().map_err(|error| run_problem(&error))?;
        self.put_into(&mut manifest);
        folder.write_manifest(&manifest).map_err(|error| Problem::failed("cannot-write", error.to_string()))
    }
}
