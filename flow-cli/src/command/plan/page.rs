//! The page of a plan, and what a run's page says of it.

use flow_core::forecast::{Origin, Quantity, Source, UNSEEN};
use flow_eval::estimate::{Estimate, NodeEstimate, Outcome, Verdict};
use rust_decimal::prelude::FromPrimitive;

use super::words::{dollar_range, dollars, number, range, short, time};
use crate::command::batch::Pilot;
use crate::ui::{self, BOLD, DIM};

/// What a price that nobody published is called.
const UNKNOWN: &str = "unknown";

/// The plan of a run.
pub(super) fn page(flow: &str, data: Option<&str>, estimate: &Estimate) -> String {
    let data = data.map(|data| format!(" over {data}")).unwrap_or_default();
    let mut rows = counted(estimate.rows, "row");
    if estimate.runs_per_row > 1 {
        rows += &format!(", each run {} times", estimate.runs_per_row);
    }
    if estimate.sampled < estimate.rows {
        rows += &format!("; reckoned from {} of them, spread evenly", number(estimate.sampled as f64));
    }
    let mut lines = vec![format!("{BOLD}{flow}{BOLD:#}{data}: {rows}")];
    if estimate.nodes.is_empty() {
        lines.push("no model is called".to_owned());
    } else {
        lines.push(String::new());
        lines.extend(table(estimate));
        lines.push(String::new());
    }
    lines.extend(sums(estimate));
    let why: Vec<String> = estimate.nodes.iter().map(|node| why(node, estimate)).collect();
    if !why.is_empty() {
        lines.push(format!("\n{BOLD}how this is known{BOLD:#}"));
        lines.extend(why);
    }
    for note in notes(estimate) {
        lines.push(format!("{BOLD}note{BOLD:#}: {note}"));
    }
    lines.join("\n")
}

/// A line of the table: name, model, and for each number what is expected and in which range.
struct Line {
    name: String,
    model: String,
    cells: [(String, String); 4],
}

fn table(estimate: &Estimate) -> Vec<String> {
    let of = |quantity: Quantity| (number(quantity.expected), range(quantity));
    let mut all: Vec<Line> = vec![Line {
        name: "node".into(),
        model: "model".into(),
        cells: ["calls", "prompt tokens", "answer tokens", "cost"].map(|head| (head.to_owned(), String::new())),
    }];
    for node in &estimate.nodes {
        let cost = node.cost.map(|cost| (dollars(cost.expected), dollar_range(cost)));
        let cost = cost.unwrap_or_else(|| (UNKNOWN.to_owned(), String::new()));
        let cells = [of(node.calls), of(node.prompt_tokens), of(node.completion_tokens), cost];
        all.push(Line { name: title(node), model: node.model.clone(), cells });
    }
    if estimate.nodes.len() > 1 {
        let total = &estimate.total;
        let cost = match total.unpriced_models.is_empty() {
            true => (dollars(total.cost.expected), dollar_range(total.cost)),
            false if total.cost.expected.is_zero() => (UNKNOWN.to_owned(), String::new()),
            false => (format!("at least {}", dollars(total.cost.expected)), dollar_range(total.cost)),
        };
        let cells = [of(total.calls), of(total.prompt_tokens), of(total.completion_tokens), cost];
        all.push(Line { name: "total".into(), model: String::new(), cells });
    }
    let length = |text: &str| text.chars().count();
    let name = all.iter().map(|line| length(&line.name)).max().unwrap_or(0);
    let model = all.iter().map(|line| length(&line.model)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..4)
        .map(|column| {
            all.iter().map(|line| length(&line.cells[column].0).max(length(&line.cells[column].1))).max().unwrap_or(0)
        })
        .collect();
    let mut lines = Vec::new();
    for (position, line) in all.iter().enumerate() {
        let row = |cells: [&str; 4]| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
            cells.collect::<String>()
        };
        let numbers = row([0, 1, 2, 3].map(|column| line.cells[column].0.as_str()));
        let text = format!("{:<name$}  {:<model$}{numbers}", line.name, line.model);
        let is_total = estimate.nodes.len() > 1 && position + 1 == all.len();
        lines.push(if position == 0 {
            format!("{DIM}{text}{DIM:#}")
        } else if is_total {
            format!("{BOLD}{text}{BOLD:#}")
        } else {
            text
        });
        if line.cells.iter().any(|(_, range)| !range.is_empty()) {
            let ranges = row([0, 1, 2, 3].map(|column| line.cells[column].1.as_str()));
            lines.push(format!("{DIM}{:<name$}  {:<model$}{ranges}{DIM:#}", "", ""));
        }
    }
    lines
}

fn title(node: &NodeEstimate) -> String {
    let mut words = Vec::new();
    words.extend(Some(node.variant.as_str()).filter(|variant| !variant.is_empty()));
    words.extend(node.fallback.then_some("fallback"));
    words.extend(node.aggregation.then_some("after all rows"));
    if words.is_empty() { node.node.clone() } else { format!("{} ({})", node.node, words.join(", ")) }
}

/// What stands below the table.
fn sums(estimate: &Estimate) -> Vec<String> {
    let line = |name: &str, text: String| format!("{name:<9}{text}");
    let mut lines = Vec::new();
    let total = &estimate.total;
    if !estimate.nodes.is_empty() {
        let mut worst = match (total.whole_cost(), total.to_pay.worst) {
            (Some(_), Some(worst)) => {
                format!("{}, if every answer is as long, and asked for as often, as it may be", dollars(worst))
            }
            (Some(_), None) => "without a bound, as nothing bounds some prompts, answers, calls or prices".to_owned(),
            (None, _) => {
                format!("unknown, as is the price of {}; give it in a models.yaml", total.unpriced_models.join(" and "))
            }
        };
        if !total.billed {
            worst += "; the mock model is not paid for";
        }
        if total.cached_calls.expected >= 0.5 {
            let cached = number(total.cached_calls.expected);
            let pay = match total.unpriced_models.is_empty() {
                true => dollars(total.to_pay.expected),
                false => format!("at least {}", dollars(total.to_pay.expected)),
            };
            let range = dollar_range(total.to_pay);
            let range = if range.is_empty() { range } else { format!(" ({range})") };
            lines.push(line(
                "cache",
                format!("answers {cached} of {} calls; to pay are {pay}{range}", number(total.calls.expected)),
            ));
        }
        lines.push(line("worst", worst));
        lines.push(line("lasts", time_words(estimate)));
    }
    if let Some(failing) = &estimate.failing {
        lines.push(line(
            "failing",
            format!("{} will fail whatever models answer", counted_about(failing.rows, estimate)),
        ));
        for reason in &failing.reasons {
            lines.push(line("", format!("row {}: {}", reason.line, reason.message)));
        }
    }
    for budget in &estimate.budgets {
        let mut text = match &budget.reached {
            Some(reached) => {
                let range = if reached.low == reached.high {
                    String::new()
                } else {
                    format!(" ({}–{})", number(reached.low as f64), number(reached.high as f64))
                };
                format!(
                    "of {} is reached after about {} of {}{range}",
                    budget.limit,
                    number(reached.expected as f64),
                    counted(estimate.rows, "row")
                )
            }
            None if budget.may_be_reached => format!(
                "of {} suffices, unless answers are much longer than expected, or many calls are made again",
                budget.limit
            ),
            None => format!("of {} suffices", budget.limit),
        };
        if !budget.refused_models.is_empty() {
            text +=
                &format!("; calls of {} are refused, as their price is not known", budget.refused_models.join(" and "));
        }
        lines.push(line("budget", text));
    }
    lines
}

/// Seconds of a run that are too few to tell apart.
const BRIEF: f64 = 1.05;

fn time_words(estimate: &Estimate) -> String {
    let timing = &estimate.time;
    let binding = timing.limits.first().filter(|limit| limit.seconds.expected > 0.0);
    let by = binding.map(|limit| format!("; what holds it up is {}", limit.limit)).unwrap_or_default();
    match (timing.seconds, timing.at_least) {
        (Some(seconds), _) if seconds.high < BRIEF => "a second at the most".to_owned(),
        (Some(seconds), _) => {
            let (low, high) = (time(seconds.low), time(seconds.high));
            let range = if low == high { String::new() } else { format!(" ({low}–{high})") };
            format!("about {}{range}{by}", time(seconds.expected))
        }
        (None, None) if timing.is_own_work => {
            "unknown: models answer so quickly that this machine's own work decides, and no run of the \
             flow over 100 rows or more tells how quick that is"
                .to_owned()
        }
        (None, Some(least)) => format!(
            "at least {}, as {} are allowed; no call was timed yet",
            time(least),
            binding.map_or("", |limit| &*limit.limit)
        ),
        (None, None) => "unknown: no call was timed yet".to_owned(),
    }
}

/// Where the numbers of a node come from.
fn why(node: &NodeEstimate, estimate: &Estimate) -> String {
    let prompt = match &node.prompt_source {
        Source::Counted => "prompts counted by the tokenizer".to_owned(),
        Source::Characters => {
            format!("prompts reckoned by their characters, as the tokenizer of {} is not known", node.model)
        }
        Source::Filled => "prompts counted, answers in them as long as expected".to_owned(),
        other => format!("prompts {}", source(other)),
    };
    let answers = match &node.completion_source {
        _ if node.completion_tokens.is_none() => "no answer tokens".to_owned(),
        other => format!("answers {}", source(other)),
    };
    let mut text = format!("  {}: {prompt}; {answers}", title(node));
    if let Some(reason) = &node.reason {
        text += &format!("; {reason}");
    }
    // Tries that failed before, in the runs that were seen.
    if node.requests.expected >= node.calls.expected + 0.5 {
        let (requests, calls) = (number(node.requests.expected), number(node.calls.expected));
        text += &format!("; {calls} calls take about {requests} tries, as some failed then");
    }
    if node.cached_calls.expected >= 0.5 {
        let (cached, calls) = (number(node.cached_calls.expected), number(node.calls.expected));
        text += &format!("; of {calls} calls {cached} are in the cache");
    }
    if estimate.nodes.is_empty() { String::new() } else { text }
}

fn source(source: &Source) -> String {
    match source {
        Source::Counted => "counted".to_owned(),
        Source::Characters => "reckoned by their characters".to_owned(),
        Source::Filled => "counted with what is expected".to_owned(),
        Source::Schema => "bounded by the schema".to_owned(),
        Source::Cached => "in the cache".to_owned(),
        Source::Seen { origin } => {
            let (Origin::Pilot { calls } | Origin::Run { calls, .. }) = origin;
            format!("as in {} of {}", counted(*calls, "call"), origin.words())
        }
        Source::Limit { longest } => format!("guessed, up to {} tokens each", number(*longest as f64)),
        Source::Guess => "guessed".to_owned(),
    }
}

fn notes(estimate: &Estimate) -> Vec<String> {
    let mut notes = estimate.notes.clone();
    let is_seen = |node: &NodeEstimate| matches!(node.completion_source, Source::Seen { .. });
    let has_range = !estimate.total.calls.is_exact() || !estimate.total.completion_tokens.is_exact();
    if has_range {
        notes.push(match estimate.nodes.iter().all(is_seen) {
            true => "ranges hold for nine in ten of such runs".to_owned(),
            false => "ranges are those of nine in ten such runs where calls were seen before, else all that is likely"
                .to_owned(),
        });
    }
    notes.extend(again(estimate));
    notes
}

/// What is made more than once where something fails.
fn again(estimate: &Estimate) -> Option<String> {
    let tries = estimate.nodes.iter().map(|node| node.most_tries).max().filter(|tries| *tries > 1)?;
    let requests = estimate.total.requests;
    let most = requests.worst.map(|most| format!(", which makes {} requests at the most", number(most)));
    let is_seen = |node: &NodeEstimate| matches!(node.completion_source, Source::Seen { .. });
    let unseen = match estimate.nodes.iter().all(is_seen) {
        true => String::new(),
        false => format!(", else for up to {:.0} % of the calls", UNSEEN * 100.0),
    };
    Some(format!(
        "a call is tried up to {tries} times{}; what is tried again, sent back or passed on to another model is in the ranges, as often \
         as in runs that were seen{unseen}; a try that breaks off may be paid for, and no cost counts it",
        most.unwrap_or_default()
    ))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{} {what}s", number(count as f64)) }
}

fn counted_about(rows: f64, estimate: &Estimate) -> String {
    let about = if estimate.sampled < estimate.rows { "about " } else { "" };
    format!("{about}{}", counted(rows.round() as u64, "row"))
}

/// Tells what a pilot took, and how its run goes on.
pub(super) fn tell_pilot(pilot: &Pilot, total: u64) {
    let counts = pilot.ledger.counts;
    let cost = counts.usage.cost.words().map(|words| format!(", {words}")).unwrap_or_default();
    let failed = if counts.failed > 0 { format!(" ({} failed)", counts.failed) } else { String::new() };
    let calls = counted(counts.usage.calls, "call");
    ui::say(&format!("the pilot ran {}{failed}: {calls}{cost}", counted(counts.ended(), "row")));
    if let Some(why) = &pilot.stopped {
        ui::say_warning(&format!("the pilot ended early: {why}"));
    }
    let left = total.saturating_sub(counts.ended());
    let goes_on = format!("its results are kept; the other {left} run with: flow batch --resume {}", pilot.folder.id());
    ui::say(&format!("{DIM}{goes_on}{DIM:#}"));
}

/// Tells how guesses become estimates.
pub(super) fn tell_how_to_know_more(estimate: &Estimate) {
    let is_guess = |node: &NodeEstimate| matches!(node.completion_source, Source::Guess | Source::Limit { .. });
    if estimate.nodes.iter().any(is_guess) || (estimate.time.seconds.is_none() && !estimate.nodes.is_empty()) {
        ui::say(&format!(
            "{DIM}--pilot 20 runs 20 rows for real and goes by what they take; their results are kept{DIM:#}"
        ));
    }
}

/// An estimate in one line: `2,000 calls · 412k + 80k tokens · $0.42 ($0.31–$0.60) · about 3 min`.
pub(crate) fn brief(estimate: &Estimate) -> String {
    let total = &estimate.total;
    let with = |text: String, range: String| if range.is_empty() { text } else { format!("{text} ({range})") };
    let mut parts = vec![with(format!("{} calls", number(total.calls.expected)), range(total.calls))];
    if !estimate.nodes.is_empty() {
        let tokens =
            format!("{} + {} tokens", short(total.prompt_tokens.expected), short(total.completion_tokens.expected));
        parts.push(tokens);
        parts.push(match total.whole_cost() {
            Some(cost) => with(dollars(cost.expected), dollar_range(cost)),
            None => format!("cost {UNKNOWN}"),
        });
    }
    if let Some(seconds) = estimate.time.seconds.filter(|seconds| seconds.expected >= 1.0) {
        parts.push(format!("about {}", time(seconds.expected)));
    }
    parts.join(" · ")
}

/// What was expected beside what came, line by line.
pub(crate) fn compared(outcome: &Outcome) -> Vec<String> {
    let whole = |number: f64| self::number(number);
    let money = |amount: f64| dollars(rust_decimal::Decimal::from_f64(amount).unwrap_or_default());
    let mut rows = vec![
        ("calls", outcome.calls, &whole as &dyn Fn(f64) -> String),
        ("prompt tokens", outcome.prompt_tokens, &whole),
        ("answer tokens", outcome.completion_tokens, &whole),
    ];
    rows.extend(outcome.cost.map(|cost| ("cost", cost, &money as &dyn Fn(f64) -> String)));
    rows.extend(outcome.seconds.map(|seconds| ("time", seconds, &time as &dyn Fn(f64) -> String)));
    let words = |(name, compared, show): (&str, flow_eval::estimate::Compared, &dyn Fn(f64) -> String)| {
        let estimate = compared.estimate;
        let (low, high) = (show(estimate.low), show(estimate.high));
        let range = if low == high { String::new() } else { format!(" ({low}–{high})") };
        let off = match compared.error() {
            Some(error) if error >= 1.0 => format!(", expected was {} times as much", number(error + 1.0)),
            Some(error) if error.abs() >= 0.005 => format!(", {:.0} % off", error.abs() * 100.0),
            _ => String::new(),
        };
        let verdict = match compared.verdict {
            Verdict::Within if estimate.is_exact() || off.is_empty() => "as expected".to_owned(),
            Verdict::Within => format!("within the range{off}"),
            Verdict::Below => format!("below the range{off}"),
            Verdict::Above => format!("above the range{off}"),
        };
        format!("{name}: {} of {} expected{range}, {verdict}", show(compared.actual), show(estimate.expected))
    };
    rows.into_iter().map(words).collect()
}
