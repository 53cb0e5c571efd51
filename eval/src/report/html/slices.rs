//! The scores of rows with one value in a column.

use super::markup::Markup;
use crate::evaluation::{Outcome, SliceScore};
use crate::report::number;

pub(super) fn slices(page: &mut Markup, outcome: &Outcome) {
    if outcome.slices.is_empty() {
        return;
    }
    let variants = outcome.variants.len().max(1);
    page.raw("<section id=\"slices\" aria-labelledby=\"slices-heading\"><h2 id=\"slices-heading\">Slices</h2>");
    page.raw("<div class=\"card\"><div class=\"scroll\"><table class=\"figures slices\"><thead><tr>");
    page.raw(
        "<th scope=\"col\">Rows with</th><th scope=\"col\" class=\"number\">Rows</th><th scope=\"col\">Score</th>",
    );
    for variant in &outcome.variants {
        page.raw("<th scope=\"col\" class=\"number\">").name(&variant.name).raw("</th>");
    }
    page.raw("</tr></thead>");
    for slice in &outcome.slices {
        page.raw("<tbody>");
        for (position, scores) in slice.scores.chunks(variants).enumerate() {
            page.raw("<tr>");
            if position == 0 {
                page.raw("<th scope=\"rowgroup\" rowspan=\"").count((slice.scores.len() / variants) as u64).raw("\">");
                page.name(&slice.column).raw(" = ");
                if slice.value.is_empty() {
                    page.raw("<span class=\"muted\">(none)</span>");
                } else {
                    page.name(&slice.value);
                }
                page.raw("</th><td class=\"number\" rowspan=\"")
                    .count((slice.scores.len() / variants) as u64)
                    .raw("\">");
                page.count(slice.rows as u64).raw("</td>");
            }
            page.raw("<td>").name(scores.first().map_or("", |score| &*score.score)).raw("</td>");
            for score in scores {
                cell(page, score);
            }
            page.raw("</tr>");
        }
        page.raw("</tbody>");
    }
    page.raw("</table></div></div></section>\n");
}

fn cell(page: &mut Markup, score: &SliceScore) {
    let Some(summary) = &score.summary else {
        page.raw("<td class=\"number muted\">–</td>");
        return;
    };
    page.raw("<td class=\"number\"><b>").text(&number(summary.mean)).raw("</b>");
    if let Some(interval) = &summary.interval {
        page.raw(" <span class=\"muted\">")
            .text(&number(interval.low))
            .raw(" – ")
            .text(&number(interval.high))
            .raw("</span>");
    }
    page.raw("</td>");
}
