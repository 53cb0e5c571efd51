use flow_eval::statistics::{Curtailment, CurtailmentState};

/// What all rows say.
fn outcome(passes: u64, rows: u64, threshold: f64) -> CurtailmentState {
    if passes as f64 / rows as f64 >= threshold { CurtailmentState::Passes } else { CurtailmentState::Fails }
}

#[test]
fn nothing_is_said_too_early_and_nothing_too_late() {
    for threshold in [0.0, 0.07, 0.1, 0.5, 2.0 / 3.0, 0.75, 0.9, 1.0] {
        for rows in 1..=10_u32 {
            for order in 0..1_u32 << rows {
                let mut rate = Curtailment::new(u64::from(rows), threshold).unwrap();
                let (all, mut passes) = (u64::from(rows), 0);
                for row in 0..rows {
                    passes += u64::from(order >> row & 1);
                    let state = rate.observe(order >> row & 1 == 1);
                    // All that is left fails, or all passes.
                    let left = u64::from(rows - row - 1);
                    let ends = [outcome(passes, all, threshold), outcome(passes + left, all, threshold)];
                    let expected = if ends[0] == ends[1] { ends[0] } else { CurtailmentState::Open };
                    assert_eq!(state, expected, "{threshold} of {rows}, {order:b} after {row}");
                }
                assert_eq!(rate.observe(true), outcome(passes, all, threshold), "what comes later changes nothing");
            }
        }
    }
}

#[test]
fn the_fewest_passes_are_those_of_the_division() {
    for (rows, threshold, needed) in
        [(10, 0.9, 9), (100, 0.07, 7), (100, 0.29, 29), (3, 1.0 / 3.0, 1), (7, 0.5, 4), (5, 0.0, 0), (5, 1.0, 5)]
    {
        assert_eq!(Curtailment::new(rows, threshold).unwrap().needed(), needed, "{threshold} of {rows}");
    }
    assert_eq!(Curtailment::new(5, 0.0).unwrap().state(), CurtailmentState::Passes);
    for (rows, threshold) in [(0, 0.5), (5, 1.1), (5, -0.1), (5, f64::NAN)] {
        assert!(Curtailment::new(rows, threshold).is_err(), "{threshold} of {rows}");
    }
}
