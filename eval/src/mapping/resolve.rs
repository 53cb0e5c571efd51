use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::plan::PlanInput;

use super::{Column, Given, LINE_NUMBER, Mapping, MappingError, MappingWarning, ResolvedMapping, Source};

/// What a mapping can refer to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Available<'a> {
    /// The data set, if one is given.
    pub data: Option<Columns<'a>>,
    /// The data of the run that is referred to.
    pub run_inputs: Option<Columns<'a>>,
    /// The outputs of that run.
    pub run_outputs: Option<Columns<'a>>,
    /// The outputs of its baseline.
    pub run_baseline: Option<Columns<'a>>,
}

/// The columns of a source, as far as they are known before it is read: those of its first rows.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Their names.
    pub names: &'a [Arc<str>],
    /// How many rows were looked at.
    pub looked_at: usize,
}

impl Available<'_> {
    fn of(&self, source: Source) -> Option<Columns<'_>> {
        match source {
            Source::Data => self.data,
            Source::RunInputs => self.run_inputs,
            Source::RunOutputs => self.run_outputs,
            Source::RunBaseline => self.run_baseline,
        }
    }
}

impl Columns<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| **known == *name)
    }

    fn meant(&self, name: &str) -> Option<String> {
        did_you_mean(name, self.names.iter().map(|known| &**known))
    }
}

impl Mapping {
    /// Completes a mapping for a flow's inputs, and compares it with the columns that are there: a column that none of the
    /// first rows has is an error, as a slip is more probable than a column that begins later.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn resolve(
        &self,
        inputs: &[PlanInput],
        available: &Available<'_>,
    ) -> Result<ResolvedMapping, Vec<MappingError>> {
        if inputs.is_empty() {
            return Err(vec![MappingError::NoInputs]);
        }
        let mut errors = Vec::new();
        let (entries, defaults, optional) = (Vec::new(), Vec::new(), Vec::new());
        let mut resolved = ResolvedMapping { entries, defaults, optional, warnings: Vec::new(), alike: None };
        for input in inputs.iter().filter(|input| &*input.name != LINE_NUMBER) {
            let given = self.entries.iter().find(|(name, _)| *name == input.name);
            match (given, &input.default) {
                (Some((name, given)), _) => resolved.take(name, given, available, &mut errors),
                // What the code of a flow takes where nothing is given hides no data.
                (None, Some(default)) if input.is_optional && available.data.is_some() => {
                    resolved.optional.push((Arc::clone(&input.name), default.clone()));
                }
                (None, Some(default)) => {
                    if available.data.is_some_and(|data| data.has(&input.name)) {
                        let input = Arc::clone(&input.name);
                        resolved.warnings.push(MappingWarning::DefaultHidesColumn { input });
                    }
                    resolved.defaults.push((Arc::clone(&input.name), default.clone()));
                }
                (None, None) => resolved.take_same_name(&input.name, available, &mut errors),
            }
        }
        for (name, given) in &self.entries {
            if inputs.iter().any(|input| input.name == *name) {
                continue;
            }
            let meant = did_you_mean(name, inputs.iter().map(|input| &*input.name));
            resolved.warnings.push(MappingWarning::UnknownInput { name: Arc::clone(name), meant });
            resolved.take(name, given, available, &mut errors);
        }
        resolved.alike = resolved.hidden(inputs);
        if errors.is_empty() { Ok(resolved) } else { Err(errors) }
    }
}

impl ResolvedMapping {
    /// What is odd, and runs.
    #[must_use]
    pub fn warnings(&self) -> &[MappingWarning] {
        &self.warnings
    }

    /// What is wrong where inputs take their defaults alone, though the data has columns of their names: each row would run the same.
    #[must_use]
    pub fn alike(&self) -> Option<MappingError> {
        self.alike.clone().map(|input| MappingError::OnlyDefaults { input })
    }

    /// An input that hides a column by its default, where no input takes anything from the rows.
    fn hidden(&self, inputs: &[PlanInput]) -> Option<Arc<str>> {
        let is_input = |name: &Arc<str>| inputs.iter().any(|input| input.name == *name);
        let takes = |(name, given): &(Arc<str>, Given)| matches!(given, Given::Column(_)) && is_input(name);
        if !self.optional.is_empty() || self.entries.iter().any(takes) {
            return None;
        }
        self.warnings.iter().find_map(|warning| match warning {
            MappingWarning::DefaultHidesColumn { input } => Some(Arc::clone(input)),
            _ => None,
        })
    }

    /// Whether a column of a source is asked for.
    #[must_use]
    pub fn uses(&self, source: Source) -> bool {
        let is_asked = |given: &Given| matches!(given, Given::Column(column) if column.source == source);
        self.entries.iter().any(|(_, given)| is_asked(given)) || (source == Source::Data && !self.optional.is_empty())
    }

    fn take(&mut self, name: &Arc<str>, given: &Given, available: &Available<'_>, errors: &mut Vec<MappingError>) {
        match given {
            Given::Constant(value) => {
                if let Some(text) = value.as_str().filter(|text| holds_reference(text)) {
                    let (input, text) = (Arc::clone(name), text.to_owned());
                    self.warnings.push(MappingWarning::ReferenceInText { input, text });
                }
            }
            Given::Column(column) => {
                let (input, column) = (Arc::clone(name), column.clone());
                match available.of(column.source) {
                    None => return errors.push(MappingError::NoSource { input, column }),
                    Some(columns) if !columns.has(&column.name) => {
                        let (looked_at, meant) = (columns.looked_at, columns.meant(&column.name));
                        return errors.push(MappingError::NoColumn { input, column, looked_at, meant });
                    }
                    Some(_) => {}
                }
            }
        }
        self.entries.push((Arc::clone(name), given.clone()));
    }

    /// An input without default and mapping takes the column of its name, of the data and of nothing else.
    fn take_same_name(&mut self, name: &Arc<str>, available: &Available<'_>, errors: &mut Vec<MappingError>) {
        match available.data {
            Some(data) if data.has(name) => {
                let column = Column { source: Source::Data, name: Arc::clone(name) };
                self.entries.push((Arc::clone(name), Given::Column(column)));
            }
            data => errors.push(MappingError::Unmapped {
                input: Arc::clone(name),
                looked_at: data.map(|data| data.looked_at),
                meant: data.and_then(|data| data.meant(name)),
            }),
        }
    }
}

/// Whether a text has a reference to a source somewhere in it.
fn holds_reference(text: &str) -> bool {
    text.split("${").skip(1).any(|rest| {
        let is_source = |source: Source| rest.strip_prefix(source.name()).is_some_and(|rest| rest.starts_with('.'));
        rest.contains('}') && Source::ALL.into_iter().any(is_source)
    })
}
