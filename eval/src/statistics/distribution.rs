//! Distribution functions and their inverses, on the special functions of `statrs` and `libm`.
//!
//! Quantiles are solved for on the distribution functions here, bracketed, so that they end for all arguments and agree
//! with them to rounding.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::beta::{beta_reg, ln_beta};
use statrs::function::erf::erfc_inv;
use statrs::function::factorial::ln_binomial;
use statrs::function::gamma::gamma_ur;

/// From this sum of parameters on the continued fraction of the incomplete beta function is not run to its end.
const LARGE_BETA: f64 = 2e6;

/// Φ(x).
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// φ(x).
#[must_use]
pub fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// Φ⁻¹(p): -∞ at 0, ∞ at 1, NaN outside.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    match p {
        _ if !(0.0..=1.0).contains(&p) => f64::NAN,
        0.0 => f64::NEG_INFINITY,
        1.0 => f64::INFINITY,
        _ => -SQRT_2 * erfc_inv(2.0 * p),
    }
}

/// The regularized incomplete beta function `I_x(a, b)`, the distribution function of Beta(a, b).
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return if x.is_nan() { f64::NAN } else { 0.0 };
    }
    if x >= 1.0 {
        return 1.0;
    }
    if a.min(b) > 100.0 && a + b > LARGE_BETA {
        return peizer_pratt(x, a, b);
    }
    beta_reg(a, b, x).clamp(0.0, 1.0)
}

/// Normal approximation of `I_x(a, b)` (Peizer and Pratt, JASA 1968), better than 1e-8 for parameters as large as here.
fn peizer_pratt(x: f64, a: f64, b: f64) -> f64 {
    let (n, k, q) = (a + b - 1.0, a - 1.0, 1.0 - x);
    let g = |ratio: f64| {
        let away = 1.0 - ratio;
        // Its series, where the formula would cancel.
        if away.abs() < 1e-4 {
            away / 3.0 + away * away / 6.0
        } else {
            (1.0 - ratio * ratio + 2.0 * ratio * ratio.ln()) / (away * away)
        }
    };
    let d = k + 2.0 / 3.0 - (n + 1.0 / 3.0) * x + 0.02 * (q / (k + 1.0) - x / (n - k) + (q - 0.5) / (n + 1.0));
    let spread = (1.0 + q * g((k + 0.5) / (n * x)) + x * g((n - k - 0.5) / (n * q))) / ((n + 1.0 / 6.0) * x * q);
    normal_cdf(-d * spread.max(0.0).sqrt())
}

/// The quantile of Beta(a, b).
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let log_scale = ln_beta(a, b);
    let density = |x: f64| ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_scale).exp();
    solve(p, 0.0, 1.0, a / (a + b), |x| beta_cdf(x, a, b), density)
}

/// The x in `low..=high` at which a growing function reaches `target`: Newton's steps, and halving where they leave the
/// bracket or don't help.
fn solve(
    target: f64,
    mut low: f64,
    mut high: f64,
    start: f64,
    value: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
) -> f64 {
    let mut x = start;
    for _ in 0..200 {
        let off = value(x) - target;
        if off == 0.0 {
            return x;
        }
        if off > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let mut next = x - off / slope(x);
        if !(next > low && next < high) {
            next = low + (high - low) / 2.0;
        }
        if (next - x).abs() <= f64::EPSILON * x.abs() || next == low || next == high {
            return next;
        }
        x = next;
    }
    x
}

/// The upper tail of Student's t, `P(T > t)`.
#[must_use]
pub fn t_sf(t: f64, degrees: f64) -> f64 {
    if t.is_nan() {
        return f64::NAN;
    }
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let tail = if degrees > LARGE_BETA {
        // Hill's expansion to the second order; the next term is below 1e-18.
        let z = t.abs();
        let turned = z - (z.powi(3) + z) / (4.0 * degrees);
        normal_cdf(-turned)
    } else {
        0.5 * beta_cdf(degrees / (degrees + t * t), degrees / 2.0, 0.5)
    };
    if t >= 0.0 { tail } else { 1.0 - tail }
}

/// Two-sided p of Student's t.
#[must_use]
pub fn t_two_sided(t: f64, degrees: f64) -> f64 {
    2.0 * t_sf(t.abs(), degrees)
}

/// The t above which lies `tail` of Student's distribution.
#[must_use]
pub fn t_upper(tail: f64, degrees: f64) -> f64 {
    if !(tail > 0.0 && tail < 1.0 && degrees > 0.0) {
        return f64::NAN;
    }
    if tail > 0.5 {
        return -t_upper(1.0 - tail, degrees);
    }
    if tail == 0.5 {
        return 0.0;
    }
    if degrees > LARGE_BETA {
        let z = -normal_quantile(tail);
        return z + (z.powi(3) + z) / (4.0 * degrees);
    }
    // t² / (ν + t²) has the distribution Beta(½, ν/2).
    let y = beta_quantile(1.0 - 2.0 * tail, 0.5, degrees / 2.0);
    let start = (degrees * y / (1.0 - y)).sqrt();
    let log_scale = -ln_beta(degrees / 2.0, 0.5) - 0.5 * degrees.ln();
    let density = |t: f64| (log_scale - (degrees + 1.0) / 2.0 * (t * t / degrees).ln_1p()).exp();
    // One step more, since 1 - y has lost digits where tails are small.
    let polished = start + (t_sf(start, degrees) - tail) / density(start);
    if polished.is_finite() { polished } else { start }
}

/// The upper tail of χ².
#[must_use]
pub fn chi_squared_sf(x: f64, degrees: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { gamma_ur(degrees / 2.0, x / 2.0) }
}

/// `P(X = k)` for X ~ Bin(n, p).
#[must_use]
pub fn binomial_pmf(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let (successes, failures) = (k as f64, (n - k) as f64);
    let term = |count: f64, log: f64| if count == 0.0 { 0.0 } else { count * log };
    (ln_binomial(n, k) + term(successes, p.ln()) + term(failures, (-p).ln_1p())).exp()
}

/// `P(X <= k)` for X ~ Bin(n, p).
#[must_use]
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_cdf(1.0 - p, (n - k) as f64, (k + 1) as f64) }
}

/// `P(X >= k)` for X ~ Bin(n, p).
#[must_use]
pub fn binomial_sf(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k => beta_cdf(p, k as f64, (n - k + 1) as f64),
    }
}

/// `P(T <= t)` of the noncentral t with `degrees` degrees of freedom and noncentrality δ (Lenth, AS 243, Applied
/// Statistics 1989). Beyond |δ| = 37 the normal approximation of Johnson and Welch.
#[must_use]
pub fn noncentral_t_cdf(t: f64, degrees: f64, noncentrality: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - noncentral_t_cdf(-t, degrees, -noncentrality);
    }
    if noncentrality.abs() > 37.0 || degrees > LARGE_BETA {
        let shrunk = t * (1.0 - 1.0 / (4.0 * degrees));
        return normal_cdf((shrunk - noncentrality) / (1.0 + t * t / (2.0 * degrees)).sqrt());
    }
    let x = t * t / (t * t + degrees);
    let half = noncentrality * noncentrality / 2.0;
    let mut p = 0.5 * (-half).exp();
    let mut q = (2.0 / PI).sqrt() * p * noncentrality;
    let mut remaining = 0.5 - p;
    let mut sum = 0.0;
    for j in 0..10_000 {
        let a = 0.5 + f64::from(j);
        sum += p * beta_cdf(x, a, degrees / 2.0) + q * beta_cdf(x, a + 0.5, degrees / 2.0);
        p *= half / (f64::from(j) + 1.0);
        q *= half / (f64::from(j) + 1.5);
        remaining -= p;
        if remaining <= 1e-14 && f64::from(j) > half {
            break;
        }
    }
    (sum + normal_cdf(-noncentrality)).clamp(0.0, 1.0)
}

/// `P(Q > q)` of the studentized range of `groups` normal means with known variance:
/// `P(Q <= q) = k ∫ φ(z) (Φ(z) - Φ(z - q))^(k-1) dz`, by the trapezoid rule, which is exact to rounding for such functions.
#[must_use]
pub fn studentized_range_sf(q: f64, groups: u32) -> f64 {
    let step = 1.0 / 32.0;
    let power = groups.saturating_sub(1).min(i32::MAX as u32).cast_signed();
    let density = |z: f64| normal_density(z) * (normal_cdf(z) - normal_cdf(z - q)).powi(power);
    let sum: f64 = (-320..=320 + 32 * 10).map(|index| density(f64::from(index) * step)).sum();
    (1.0 - f64::from(groups) * step * sum).clamp(0.0, 1.0)
}

/// The q above which lies `tail` of the studentized range of `groups` normal means with known variance.
#[must_use]
pub fn studentized_range_upper(tail: f64, groups: u32) -> f64 {
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if studentized_range_sf(middle, groups) > tail { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}
