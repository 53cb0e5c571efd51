//! What had to hold, and whether it did.

use super::markup::Markup;
use crate::evaluation::{GateState, Outcome};

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
        page.raw("<tr><td>").raw(match gate.state() {
            GateState::Holds => "<span class=\"mark holds\">Holds</span>",
            GateState::Fails => "<span class=\"mark fails\">Fails</span>",
            GateState::Undecided => "<span class=\"mark\">Undecided</span>",
            GateState::Unknown => "<span class=\"mark fails\">Cannot be judged</span>",
        });
        page.raw("</td><td><code>").name(&gate.gate).raw("</code></td><td>").name(&gate.variant).raw("</td><td>");
        for (position, found) in gate.found().iter().enumerate() {
            page.raw(if position > 0 { ", " } else { "" }).name(found);
        }
        page.raw("</td></tr>");
    }
    page.raw("</tbody></table></div></div></section>\n");
}
