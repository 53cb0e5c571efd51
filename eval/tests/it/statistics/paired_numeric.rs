use flow_eval::statistics::{
    Clusters, Level, Paired, Resampling, SignedRanks, Signs, TestMethod, Zeros, differences, hodges_lehmann,
    hodges_lehmann_interval, sign_flip,
};
use proptest::prelude::*;

use super::{A, B, UNTIED, ends, near};

fn d() -> Vec<f64> {
    differences(&A, &B).unwrap()
}

#[test]
fn the_paired_t_test_and_its_interval() {
    let paired = Paired::of(&d()).unwrap();
    near(paired.difference.mean, 0.04416666666666667);
    near(paired.difference.deviation, 0.045618643185222046);
    near(paired.difference.standard_error, 0.013168967961526718);
    let test = paired.t_test().unwrap();
    near(test.statistic.unwrap(), 3.3538441885271544);
    assert_eq!(test.degrees, Some(11.0));
    near(test.p, 0.006433637582272258);
    ends(paired.t_interval(Level::P95).unwrap(), 0.015181963609624122, 0.07315136972370921);
}

#[test]
fn wilcoxon_counts_ties_where_the_table_without_ties_would_say_more() {
    let ranks = SignedRanks::of(&d(), Zeros::Drop).unwrap();
    assert_eq!(ranks.statistic(), 6.5);
    near(ranks.exact().p, 28.0 / 4096.0);
    assert!((ranks.exact().p - 0.00927734375).abs() > 1e-3);
    near(ranks.normal(false).p, 0.010666430088358348);
    near(ranks.normal(true).p, 0.011931715346446856);
    assert_eq!(ranks.test().method, TestMethod::WilcoxonExact);

    let untied = SignedRanks::of(&UNTIED, Zeros::Drop).unwrap();
    assert_eq!(untied.statistic(), 5.0);
    near(untied.exact().p, 0.01953125);
    near(untied.normal(false).p, 0.02182427562605354);
}

#[test]
fn pratt_ranks_zeros_and_leaves_them_out() {
    // scipy 1.17: wilcoxon(d, zero_method=…, method='asymptotic').
    let d = [0.0, 0.5, 0.0, -0.25, 0.75, 1.0, 0.5, -0.5, 2.0, 0.0];
    near(SignedRanks::of(&d, Zeros::Drop).unwrap().normal(false).p, 0.08865923208274727);
    near(SignedRanks::of(&d, Zeros::Drop).unwrap().normal(true).p, 0.10579468200135328);
    near(SignedRanks::of(&d, Zeros::Pratt).unwrap().normal(false).p, 0.13112517402724116);
    near(SignedRanks::of(&d, Zeros::Pratt).unwrap().normal(true).p, 0.14494482354592073);
}

#[test]
fn signs_and_sign_flips() {
    let signs = Signs::of(&d());
    assert_eq!((signs.positive, signs.negative, signs.zero), (9, 3, 0));
    near(signs.test().p, 0.14599609375);
    let flips = sign_flip(&d(), &Resampling::default()).unwrap();
    assert_eq!(flips.method, TestMethod::SignFlipExact);
    near(flips.p, 38.0 / 4096.0);
    near(sign_flip(&UNTIED, &Resampling::default()).unwrap().p, 18.0 / 1024.0);
    // No row differs, or one does.
    assert_eq!(sign_flip(&[0.0, 0.0], &Resampling::default()).unwrap().p, 1.0);
    assert_eq!(sign_flip(&[0.0, 0.3], &Resampling::default()).unwrap().p, 1.0);
    assert_eq!(Signs::of(&[0.0; 3]).test().p, 1.0);
    assert!(sign_flip(&[], &Resampling::default()).is_err());
}

#[test]
fn random_sign_flips_come_near_the_exact_ones_and_to_t() {
    let many: Vec<f64> =
        UNTIED.iter().cycle().take(30).enumerate().map(|(row, d)| d - 0.35 + row as f64 * 1e-3).collect();
    let test = sign_flip(&many, &Resampling::default()).unwrap();
    assert_eq!(test.method, TestMethod::SignFlip);
    let t = Paired::of(&many).unwrap().t_test().unwrap();
    assert!((test.p - t.p).abs() < 0.02, "{} {}", test.p, t.p);
}

#[test]
fn whole_clusters_are_flipped() {
    let sums = Clusters::new([0, 0, 1, 1, 2]).sums(&[1.0, 1.0, 1.0, -0.5, 0.25]).unwrap();
    assert_eq!(sums, [2.0, 0.5, 0.25]);
    // All flips but the two with all signs alike are less extreme.
    near(sign_flip(&sums, &Resampling::default()).unwrap().p, 0.25);
}

#[test]
fn effect_sizes_margins_and_hodges_lehmann() {
    let paired = Paired::of(&UNTIED).unwrap();
    near(paired.dz(), 0.9940571092969555);
    near(paired.hedges(), 0.9142857142857143);
    near(hodges_lehmann(&UNTIED).unwrap(), 0.46);
    let test = paired.non_inferiority(0.2).unwrap();
    near(test.statistic.unwrap(), 4.5755960200309405);
    near(test.p, 0.0006680918168501893);
    assert!(paired.non_inferiority(0.0).is_err());

    let close = Paired::of(&[0.02, -0.01, 0.03, 0.0, 0.01, -0.02, 0.02, 0.01, 0.0, -0.01]).unwrap();
    let (above, below) = close.equivalence(0.03).unwrap();
    near(above.p, 3.162369481868346e-05);
    near(below.p, 0.00036948395490162065);
}

#[test]
fn rounding_is_no_difference() {
    assert_eq!(differences(&[0.1 + 0.2, 1.0], &[0.3, 1.5]).unwrap(), [0.0, 0.5]);
    assert!(differences(&[1.0], &[1.0, 2.0]).is_err());
    assert!(differences(&[f64::INFINITY], &[1.0]).is_err());
    assert!(Paired::of(&[0.5; 20]).unwrap().t_test().is_err());
}

/// The middle of all Walsh averages, by listing them.
fn listed(values: &[f64]) -> f64 {
    let mut averages = Vec::new();
    for (index, one) in values.iter().enumerate() {
        averages.extend(values[index..].iter().map(|two| one / 2.0 + two / 2.0));
    }
    averages.sort_by(f64::total_cmp);
    let count = averages.len();
    averages[(count - 1) / 2] / 2.0 + averages[count / 2] / 2.0
}

proptest! {
    #[test]
    fn swapping_the_variants_flips_signs_and_keeps_p(pairs in prop::collection::vec((0_i32..20, 0_i32..20), 3..40)) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(a, b)| (f64::from(*a) / 20.0, f64::from(*b) / 20.0)).unzip();
        let (there, back) = (differences(&a, &b).unwrap(), differences(&b, &a).unwrap());
        let resampling = Resampling { replicates: 200, ..Resampling::default() };
        let (one, two) = (Paired::of(&there).unwrap(), Paired::of(&back).unwrap());
        if let (Ok(one), Ok(two)) = (one.t_interval(Level::P95), two.t_interval(Level::P95)) {
            prop_assert!((one.low + two.high).abs() < 1e-12 && (one.high + two.low).abs() < 1e-12);
            prop_assert!(one.contains(one.estimate) && one.low < one.high);
        }
        let ranks = [&there, &back].map(|d| SignedRanks::of(d, Zeros::Drop).unwrap());
        let flips = [&there, &back].map(|d| sign_flip(d, &resampling).unwrap().p);
        let signs = [&there, &back].map(|d| Signs::of(d).test().p);
        for pair in [flips, signs, [ranks[0].exact().p, ranks[1].exact().p], [ranks[0].normal(false).p, ranks[1].normal(false).p]] {
            prop_assert!((pair[0] - pair[1]).abs() < 1e-9 && (0.0..=1.0).contains(&pair[0]), "{pair:?}");
        }
        prop_assert!((hodges_lehmann(&there).unwrap() + hodges_lehmann(&back).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn the_middle_of_walsh_averages_is_found_without_listing_them(values in prop::collection::vec(-50_i32..50, 1..60), scale in 0.001_f64..1000.0) {
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) * scale).collect();
        prop_assert!((hodges_lehmann(&values).unwrap() - listed(&values)).abs() <= 1e-12 * scale * 50.0);
        if let Ok(interval) = hodges_lehmann_interval(&values, Level::P95) {
            prop_assert!(interval.contains(interval.estimate), "{interval:?}");
        }
    }

    #[test]
    fn exact_ranks_agree_with_counting_flips(values in prop::collection::vec(-6_i32..6, 1..11)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let ranks = SignedRanks::of(&values, Zeros::Drop).unwrap();
        let kept: Vec<f64> = values.iter().copied().filter(|value| *value != 0.0).collect();
        let rank = |value: f64| {
            let below = kept.iter().filter(|other| other.abs() < value.abs()).count();
            let same = kept.iter().filter(|other| other.abs() == value.abs()).count();
            below as f64 + (same as f64 + 1.0) / 2.0
        };
        let all: Vec<f64> = kept.iter().map(|value| rank(*value)).collect();
        let total: f64 = all.iter().sum();
        let sums = (0_u32..1 << all.len()).map(|flips| all.iter().enumerate().filter(|(bit, _)| flips >> bit & 1 == 1).map(|(_, rank)| rank).sum::<f64>());
        let extreme = sums.filter(|sum| sum.min(total - sum) <= ranks.statistic()).count();
        prop_assert!((ranks.exact().p - (extreme as f64 / f64::from(1_u32 << all.len())).min(1.0)).abs() < 1e-12);
    }

    #[test]
    fn the_interval_and_the_test_agree(d in prop::collection::vec(-1.0_f64..1.5, 3..30), level in 0.6_f64..0.99) {
        let paired = Paired::of(&d).unwrap();
        let level = Level::new(level).unwrap();
        let (interval, test) = (paired.t_interval(level).unwrap(), paired.t_test().unwrap());
        prop_assume!((test.p - level.alpha()).abs() > 1e-9);
        prop_assert_eq!(interval.contains(0.0), test.p > level.alpha());
    }
}
