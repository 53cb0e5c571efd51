use flow_eval::statistics::distribution::{
    beta_cdf, beta_quantile, binomial_cdf, binomial_pmf, binomial_sf, chi_squared_sf, noncentral_t_cdf, normal_cdf,
    normal_quantile, studentized_range_sf, studentized_range_upper, t_sf, t_two_sided, t_upper,
};

use super::{near, near_by};

#[test]
fn quantiles() {
    let t = [
        (1.0, 12.706204736174694),
        (2.0, 4.302652729749462),
        (5.0, 2.5705818356363146),
        (9.0, 2.262157162798205),
        (11.0, 2.200985160091639),
        (30.0, 2.0422724563012378),
        (100.0, 1.9839715185235518),
    ];
    for (degrees, expected) in t {
        near(t_upper(0.025, degrees), expected);
        near(t_upper(0.975, degrees), -expected);
        near(t_two_sided(expected, degrees), 0.05);
    }
    for (p, expected) in [
        (0.975, 1.959963984540054),
        (0.8, 0.8416212335729143),
        (0.95, 1.6448536269514722),
        (0.995, 2.5758293035489004),
        (0.5, 0.0),
    ] {
        near(normal_quantile(p), expected);
        near(normal_quantile(1.0 - p), -expected);
        near(normal_cdf(expected), p);
    }
    near(beta_quantile(0.025, 8.0, 14.0), 0.18107162554017314);
    near(beta_quantile(0.975, 8.0, 14.0), 0.56967548290412);
}

#[test]
fn tails_of_many_rows_and_of_rare_events() {
    // scipy 1.17: stats.t, special.betainc, special.betaincinv, stats.nct, stats.studentized_range.
    near(t_two_sided(3.0, 1e6), 0.0026998625414218);
    near(t_two_sided(3.0, 4e6), 0.00269981268271895);
    near(t_upper(0.025, 1e6), 1.9599663568141072);
    near(beta_cdf(0.5005, 5e5, 5e5), 0.8413447460685569);
    near_by(beta_cdf(0.5001, 5e6, 5e6), 0.7364553684685946, 1e-8);
    near_by(beta_cdf(0.1001, 1e6, 9e6), 0.8540726113405728, 1e-8);
    assert!((t_sf(40.0, 30.0) / 6.863022597203209e-28 - 1.0).abs() < 1e-9);
    assert_eq!(beta_quantile(0.0, 2.0, 3.0), 0.0);
    assert!(beta_quantile(1.5, 2.0, 3.0).is_nan() && normal_quantile(-0.1).is_nan());
    assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert_eq!((chi_squared_sf(0.0, 3.0), beta_cdf(-1.0, 1.0, 1.0), beta_cdf(2.0, 1.0, 1.0)), (1.0, 0.0, 1.0));
}

#[test]
fn the_quantile_undoes_the_distribution() {
    for a in [0.5, 1.0, 3.5, 40.0, 2_000.0, 300_000.0] {
        for b in [0.5, 2.0, 17.0, 900.0, 250_000.0] {
            for p in [1e-6, 0.025, 0.3, 0.5, 0.975, 0.9999] {
                // Near 1 the next number may be far away in p.
                let x = beta_quantile(p, a, b);
                let (below, above) = (beta_cdf(x.next_down(), a, b), beta_cdf(x.next_up(), a, b));
                assert!(below - 1e-9 < p && p < above + 1e-9, "{a} {b} {p}: {below} {above}");
            }
        }
    }
}

#[test]
fn counts() {
    let sum: f64 = (0..=20).map(|k| binomial_pmf(k, 20, 0.3)).sum();
    near(sum, 1.0);
    for k in 0..=20 {
        let upto: f64 = (0..=k).map(|k| binomial_pmf(k, 20, 0.3)).sum();
        near(binomial_cdf(k, 20, 0.3), upto);
        near(binomial_sf(k, 20, 0.3), 1.0 - upto + binomial_pmf(k, 20, 0.3));
    }
    assert_eq!((binomial_pmf(0, 5, 0.0), binomial_pmf(5, 5, 1.0), binomial_pmf(6, 5, 0.5)), (1.0, 1.0, 0.0));
    assert_eq!((binomial_sf(0, 5, 0.2), binomial_sf(6, 5, 0.2), binomial_cdf(5, 5, 0.2)), (1.0, 0.0, 1.0));
}

#[test]
fn noncentral_t_and_the_studentized_range() {
    // scipy 1.17: stats.nct.cdf, stats.studentized_range.sf with infinite degrees of freedom.
    near(noncentral_t_cdf(2.0, 10.0, 1.5), 0.6591540724421909);
    near(noncentral_t_cdf(-1.0, 5.0, 0.5), 0.08244409105672337);
    near(noncentral_t_cdf(1.97, 197.0, 2.8), 0.20371179243199125);
    near(noncentral_t_cdf(0.5, 3.0, -2.0), 0.9921996989235637);
    near(noncentral_t_cdf(12.0, 30.0, 10.0), 0.8494793222050965);
    near_by(studentized_range_sf(3.31449, 3), 0.0500002823236112, 1e-7);
    near_by(studentized_range_sf(2.0, 2), 0.15729920705028522, 1e-7);
    near_by(studentized_range_sf(4.5, 10), 0.04730582731292854, 1e-7);
    // Nemenyi's q is the quantile by √2.
    for (k, expected) in [(3, 2.3437006), (4, 2.5690320), (5, 2.7277744)] {
        near_by(studentized_range_upper(0.05, k) / std::f64::consts::SQRT_2, expected, 1e-6);
    }
}
