use super::number;
use crate::evaluation::LeftOut;
use crate::statistics::{Interval, Partial, PositionBias};

/// An estimate with its interval.
#[must_use]
pub fn between(interval: Option<&Interval>) -> String {
    interval.map_or("–".to_owned(), |interval| {
        format!("{} ({} to {})", number(interval.estimate), number(interval.low), number(interval.high))
    })
}

/// Which labels do not count; `None` where all do.
#[must_use]
pub fn left_out(left_out: &LeftOut) -> Option<String> {
    let parts = [
        (left_out.other_answer, "of answers that the flow gave before and now gives otherwise"),
        (left_out.not_in_run, "of answers that this run does not have"),
        (left_out.not_scored, "of answers that have no score"),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn chance(p: f64) -> String {
    if p < 0.0001 { "p < 0.0001".to_owned() } else { format!("p = {p:.4}") }
}

/// Whether a score goes by the length of answers.
#[must_use]
pub fn length_words(length: &Partial) -> String {
    let pairs = length.concordant + length.discordant;
    let (share, p) = (100.0 * length.share, chance(length.test.p));
    format!(
        "of two answers that people judge alike and it does not, it prefers the longer one in {share:.0} % ({pairs} pairs, {p})"
    )
}

/// Whether a score in pairs goes by the place of answers.
#[must_use]
pub fn position_words(position: &PositionBias) -> String {
    let (share, low, high) = (100.0 * position.rate.estimate, 100.0 * position.rate.low, 100.0 * position.rate.high);
    let mut words = format!(
        "of {} pairs it judges {share:.0} % otherwise when the answers change places ({low:.0} to {high:.0} %)",
        position.pairs
    );
    if let Some(p) = position.p {
        words +=
            &format!("; {} of those {} lean to what stands first ({})", position.first, position.differ, chance(p));
    }
    words
}
