//! What a mistyped name was meant to be.

/// The candidate nearest to a name: one that differs only in upper and lower case, else the one with the fewest
/// typing mistakes (at most a third of the name's characters, and one in any case). `None` if there is no such
/// candidate, or more than one.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut is_tied = false;
    for candidate in candidates {
        if candidate == name || best.is_some_and(|(_, found)| found == candidate) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        match best {
            _ if distance > allowed || distance >= candidate.chars().count() => {}
            Some((found, _)) if found < distance => {}
            Some((found, _)) if found == distance => is_tied = true,
            _ => {
                best = Some((distance, candidate));
                is_tied = false;
            }
        }
    }
    best.filter(|_| !is_tied).map(|(_, candidate)| candidate)
}

/// The most names that a help line lists.
const LISTED: usize = 8;

/// A help line for an unknown name: the [nearest] candidate, else all candidates if there are few.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(nearest) = nearest(name, candidates.iter().copied()) {
        return Some(format!("did you mean `{nearest}`?"));
    }
    match candidates.as_slice() {
        [] => None,
        [only] => Some(format!("the only one is `{only}`")),
        [.., _] if candidates.len() > LISTED => None,
        [first @ .., last] => Some(format!("known are `{}` and `{last}`", first.join("`, `"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: [&str; 4] = ["classify", "reply", "Summarise", "look_up"];

    #[test]
    fn mistyped_names_find_the_nearest() {
        for (name, meant) in [
            ("clasify", Some("classify")),
            ("clsasify", Some("classify")),
            ("CLASSIFY", Some("classify")),
            ("summarise", Some("Summarise")),
            ("lookup", Some("look_up")),
            ("answer", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, NODES), meant, "{name}");
        }
    }

    #[test]
    fn one_letter_names_are_not_guessed() {
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn two_equally_near_names_are_not_guessed() {
        assert_eq!(nearest("node_3", ["node_1", "node_2"]), None);
        assert_eq!(nearest("node_l", ["node_1"]), Some("node_1"));
    }

    #[test]
    fn help_names_the_nearest_or_the_few() {
        assert_eq!(did_you_mean("clasify", NODES).as_deref(), Some("did you mean `classify`?"));
        let all = "known are `classify`, `reply`, `Summarise` and `look_up`";
        assert_eq!(did_you_mean("answer", NODES).as_deref(), Some(all));
        assert_eq!(did_you_mean("answer", ["reply"]).as_deref(), Some("the only one is `reply`"));
        assert_eq!(did_you_mean("answer", []), None);
        let many: Vec<String> = (10..20).map(|number| format!("input_{number}")).collect();
        assert_eq!(did_you_mean("answer", many.iter().map(String::as_str)), None);
    }
}
