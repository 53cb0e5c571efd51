use std::collections::BTreeMap;
use std::time::Duration;

use flow_core::tool::{Effect, Example, ToolContext, ToolError, WaitingTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::process::{Asked, Fault, Limits, Pools, Program, once};

/// The longest time that a call may be given, in seconds.
const LONGEST_TIME: f64 = 3_600.0;
/// The most workers of one program.
const MOST_WORKERS: usize = 64;

/// `command.run`: a program of the user's that speaks JSON.
#[derive(Debug)]
pub struct CommandRun {
    allowed: bool,
    pools: Pools,
}

impl CommandRun {
    /// The tool, which runs programs only if that is allowed.
    #[must_use]
    pub fn new(allowed: bool) -> Self {
        Self { allowed, pools: Pools::default() }
    }
}

/// How the program is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Once,
    Pool,
}

/// What the program's output becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Form {
    #[default]
    Auto,
    Json,
    Text,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The program: a name that is found in PATH, or a path from the flow's folder on. There is no shell in between. Programs
    /// run only if the run allows it with `--allow-exec`.
    command: String,
    /// Its arguments, one by one.
    #[serde(default)]
    args: Vec<String>,
    /// What it reads from standard input, as JSON.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    input: Value,
    /// `once` starts it for each call; its output is the result, and its exit code must be 0. `pool` keeps workers running
    /// that answer each line of JSON with a line of JSON: `{"result": …}` or `{"error": {"message": …}}`.
    #[serde(default)]
    mode: Mode,
    /// What the output becomes with `once`: JSON if it is JSON, else text (auto); JSON; or text.
    #[serde(default)]
    output: Form,
    /// How many workers a pool has at most.
    #[serde(default = "one")]
    workers: usize,
    /// Variables for its environment. Beside them it sees the usual ones, such as PATH and HOME, but no keys.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Names of variables that are passed on to it from the environment of the run.
    #[serde(default)]
    pass_env: Vec<String>,
    /// The longest time, in seconds; then it is ended, with all that it started.
    #[serde(default = "a_minute")]
    timeout: f64,
    /// The largest output that is read, in bytes.
    #[serde(default = "megabytes")]
    max_bytes: usize,
}

fn one() -> usize {
    1
}

fn a_minute() -> f64 {
    60.0
}

fn megabytes() -> usize {
    4_000_000
}

impl WaitingTool for CommandRun {
    const NAME: &'static str = "command.run";
    const SUMMARY: &'static str = "Runs a program that reads and writes JSON; needs --allow-exec.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "command: ./rank.sh\ninput: {query: refund, documents: [a, b]}\ntimeout: 10",
        gives: "",
    });
    const EFFECT: Effect = Effect::Changes;
    type Inputs = Inputs;

    fn missing_permission(&self) -> Option<&'static str> {
        (!self.allowed).then_some("--allow-exec")
    }

    fn call<'a>(&'a self, inputs: Inputs, context: &'a ToolContext) -> BoxFuture<'a, Result<Value, ToolError>> {
        async move {
            if !self.allowed {
                let message = format!("`{}` may not be started: programs run only with --allow-exec", inputs.command);
                return Err(ToolError::failed(message));
            }
            let limits = limits(&inputs)?;
            let program = Program {
                command: inputs.command,
                args: inputs.args,
                env: inputs.env,
                pass_env: inputs.pass_env,
                folder: context.files.folder().to_path_buf(),
            };
            let input = inputs.input.to_json();
            match inputs.mode {
                Mode::Once => {
                    let said = once(&program, input.as_bytes(), limits).await.map_err(failed)?;
                    output(&program, &said, inputs.output)
                }
                Mode::Pool => {
                    let asked = Asked { line: &input, is_answer };
                    let line = self.pools.ask(&program, inputs.workers, asked, limits).await.map_err(failed)?;
                    answer(&program, &line)
                }
            }
        }
        .boxed()
    }
}

fn limits(inputs: &Inputs) -> Result<Limits, ToolError> {
    let wrong = |input: &str, message: String| ToolError::Input { input: input.into(), message };
    if !(inputs.timeout > 0.0 && inputs.timeout <= LONGEST_TIME) {
        return Err(wrong("timeout", format!("must be above 0 and at most {LONGEST_TIME} seconds")));
    }
    if !(1..=MOST_WORKERS).contains(&inputs.workers) {
        return Err(wrong("workers", format!("must be from 1 to {MOST_WORKERS}")));
    }
    if inputs.command.trim().is_empty() {
        return Err(wrong("command", "names no program".to_owned()));
    }
    Ok(Limits { time: Duration::from_secs_f64(inputs.timeout), bytes: inputs.max_bytes })
}

/// What a program of its own accord wrote.
fn output(program: &Program, said: &[u8], form: Form) -> Result<Value, ToolError> {
    let command = &program.command;
    let text = std::str::from_utf8(said)
        .map_err(|_| ToolError::failed(format!("`{command}` wrote something that is not UTF-8 text")))?;
    let as_text = || text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    match (form, Value::from_json(text)) {
        (Form::Text, _) => Ok(as_text().into()),
        (_, Ok(value)) => Ok(value),
        (Form::Auto, Err(_)) => Ok(as_text().into()),
        (Form::Json, Err(_)) => {
            let shown = shortened(&program.blot(text));
            Err(ToolError::failed(format!(
                "`{command}` wrote no JSON: {shown}; with `output: text` it is taken as text"
            )))
        }
    }
}

/// Whether a line of a worker keeps to the rules.
fn is_answer(line: &str) -> bool {
    Value::from_json(line).is_ok_and(|value| value.get("result").is_some() || value.get("error").is_some())
}

/// What a worker answered.
fn answer(program: &Program, line: &str) -> Result<Value, ToolError> {
    let command = &program.command;
    let value = Value::from_json(line).map_err(|_| {
        let shown = shortened(&program.blot(line));
        ToolError::failed(format!(
            "`{command}` wrote a line that is no JSON: {shown}; a worker writes one line of JSON for each request and \
             nothing else, notes belong on standard error"
        ))
    })?;
    if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
        let message = error.get("message").unwrap_or(error);
        let message = message.as_str().map_or_else(|| message.to_json(), str::to_owned);
        return Err(ToolError::failed(format!("`{command}` failed: {}", program.blot(&message))));
    }
    value.get("result").cloned().ok_or_else(|| {
        let shown = shortened(&program.blot(line));
        ToolError::failed(format!("`{command}` answered with neither `result` nor `error`: {shown}"))
    })
}

fn failed(fault: Fault) -> ToolError {
    let passing = matches!(fault, Fault::TooSlow { .. } | Fault::Broken { .. });
    ToolError::Failed { message: fault.to_string(), passing }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    let line = text.trim().replace('\n', "⏎");
    let start: String = line.chars().take(SHOWN).collect();
    if line.chars().count() > SHOWN { format!("`{start}…`") } else { format!("`{start}`") }
}
