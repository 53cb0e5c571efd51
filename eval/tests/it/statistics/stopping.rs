use flow_eval::statistics::Spending;

use super::rules::{Data, Rule, shares};
use super::sequences::{Scored, intervals};

/// A small form of `scripts/simulate-sequential`, with room for three standard errors of so few runs.
#[test]
fn rules_err_as_seldom_as_they_say_and_find_what_is_there() {
    let (runs, rows) = (100, 200);
    let room = |share: f64| 3.0 * (share * (1.0 - share) / runs as f64).sqrt();
    let anytime = Rule::Comparison(Spending::Anytime, None);
    let mixed = Rule::Comparison(Spending::Mixed, None);
    let by_counts = [Rule::Mixture(1.0), Rule::Mixture(5.0), Rule::Asymptotic, Rule::Group];
    for rule in by_counts {
        let equal = shares(rule, Data::Passes, (0.0, rows), runs);
        assert!(equal.found <= 0.05 + room(0.05), "{}: {}", rule.name(), equal.found);
    }
    let small = Rule::Comparison(Spending::Mixed, Some(0.1));
    for data in [Data::Passes, Data::Judged] {
        for rule in [anytime, small] {
            let equal = shares(rule, data, (0.0, rows), runs);
            assert!(equal.found <= 0.05 + room(0.05), "{}: {}", rule.name(), equal.found);
            assert!(equal.missed <= 0.05 + room(0.05), "{}: {}", rule.name(), equal.missed);
        }
        let border = shares(small, data, (0.1, rows), runs);
        assert!(border.small <= 0.05 + room(0.05), "{}", border.small);
    }
    // Looking again and again with a test that is made for one look.
    let peeking = shares(Rule::Peeking, Data::Passes, (0.0, rows), runs);
    assert!(peeking.found > 0.15, "{}", peeking.found);
    let (fixed, mixed, anytime) = (
        shares(Rule::Fixed, Data::Passes, (0.1, rows), runs),
        shares(mixed, Data::Passes, (0.1, rows), runs),
        shares(anytime, Data::Passes, (0.1, rows), runs),
    );
    assert!(fixed.found >= mixed.found && mixed.found > anytime.found && mixed.found > fixed.found - 0.1);
    assert!(anytime.rows < mixed.rows && mixed.rows < fixed.rows);
}

#[test]
fn intervals_that_are_looked_at_after_each_row_hold_the_mean_after_all() {
    let runs = 100;
    let most = 0.05 + 3.0 * (0.05 * 0.95 / runs as f64).sqrt();
    for (scored, of_data_set) in [
        (Scored::Passes, false),
        (Scored::Passes, true),
        (Scored::Likert, false),
        (Scored::Likert, true),
        (Scored::Latencies, false),
    ] {
        let found = intervals(scored, of_data_set, 200, runs);
        assert!(found.missed <= most, "{}: {}", scored.name(), found.missed);
        // Of latencies there is none yet after a tenth of them.
        assert!(
            found.widths[1] < found.widths[0] || matches!(scored, Scored::Latencies),
            "{}: {:?}",
            scored.name(),
            found.widths
        );
    }
}
