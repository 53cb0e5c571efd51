use crate::statistics::error::{StatisticsError, enough, positive};
use crate::statistics::interval::Level;

/// Half the width of the asymptotic confidence sequence of a mean (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals of
/// Statistics 2024, arXiv 2103.06476) after n rows whose variance is v: `sqrt(2(nvρ²+1)/(n²ρ²) · ln(sqrt(nvρ²+1)/α))`, with
/// `ρ² = (-2 ln α + ln(-2 ln α) + 1)/t*`, which makes it narrowest after about `t*` rows if v is 1. Holds after all rows from
/// some number on, as the t interval holds after one.
///
/// # Errors
/// No rows, a variance that is not positive, or a `t*` that is not.
pub fn asymptotic_margin(rows: usize, variance: f64, narrowest: f64, level: Level) -> Result<f64, StatisticsError> {
    enough("an asymptotic confidence sequence", "rows", 1, rows)?;
    positive("the variance", variance)?;
    positive("the number of rows with the narrowest interval", narrowest)?;
    let (n, log) = (rows as f64, -2.0 * level.alpha().ln());
    // Above e^-½ of α the logarithm of the logarithm is negative; 1 is added anyway.
    let rho = (log + log.ln().max(-1.0) + 1.0) / narrowest;
    let grown = n * variance * rho + 1.0;
    Ok((2.0 * grown / (n * n * rho) * (grown.sqrt() / level.alpha()).ln()).sqrt())
}
