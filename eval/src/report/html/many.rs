//! What many variants say together: which are on the front of quality, cost and latency, and what each value of an axis does.

use super::markup::Markup;
use super::measured::seconds;
use crate::evaluation::{Estimate, Outcome};
use crate::report::{evidence, number};

pub(super) fn many(page: &mut Markup, outcome: &Outcome) {
    front(page, outcome);
    axes(page, outcome);
}

fn front(page: &mut Markup, outcome: &Outcome) {
    let Some(pareto) = &outcome.pareto else { return };
    page.raw("<section id=\"front\" aria-labelledby=\"front-heading\"><h2 id=\"front-heading\">Quality, cost and latency</h2>");
    page.raw("<p class=\"aside\">A variant is on the front if no other one is as good in all and better in one. It is surely dominated where the intervals lie apart in all.");
    page.raw(" Each interval is at ").text(&pareto.level.to_string()).raw(" together with all others.</p>");
    page.raw(
        "<div class=\"card\"><div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Variant</th>",
    );
    page.raw("<th scope=\"col\" class=\"number\">").name(&pareto.score).raw("</th>");
    page.raw("<th scope=\"col\" class=\"number\">Cost a row</th><th scope=\"col\" class=\"number\">Latency, mean</th>");
    page.raw("<th scope=\"col\">Standing</th></tr></thead><tbody>");
    for placed in &pareto.variants {
        page.raw("<tr><th scope=\"row\">").name(&placed.variant).raw("</th>");
        estimate(page, Some(placed.quality), number);
        estimate(page, placed.cost, |cost| format!("${}", number(cost)));
        estimate(page, placed.latency, seconds);
        page.raw("<td>").name(&placed.to_string()).raw("</td></tr>");
    }
    page.raw("</tbody></table></div></div></section>\n");
}

fn estimate(page: &mut Markup, estimate: Option<Estimate>, words: impl Fn(f64) -> String) {
    page.raw("<td class=\"number\">");
    match estimate {
        None => {
            page.raw("unknown");
        }
        Some(Estimate { mean, interval }) => {
            page.raw("<b>").text(&words(mean)).raw("</b>");
            if let Some(interval) = interval {
                page.raw(" <span class=\"muted\">").text(&words(interval.low)).raw(" – ");
                page.text(&words(interval.high)).raw("</span>");
            }
        }
    }
    page.raw("</td>");
}

fn axes(page: &mut Markup, outcome: &Outcome) {
    let Some(effects) = &outcome.effects else { return };
    page.raw("<section id=\"axes\" aria-labelledby=\"axes-heading\"><h2 id=\"axes-heading\">What each value of an axis does</h2>");
    if let Some(why) = effects.left_out {
        page.raw("<p class=\"aside\">It is left out: ").text(why).raw(".</p></section>\n");
        return;
    }
    page.raw("<p class=\"aside\">Means over all values of the other axes, row by row against the first value of the axis.</p>");
    page.raw(
        "<div class=\"card\"><div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Score</th>",
    );
    page.raw("<th scope=\"col\">Axis</th><th scope=\"col\">Value</th><th scope=\"col\" class=\"number\">Mean</th>");
    page.raw("<th scope=\"col\">Against the first value</th></tr></thead><tbody>");
    for axis in &effects.axes {
        for value in &axis.values {
            page.raw("<tr><td>").name(&axis.score).raw("</td><td>").name(&axis.axis).raw("</td><td>");
            page.name(&value.value).raw("</td><td class=\"number\"><b>").text(&number(value.mean)).raw("</b></td><td>");
            let difference = value.comparison.as_ref().map(evidence).unwrap_or_default();
            page.text(&difference).raw("</td></tr>");
        }
    }
    page.raw("</tbody></table></div></div></section>\n");
}
