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
    if !outcome.slices.is_empty() {
        page.raw("<a href=\"#slices\">Slices</a>");
    }
    if !outcome.gates.is_empty() {
        page.raw("<a href=\"#gates\">Gates</a>");
    }
    if outcome.against.is_some() {
        page.raw("<a href=\"#baseline\">Baseline</a>");
    }
    page.raw("<a href=\"#measured\">Cost and latency</a><a href=\"#rows\">Rows</a></nav>\n");
}
