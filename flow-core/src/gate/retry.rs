//! Which failures are tried again: the one table.
//!
//! It follows promptflow, which tries again after timeouts, broken connections, 429 unless the quota is used up, 422 at
//! most three times, and every 5xx; never after 400, 401, 403 and 404. It differs in three rows, which say so.

use crate::model::{ModelError, ModelErrorKind};

/// What a failure means for the call, and for the others in its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether the call is tried again, within what its policy allows.
    pub(super) again: Again,
    /// Pauses are short, since the failure is told at once and somebody may be waiting.
    pub(super) quick: bool,
    /// The provider has too much to do: the whole lane slows down.
    pub(super) slows: bool,
    /// Nothing will come over this lane for some time.
    pub(super) closes: bool,
}

/// How often a call may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// As often as the policy says.
    Always,
    /// So many tries that end in a row like this.
    AtMost(u32),
}

const NEVER: Verdict = Verdict { again: Again::Never, quick: false, slows: false, closes: false };
const ALWAYS: Verdict = Verdict { again: Again::Always, ..NEVER };
const SLOWER: Verdict = Verdict { slows: true, ..ALWAYS };
const THREE: Verdict = Verdict { again: Again::AtMost(3), ..NEVER };
const THREE_QUICK: Verdict = Verdict { quick: true, ..THREE };
const CLOSED: Verdict = Verdict { closes: true, ..NEVER };

/// What a row is about.
enum When {
    /// The provider's own word, whatever the status: also inside of an answer that began well.
    Code(&'static [&'static str]),
    /// A range of HTTP statuses.
    Status(u16, u16),
    Kind(ModelErrorKind),
}

/// The first row that fits is the one that counts.
const TABLE: &[(When, Verdict)] = &[
    // The account has nothing left: asking again only makes it worse, whatever the status.
    (When::Code(&["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]), CLOSED),
    // Told by a status, or inside of an answer that began with 200.
    (When::Code(&["rate_limit_exceeded", "rate_limit_error", "too_many_requests"]), SLOWER),
    (When::Code(&["overloaded_error", "engine_overloaded", "slow_down"]), SLOWER),
    (When::Code(&["server_error", "internal_server_error", "internal_error"]), ALWAYS),
    // Differs: a timeout that the server noticed is one all the same.
    (When::Status(408, 408), ALWAYS),
    // Differs: a conflict passes when the other request has ended; if it does not, it is one of ours.
    (When::Status(409, 409), THREE),
    (When::Status(422, 422), THREE),
    (When::Status(429, 429), SLOWER),
    // Overloaded.
    (When::Status(503, 503), SLOWER),
    (When::Status(529, 529), SLOWER),
    (When::Status(500, 599), ALWAYS),
    (When::Status(0, 999), NEVER),
    // Differs: promptflow does not try again where nobody is reached. A server that is being restarted is back soon,
    // and a wrong address is told within a second.
    (When::Kind(ModelErrorKind::Connect), THREE_QUICK),
    (When::Kind(ModelErrorKind::Broken), ALWAYS),
    (When::Kind(ModelErrorKind::Truncated), ALWAYS),
    (When::Kind(ModelErrorKind::Timeout), ALWAYS),
];

impl When {
    fn fits(&self, error: &ModelError) -> bool {
        match self {
            When::Code(codes) => error.code.as_ref().is_some_and(|code| codes.contains(&&**code)),
            When::Status(from, to) => {
                matches!(error.kind, ModelErrorKind::Status(status) if (*from..=*to).contains(&status))
            }
            When::Kind(kind) => error.kind == *kind,
        }
    }
}

/// The row for a failure. What is in no row (an answer that is not what the API promises; what was ended from here) stands.
fn row(error: &ModelError) -> Option<usize> {
    TABLE.iter().position(|(when, _)| when.fits(error))
}

/// The failures of a call so far.
#[derive(Debug, Default)]
pub(super) struct Failures {
    row: Option<usize>,
    /// How many tries in a row ended like the last one.
    alike: u32,
}

impl Failures {
    /// Takes note of one more. In the verdict, what was tried too often in a row is never tried again.
    pub(super) fn add(&mut self, error: &ModelError) -> Verdict {
        let row = row(error);
        self.alike = if row == self.row { self.alike.saturating_add(1) } else { 1 };
        self.row = row;
        let verdict = row.map_or(NEVER, |row| TABLE[row].1);
        match verdict.again {
            Again::AtMost(most) if self.alike >= most => Verdict { again: Again::Never, ..verdict },
            _ => verdict,
        }
    }
}

impl ModelError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        row(self).is_some_and(|row| TABLE[row].1.again != Again::Never)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ModelErrorKind, code: &str) -> ModelError {
        let code = if code.is_empty() { None } else { Some(code.into()) };
        ModelError { code, ..ModelError::new(kind, "") }
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 100..=999 {
            let expected = match status {
                429 | 503 | 529 => SLOWER,
                408 | 500..=599 => ALWAYS,
                409 | 422 => THREE,
                _ => NEVER,
            };
            let found = Failures::default().add(&error(ModelErrorKind::Status(status), ""));
            assert_eq!(found, expected, "{status}");
        }
    }

    #[test]
    fn codes_go_before_statuses() {
        for (kind, code, expected) in [
            (ModelErrorKind::Status(429), "insufficient_quota", CLOSED),
            (ModelErrorKind::Status(400), "billing_hard_limit_reached", CLOSED),
            (ModelErrorKind::Status(429), "rate_limit_exceeded", SLOWER),
            (ModelErrorKind::Status(200), "server_error", ALWAYS),
            (ModelErrorKind::InvalidResponse, "overloaded_error", SLOWER),
            (ModelErrorKind::InvalidResponse, "", NEVER),
            (ModelErrorKind::Status(400), "context_length_exceeded", NEVER),
            (ModelErrorKind::Connect, "", THREE_QUICK),
            (ModelErrorKind::Broken, "", ALWAYS),
            (ModelErrorKind::Deadline, "", NEVER),
            (ModelErrorKind::Budget, "", NEVER),
            (ModelErrorKind::Cancelled, "", NEVER),
        ] {
            assert_eq!(Failures::default().add(&error(kind, code)), expected, "{kind:?} {code}");
        }
    }

    #[test]
    fn only_tries_in_a_row_count() {
        let unprocessable = error(ModelErrorKind::Status(422), "");
        let broken = error(ModelErrorKind::Broken, "");
        let mut failures = Failures::default();
        let again: Vec<bool> =
            [&unprocessable, &unprocessable, &broken, &unprocessable, &unprocessable, &unprocessable]
                .map(|error| failures.add(error).again != Again::Never)
                .into();
        assert_eq!(again, [true, true, true, true, true, false]);
    }
}
