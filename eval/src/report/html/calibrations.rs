//! Scores held against labels of people.

use super::markup::Markup;
use crate::evaluation::{Calibration, Correction, Outcome};
use crate::report::{between, left_out, length_words, position_words};
use crate::statistics::Interval;

pub(super) fn calibrations(page: &mut Markup, outcome: &Outcome) {
    if outcome.calibrations.is_empty() {
        return;
    }
    page.raw(
        "<section id=\"people\" aria-labelledby=\"people-heading\"><h2 id=\"people-heading\">Beside people</h2>\n",
    );
    for calibration in &outcome.calibrations {
        calibrated(page, calibration);
    }
    page.raw("</section>\n");
}

fn calibrated(page: &mut Markup, calibration: &Calibration) {
    page.raw("<article class=\"card\"><h3>").name(&calibration.score).raw("</h3><p class=\"muted small\">");
    page.count(calibration.labelled as u64).raw(" labelled answers of ").count(calibration.lines as u64);
    page.raw(" rows, from <code>").name(&calibration.labels).raw("</code>");
    if let Some(words) = left_out(&calibration.left_out) {
        page.raw("; left out: ").text(&words);
    }
    page.raw(".</p>");
    if calibration.labelled > 0 {
        page.raw("<p>").raw(match calibration.usable.is {
            Some(true) => "<span class=\"mark holds\">Usable</span> ",
            Some(false) => "<span class=\"mark fails\">Not usable</span> ",
            None => "<span class=\"mark fails\">Not known to be usable</span> ",
        });
        page.text(&calibration.usable.because).raw(".</p>");
        agreement(page, calibration);
    }
    for correction in &calibration.corrections {
        corrected(page, correction);
    }
    let words = calibration.length.as_ref().map(|length| format!("Length: {}.", length_words(length)));
    let place = calibration.position.as_ref().map(|position| format!("Place: {}.", position_words(position)));
    let problems = calibration.corrections.iter().flat_map(|correction| &correction.variants);
    let problems = problems.flat_map(|one| one.problems.iter().map(|problem| format!("{}: {problem}.", one.variant)));
    let notes = calibration.notes.iter().map(|note| format!("Note: {note}."));
    for words in words.into_iter().chain(place).chain(problems).chain(notes) {
        page.raw("<p class=\"muted small\">").name(&words).raw("</p>");
    }
    page.raw("</article>\n");
}

fn agreement(page: &mut Markup, calibration: &Calibration) {
    page.raw("<div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">What</th><th scope=\"col\" class=\"number\">Found</th></tr></thead><tbody>");
    let mut row = |what: &'static str, found: &str| {
        page.raw("<tr><th scope=\"row\">").raw(what).raw("</th><td class=\"number\">").text(found).raw("</td></tr>");
    };
    if let Some(numbers) = &calibration.numbers {
        row("Kappa of numbers, quadratic weights", &between(numbers.kappa.as_ref()));
        let single = [
            ("Kappa, linear weights", numbers.kappa_linear),
            ("Krippendorff's alpha", numbers.alpha),
            ("Spearman's correlation", numbers.spearman),
            ("Kendall's τ-b", numbers.kendall),
            ("Pearson's correlation", numbers.pearson),
        ];
        for (what, value) in single {
            row(what, &value.map_or("–".to_owned(), crate::report::number));
        }
    }
    if let Some(verdicts) = &calibration.verdicts {
        let table = verdicts.table;
        row("Both pass", &table.both_pass.to_string());
        row("It alone passes", &table.judge_alone.to_string());
        row("People alone pass", &table.people_alone.to_string());
        row("Both fail", &table.both_fail.to_string());
        row("Agreement", &between(verdicts.agreement.as_ref()));
        row("Kappa of verdicts", &between(verdicts.kappa.as_ref()));
        row("Of what people pass, it passes (TPR)", &between(verdicts.true_passes.as_ref()));
        row("Of what people fail, it fails (TNR)", &between(verdicts.true_fails.as_ref()));
        row("Youden's J", &between(verdicts.youden.as_ref()));
        row("People pass", &between(verdicts.prevalence.as_ref()));
    }
    page.raw("</tbody></table></div>");
}

fn corrected(page: &mut Markup, correction: &Correction) {
    let has_rates = correction.variants.iter().any(|variant| variant.rogan_gladen.is_some());
    page.raw("<h4>Corrected ")
        .raw(correction.of)
        .raw("</h4><div class=\"scroll\"><table class=\"figures\"><thead><tr>");
    page.raw("<th scope=\"col\">Variant</th><th scope=\"col\" class=\"number\">Labels</th><th scope=\"col\" class=\"number\">As it says</th>");
    page.raw(if has_rates { "<th scope=\"col\" class=\"number\">By its rates (Rogan-Gladen)</th>" } else { "" });
    page.raw("<th scope=\"col\" class=\"number\">By labels of the variant (PPI++)</th></tr></thead><tbody>");
    let cell = |page: &mut Markup, interval: &Option<Interval>| {
        page.raw("<td class=\"number\">").text(&between(interval.as_ref())).raw("</td>");
    };
    let cells = |page: &mut Markup, found: [&Option<Interval>; 3]| {
        cell(page, found[0]);
        if has_rates {
            cell(page, found[1]);
        }
        cell(page, found[2]);
        page.raw("</tr>");
    };
    for one in &correction.variants {
        page.raw("<tr><th scope=\"row\">").name(&one.variant).raw("</th><td class=\"number\">");
        page.count(one.labelled as u64).raw("</td>");
        cells(page, [&one.said, &one.rogan_gladen, &one.prediction_powered]);
    }
    for one in &correction.differences {
        page.raw("<tr><th scope=\"row\">").name(&one.variant).raw(" less ").name(&one.baseline);
        page.raw("</th><td></td>");
        cells(page, [&one.said, &one.rogan_gladen, &one.prediction_powered]);
    }
    page.raw("</tbody></table></div>");
}
