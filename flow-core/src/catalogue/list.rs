use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::name::{Family, provider_name};
use super::{ModelInfo, Price, built_in, read};
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::Usage;
use crate::source::{SourceMap, read_text};

/// The models that are known: a user's, and behind them those that ship with the program.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The user's entries, those of the nearest file first.
    own: Vec<ModelInfo>,
    /// Which model stands behind a deployment.
    deployments: BTreeMap<Arc<str>, Arc<str>>,
}

impl Catalogue {
    /// The models that ship with the program. Costs nothing until something is asked.
    #[must_use]
    pub fn builtin() -> Arc<Self> {
        Arc::default()
    }

    /// The user's models, and behind them those that ship with the program. The user's are those of the nearest
    /// `models.yaml` beside the flow or above it up to `boundary`, else of the one in the folder of settings.
    pub fn load(
        folder: &Path,
        boundary: &Path,
        settings: Option<PathBuf>,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Arc<Self> {
        let Some(path) = read::find(folder, boundary, settings).map(crate::project::from_here) else {
            return Self::builtin();
        };
        match read_text(&path) {
            Ok(text) => {
                let file = sources.add(path, text);
                Arc::new(read::read(sources, file, diagnostics))
            }
            Err(error) => {
                diagnostics.push(Diagnostic::from(&error));
                Self::builtin()
            }
        }
    }

    pub(super) fn with(own: Vec<ModelInfo>, deployments: BTreeMap<Arc<str>, Arc<str>>) -> Self {
        Self { own, deployments }
    }

    pub(super) fn push(&mut self, info: ModelInfo) {
        self.own.push(info);
    }

    pub(super) fn into_own(self) -> Vec<ModelInfo> {
        self.own
    }

    /// The entries that hold: of the program's those in whose place there is none of the user's.
    pub fn in_force(&self) -> impl Iterator<Item = &ModelInfo> {
        let is_hidden = |info: &ModelInfo| {
            let same = |own: &&ModelInfo| own.name.eq_ignore_ascii_case(&info.name);
            self.own.iter().filter(same).any(|own| own.provider.is_none() || own.provider == info.provider)
        };
        self.own.iter().chain(built_in::models().iter().filter(move |info| !is_hidden(info)))
    }

    /// What a mistyped name was meant to be, as a help line: the nearest name, or the few that are equally near.
    #[must_use]
    pub fn did_you_mean(&self, name: &str) -> Option<String> {
        const MOST: usize = 3;
        let lower = name.to_lowercase();
        let distance = |info: &ModelInfo| strsim::damerau_levenshtein(&lower, &info.name.to_lowercase());
        let nearest = self.models().map(distance).min().filter(|least| *least <= (name.len() / 4).max(1))?;
        let mut meant: Vec<&str> =
            self.models().filter(|info| distance(info) == nearest).map(|info| &*info.name).collect();
        meant.sort_unstable();
        meant.dedup();
        (meant.len() <= MOST).then(|| format!("did you mean `{}`?", meant.join("` or `")))
    }

    /// What is known of a model for certain: by the provider's own entry, or by the user's word. `provider` is who
    /// serves it; `None` where that may be anybody, and a name says nothing.
    #[must_use]
    pub fn certain(&self, provider: Option<&str>, model: &str) -> Option<&ModelInfo> {
        if self.deployment(model).is_some() || self.is_own(model) {
            return self.find(provider.unwrap_or("openai"), model);
        }
        let provider = provider_name(provider?);
        self.find(provider, model).filter(|info| info.provider.as_deref() == Some(provider))
    }

    /// All entries; those of the user first.
    pub fn models(&self) -> impl Iterator<Item = &ModelInfo> {
        self.own.iter().chain(built_in::models())
    }

    /// The deployments that the user named, each with its model.
    pub fn deployments(&self) -> impl Iterator<Item = (&str, &str)> {
        self.deployments.iter().map(|(deployment, model)| (&**deployment, &**model))
    }

    /// What is known of a model. `provider` may be a name as in traces. Versions and fine-tuned models that are not
    /// known themselves are found under the name of their family, deployments under that of their model.
    #[must_use]
    pub fn find(&self, provider: &str, model: &str) -> Option<&ModelInfo> {
        self.look_up(provider, model).map(|found| found.info)
    }

    /// What the tokens of one call cost, exactly. `None` where there is no price, which is not the same as nothing.
    #[must_use]
    pub fn cost(&self, provider: &str, model: &str, usage: &Usage) -> Option<Decimal> {
        self.price(provider, model)?.of(usage)
    }

    /// The price that holds for a model at a provider.
    #[must_use]
    pub fn price(&self, provider: &str, model: &str) -> Option<&Price> {
        let found = self.look_up(provider, model)?;
        if !prices_hold(found.info.provider.as_deref(), provider_name(provider)) {
            return None;
        }
        if found.is_fine_tuned { found.info.fine_tuned.as_ref() } else { found.info.price.as_ref() }
    }

    /// Whether this very deployment was named by the user.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Option<&str> {
        self.deployments.get(name).map(|model| &**model)
    }

    /// Whether the user has an entry of this very name.
    pub(super) fn is_own(&self, model: &str) -> bool {
        self.own.iter().any(|info| info.name.eq_ignore_ascii_case(model))
    }

    pub(super) fn look_up(&self, provider: &str, model: &str) -> Option<Found<'_>> {
        let provider = provider_name(provider);
        let model = self.deployment(model).unwrap_or(model);
        if let Some(info) = self.exact(provider, model) {
            return Some(Found { info, is_fine_tuned: false });
        }
        let family = Family::of(model)?;
        let is_fine_tuned = matches!(family, Family::FineTuned(_));
        // A fine-tuned model may be that of a version.
        let name = family.name();
        let info = self.exact(provider, name).or_else(|| match Family::of(name)? {
            Family::Version(name) => self.exact(provider, name),
            Family::FineTuned(_) => None,
        });
        Some(Found { info: info?, is_fine_tuned })
    }

    /// The entry of this very name: that of the provider, else one for any provider, else what another provider's
    /// model of the same name can do.
    fn exact(&self, provider: &str, model: &str) -> Option<&ModelInfo> {
        let named = || self.models().filter(|info| info.name.eq_ignore_ascii_case(model));
        let fits = |info: &&ModelInfo| info.provider.as_deref().is_none_or(|own| own == provider);
        named().find(fits).or_else(|| named().next())
    }
}

/// An entry, and how the name leads to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) info: &'a ModelInfo,
    pub(super) is_fine_tuned: bool,
}

/// Whether an entry's price is one for calls of a provider. A mock model stands in for any provider, and what speaks
/// OpenAI's language may be any; elsewhere the same model has a price of its own.
fn prices_hold(entry: Option<&str>, provider: &str) -> bool {
    entry.is_none_or(|entry| entry == provider) || matches!(provider, "mock" | "openai")
}
