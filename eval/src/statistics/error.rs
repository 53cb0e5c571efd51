/// Why something cannot be computed of the numbers that were given. Messages are one line; [`StatisticsError::help`] says
/// what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatisticsError {
    /// There are fewer numbers than the method needs.
    #[error("{what} needs at least {needed} {unit}, and {given} {} given", if *given == 1 { "is" } else { "are" })]
    TooFew {
        /// What was to be computed.
        what: &'static str,
        /// What is counted: rows, clusters, variants.
        unit: &'static str,
        /// The fewest that do.
        needed: usize,
        /// How many were given.
        given: usize,
    },
    /// A number is not finite.
    #[error("the value of row {row} is {value}, which is no number to reckon with")]
    NotFinite {
        /// The row, counted from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A value lies outside of the range that was declared.
    #[error("the value of row {row} is {value}, outside of the declared range {low} to {high}")]
    OutOfRange {
        /// The row, counted from 0.
        row: usize,
        /// The value.
        value: f64,
        /// The lowest value of the range.
        low: f64,
        /// The highest value of the range.
        high: f64,
    },
    /// Two lists that must speak of the same rows have different lengths.
    #[error(
        "{first} has {first_length} and {second} has {second_length} entries, where both must speak of the same rows"
    )]
    Lengths {
        /// The first list.
        first: &'static str,
        /// Its length.
        first_length: usize,
        /// The second list.
        second: &'static str,
        /// Its length.
        second_length: usize,
    },
    /// All values are equal, so that nothing can be said of how they spread.
    #[error("all {rows} values are {value}, so that {what} has no spread to go by")]
    AllEqual {
        /// What was to be computed.
        what: &'static str,
        /// How many values there are.
        rows: usize,
        /// The value.
        value: f64,
    },
    /// The method needs scores within a range, and these have none.
    #[error("{what} needs scores within a range that is known before, and these have none")]
    NoRange {
        /// What was to be computed.
        what: &'static str,
    },
    /// A judge may say nothing of the truth, so that it cannot be corrected.
    #[error(
        "Youden's J of the judge is {youden:.3} and may be {low:.3}: it is not known that its verdicts tell passes from fails"
    )]
    NoSignal {
        /// Its J.
        youden: f64,
        /// The lower end of the interval of J.
        low: f64,
    },
    /// A setting of the method makes no sense.
    #[error("{what} is {value}, and must be {must}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// What was given.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
}

impl StatisticsError {
    /// A short name of the kind of error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            StatisticsError::TooFew { .. } => "statistics-too-few",
            StatisticsError::NotFinite { .. } => "statistics-not-finite",
            StatisticsError::OutOfRange { .. } => "statistics-out-of-range",
            StatisticsError::Lengths { .. } => "statistics-lengths",
            StatisticsError::AllEqual { .. } => "statistics-all-equal",
            StatisticsError::NoRange { .. } => "statistics-no-range",
            StatisticsError::NoSignal { .. } => "statistics-no-signal",
            StatisticsError::Setting { .. } => "statistics-setting",
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            StatisticsError::TooFew { .. } => "give more data",
            StatisticsError::NotFinite { .. } => {
                "a score that could not be computed is an error of its row, not a number"
            }
            StatisticsError::OutOfRange { .. } => "declare the range that the scores really have",
            StatisticsError::Lengths { .. } => "give one entry for each row",
            StatisticsError::AllEqual { .. } => "nothing is wrong; rows on which the scores differ would be needed",
            StatisticsError::NoRange { .. } => {
                "declare the range of the scores, or compare them once all rows are there"
            }
            StatisticsError::NoSignal { .. } => "label more rows, or take a better judge",
            StatisticsError::Setting { .. } => "change the setting",
        }
    }
}

/// `values`, if there are enough of them and each is finite.
pub(super) fn checked(what: &'static str, values: &[f64], needed: usize) -> Result<(), StatisticsError> {
    enough(what, "rows", needed, values.len())?;
    match values.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(StatisticsError::NotFinite { row, value: values[row] }),
        None => Ok(()),
    }
}

pub(super) fn enough(
    what: &'static str,
    unit: &'static str,
    needed: usize,
    given: usize,
) -> Result<(), StatisticsError> {
    if given < needed { Err(StatisticsError::TooFew { what, unit, needed, given }) } else { Ok(()) }
}

pub(super) fn same_length(
    first: &'static str,
    first_length: usize,
    second: &'static str,
    second_length: usize,
) -> Result<(), StatisticsError> {
    if first_length == second_length {
        return Ok(());
    }
    Err(StatisticsError::Lengths { first, first_length, second, second_length })
}

/// A share strictly between 0 and 1.
pub(super) fn share(what: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(StatisticsError::Setting { what, value, must: "between 0 and 1" })
}

/// A finite number above 0.
pub(super) fn positive(what: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(StatisticsError::Setting { what, value, must: "above 0" })
}
