use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

use flow_core::engine::Flow;
use flow_core::plan::{Chat, Plan};
use flow_core::value::{Map, Value};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use tokio_util::sync::CancellationToken;

use super::failure::{error_json, exit_of, say_failure};
use super::run::{gate, run_watched};
use super::watcher::Watcher;
use super::{Problem, inputs};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM, Speech};

/// `flow run --chat`: a conversation, turn by turn. On a terminal with an editable line; else one turn per line of
/// standard input, so that a conversation can be scripted.
pub(crate) async fn chat(args: &RunArgs, flow: &Flow, cancel: &CancellationToken) -> Result<Exit, Problem> {
    let chat = flow.plan.chat.ok_or_else(|| {
        Problem::usage("no-chat-flow", "this flow is no chat flow").help(match flow.plan.prompty {
            Some(_) => "mark the input that takes what the user says with `is_chat_input: true`",
            None => "mark an input with `is_chat_input: true` and an output with `is_chat_output: true`",
        })
    })?;
    let mut given = inputs::given(args)?;
    inputs::read_pictures(args, flow, &mut given)?;
    inputs::check_names(args, flow, &given)?;
    let question = Arc::clone(&flow.plan.inputs[chat.input.index()].name);
    let mut history = history_given(flow, chat, &given);
    let mut turns = Turns::new()?;
    let mut failed = None;
    // One for all turns, so that limits hold for the whole conversation.
    let gate = gate(args, flow);
    while let Some(said) = turns.next().await? {
        given.insert(Arc::clone(&question), Value::from(said.as_str()));
        if let Some(input) = chat.history {
            let name = Arc::clone(&flow.plan.inputs[input.index()].name);
            given.insert(name, Value::list(history.iter().cloned()));
        }
        let streams = args.stream || (turns.is_terminal() && !args.json && std::io::stdout().is_terminal());
        let speech = chat.output.filter(|_| streams);
        let speech = speech.and_then(|position| Speech::of_output(&flow.plan, position, args.json));
        let watcher = Arc::new(Watcher::new(!args.json, &flow.plan).with_speech(speech));
        let result = run_watched(args, flow, given.clone(), &gate, cancel, &watcher).await;
        watcher.clear();
        watcher.export().await;
        watcher.end_line();
        if args.trace {
            ui::say(ui::trace_text(&watcher.trace()).trim_end());
        }
        match result.outcome {
            Ok(outputs) => {
                if args.json || !watcher.has_said(&outputs) {
                    show_answer(args, &flow.plan, chat, &outputs);
                }
                if flow.plan.takes_messages() {
                    history.extend(messages(&said, answer(&flow.plan, chat, &outputs)));
                } else {
                    history.push(turn(&question, &said, &outputs));
                }
            }
            Err(error) => {
                failed = Some(exit_of(&error));
                if args.json {
                    ui::out(&serde_json::json!({ "error": error_json(args, flow, &error) }).to_string());
                } else {
                    say_failure(args, flow, &error);
                }
                if cancel.is_cancelled() || !turns.is_terminal() {
                    break;
                }
            }
        }
    }
    // On a terminal a failed turn was seen and the conversation went on; a script must be told.
    Ok(failed.filter(|_| !turns.is_terminal() || cancel.is_cancelled()).unwrap_or(Exit::Done))
}

fn history_given(flow: &Flow, chat: Chat, given: &Map) -> Vec<Value> {
    let name = chat.history.map(|input| &flow.plan.inputs[input.index()]);
    let start = name.and_then(|input| given.get(&input.name).or(input.default.as_ref()));
    start.and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default()
}

/// A turn as promptflow keeps it in a history (spec section 3.10).
fn turn(question: &Arc<str>, said: &str, outputs: &Arc<Map>) -> Value {
    let inputs = Value::map([(Arc::clone(question), Value::from(said))]);
    Value::map([("inputs", inputs), ("outputs", Value::Map(Arc::clone(outputs)))])
}

/// A turn as the history of a prompty has it: two messages.
fn messages(said: &str, answer: Option<&Value>) -> [Value; 2] {
    let answer = answer.map(ui::value_text).unwrap_or_default();
    [("user", said), ("assistant", &answer)]
        .map(|(role, content)| Value::map([("role", Value::from(role)), ("content", Value::from(content))]))
}

/// The output that answers.
fn answer<'o>(plan: &Plan, chat: Chat, outputs: &'o Map) -> Option<&'o Value> {
    outputs.get(&plan.outputs.get(chat.output?)?.name)
}

fn show_answer(args: &RunArgs, plan: &Plan, chat: Chat, outputs: &Map) {
    if args.json {
        return ui::out(&serde_json::json!({ "outputs": outputs }).to_string());
    }
    match answer(plan, chat, outputs) {
        Some(answer) => ui::out(&ui::value_text(answer)),
        None => ui::out(&ui::outputs_text(outputs)),
    }
}

/// What the user says, turn by turn.
enum Turns {
    Terminal(Box<DefaultEditor>),
    Lines,
}

impl Turns {
    fn new() -> Result<Self, Problem> {
        if !std::io::stdin().is_terminal() {
            return Ok(Turns::Lines);
        }
        ui::say(&format!("{DIM}Say something; an empty line or Ctrl-D ends the conversation.{DIM:#}"));
        let editor = DefaultEditor::new()
            .map_err(|error| Problem::failed("no-terminal", format!("cannot read from the terminal: {error}")))?;
        Ok(Turns::Terminal(Box::new(editor)))
    }

    fn is_terminal(&self) -> bool {
        matches!(self, Turns::Terminal(_))
    }

    /// The next turn; `None` at the end of the conversation.
    async fn next(&mut self) -> Result<Option<String>, Problem> {
        let unreadable =
            |error: &dyn std::fmt::Display| Problem::failed("no-input", format!("cannot read what is said: {error}"));
        let said = tokio::task::block_in_place(|| match self {
            Turns::Terminal(editor) => match editor.readline(&format!("{BOLD}you{BOLD:#} ")) {
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
                Err(error) => Err(unreadable(&error)),
            },
            Turns::Lines => {
                let mut line = String::new();
                let read = std::io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
                Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
            }
        })?;
        Ok(said.filter(|said| !said.trim().is_empty()))
    }
}
