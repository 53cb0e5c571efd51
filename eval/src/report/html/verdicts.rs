//! What is known, in plain words: it stands first.

use super::markup::Markup;
use crate::evaluation::{Compared, GateState, Holdout, Outcome};
use crate::report::{Words, number};
use crate::statistics::Verdict;

pub(super) fn verdicts(page: &mut Markup, outcome: &Outcome) {
    page.raw("<section id=\"verdict\" aria-labelledby=\"verdict-heading\"><h2 id=\"verdict-heading\">Verdict</h2>\n");
    gates(page, outcome);
    if let Some(stop) = &outcome.stop {
        let before = if stop.rows == stop.of { "" } else { "The run " };
        page.raw("<p class=\"aside\">").text(before).text(&stop.to_string()).raw(".</p>");
    }
    if let Some(race) = &outcome.race {
        page.raw("<p class=\"lead\"><b>").name(&race.to_string()).raw(".</b></p>");
        for eliminated in &race.eliminated {
            page.raw("<p class=\"aside\">").name(&eliminated.to_string()).raw(".</p>");
        }
    }
    if outcome.left_out > 0 {
        page.raw("<p class=\"note\">").count(outcome.left_out).raw(" rows are not complete, and are left out.</p>");
    }
    if outcome.comparisons.is_empty() {
        alone(page, outcome);
    } else {
        page.raw("<ul class=\"verdicts\">");
        for compared in &outcome.comparisons {
            verdict(page, compared);
        }
        page.raw("</ul>");
    }
    if let Some(holdout) = &outcome.holdout {
        held_out(page, holdout);
    }
    page.raw("</section>\n");
}

/// The best variant on rows that were held out.
fn held_out(page: &mut Markup, holdout: &Holdout) {
    page.raw("<h3 id=\"holdout\" class=\"part\">").name(&holdout.to_string()).raw("</h3>");
    for (score, variant, summary) in holdout.means() {
        page.raw("<p class=\"aside\">").name(score).raw(" of ").name(variant).raw(": ").text(&number(summary.mean));
        if let Some(interval) = &summary.interval {
            page.raw(", ").text(&number(interval.low)).raw(" to ").text(&number(interval.high)).raw(" at ");
            page.text(&interval.level.to_string());
        }
        page.raw("</p>");
    }
    page.raw("<ul class=\"verdicts\">");
    for compared in &holdout.comparisons {
        verdict(page, compared);
    }
    page.raw("</ul>");
}

/// Whether the gates hold.
fn gates(page: &mut Markup, outcome: &Outcome) {
    let open = outcome.gates.iter().filter(|gate| gate.state() == GateState::Undecided).count();
    let failed = outcome.gates.iter().filter(|gate| gate.passed != Some(true)).count() - open;
    let all = outcome.gates.len() as u64;
    match (all, failed, open) {
        (0, ..) => {}
        (1, 0, 0) => {
            page.raw("<p class=\"lead holds\"><b>The gate holds.</b></p>");
        }
        (all, 0, 0) => {
            page.raw("<p class=\"lead holds\"><b>All ").count(all).raw(" gates hold.</b></p>");
        }
        (all, 0, open) => {
            page.raw("<p class=\"lead\"><b>").count(open as u64).raw(" of ").count(all);
            page.raw(if open == 1 { " gates is undecided.</b>" } else { " gates are undecided.</b>" });
            page.raw(" <a href=\"#gates\">See the gates</a></p>");
        }
        (all, failed, _) => {
            page.raw("<p class=\"lead fails\"><b>").count(failed as u64).raw(" of ").count(all);
            page.raw(if failed == 1 { " gates fails.</b>" } else { " gates fail.</b>" });
            page.raw(" <a href=\"#gates\">See the gates</a></p>");
        }
    }
}

fn verdict(page: &mut Markup, compared: &Compared) {
    let words = Words::of(compared);
    page.raw(match compared.comparison.verdict {
        Verdict::Better => "<li class=\"verdict better\"><span class=\"mark\">Better</span>",
        Verdict::Worse => "<li class=\"verdict worse\"><span class=\"mark\">Worse</span>",
        Verdict::NoWorse { .. } => "<li class=\"verdict level\"><span class=\"mark\">No worse</span>",
        Verdict::Small { .. } => "<li class=\"verdict level\"><span class=\"mark\">Small</span>",
        _ => "<li class=\"verdict open\"><span class=\"mark\">Undecided</span>",
    });
    page.raw("<div><p class=\"statement\"><span class=\"score-name\">").name(&compared.score).raw("</span> ");
    page.name(&words.verdict)
        .raw("</p><p class=\"evidence muted\">")
        .text(&words.evidence)
        .raw(" · ")
        .text(&words.rows);
    page.raw("</p></div></li>");
}

/// The scores of one variant, where nothing is compared.
fn alone(page: &mut Markup, outcome: &Outcome) {
    page.raw("<ul class=\"verdicts\">");
    for score in outcome.variants.iter().flat_map(|variant| &variant.scores) {
        let Some(summary) = &score.summary else { continue };
        page.raw("<li class=\"verdict open\"><span class=\"mark figure\">")
            .text(&number(summary.mean))
            .raw("</span><div>");
        page.raw("<p class=\"statement\">").name(&score.name).raw("</p><p class=\"evidence muted\">");
        if let Some(interval) = &summary.interval {
            page.text(&number(interval.low)).raw(" to ").text(&number(interval.high)).raw(" at ");
            page.text(&interval.level.to_string()).raw(" · ");
        }
        page.count(summary.rows as u64).raw(" rows</p></div></li>");
    }
    page.raw("</ul>");
}
