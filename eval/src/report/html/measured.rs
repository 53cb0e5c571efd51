//! What the variants took: time, money and tokens.

use super::markup::Markup;
use crate::evaluation::{Outcome, VariantOutcome};
use crate::report::number;

pub(super) fn measured(page: &mut Markup, outcome: &Outcome) {
    page.raw("<section id=\"measured\" aria-labelledby=\"measured-heading\"><h2 id=\"measured-heading\">Cost and latency</h2>");
    page.raw(
        "<div class=\"card\"><div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Variant</th>",
    );
    page.raw("<th scope=\"col\" class=\"number\">Latency, mean</th><th scope=\"col\" class=\"number\">p50</th>");
    page.raw("<th scope=\"col\" class=\"number\">p95</th><th scope=\"col\" class=\"number\">Cost a row</th>");
    page.raw(
        "<th scope=\"col\" class=\"number\">Cost of all rows</th><th scope=\"col\" class=\"number\">Tokens a row</th>",
    );
    page.raw("<th scope=\"col\" class=\"number\">Failed rows</th></tr></thead><tbody>");
    for variant in &outcome.variants {
        row(page, variant);
    }
    page.raw("</tbody></table></div></div></section>\n");
}

fn row(page: &mut Markup, variant: &VariantOutcome) {
    let latency = variant.latency.as_ref();
    let at = |at: f64| latency?.quantiles.iter().find(|quantile| quantile.at == at).map(|quantile| quantile.value);
    let cost = variant.cost.as_ref().map(|cost| cost.mean);
    let all = variant.cost.as_ref().map(|cost| cost.mean * (cost.rows * cost.repeats) as f64);
    page.raw("<tr><th scope=\"row\">").name(&variant.name).raw("</th>");
    for cell in [
        latency.map(|latency| seconds(latency.mean)),
        at(0.5).map(seconds),
        at(0.95).map(seconds),
        cost.map(|cost| format!("${}", number(cost))),
        all.map(|all| format!("${}", number(all))),
        variant.tokens.map(|tokens| format!("{tokens:.0}")),
    ] {
        page.raw("<td class=\"number\">").text(cell.as_deref().unwrap_or("unknown")).raw("</td>");
    }
    page.raw(if variant.failed > 0 { "<td class=\"number strong worse\">" } else { "<td class=\"number\">" });
    page.count(variant.failed).raw(" of ").count(variant.rows).raw("</td></tr>");
}

/// A time with a unit in which it is easily read.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 0.001 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}
