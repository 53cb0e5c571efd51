use std::io::{BufRead, IsTerminal};

use console::{Key, Term};

use crate::command::Problem;

/// What somebody wants with the answer before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Label it so.
    Label(String),
    /// Write a note; its text where it was typed with it.
    Note(Option<String>),
    /// The next one.
    Skip,
    /// The one before.
    Back,
    /// Enough.
    Quit,
    /// Something that is none of these.
    Unknown(String),
}

/// Where wishes come from: single keys of a terminal, or lines of standard input.
pub(super) enum Keys {
    Terminal(Term),
    Lines,
}

impl Keys {
    pub(super) fn of_terminal() -> Self {
        let term = Term::stderr();
        if std::io::stdin().is_terminal() && term.is_term() { Keys::Terminal(term) } else { Keys::Lines }
    }

    pub(super) fn next(&mut self) -> Result<Wish, Problem> {
        match self {
            Keys::Terminal(term) => loop {
                match term.read_key().map_err(|error| unreadable(&error)) {
                    Ok(Key::Char(sign)) if !sign.is_control() => return Ok(Wish::of(&sign.to_string())),
                    Ok(Key::Enter | Key::ArrowRight | Key::ArrowDown) => return Ok(Wish::Skip),
                    Ok(Key::Backspace | Key::ArrowLeft | Key::ArrowUp) => return Ok(Wish::Back),
                    Ok(Key::Escape | Key::CtrlC | Key::Char('\u{3}' | '\u{4}')) => return Ok(Wish::Quit),
                    Ok(_) => {}
                    Err(problem) => return Err(problem),
                }
            },
            Keys::Lines => match line()? {
                Some(line) => Ok(Wish::of(line.trim())),
                None => Ok(Wish::Quit),
            },
        }
    }

    /// A line that is typed.
    pub(super) fn line(&mut self) -> Result<String, Problem> {
        match self {
            Keys::Terminal(term) => term.read_line().map_err(|error| unreadable(&error)),
            Keys::Lines => Ok(line()?.unwrap_or_default()),
        }
    }
}

impl Wish {
    fn of(text: &str) -> Self {
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match word.to_lowercase().as_str() {
            "s" | "skip" | "" => Wish::Skip,
            "b" | "back" => Wish::Back,
            "q" | "quit" => Wish::Quit,
            "note" | "n" => Wish::Note(Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty())),
            "p" => Wish::Label("pass".to_owned()),
            "f" => Wish::Label("fail".to_owned()),
            other if rest.is_empty() => Wish::Label(other.to_owned()),
            _ => Wish::Unknown(text.to_owned()),
        }
    }
}

fn line() -> Result<Option<String>, Problem> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::failed("no-input", format!("cannot read what is typed: {error}"))
}
