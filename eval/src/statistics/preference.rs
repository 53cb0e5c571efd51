use super::error::{StatisticsError, enough, same_length};
use super::mean::sum;

/// Strengths of several variants, of which a judge preferred one of two at a time: Bradley and Terry's model (Biometrika 1952), by
/// Hunter's steps (Annals of Statistics 2004) `p_i ← W_i / Σ_j n_ij/(p_i + p_j)`. `wins[i][j]` is how often i was preferred to j; a
/// tie is half a win for each. Gives logarithms whose mean is 0: i is preferred to j with the odds `exp(s_i - s_j)`.
///
/// # Errors
/// Fewer than two variants, a table that is not square, counts that are negative or not finite, or variants of which some never win or
/// never lose against the others, so that nothing bounds their strength.
pub fn bradley_terry(wins: &[Vec<f64>]) -> Result<Vec<f64>, StatisticsError> {
    let count = wins.len();
    enough("a comparison of preferences", "variants", 2, count)?;
    for row in wins {
        same_length("the table of wins", count, "a row of it", row.len())?;
        if let Some(value) = row.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
            return Err(StatisticsError::Setting { what: "a count of wins", value: *value, must: "0 or more" });
        }
    }
    let reached = |wins: &dyn Fn(usize, usize) -> f64| {
        let (mut reached, mut open) = (vec![false; count], vec![0]);
        while let Some(from) = open.pop() {
            if !std::mem::replace(&mut reached[from], true) {
                open.extend((0..count).filter(|to| *to != from && wins(from, *to) > 0.0));
            }
        }
        reached.into_iter().filter(|reached| *reached).count()
    };
    let reached = reached(&|from, to| wins[from][to]).min(reached(&|from, to| wins[to][from]));
    enough("a comparison of preferences", "variants that won and lost against the others", count, reached)?;
    let others = |one: usize| (0..count).filter(move |other| *other != one);
    let mut strengths = vec![0.0_f64; count];
    for _ in 0..100_000 {
        let step = |one: usize| {
            let won = sum(others(one).map(|other| wins[one][other]));
            let met =
                |other: usize| (wins[one][other] + wins[other][one]) / (strengths[one].exp() + strengths[other].exp());
            (won / sum(others(one).map(met))).ln()
        };
        let mut next: Vec<f64> = (0..count).map(step).collect();
        let mean = sum(next.iter().copied()) / count as f64;
        next.iter_mut().for_each(|strength| *strength -= mean);
        let moved = next.iter().zip(&strengths).map(|(next, last)| (next - last).abs()).fold(0.0, f64::max);
        strengths = next;
        if moved < 1e-14 {
            break;
        }
    }
    Ok(strengths)
}
