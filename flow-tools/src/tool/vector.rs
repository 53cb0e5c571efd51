//! Vectors, as embeddings are.

use flow_core::tool::ToolError;

/// The cosine of the angle between two vectors, from -1 to 1; 0 where one of them has no length.
pub(super) fn cosine(one: &[f64], two: &[f64]) -> f64 {
    // Scaled first, so that squares of very large or small numbers stay numbers.
    let (one, two) = (scaled(one), scaled(two));
    let dot: f64 = one.iter().zip(&two).map(|(one, two)| one * two).sum();
    let length = |vector: &[f64]| vector.iter().map(|part| part * part).sum::<f64>().sqrt();
    let lengths = length(&one) * length(&two);
    if lengths == 0.0 { 0.0 } else { (dot / lengths).clamp(-1.0, 1.0) }
}

fn scaled(vector: &[f64]) -> Vec<f64> {
    let largest = vector.iter().fold(0.0_f64, |largest, part| largest.max(part.abs()));
    if largest == 0.0 { vector.to_vec() } else { vector.iter().map(|part| part / largest).collect() }
}

/// Refuses vectors that cannot be compared.
pub(super) fn check_lengths(input: &str, one: usize, two: usize) -> Result<(), ToolError> {
    if one == two {
        return Ok(());
    }
    let message = format!("vectors of {one} and {two} numbers cannot be compared; are they of one embedding model?");
    Err(ToolError::input(input, message))
}
