//! Secrets of connections: which are left to be given, and asking for them without showing what is typed.

use std::borrow::Cow;
use std::io::IsTerminal;

use flow_core::connection::CreatedConnection;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Behavior, ColorMode, Config, Editor, Helper};
use serde_json::Value as Json;

use super::form;
use crate::command::Problem;
use crate::ui;

/// What asks for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// A connection that is created: what is hidden or left out has to be given.
    New,
    /// One that is changed, whose hidden secrets are those that it has.
    Again,
}

/// What promptflow's files write where the user is to be asked.
const ASK: &str = "<user-input>";
/// What they write where a secret stays as it is.
const SAME: &str = "<no-change>";

/// Whether a text stands for a secret that is not told.
fn is_hidden(text: &str) -> bool {
    text.trim().is_empty() || text == SAME || text.chars().all(|letter| letter == '*')
}

/// Puts the secrets that a connection had into the places of those that are not told.
pub(super) fn keep_hidden(connection: &mut CreatedConnection, there: &CreatedConnection) {
    for (group, name) in form::secrets(connection) {
        let told = text(connection, group, &name).unwrap_or_default();
        if is_hidden(told)
            && let Some(kept) = text(there, group, &name).map(str::to_owned)
        {
            put(connection, group, &name, kept);
        }
    }
}

/// Asks at the terminal for the secrets that are left to be given.
pub(super) fn fill(connection: &mut CreatedConnection, asking: Asking) -> Result<(), Problem> {
    for (group, name) in form::secrets(connection) {
        let told = text(connection, group, &name).unwrap_or_default();
        let is_left = told == ASK || is_hidden(told);
        if !is_left {
            continue;
        }
        let key = group.map_or_else(|| name.clone(), |group| format!("{group}.{name}"));
        if !can_ask() {
            let what = if asking == Asking::New { "has no secret" } else { "is to be asked for its secret" };
            let message = format!("the connection {what} `{key}`, and there is no terminal to ask at");
            return Err(Problem::usage("no-secret", message)
                .help(format!("give it: --set {key}='${{env:NAME}}', which names a variable, or --set {key}=SECRET")));
        }
        let given = ask(&key)?;
        put(connection, group, &name, given);
    }
    Ok(())
}

/// Whether there is a terminal that shows stars in place of what is typed. A terminal that cannot move its cursor would show the secret.
fn can_ask() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    std::io::stdin().is_terminal() && !["dumb", "cons25", "emacs"].contains(&term.to_lowercase().as_str())
}

/// Whether a secret stands in the connection as it is.
pub(super) fn has_clear(connection: &CreatedConnection) -> bool {
    let is_clear = |text: &str| !(text.starts_with("${env:") || text.starts_with("${file:")) || !text.ends_with('}');
    form::secrets(connection).iter().filter_map(|(group, name)| text(connection, *group, name)).any(is_clear)
}

fn text<'a>(connection: &'a CreatedConnection, group: Option<&str>, name: &str) -> Option<&'a str> {
    match group {
        Some(group) => connection.fields.get(group)?.get(name)?.as_str(),
        None => connection.text(name),
    }
}

fn put(connection: &mut CreatedConnection, group: Option<&str>, name: &str, secret: String) {
    let fields = match group {
        Some(group) => connection.fields.get_mut(group).and_then(Json::as_object_mut),
        None => Some(&mut connection.fields),
    };
    if let Some(fields) = fields {
        fields.insert(name.to_owned(), secret.into());
    }
}

/// Asks until something is given. What is typed is shown as stars.
fn ask(name: &str) -> Result<String, Problem> {
    let stopped = |error: rustyline::error::ReadlineError| match error {
        rustyline::error::ReadlineError::Interrupted | rustyline::error::ReadlineError::Eof => {
            Problem::interrupted("interrupted", format!("nothing was given as `{name}`, and nothing was changed"))
        }
        error => Problem::failed("no-terminal", format!("cannot read from the terminal: {error}")),
    };
    // Stars are a matter of drawing, which the editor does only with colours. It asks at the terminal, also where standard output goes to a file.
    let config = Config::builder().color_mode(ColorMode::Forced).behavior(Behavior::PreferTerm).auto_add_history(false);
    let config = config.build();
    let mut editor: Editor<Stars, DefaultHistory> = Editor::with_config(config).map_err(stopped)?;
    editor.set_helper(Some(Stars));
    loop {
        let secret = editor.readline(&format!("{name}: ")).map_err(stopped)?;
        if !secret.trim().is_empty() {
            return Ok(secret.trim().to_owned());
        }
        ui::say_warning("a secret cannot be empty");
    }
}

/// Draws a star for each letter that is typed.
struct Stars;

impl Highlighter for Stars {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned("*".repeat(line.chars().count()))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        // Moving over stars changes nothing of them.
        kind != CmdKind::MoveCursor
    }
}

impl Completer for Stars {
    type Candidate = String;
}

impl Hinter for Stars {
    type Hint = String;
}

impl Validator for Stars {}

impl Helper for Stars {}
