//! From the text of an answer to its value.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::candidate::{Candidate, candidates};
use super::reader::{DEPTH_LIMIT, Fault, Read, Reader};
use super::shape::{Types, resolve};
use super::{Discrepancy, Liberty, LibertyKind, OutputSchema};

/// The longest answer that is read, in bytes.
const LONGEST: usize = 4 << 20;
/// The most discrepancies that are kept.
const MOST: usize = 10;

/// An answer as a value that fits its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value.
    pub value: Json,
    /// What was read otherwise than it was written.
    pub liberties: Vec<Liberty>,
}

impl OutputSchema {
    /// Reads the text of an answer that ended as it should. One that was cut off must not be given: what is left of it
    /// may fit the schema all the same.
    ///
    /// # Errors
    /// No JSON in it, or none that fits the schema.
    pub fn read(&self, text: &str) -> Result<Reading, ReadingError> {
        if text.len() > LONGEST {
            return Err(ReadingError::TooLong { bytes: text.len() });
        }
        let text = text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}' || sign == '\u{200b}');
        if text.is_empty() {
            return Err(ReadingError::Empty);
        }
        let found = candidates(text);
        let misfit = match found {
            Ok(found) => match self.choose(found) {
                Ok(reading) => return Ok(reading),
                Err(misfit) => Some(misfit),
            },
            Err(fault) => {
                if let Some(reading) = self.plain(text) {
                    return Ok(reading);
                }
                return Err(ReadingError::of(fault, text));
            }
        };
        self.plain(text).ok_or(ReadingError::Misfit { discrepancies: misfit.unwrap_or_default() })
    }

    /// The last candidate that fits, of those in fences if one does. Else what is wrong with the best of them.
    fn choose(&self, found: Vec<Candidate>) -> Result<Reading, Vec<Discrepancy>> {
        let mut fitting: Vec<(bool, Reading)> = Vec::new();
        let mut best: Option<Vec<Discrepancy>> = None;
        for Candidate { read, fenced } in found {
            match self.accept(read) {
                Ok(reading) => fitting.push((fenced, reading)),
                Err(wrong) => {
                    if best.as_ref().is_none_or(|best| wrong.len() <= best.len()) {
                        best = Some(wrong);
                    }
                }
            }
        }
        if fitting.iter().any(|(fenced, _)| *fenced) {
            fitting.retain(|(fenced, _)| *fenced);
        }
        let several = fitting.windows(2).any(|pair| pair[0].1.value != pair[1].1.value);
        match fitting.pop() {
            Some((_, mut reading)) => {
                if several {
                    reading.liberties.insert(0, whole(LibertyKind::Chosen));
                }
                Ok(reading)
            }
            None => Err(best.unwrap_or_default()),
        }
    }

    /// The value as it is or brought to the schema; else what is wrong with it.
    fn accept(&self, read: Read) -> Result<Reading, Vec<Discrepancy>> {
        let mut liberties: Vec<Liberty> = read.liberties.into_iter().map(whole).collect();
        if self.is_valid(&read.value) {
            return Ok(Reading { value: read.value, liberties });
        }
        let wrong = self.discrepancies(&read.value);
        let mut value = read.value;
        // JSON that was written as a text in JSON.
        if let Json::String(text) = &value
            && let Ok(inner) = Reader::whole(text)
            && matches!(inner.value, Json::Object(_) | Json::Array(_))
        {
            liberties.push(whole(LibertyKind::Nested));
            liberties.extend(inner.liberties.into_iter().map(whole));
            value = inner.value;
        }
        let (value, taken) = super::fit::fit(self.json(), value);
        liberties.extend(taken);
        if self.is_valid(&value) {
            return Ok(Reading { value, liberties });
        }
        // What is left after coercion is what the model has to mend.
        let left = self.discrepancies(&value);
        Err(if left.is_empty() { wrong } else { left })
    }

    /// The text itself, where the schema wants a text.
    fn plain(&self, text: &str) -> Option<Reading> {
        let schema = resolve(self.json(), self.json()).as_object()?;
        if !Types::of(schema).string() || !(schema.contains_key("type") || super::shape::words(schema).is_some()) {
            return None;
        }
        let read = Read { value: Json::String(text.to_owned()), end: 0, liberties: vec![LibertyKind::PlainText] };
        self.accept(read).ok()
    }

    fn is_valid(&self, value: &Json) -> bool {
        self.validator().is_valid(value)
    }

    /// What in a value does not fit, at most ten things.
    #[must_use]
    pub fn discrepancies(&self, value: &Json) -> Vec<Discrepancy> {
        self.validator().iter_errors(value).take(MOST).map(|error| Discrepancy::new(&error)).collect()
    }
}

fn whole(kind: LibertyKind) -> Liberty {
    Liberty { kind, path: "".into() }
}

/// An answer that cannot be read as what its schema wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Nothing was answered.
    #[error("the answer is empty")]
    Empty,
    /// It is too long to be looked through.
    #[error("the answer has {bytes} bytes; at most {LONGEST} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The JSON ends in the middle.
    #[error("the JSON in it breaks off before its end")]
    Cut,
    /// The JSON is nested too deep.
    #[error("the JSON in it is nested more than {DEPTH_LIMIT} levels deep")]
    TooDeep,
    /// There is no JSON in it, or it is broken.
    #[error("it is not JSON: {message}{}", near(.excerpt))]
    NotJson {
        /// What is wrong.
        message: &'static str,
        /// What stands at the place.
        excerpt: String,
    },
    /// It is JSON, and does not fit.
    #[error("it does not fit the schema: {}", sentence(.discrepancies))]
    Misfit {
        /// What does not fit.
        discrepancies: Vec<Discrepancy>,
    },
}

impl ReadingError {
    fn of(fault: Fault, text: &str) -> Self {
        match fault {
            Fault::Cut => ReadingError::Cut,
            Fault::TooDeep => ReadingError::TooDeep,
            Fault::Syntax { message, at } => {
                let excerpt = text.get(at..).unwrap_or_default().chars().take(24).collect();
                ReadingError::NotJson { message, excerpt }
            }
        }
    }

    /// The problems one by one, for the message that asks a model to mend its answer.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        match self {
            ReadingError::Misfit { discrepancies } => discrepancies.iter().map(Discrepancy::to_string).collect(),
            other => vec![other.to_string()],
        }
    }
}

fn near(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(", at `{excerpt}`") }
}

fn sentence(discrepancies: &[Discrepancy]) -> String {
    const SHOWN: usize = 3;
    let mut text = String::new();
    for (index, discrepancy) in discrepancies.iter().take(SHOWN).enumerate() {
        let _ = write!(text, "{}{discrepancy}", if index == 0 { "" } else { "; " });
    }
    if discrepancies.len() > SHOWN {
        let _ = write!(text, "; and {} more", discrepancies.len() - SHOWN);
    }
    text
}
