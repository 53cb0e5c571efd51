//! A score held against labels of people, in a terminal.

use flow_eval::evaluation::{Calibration, Correction, NumberAgreement, VerdictAgreement};
use flow_eval::report::{between, left_out, length_words, number, position_words};
use flow_eval::statistics::Interval;

use crate::ui::{self, BOLD, DIM, Table};

/// What is told of it.
pub(super) fn text(calibration: &Calibration) -> String {
    let Calibration { score, labelled, lines, labels, .. } = calibration;
    let mut text = vec![format!(
        "\n{BOLD}{score} beside people{BOLD:#}  {labelled} labelled answers of {lines} rows {DIM}({labels}){DIM:#}"
    )];
    if let Some(words) = left_out(&calibration.left_out) {
        text.push(format!("  {DIM}left out: {words}{DIM:#}"));
    }
    if *labelled > 0 {
        let usable = match calibration.usable.is {
            Some(true) => "usable",
            Some(false) => "NOT usable",
            None => "not known to be usable",
        };
        text.push(format!("  {BOLD}{usable}{BOLD:#}: {}", calibration.usable.because));
    }
    text.extend(calibration.numbers.as_ref().map(numbers));
    text.extend(calibration.verdicts.as_ref().map(verdicts));
    text.extend(calibration.length.as_ref().map(|length| format!("  length  {}", length_words(length))));
    text.extend(calibration.position.as_ref().map(|position| format!("  place   {}", position_words(position))));
    text.extend(calibration.corrections.iter().map(corrections));
    text.extend(calibration.notes.iter().map(|note| format!("  {DIM}note: {note}{DIM:#}")));
    text.join("\n")
}

fn verdicts(found: &VerdictAgreement) -> String {
    let table = found.table;
    let mut lines = vec![
        format!(
            "  of {} that people passed, it passed {}: TPR {}",
            table.passed(),
            table.both_pass,
            between(found.true_passes.as_ref())
        ),
        format!(
            "  of {} that people failed, it failed {}: TNR {}",
            table.failed(),
            table.both_fail,
            between(found.true_fails.as_ref())
        ),
    ];
    let (agreement, kappa, youden) =
        (between(found.agreement.as_ref()), between(found.kappa.as_ref()), between(found.youden.as_ref()));
    lines.push(format!("  verdicts: agreement {agreement} · kappa {kappa} · J {youden}"));
    lines.join("\n")
}

fn numbers(found: &NumberAgreement) -> String {
    let or_none = |value: Option<f64>| value.map_or("–".to_owned(), number);
    format!(
        "  numbers: kappa, quadratic {} · linear {} · alpha {} · Spearman {} · Kendall {} · Pearson {} · means: people {}, it {}",
        between(found.kappa.as_ref()),
        or_none(found.kappa_linear),
        or_none(found.alpha),
        or_none(found.spearman),
        or_none(found.kendall),
        or_none(found.pearson),
        number(found.people),
        number(found.judge)
    )
}

fn corrections(correction: &Correction) -> String {
    let has_rates = correction.variants.iter().any(|variant| variant.rogan_gladen.is_some());
    let mut head = vec![correction.of.to_uppercase(), "LABELS".to_owned(), "AS IT SAYS".to_owned()];
    head.extend(has_rates.then(|| "BY ITS RATES (ROGAN-GLADEN)".to_owned()));
    head.push("BY LABELS OF THE VARIANT (PPI++)".to_owned());
    let mut table = Table::new(head).with_whole_names();
    let cells = |said: &Option<Interval>, rates: &Option<Interval>, labels: &Option<Interval>| {
        let rates = has_rates.then(|| between(rates.as_ref()));
        [between(said.as_ref())].into_iter().chain(rates).chain([between(labels.as_ref())]).collect::<Vec<_>>()
    };
    for variant in &correction.variants {
        let cells = cells(&variant.said, &variant.rogan_gladen, &variant.prediction_powered);
        table.push([variant.variant.clone(), variant.labelled.to_string()].into_iter().chain(cells));
    }
    for difference in &correction.differences {
        let name = format!("{} less {}", difference.variant, difference.baseline);
        let cells = cells(&difference.said, &difference.rogan_gladen, &difference.prediction_powered);
        table.push([name, String::new()].into_iter().chain(cells));
    }
    let mut text = table.text(ui::width()).0;
    for variant in &correction.variants {
        for problem in &variant.problems {
            text += &format!("\n  {DIM}{}: {problem}{DIM:#}", variant.variant);
        }
    }
    text
}
