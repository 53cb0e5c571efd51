//! How the run stands against the baseline.

use super::markup::Markup;
use crate::evaluation::{AgainstVariant, Outcome};
use crate::report::number;

/// So many rows that broke are named of each score.
const ROWS: usize = 50;

pub(super) fn baseline(page: &mut Markup, outcome: &Outcome) {
    let Some(against) = &outcome.against else { return };
    page.raw("<section id=\"baseline\" aria-labelledby=\"baseline-heading\"><h2 id=\"baseline-heading\">Baseline</h2>");
    page.raw("<p class=\"note\">Against ").name(&against.words()).raw(".</p>");
    for change in &against.changes {
        page.raw("<p class=\"note\">").name(change).raw(".</p>");
    }
    for variant in &against.variants {
        of_variant(page, variant);
    }
    page.raw("</section>\n");
}

fn of_variant(page: &mut Markup, variant: &AgainstVariant) {
    page.raw("<div class=\"card\"><h3>").name(&variant.variant).raw("</h3><p class=\"note\">");
    for (position, note) in variant.notes().iter().enumerate() {
        page.raw(if position > 0 { " · " } else { "" }).name(note);
    }
    page.raw("</p><div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Score</th>");
    page.raw("<th scope=\"col\">Then and now</th><th scope=\"col\">Newly broken rows</th></tr></thead><tbody>");
    for standing in &variant.scores {
        page.raw("<tr><td>").name(&standing.score).raw("</td><td>").name(&standing.words()).raw("</td><td>");
        for (position, flip) in standing.broken.iter().take(ROWS).enumerate() {
            let score = |score: Option<f64>| score.map_or("error".to_owned(), number);
            page.raw(if position > 0 { ", " } else { "" }).count(flip.line).raw(" (").text(&score(flip.scores[0]));
            page.raw(" → ").text(&score(flip.scores[1])).raw(")");
        }
        if standing.broken_rows > ROWS {
            page.raw(" and ").count((standing.broken_rows - ROWS) as u64).raw(" more");
        }
        page.raw("</td></tr>");
    }
    page.raw("</tbody></table></div></div>");
}
