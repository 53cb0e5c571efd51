//! How steady rows are that were run several times.

use super::markup::Markup;
use crate::evaluation::{FlakyRow, Outcome};

/// So many flaky rows of a variant are named.
const ROWS: usize = 20;

pub(super) fn steady(page: &mut Markup, outcome: &Outcome) {
    let Some(stability) = &outcome.stability else { return };
    page.raw("<section id=\"steady\" aria-labelledby=\"steady-heading\"><h2 id=\"steady-heading\">Steady rows</h2>");
    page.raw("<p class=\"aside\">By ").name(&stability.score).raw(", of ").count(u64::from(stability.least));
    page.raw(" runs of each row");
    if stability.most > stability.least {
        page.raw(", up to ").count(u64::from(stability.most)).raw(" where they disagree");
    }
    page.raw(".</p><div class=\"card\"><div class=\"scroll\"><table class=\"figures\"><thead><tr>");
    page.raw("<th scope=\"col\">Variant</th><th scope=\"col\" class=\"number\">Pass always</th>");
    page.raw("<th scope=\"col\" class=\"number\">Never</th><th scope=\"col\" class=\"number\">Now and then</th>");
    page.raw("<th scope=\"col\" class=\"number\">Further runs</th><th scope=\"col\">Their answers part at</th></tr></thead><tbody>");
    for variant in &stability.variants {
        page.raw("<tr><th scope=\"row\">").name(&variant.variant).raw("</th>");
        for count in [variant.passing, variant.failing, variant.flaky, variant.further_runs] {
            page.raw("<td class=\"number\">").count(count).raw("</td>");
        }
        let parts: Vec<String> = variant.parts_at.iter().map(|(node, rows)| format!("{node} ({rows})")).collect();
        page.raw("<td>").text(&parts.join(", ")).raw("</td></tr>");
    }
    page.raw("</tbody></table></div></div>");
    let flaky = stability.variants.iter().flat_map(|of| of.rows.iter().take(ROWS).map(|row| (&of.variant, row)));
    page.raw("<ul>");
    for (variant, FlakyRow { line, passed, runs, flakiness, .. }) in flaky {
        page.raw("<li>row ").count(*line).raw(" of ").name(variant).raw(": passed ");
        page.text(&format!("{passed} of {runs}, {flakiness}")).raw("</li>");
    }
    page.raw("</ul></section>\n");
}
