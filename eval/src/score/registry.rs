//! Which scorers there are.

use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::value::{Map, Value};

use super::{Definition, ParameterError, Scorer, Spec, metric, parameters};

/// A scorer in the registry.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it is.
    pub spec: Spec,
    schema: fn() -> serde_json::Value,
    build: fn(&Map) -> Result<Arc<dyn Scorer>, ParameterError>,
}

impl Entry {
    /// The entry of a scorer.
    #[must_use]
    pub fn of<D: Definition>() -> Self {
        Self {
            spec: D::SPEC,
            schema: parameters::schema_of::<D::Parameters>,
            build: |given| Ok(Arc::new(D::new(parameters::read::<D::Parameters>(given)?)?)),
        }
    }

    /// The JSON Schema of its parameters, with their documentation and defaults.
    #[must_use]
    pub fn parameters(&self) -> serde_json::Value {
        (self.schema)()
    }

    /// All that is known of it: its [`Spec`], with the schema of its parameters as `parameters`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(self.spec).unwrap_or_default();
        if let Some(entries) = json.as_object_mut() {
            entries.insert("parameters".to_owned(), self.parameters());
        }
        json
    }

    fn preset(&self, name: &str) -> Option<Map> {
        if is_same(self.spec.name, name) {
            return Some(Map::new());
        }
        let alias = self.spec.aliases.iter().find(|alias| is_same(alias.name, name))?;
        Value::from_json(alias.preset).ok().and_then(|preset| preset.as_map().cloned())
    }
}

/// Names are the same with `-` and with `_`.
fn is_same(known: &str, name: &str) -> bool {
    let sign = |byte: u8| if byte == b'_' { b'-' } else { byte };
    known.len() == name.len() && known.bytes().map(sign).eq(name.bytes().map(sign))
}

/// A scorer, built.
#[derive(Debug, Clone)]
pub struct Built {
    /// What it is.
    pub spec: Spec,
    /// The scorer.
    pub scorer: Arc<dyn Scorer>,
    /// Whether its name began with `not-`.
    pub negated: bool,
}

/// The scorers by name.
#[derive(Debug, Clone)]
pub struct Registry {
    entries: Vec<Entry>,
}

impl Registry {
    /// All scorers that are built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self { entries: metric::all() }
    }

    /// The same with one scorer more, which takes the place of another with its name.
    #[must_use]
    pub fn with(mut self, entry: Entry) -> Self {
        self.entries.retain(|known| known.spec.name != entry.spec.name);
        self.entries.push(entry);
        self
    }

    /// The scorers, in the order of their list.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// All names, aliases included.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries
            .iter()
            .flat_map(|entry| std::iter::once(entry.spec.name).chain(entry.spec.aliases.iter().map(|alias| alias.name)))
    }

    /// The scorer of a name or an alias, with `-` for `_`, and whether `not-` or `not_` stood before it.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn find(&self, name: &str) -> Result<(&Entry, bool), BuildError> {
        self.resolve(name).map(|(entry, _, negated)| (entry, negated))
    }

    /// Builds the scorer of a name.
    ///
    /// # Errors
    /// There is none of that name, or a parameter does not fit.
    pub fn build(&self, name: &str, given: &Map) -> Result<Built, BuildError> {
        let (entry, mut all, negated) = self.resolve(name)?;
        all.extend(given.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let scorer = (entry.build)(&all).map_err(|error| BuildError::Parameter { scorer: entry.spec.name, error })?;
        Ok(Built { spec: entry.spec, scorer, negated })
    }

    fn resolve(&self, name: &str) -> Result<(&Entry, Map, bool), BuildError> {
        let look = |name: &str| self.entries.iter().find_map(|entry| Some((entry, entry.preset(name)?)));
        if let Some((entry, preset)) = look(name) {
            return Ok((entry, preset, false));
        }
        let plain = name.strip_prefix("not-").or_else(|| name.strip_prefix("not_"));
        if let Some((entry, preset)) = plain.and_then(look) {
            return Ok((entry, preset, true));
        }
        let name = plain.unwrap_or(name);
        let help = elsewhere(name).map(str::to_owned).or_else(|| did_you_mean(&name.replace('-', "_"), self.names()));
        Err(BuildError::Unknown { name: name.to_owned(), help })
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::built_in()
    }
}

/// What to do about a name of promptfoo's that is no scorer here.
fn elsewhere(name: &str) -> Option<&'static str> {
    let name = name.replace('_', "-");
    match name.as_str() {
        "javascript" | "python" | "ruby" => {
            Some("write an `expression`, or a flow with a Python node and name it with `flow:`")
        }
        "llm-rubric" | "g-eval" | "search-rubric" => {
            Some("a model judges this: `flow: rubric`; `flow eval --evaluators rubric` tells its inputs")
        }
        "factuality" | "model-graded-factuality" | "model-graded-closedqa" => {
            Some("a model judges this: `flow: factuality`; `flow eval --evaluators factuality` tells its inputs")
        }
        "answer-relevance" | "conversation-relevance" => {
            Some("a model judges this: `flow: relevance`; `flow eval --evaluators relevance` tells its inputs")
        }
        "context-faithfulness" => {
            Some("a model judges this: `flow: groundedness`; `flow eval --evaluators groundedness` tells its inputs")
        }
        "context-recall" => Some(
            "a model judges this: `flow: context_recall`; `flow eval --evaluators context_recall` tells its inputs",
        ),
        "context-relevance" => Some(
            "a model judges this: `flow: context_precision`; `flow eval --evaluators context_precision` tells its inputs",
        ),
        "moderation" => Some("a model judges this: `flow: safety`; `flow eval --evaluators safety` tells its inputs"),
        "select-best" => Some(
            "a model judges this: `flow: preference` with `pairwise: true`; `flow eval --evaluators preference` tells its inputs",
        ),
        "classifier" | "pi" => Some("a model has to be asked for this: name a flow that does so with `flow:`"),
        "webhook" => Some("write a flow with the tool `http.request` and name it with `flow:`"),
        _ => None,
    }
}

/// Why a scorer cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// There is none of that name.
    #[error("there is no scorer `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// What to do.
        help: Option<String>,
    },
    /// A parameter does not fit.
    #[error("{error} (scorer `{scorer}`)")]
    Parameter {
        /// The scorer.
        scorer: &'static str,
        /// The parameter.
        error: ParameterError,
    },
}

impl BuildError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            BuildError::Unknown { help, .. } => help.as_deref(),
            BuildError::Parameter { error, .. } => error.help.as_deref(),
        }
    }
}
