//! A score held against labels of people, in a terminal.

use flow_eval::evaluation::{Calibration, Correction, NumberAgreement, VerdictAgreement};
use flow_eval::report::{between, left_out, length_words, number, position_words};
use flow_eval::statistics::Interval;

use crate::ui::{BOLD, DIM};

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
    if calibration.labelled > 0 {
        text.extend(calibration.corrections.iter().map(corrections));
        text.push(format!(
            "  {DIM}by its rates: Rogan-Gladen, which takes the judge's rates for the same in all variants; by labels: PPI++, of each variant's own{DIM:#}"
        ));
    }
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
    let people = found.prevalence.as_ref().map(|people| format!(" · people pass {}", number(people.estimate)));
    let people = people.unwrap_or_default();
    lines.push(format!("  verdicts: agreement {agreement} · kappa {kappa} · J {youden}{people}"));
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
    let cells = |said: &Option<Interval>, rates: &Option<Interval>, labels: &Option<Interval>| {
        let rates = has_rates.then(|| between(rates.as_ref()));
        [between(said.as_ref())].into_iter().chain(rates).chain([between(labels.as_ref())]).collect::<Vec<_>>()
    };
    let head = ["as it says", "by its rates", "by labels"].map(str::to_owned);
    let head = head.into_iter().filter(|name| has_rates || name != "by its rates").collect();
    let mut lines = vec![(correction.of.to_owned(), head, String::new())];
    for variant in &correction.variants {
        let cells = cells(&variant.said, &variant.rogan_gladen, &variant.prediction_powered);
        lines.push((variant.variant.clone(), cells, format!("{} labels", variant.labelled)));
    }
    for difference in &correction.differences {
        let name = format!("{} less {}", difference.variant, difference.baseline);
        let cells = cells(&difference.said, &difference.rogan_gladen, &difference.prediction_powered);
        lines.push((name, cells, String::new()));
    }
    let name_width = lines.iter().map(|(name, _, _)| name.chars().count()).max().unwrap_or(0);
    let widest =
        lines.iter().flat_map(|(_, cells, _)| cells.iter().map(|cell| cell.chars().count())).max().unwrap_or(0);
    let mut text: Vec<String> = Vec::new();
    for (position, (name, cells, behind)) in lines.into_iter().enumerate() {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:<widest$}")).collect();
        let line = format!("  {name:<name_width$}  {}  {behind}", cells.join("  "));
        let line = line.trim_end();
        text.push(if position == 0 { format!("{DIM}{line}{DIM:#}") } else { line.to_owned() });
    }
    for variant in &correction.variants {
        let problems = variant.problems.iter();
        text.extend(problems.map(|problem| format!("  {DIM}{}: {problem}{DIM:#}", variant.variant)));
    }
    text.join("\n")
}
