//! The stems of English words: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the extensions of NLTK's
//! `PorterStemmer` in its default mode, which is what rouge-score uses. Words are of ASCII, in lower case.

/// The stem of a word.
pub(super) fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == word) {
        return (*stem).to_owned();
    }
    if word.len() <= 2 {
        return word.to_owned();
    }
    let mut word = word.to_owned();
    plurals(&mut word);
    past_and_progressive(&mut word);
    final_y(&mut word);
    double_suffixes(&mut word);
    apply(&mut word, THIRD, 1);
    fourth(&mut word);
    final_e(&mut word);
    if word.ends_with("ll") && measure(&word[..word.len() - 1]) > 1 {
        word.pop();
    }
    word
}

const IRREGULAR: &[(&str, &str)] = &[
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// Whether each letter is a consonant: no vowel, and a y that follows none.
fn consonants(word: &str) -> impl DoubleEndedIterator<Item = bool> {
    let mut flags = Vec::with_capacity(word.len());
    for letter in word.bytes() {
        flags.push(match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => !flags.last().copied().unwrap_or(false),
            _ => true,
        });
    }
    flags.into_iter()
}

/// Porter's m: how often a consonant follows a vowel.
fn measure(stem: &str) -> usize {
    let mut after_vowel = false;
    let mut count = 0;
    for is_consonant in consonants(stem) {
        count += usize::from(is_consonant && after_vowel);
        after_vowel = !is_consonant;
    }
    count
}

fn ends_in_double_consonant(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 2 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] && consonants(word).next_back() == Some(true)
}

/// Porter's *o: consonant, vowel, consonant other than w, x and y; and of NLTK, words of a vowel and a consonant.
fn ends_in_short_syllable(word: &str) -> bool {
    let mut last = consonants(word).rev();
    let ends = (last.next(), last.next(), last.next());
    match ends {
        (Some(true), Some(false), Some(true)) => !word.ends_with(['w', 'x', 'y']),
        (Some(true), Some(false), None) => true,
        _ => false,
    }
}

/// The first ending that fits is replaced if the measure of what stands before it is at least the one given; others are not tried.
fn apply(word: &mut String, rules: &[(&str, &str)], least: usize) {
    for (ending, replacement) in rules {
        if let Some(stem) = word.strip_suffix(ending) {
            if measure(stem) >= least {
                word.truncate(stem.len());
                word.push_str(replacement);
            }
            return;
        }
    }
}

fn plurals(word: &mut String) {
    if word.ends_with("ies") && word.len() == 4 {
        word.pop();
        return;
    }
    apply(word, &[("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")], 0);
}

fn past_and_progressive(word: &mut String) {
    if word.ends_with("ied") {
        word.truncate(word.len() - if word.len() == 4 { 1 } else { 2 });
        return;
    }
    if let Some(stem) = word.strip_suffix("eed") {
        if measure(stem) > 0 {
            word.pop();
        }
        return;
    }
    let has_vowel = |stem: &&str| consonants(stem).any(|is_consonant| !is_consonant);
    let stem = ["ed", "ing"].iter().find_map(|ending| word.strip_suffix(ending).filter(has_vowel));
    let Some(stem) = stem else { return };
    word.truncate(stem.len());
    if ["at", "bl", "iz"].iter().any(|ending| word.ends_with(ending)) {
        word.push('e');
    } else if ends_in_double_consonant(word) {
        if !word.ends_with(['l', 's', 'z']) {
            word.pop();
        }
    } else if measure(word) == 1 && ends_in_short_syllable(word) {
        word.push('e');
    }
}

fn final_y(word: &mut String) {
    let Some(stem) = word.strip_suffix('y') else { return };
    if stem.len() > 1 && consonants(stem).next_back() == Some(true) {
        word.pop();
        word.push('i');
    }
}

const SECOND: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("fulli", "ful"),
];

fn double_suffixes(word: &mut String) {
    while let Some(stem) = word.strip_suffix("alli").filter(|stem| measure(stem) > 0) {
        word.truncate(stem.len() + 2);
    }
    // The l counts to the stem, so that short ones such as `geo` are enough.
    if word.ends_with("logi") {
        if measure(&word[..word.len() - 3]) > 0 {
            word.pop();
        }
        return;
    }
    apply(word, SECOND, 1);
}

const THIRD: &[(&str, &str)] =
    &[("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

const FOURTH: &[&str] = &[
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
];

fn fourth(word: &mut String) {
    let Some(ending) = FOURTH.iter().find(|ending| word.ends_with(**ending)) else { return };
    let stem = &word[..word.len() - ending.len()];
    if measure(stem) > 1 && (*ending != "ion" || stem.ends_with(['s', 't'])) {
        word.truncate(stem.len());
    }
}

fn final_e(word: &mut String) {
    let Some(stem) = word.strip_suffix('e') else { return };
    match measure(stem) {
        0 => {}
        1 if ends_in_short_syllable(stem) => {}
        _ => {
            word.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_those_of_nltk() {
        let recorded = include_str!("../../../../tests/oracles/stems.json");
        let recorded: Vec<(String, String)> = serde_json::from_str(recorded).unwrap();
        assert!(recorded.len() > 3_000);
        for (word, expected) in recorded {
            assert_eq!(stem(&word), expected, "{word}");
        }
    }
}
