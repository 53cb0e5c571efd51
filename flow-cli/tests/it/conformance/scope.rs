//! Which cases the engine is held to now.

use super::case::{Case, Kind};

/// Whether the engine should do now what promptflow did in this case.
pub(crate) fn is_in_scope(case: &Case) -> bool {
    case.kind == Kind::Flow
}

#[cfg(test)]
mod tests {
    use super::super::case::all_cases;
    use super::*;

    #[test]
    fn every_flow_is_in_scope() {
        let cases = all_cases();
        assert_eq!(cases.iter().filter(|case| is_in_scope(case)).count(), 388);
    }
}
