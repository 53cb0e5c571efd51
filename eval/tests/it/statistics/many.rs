use flow_eval::statistics::{
    benjamini_hochberg, benjamini_yekutieli, bonferroni, bradley_terry, cochran_q, e_benjamini_hochberg, e_bonferroni,
    friedman, holm, hommel, nemenyi_difference, sample_ratio,
};
use proptest::prelude::*;

use super::{near, near_by};

const P: [f64; 10] = [0.001, 0.008, 0.039, 0.041, 0.042, 0.060, 0.074, 0.205, 0.212, 0.216];

#[track_caller]
fn all_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(found, expected)| near(*found, *expected));
}

#[test]
fn adjusted_p_values() {
    let found = holm(&P).unwrap();
    all_near(&found, &[0.01, 0.072, 0.312, 0.312, 0.312, 0.312, 0.312, 0.615, 0.615, 0.615]);
    assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 1);
    let found = benjamini_hochberg(&P).unwrap();
    all_near(&found, &[0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216, 0.216]);
    assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 2);
    let found = hommel(&P).unwrap();
    all_near(&found, &[0.01, 0.072, 0.185, 0.185, 0.185, 0.216, 0.216, 0.216, 0.216, 0.216]);
    near(benjamini_yekutieli(&P).unwrap()[0], 0.029_289_682_539_682_54);
    all_near(&bonferroni(&[0.01, 0.4, 0.02]).unwrap(), &[0.03, 1.0, 0.06]);
    assert!(holm(&[]).unwrap().is_empty());
    assert_eq!(hommel(&[0.03]).unwrap(), [0.03]);
    assert!(holm(&[0.1, f64::NAN]).is_err() && benjamini_hochberg(&[-0.1]).is_err());
}

#[test]
fn e_values() {
    let e = [60.0, 25.0, 3.0, 110.0, 0.4];
    assert_eq!(e_benjamini_hochberg(&e, 0.05).unwrap(), [true, false, false, true, false]);
    assert_eq!(e_bonferroni(&e, 0.05).unwrap(), [false, false, false, true, false]);
    assert!(e_benjamini_hochberg(&[], 0.05).unwrap().is_empty());
    assert!(e_bonferroni(&e, 0.0).is_err());
}

#[test]
fn requests_that_were_shared_out() {
    let test = sample_ratio(&[5_200, 4_800], &[0.5, 0.5]).unwrap();
    near(test.statistic.unwrap(), 16.0);
    near(test.p, 6.334248366623988e-05);
    assert_eq!(sample_ratio(&[300, 100], &[3.0, 1.0]).unwrap().p, 1.0);
    assert!(sample_ratio(&[1, 2], &[1.0]).is_err() && sample_ratio(&[1, 2], &[1.0, 0.0]).is_err());
    assert!(sample_ratio(&[0, 0], &[1.0, 1.0]).is_err() && sample_ratio(&[3], &[1.0]).is_err());
}

#[test]
fn strengths_of_what_was_preferred() {
    let wins = [[0., 8., 6., 9.], [4., 0., 7., 6.], [5., 5., 0., 8.], [2., 5., 3., 0.]].map(|row| row.to_vec());
    let found = bradley_terry(&wins).unwrap();
    all_near(&found, &[0.57064443894, -0.02934233468, 0.09359447636, -0.63489658061]);
    // Two: the odds of the one.
    let found = bradley_terry(&[vec![0.0, 3.0], vec![1.0, 0.0]]).unwrap();
    near(found[0] - found[1], 3.0_f64.ln());
    let never = bradley_terry(&[vec![0.0, 3.0], vec![0.0, 0.0]]).unwrap_err();
    assert_eq!(
        never.to_string(),
        "a comparison of preferences needs at least 2 variants that won and lost against the others, and 1 is given"
    );
    assert!(bradley_terry(&[vec![0.0]]).is_err() && bradley_terry(&[vec![0.0], vec![1.0]]).is_err());
    assert!(bradley_terry(&[vec![0.0, f64::NAN], vec![1.0, 0.0]]).is_err());
}

#[test]
fn several_variants_at_once() {
    let passed: [[u8; 3]; 10] =
        [[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0], [1, 0, 0], [1, 1, 1], [1, 1, 0], [0, 1, 0]];
    let rows: Vec<Vec<bool>> = passed.iter().map(|row| row.iter().map(|cell| *cell == 1).collect()).collect();
    let q = cochran_q(&rows).unwrap();
    near(q.statistic.unwrap(), 7.142857142857143);
    near(q.p, 0.028115659748972035);

    let scores =
        [[0.9, 0.7, 0.4], [0.8, 0.9, 0.5], [0.6, 0.5, 0.55], [0.95, 0.8, 0.7], [0.4, 0.6, 0.3], [0.7, 0.65, 0.2]];
    let rows: Vec<Vec<f64>> = scores.iter().map(|row| row.to_vec()).collect();
    let test = friedman(&rows).unwrap();
    near(test.statistic.unwrap(), 7.0);
    near(test.p, 0.0301973834223185);
    // Ties; scipy 1.17: friedmanchisquare.
    let tied = [[1.0, 1.0, 2.0, 3.0], [2.0, 1.0, 2.0, 2.0], [1.0, 2.0, 3.0, 3.0], [1.0, 1.0, 1.0, 2.0]];
    let test = friedman(&tied.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).unwrap();
    near(test.statistic.unwrap(), 8.199999999999989);
    near(test.p, 0.04205418289496644);
    for (k, expected) in [(3, 2.3437006), (4, 2.5690320), (5, 2.7277744)] {
        let unit = (f64::from(k) * (f64::from(k) + 1.0) / 60.0).sqrt();
        near_by(nemenyi_difference(k, 10, 0.05).unwrap() / unit, expected, 1e-6);
    }
    assert_eq!(friedman(&[vec![1.0, 1.0], vec![2.0, 2.0]]).unwrap().p, 1.0);
    assert_eq!(cochran_q(&[vec![true, true], vec![false, false]]).unwrap().p, 1.0);
    assert!(friedman(&[]).is_err() && friedman(&[vec![1.0]]).is_err());
    assert!(friedman(&[vec![1.0, 2.0], vec![1.0]]).is_err() && cochran_q(&[vec![true]]).is_err());
}

proptest! {
    #[test]
    fn adjusting_keeps_the_order_and_never_makes_smaller(p in prop::collection::vec(0.0_f64..=1.0, 1..20), turn in 0_usize..20) {
        let mut turned = p.clone();
        turned.rotate_left(turn % p.len());
        for adjust in [bonferroni, holm, hommel, benjamini_hochberg, benjamini_yekutieli] {
            let found = adjust(&p).unwrap();
            for (one, raw) in found.iter().zip(&p) {
                prop_assert!(one >= raw && *one <= 1.0);
                prop_assert!(found.iter().zip(&p).all(|(two, other)| raw > other || one <= two));
            }
            let mut elsewhere = adjust(&turned).unwrap();
            elsewhere.rotate_right(turn % p.len());
            prop_assert_eq!(&found, &elsewhere);
        }
        let (bonferroni, holm, hommel, bh) = (bonferroni(&p).unwrap(), holm(&p).unwrap(), hommel(&p).unwrap(), benjamini_hochberg(&p).unwrap());
        for index in 0..p.len() {
            prop_assert!(holm[index] <= bonferroni[index] && hommel[index] <= holm[index] + 1e-12 && bh[index] <= hommel[index] + 1e-12);
        }
    }
}
