/// A variant of one run and the variant of the other that it is compared with, by their numbers.
pub(super) type Pair = (u32, u32);

/// Which variants are compared: those that are called the same; if each run has only one, these.
pub(super) fn pairs(from: &[Vec<String>], to: &[Vec<String>]) -> Vec<Pair> {
    if from.len() <= 1 && to.len() <= 1 {
        return vec![(0, 0)];
    }
    let number = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    let other = |selection: &Vec<String>| to.iter().position(|other| sorted(other) == sorted(selection));
    from.iter()
        .enumerate()
        .filter_map(|(position, selection)| Some((number(position), number(other(selection)?))))
        .collect()
}

fn sorted(selection: &[String]) -> Vec<&String> {
    let mut sorted: Vec<&String> = selection.iter().collect();
    sorted.sort();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_compared_with_their_namesakes() {
        let variant = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(pairs(&[variant(&[])], &[variant(&["a=b"])]), [(0, 0)]);
        let two = [variant(&["a=b", "c=d"]), variant(&["a=x"])];
        let other = [variant(&["a=x"]), variant(&[]), variant(&["c=d", "a=b"])];
        assert_eq!(pairs(&two, &other), [(0, 2), (1, 0)]);
    }
}
