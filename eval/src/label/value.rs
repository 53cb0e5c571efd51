/// What people say of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Label {
    /// Whether it passes.
    Verdict(bool),
    /// How good it is. 1 and 0 may stand for a verdict, where the score has no other scale.
    Number(f64),
}

/// What labels may be, for messages.
pub(super) const KNOWN: &str =
    "labels are pass and fail, numbers of the judge's scale, or win, tie and loss of an answer in pairs";

impl Label {
    /// Reads a label as people write it, whatever its case: `pass`, `fail`, `yes`, `no`, `true`, `false`, `good`, `bad`, their first letters
    /// `p`, `f`, `y`, `n`, a number, or `win`, `tie` and `loss` of an answer in pairs. `None` where it is none of them.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "pass" | "passed" | "p" | "yes" | "y" | "true" | "good" | "correct" => Some(Label::Verdict(true)),
            "fail" | "failed" | "f" | "no" | "n" | "false" | "bad" | "incorrect" | "wrong" => {
                Some(Label::Verdict(false))
            }
            "win" => Some(Label::Number(1.0)),
            "tie" => Some(Label::Number(0.5)),
            "loss" => Some(Label::Number(0.0)),
            number => number.parse().ok().filter(|number: &f64| number.is_finite()).map(Label::Number),
        }
    }

    /// The label as a number: 1 and 0 for a verdict.
    #[must_use]
    pub fn number(self) -> f64 {
        match self {
            Label::Verdict(passed) => f64::from(u8::from(passed)),
            Label::Number(number) => number,
        }
    }
}
