use super::{Aligned, Line};
use crate::data::DataError;

/// Joined rows of several parts of a run, its variants and repetitions, in the order of their numbers: each number in all parts before the
/// next one.
#[derive(Debug)]
pub struct Interleaved {
    parts: Vec<(Aligned, Head)>,
}

/// The next line of a part.
#[derive(Debug)]
enum Head {
    Unread,
    Line(Box<Line>),
    End,
}

impl Interleaved {
    /// The rows of these parts; of one alone they come as they are.
    #[must_use]
    pub fn new(parts: Vec<Aligned>) -> Self {
        Self { parts: parts.into_iter().map(|part| (part, Head::Unread)).collect() }
    }

    fn step(&mut self) -> Result<Option<Line>, DataError> {
        for (part, head) in &mut self.parts {
            if matches!(head, Head::Unread) {
                *head = part.next().transpose()?.map_or(Head::End, |line| Head::Line(Box::new(line)));
            }
        }
        let number = |head: &Head| match head {
            Head::Line(line) => Some(line.line),
            Head::Unread | Head::End => None,
        };
        // The first of those with the same number.
        let next =
            self.parts.iter_mut().filter(|(_, head)| number(head).is_some()).min_by_key(|(_, head)| number(head));
        let Some((_, head)) = next else { return Ok(None) };
        match std::mem::replace(head, Head::Unread) {
            Head::Line(line) => Ok(Some(*line)),
            Head::Unread | Head::End => Ok(None),
        }
    }
}

impl Iterator for Interleaved {
    type Item = Result<Line, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.parts.clear();
        }
        step.transpose()
    }
}
