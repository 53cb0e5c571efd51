use super::Quantity;
use super::walk::Given;
use crate::value::Value;

/// What a node gives for the items of a list.
pub(super) struct GivenItems {
    values: Vec<Value>,
    seconds: Option<f64>,
    is_guessed: bool,
    is_open: bool,
}

impl GivenItems {
    /// Nothing yet, of a list that may hold what is not known.
    pub(super) fn new(is_open: bool) -> Self {
        Self { values: Vec::new(), seconds: Some(0.0), is_guessed: false, is_open }
    }

    /// Adds what is given for an item that stands for so many.
    pub(super) fn add(&mut self, given: Given, number: Quantity) {
        self.seconds = self.seconds.zip(given.seconds).map(|(sum, one)| sum + one * number.expected);
        self.is_guessed |= given.is_guessed;
        self.is_open |= given.is_open;
        self.values.push(given.value);
    }

    /// The list, where so many items are taken at once.
    pub(super) fn together(self, at_once: usize) -> Given {
        Given {
            value: Value::list(self.values),
            is_open: self.is_open,
            is_guessed: self.is_guessed,
            candidates: Vec::new(),
            seconds: self.seconds.map(|sum| sum / at_once.max(1) as f64),
        }
    }
}
