//! The list that ships with the program.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Abilities, Encoding, ModelInfo, Origin, Price};

/// A file of the same form as a user's `models.yaml`, in JSON, since that is read in a fraction of a millisecond.
pub(super) const TEXT: &str = include_str!("models.json");

/// The entries of the list, read at the first call. A test holds that the list can be read.
pub(super) fn models() -> &'static [ModelInfo] {
    static MODELS: OnceLock<Vec<ModelInfo>> = OnceLock::new();
    MODELS.get_or_init(|| read(TEXT).unwrap_or_default())
}

pub(super) fn read(text: &str) -> serde_json::Result<Vec<ModelInfo>> {
    let file: File = serde_json::from_str(text)?;
    let models = file.models.into_iter().flat_map(|(name, written)| {
        let entries = match written {
            OneOrMore::One(entry) => vec![*entry],
            OneOrMore::More(entries) => entries,
        };
        entries.into_iter().map(move |entry| entry.info(&name))
    });
    Ok(models.collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    models: IndexMap<Arc<str>, OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Box<Written>),
    More(Vec<Written>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    provider: Arc<str>,
    context: Option<u64>,
    max_output: Option<u64>,
    abilities: Option<Abilities>,
    encoding: Option<Encoding>,
    price: Option<Price>,
    fine_tuned: Option<Price>,
    source: Option<Arc<str>>,
}

impl Written {
    fn info(self, name: &Arc<str>) -> ModelInfo {
        ModelInfo {
            name: Arc::clone(name),
            provider: Some(self.provider),
            context: self.context,
            max_output: self.max_output,
            abilities: self.abilities,
            encoding: self.encoding,
            price: self.price,
            fine_tuned: self.fine_tuned,
            source: self.source,
            origin: Origin::BuiltIn,
        }
    }
}
