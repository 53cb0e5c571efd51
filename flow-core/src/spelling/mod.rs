//! Did-you-mean: the known word that a mistyped one is nearest to.

/// The candidate that the word was probably meant to be; `None` where none is near.
///
/// Case, `-` and `_` do not count; beyond that about a third of the letters may differ (Damerau-Levenshtein).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(word);
    let limit = (wanted.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say about an unknown word: the near one, or all that there are if they are few; `None` if neither helps.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let listed: Vec<String> = candidates.iter().map(|candidate| format!("`{candidate}`")).collect();
    match listed.len() {
        1 => Some(format!("there is only {}", listed[0])),
        2..=10 => Some(format!("there are {}", listed.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn small_slips_are_seen_through_and_other_words_are_not() {
        let known = ["api_key", "base_url", "organization"];
        assert_eq!(nearest("apikey", known), Some("api_key"));
        assert_eq!(nearest("api-ky", known), Some("api_key"));
        assert_eq!(nearest("organisation", known), Some("organization"));
        assert_eq!(nearest("endpoint", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
