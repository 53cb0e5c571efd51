//! What had to hold, and whether it did.

use super::markup::Markup;
use crate::evaluation::Outcome;
use crate::report::number;

pub(super) fn gates(page: &mut Markup, outcome: &Outcome) {
    if outcome.gates.is_empty() {
        return;
    }
    page.raw("<section id=\"gates\" aria-labelledby=\"gates-heading\"><h2 id=\"gates-heading\">Gates</h2>");
    page.raw(
        "<div class=\"card\"><div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Result</th>",
    );
    page.raw("<th scope=\"col\">Gate</th><th scope=\"col\">Variant</th><th scope=\"col\">What was found</th></tr></thead><tbody>");
    for gate in &outcome.gates {
        page.raw("<tr><td>").raw(match gate.passed {
            Some(true) => "<span class=\"mark holds\">Holds</span>",
            Some(false) => "<span class=\"mark fails\">Fails</span>",
            None => "<span class=\"mark fails\">Cannot be judged</span>",
        });
        page.raw("</td><td><code>").name(&gate.gate).raw("</code></td><td>").name(&gate.variant).raw("</td><td>");
        match &gate.problem {
            Some(problem) => {
                page.name(problem);
            }
            None => {
                for (position, (name, value)) in gate.values.iter().enumerate() {
                    page.raw(if position > 0 { ", " } else { "" }).name(name).raw(" = ");
                    page.text(&value.map_or("unknown".to_owned(), number));
                }
            }
        }
        page.raw("</td></tr>");
    }
    page.raw("</tbody></table></div></div></section>\n");
}
