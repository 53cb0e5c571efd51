use std::path::Path;

use flow_core::value::Value;

use super::tables::{FLOAT, INT, TEXT, Table, ends, float, whole_number};
use super::{Calibration, Outcome};
use crate::statistics::Interval;
use crate::table::{ColumnKind, TableError};

pub(super) const CALIBRATIONS: (&str, &[(&str, ColumnKind)]) = (
    "calibrations",
    &[
        ("score", TEXT),
        ("number", TEXT),
        ("corrected_by", TEXT),
        ("variant", TEXT),
        ("baseline", TEXT),
        ("labelled", INT),
        ("value", FLOAT),
        ("low", FLOAT),
        ("high", FLOAT),
        ("level", FLOAT),
        ("method", TEXT),
    ],
);

/// What a number is of.
#[derive(Clone, Copy)]
struct Of<'a> {
    number: &'a str,
    corrected_by: Option<&'a str>,
    variant: Option<&'a str>,
    baseline: Option<&'a str>,
    labelled: Option<usize>,
}

impl Outcome {
    /// Writes the table of what labels of people say of scores: a line for each number of a score (without a variant), and for each number of a
    /// variant or a difference as the score says it (`corrected_by` is null) and corrected.
    pub(super) fn write_calibrations(&self, folder: &Path) -> Result<(), TableError> {
        let mut table = Table::create(folder, CALIBRATIONS)?;
        for calibration in &self.calibrations {
            calibration.write(&mut table)?;
        }
        table.finish()
    }
}

impl Calibration {
    fn write(&self, table: &mut Table) -> Result<(), TableError> {
        let mut line = |of: Of<'_>, interval: Option<&Interval>, value: Option<f64>| {
            let Some(value) = value.or(interval.map(|interval| interval.estimate)) else { return Ok(()) };
            let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
            let names = [Value::from(&*self.score), Value::from(of.number)];
            let names = names.into_iter().chain([of.corrected_by, of.variant, of.baseline].map(text));
            let labelled = of.labelled.map_or(Value::Null, |count| whole_number(count as u64));
            table.write(names.chain([labelled, float(value)]).chain(ends(interval)))
        };
        let judge =
            |number| Of { number, corrected_by: None, variant: None, baseline: None, labelled: Some(self.labelled) };
        let verdicts = self.verdicts.as_ref();
        for (number, interval) in [
            ("kappa", self.kappa()),
            ("agreement", verdicts.and_then(|found| found.agreement.as_ref())),
            ("prevalence", verdicts.and_then(|found| found.prevalence.as_ref())),
            ("tpr", verdicts.and_then(|found| found.true_passes.as_ref())),
            ("tnr", verdicts.and_then(|found| found.true_fails.as_ref())),
            ("youden", verdicts.and_then(|found| found.youden.as_ref())),
        ] {
            line(judge(number), interval, None)?;
        }
        line(judge("usable"), None, self.usable.is.map(|is| f64::from(u8::from(is))))?;
        line(judge("longer"), None, self.length.as_ref().map(|length| length.share))?;
        line(judge("orders_differ"), self.position.as_ref().map(|position| &position.rate), None)?;
        for correction in &self.corrections {
            for one in &correction.variants {
                let of = Of { variant: Some(&one.variant), labelled: Some(one.labelled), ..judge(correction.of) };
                let by = |corrected_by| Of { corrected_by: Some(corrected_by), ..of };
                line(of, one.said.as_ref(), None)?;
                line(by("people"), one.people.as_ref(), None)?;
                line(by("rogan_gladen"), one.rogan_gladen.as_ref(), None)?;
                line(by("ppi"), one.prediction_powered.as_ref(), None)?;
            }
            for one in &correction.differences {
                let (variant, baseline) = (Some(&*one.variant), Some(&*one.baseline));
                let of = Of { variant, baseline, labelled: None, ..judge(correction.of) };
                let by = |corrected_by| Of { corrected_by: Some(corrected_by), ..of };
                line(of, one.said.as_ref(), None)?;
                line(by("rogan_gladen"), one.rogan_gladen.as_ref(), None)?;
                line(by("ppi"), one.prediction_powered.as_ref(), None)?;
            }
        }
        Ok(())
    }
}
