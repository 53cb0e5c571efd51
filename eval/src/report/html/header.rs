//! What the report is of, and the way to its parts.

use super::markup::Markup;
use crate::report::Report;

pub(super) fn header(page: &mut Markup, report: &Report<'_>) {
    let outcome = report.outcome;
    page.raw("<header class=\"top\"><div class=\"title\"><p class=\"eyebrow\">Evaluation</p><h1>").name(report.title);
    page.raw("</h1><p class=\"facts muted\"><span>").count(outcome.rows as u64).raw(" rows</span><span>");
    page.count(outcome.variants.len() as u64);
    page.raw(if outcome.variants.len() == 1 { " variant" } else { " variants" });
    page.raw("</span><span>flow ").name(report.flow).raw("</span><span>").name(&outcome.run).raw("</span></p></div>");
    page.raw("<button id=\"theme\" class=\"theme\" type=\"button\" hidden>Dark</button></header>\n");
    page.raw("<nav class=\"sections\" aria-label=\"Sections\"><a href=\"#verdict\">Verdict</a><a href=\"#scores\">Scores</a>");
    for (is_there, link) in [
        (!outcome.calibrations.is_empty(), "<a href=\"#people\">Beside people</a>"),
        (outcome.pareto.is_some(), "<a href=\"#front\">Quality, cost and latency</a>"),
        (outcome.effects.is_some(), "<a href=\"#axes\">Axes</a>"),
        (!outcome.slices.is_empty(), "<a href=\"#slices\">Slices</a>"),
        (outcome.stability.is_some(), "<a href=\"#steady\">Steady rows</a>"),
        (!outcome.gates.is_empty(), "<a href=\"#gates\">Gates</a>"),
        (outcome.against.is_some(), "<a href=\"#baseline\">Baseline</a>"),
    ] {
        page.raw(if is_there { link } else { "" });
    }
    if outcome.against.is_some() {
        page.raw("<a href=\"#baseline\">Baseline</a>");
    }
    page.raw("<a href=\"#measured\">Cost and latency</a><a href=\"#rows\">Rows</a></nav>\n");
}
