//! Each score: the variants' means with intervals, how they differ, and what all rows together say.

use super::chart::{self, Scale};
use super::markup::Markup;
use crate::evaluation::{Compared, Outcome, ScoreOutcome};
use crate::report::{number, signed};
use crate::score::{self, Confusion, Direction};
use crate::statistics::Verdict;

pub(super) fn scores(page: &mut Markup, outcome: &Outcome) {
    page.raw("<section id=\"scores\" aria-labelledby=\"scores-heading\"><h2 id=\"scores-heading\">Scores</h2>\n");
    let count = outcome.variants.first().map_or(0, |variant| variant.scores.len());
    for position in 0..count {
        let scores =
            outcome.variants.iter().filter_map(|variant| Some((&*variant.name, variant.scores.get(position)?)));
        let scores: Vec<(&str, &ScoreOutcome)> = scores.collect();
        let Some((_, first)) = scores.first() else { continue };
        page.raw("<article class=\"card\"><h3>").name(&first.name).raw("</h3>");
        if first.direction == Direction::Lower {
            page.raw("<p class=\"muted small\">Lower is better.</p>");
        }
        let compared: Vec<&Compared> =
            outcome.comparisons.iter().filter(|compared| compared.score == first.name).collect();
        // A race has no baseline.
        let first = compared.first().filter(|_| outcome.race.is_none());
        means(page, &scores, first.map(|compared| &*compared.baseline));
        if !compared.is_empty() {
            differences(page, &compared);
        }
        for (name, score) in &scores {
            if let Some(whole) = &score.whole {
                together(page, name, whole);
            }
        }
        notes(page, &scores, &compared);
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

/// A table of means, with a drawing of each.
fn means(page: &mut Markup, scores: &[(&str, &ScoreOutcome)], baseline: Option<&str>) {
    let summaries = scores.iter().filter_map(|(_, score)| score.summary.as_ref());
    let ends = summaries.flat_map(|summary| {
        let interval = summary.interval.as_ref();
        [summary.mean, interval.map_or(summary.mean, |one| one.low), interval.map_or(summary.mean, |one| one.high)]
    });
    let unit = scores.first().map_or(score::Unit::Free, |(_, score)| score.unit);
    let scale = Scale::of_scores(ends, unit);
    let of_baseline = scores.iter().find(|(name, _)| Some(*name) == baseline);
    let line = of_baseline.and_then(|(_, score)| Some(score.summary.as_ref()?.mean));
    let level = scores.iter().find_map(|(_, score)| Some(score.summary.as_ref()?.interval?.level));
    let has_passes = scores.iter().any(|(_, score)| score.pass_rate.is_some());
    page.raw("<div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Variant</th>");
    page.raw("<th scope=\"col\" class=\"number\">Mean</th><th scope=\"col\" class=\"number\">");
    page.text(&level.map_or("Interval".to_owned(), |level| format!("{level} interval"))).raw("</th>");
    page.raw("<th scope=\"col\" class=\"drawn\"><span class=\"hidden\">Drawing</span></th>");
    page.raw(if has_passes { "<th scope=\"col\" class=\"number\">Passed</th>" } else { "" });
    page.raw("<th scope=\"col\" class=\"number\">Rows</th><th scope=\"col\" class=\"number\">Errors</th></tr></thead><tbody>");
    for (name, score) in scores {
        page.raw("<tr><th scope=\"row\">").name(name);
        page.raw(if Some(*name) == baseline { " <span class=\"tag\">baseline</span></th>" } else { "</th>" });
        let Some(summary) = &score.summary else {
            page.raw(if has_passes {
                "<td colspan=\"6\" class=\"muted\">"
            } else {
                "<td colspan=\"5\" class=\"muted\">"
            });
            page.raw("no row could be scored</td></tr>");
            continue;
        };
        page.raw("<td class=\"number strong\">").text(&number(summary.mean)).raw("</td><td class=\"number\">");
        match &summary.interval {
            Some(interval) => page.text(&number(interval.low)).raw(" – ").text(&number(interval.high)),
            None => page.raw("–"),
        };
        page.raw("</td><td class=\"drawn\">");
        chart::interval(page, &scale, summary.mean, summary.interval.as_ref(), line);
        page.raw("</td>");
        if has_passes {
            let rate = score.pass_rate.map_or("–".to_owned(), |rate| format!("{:.1} %", rate * 100.0));
            page.raw("<td class=\"number\">").text(&rate).raw("</td>");
        }
        page.raw("<td class=\"number\">").count(summary.rows as u64).raw("</td><td class=\"number\">");
        page.count(summary.errors as u64).raw("</td></tr>");
    }
    page.raw("</tbody><tfoot><tr><td colspan=\"3\"></td><td class=\"drawn\">");
    chart::axis(page, &scale);
    page.raw(if has_passes { "</td><td colspan=\"3\"></td>" } else { "</td><td colspan=\"2\"></td>" });
    page.raw("</tr></tfoot></table></div>");
}

/// A table of differences from the baseline.
fn differences(page: &mut Markup, compared: &[&Compared]) {
    let ends = compared.iter().flat_map(|compared| {
        let comparison = &compared.comparison;
        let interval = comparison.interval.as_ref();
        let end = |end: Option<f64>| end.unwrap_or(comparison.difference);
        [comparison.difference, end(interval.map(|one| one.low)), end(interval.map(|one| one.high))]
    });
    let scale = Scale::of_differences(ends);
    page.raw("<h4>Difference from ").name(compared.first().map_or("", |compared| &*compared.baseline)).raw("</h4>");
    page.raw("<div class=\"scroll\"><table class=\"figures\"><thead><tr><th scope=\"col\">Variant</th>");
    page.raw("<th scope=\"col\" class=\"number\">Difference</th><th scope=\"col\" class=\"number\">Interval</th>");
    page.raw("<th scope=\"col\" class=\"drawn\"><span class=\"hidden\">Drawing</span></th>");
    page.raw(
        "<th scope=\"col\" class=\"number\">p</th><th scope=\"col\">Rows better, equal, worse</th></tr></thead><tbody>",
    );
    for compared in compared {
        let comparison = &compared.comparison;
        page.raw("<tr><th scope=\"row\">").name(&compared.variant).raw("</th><td class=\"number strong");
        page.raw(match comparison.verdict {
            Verdict::Better => " better",
            Verdict::Worse => " worse",
            _ => "",
        });
        page.raw("\">").text(&signed(comparison.difference)).raw("</td><td class=\"number\">");
        match &comparison.interval {
            Some(interval) => page.text(&signed(interval.low)).raw(" – ").text(&signed(interval.high)),
            None => page.raw("–"),
        };
        page.raw("</td><td class=\"drawn\">");
        chart::interval(page, &scale, comparison.difference, comparison.interval.as_ref(), Some(0.0));
        let p = comparison.adjusted_p.unwrap_or(comparison.test.p);
        page.raw("</td><td class=\"number\" title=\"").text(comparison.test.method.name()).raw("\">");
        page.text(&if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") })
            .raw("</td><td class=\"shares\">");
        chart::shares(page, comparison.better, comparison.equal, comparison.worse);
        page.raw("<span class=\"counts\">").count(comparison.better as u64).raw(" · ");
        page.count(comparison.equal as u64).raw(" · ").count(comparison.worse as u64).raw("</span></td></tr>");
    }
    page.raw("</tbody><tfoot><tr><td colspan=\"3\"></td><td class=\"drawn\">");
    chart::axis(page, &scale);
    page.raw("</td><td colspan=\"2\"></td></tr></tfoot></table></div>");
}

/// What all rows of a variant together say.
fn together(page: &mut Markup, variant: &str, whole: &score::Summary) {
    page.raw("<details class=\"whole\"><summary>All rows of ").name(variant).raw(" together</summary>");
    page.raw("<dl class=\"numbers\">");
    for (name, value) in &whole.numbers {
        page.raw("<div><dt>").name(name).raw("</dt><dd>").text(&number(*value)).raw("</dd></div>");
    }
    page.raw("</dl>");
    if let Some(confusion) = &whole.confusion {
        matrix(page, confusion);
    }
    page.raw("</details>");
}

/// Which class was taken for which; the darker the more of its row.
fn matrix(page: &mut Markup, confusion: &Confusion) {
    page.raw("<div class=\"scroll\"><table class=\"matrix\"><caption>Expected in rows, given in columns</caption><thead><tr><td></td>");
    for label in &confusion.labels {
        page.raw("<th scope=\"col\">").name(label).raw("</th>");
    }
    page.raw("</tr></thead><tbody>");
    for (row, (label, counts)) in confusion.labels.iter().zip(&confusion.counts).enumerate() {
        page.raw("<tr><th scope=\"row\">").name(label).raw("</th>");
        let all = counts.iter().sum::<u64>().max(1) as f64;
        for (column, count) in counts.iter().enumerate() {
            let share = *count as f64 / all;
            page.raw(if row == column { "<td class=\"right " } else { "<td class=\"wrong " });
            page.raw(match share {
                0.0 => "heat0\">",
                share if share < 0.25 => "heat1\">",
                share if share < 0.5 => "heat2\">",
                share if share < 0.75 => "heat3\">",
                _ => "heat4\">",
            });
            page.count(*count).raw("</td>");
        }
        page.raw("</tr>");
    }
    page.raw("</tbody></table></div>");
}

/// What one must know to read the numbers, each thing once.
fn notes(page: &mut Markup, scores: &[(&str, &ScoreOutcome)], compared: &[&Compared]) {
    let of_scores = scores.iter().filter_map(|(_, score)| score.summary.as_ref()).flat_map(|summary| &summary.notes);
    let of_comparisons = compared.iter().flat_map(|compared| &compared.comparison.notes);
    let mut told: Vec<String> = Vec::new();
    for note in of_scores.chain(of_comparisons).map(ToString::to_string) {
        if !told.contains(&note) {
            page.raw("<p class=\"muted small\">").text(&note).raw("</p>");
            told.push(note);
        }
    }
}
