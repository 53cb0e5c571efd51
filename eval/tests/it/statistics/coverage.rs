use super::cases::{Count, Outside, cases};

/// A small form of `scripts/simulate-coverage`, with room for three standard errors of so few runs.
#[test]
fn intervals_hold_the_truth_and_verdicts_err_as_seldom_as_they_say() {
    let runs = 300;
    for case in cases(true) {
        let share = case.share(runs);
        let room = |share: f64| 3.0 * (share * (1.0 - share) / runs as f64).sqrt();
        match case.count {
            Count::Coverage(None) => {
                let (low, high) = (0.93 - room(0.93), 0.97 + room(0.97));
                assert!((low..=high).contains(&share), "{}: {share}", case.name);
            }
            Count::Coverage(Some(Outside { exactly: Some(known), why })) => {
                assert!((share - known).abs() <= room(known), "{}: {share}, not {known} ({why})", case.name);
            }
            Count::Coverage(Some(_)) => {}
            Count::FalseFinding => assert!(share <= 0.05 + room(0.05), "{}: {share}", case.name),
        }
    }
}
