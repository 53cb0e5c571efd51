//! Which cases the engine is held to now.

use super::case::{Case, Kind};

/// Whether the engine should do now what promptflow did in this case.
pub(crate) fn is_in_scope(case: &Case) -> bool {
    matches!(case.kind, Kind::Flow | Kind::Prompty | Kind::Batch | Kind::Serve)
}

#[cfg(test)]
mod tests {
    use super::super::case::all_cases;
    use super::*;

    #[test]
    fn every_case_is_in_scope() {
        let cases = all_cases();
        let of = |kind: Kind| cases.iter().filter(|case| case.kind == kind && is_in_scope(case)).count();
        assert_eq!([Kind::Flow, Kind::Prompty, Kind::Batch, Kind::Serve].map(of), [388, 53, 19, 12]);
    }
}
