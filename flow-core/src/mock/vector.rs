//! Vectors of texts: texts with the same words, or words with the same letters, are near each other.

use super::chance::{FNV_OFFSET, fnv1a, mix};

/// A vector of length 1. It is a function of the text alone, so that vectors of different runs can be compared.
pub(super) fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f32; dimensions];
    let lower = text.to_lowercase();
    for word in lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        add(&mut sums, word, 1.0);
        let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        for three in letters.windows(3) {
            add(&mut sums, &three.iter().collect::<String>(), 0.4);
        }
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
    if length > 0.0 {
        for sum in &mut sums {
            *sum /= length;
        }
    } else if let Some(first) = sums.first_mut() {
        *first = 1.0;
    }
    sums
}

/// Adds a feature in four places, each with a sign, so that features rarely hide each other.
fn add(sums: &mut [f32], feature: &str, weight: f32) {
    let mut hash = fnv1a(FNV_OFFSET, feature.as_bytes());
    for _ in 0..4 {
        hash = mix(hash);
        let place = usize::try_from((hash >> 1).checked_rem(sums.len() as u64).unwrap_or(0)).ok();
        if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
            *sum += if hash & 1 == 0 { weight } else { -weight };
        }
    }
}

/// The dimensions of a model's vectors where a request names none: OpenAI's.
pub(super) fn usual_dimensions(model: &str) -> usize {
    if model.contains("3-large") { 3072 } else { 1536 }
}
