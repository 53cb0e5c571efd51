use super::judge_cases::{Row, Way, rows};

/// A small form of `scripts/simulate-judges`, with room for three standard errors of so few runs.
#[test]
fn corrected_intervals_hold_the_truth_and_raw_ones_do_not() {
    let runs = 400;
    let room = |share: f64| 3.0 * (share * (1.0 - share) / runs as f64).sqrt();
    let rows = rows(true, runs);
    assert!(rows.len() >= 10);
    for row in rows {
        let Row { case, what, way, holds, width, refused } = row;
        let words = format!("{case}: {what} by {way:?} holds in {holds}, {width} wide, refused in {refused}");
        assert!(refused == 0.0 && width > 0.0, "{words}");
        match way {
            Way::Raw => assert!(holds < 0.9, "{words}"),
            _ => assert!((0.93 - room(0.93)..=0.97 + room(0.97)).contains(&holds), "{words}"),
        }
    }
}
