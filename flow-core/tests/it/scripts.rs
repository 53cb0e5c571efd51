//! A language of one word a line, in place of Python: what the engine makes of code must not depend on which code it is.
//!
//! `tool` makes it callable; `take NAME[: TYPE][ =]` is a parameter; `print TEXT`, `measure NAME NUMBER` and `raise CLASS TEXT`
//! do that when it is called. It gives back its arguments, or with `give object` a value that is no data.

use std::ops::Range;
use std::sync::Arc;

use flow_core::script::{
    CompiledScript, Interpreter, Metric, Parameter, ParameterKind, RunnerWish, Script, ScriptCall, ScriptError,
    ScriptOutcome, ScriptProblem, ScriptProblemKind, ScriptSource, Signature, TraceFrame,
};
use flow_core::ty::Ty;
use flow_core::value::{Object, Value};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

/// Compiles the language.
#[derive(Debug)]
pub(crate) struct Lines;

#[derive(Debug, Default)]
struct Program {
    file: Arc<str>,
    parameters: Vec<Parameter>,
    orders: Vec<(usize, String)>,
}

impl Interpreter for Lines {
    fn describe(&self, source: &ScriptSource) -> Option<Signature> {
        Some(describe(source))
    }

    fn compile(&self, source: &ScriptSource) -> CompiledScript {
        let mut program = Program { file: Arc::clone(&source.shown), ..Program::default() };
        let mut problems = Vec::new();
        let mut at = 0;
        let mut is_tool = false;
        for (position, line) in source.text.split('\n').enumerate() {
            let range = at..at + line.len();
            at += line.len() + 1;
            let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            match word {
                "" => {}
                "tool" => is_tool = true,
                "take" => program.parameters.push(parameter(rest)),
                "print" | "measure" | "raise" | "give" => program.orders.push((position + 1, line.trim().to_owned())),
                "import" => problems.push(problem(ScriptProblemKind::Import, range, format!("there is no `{rest}`"))),
                "maybe" => {
                    let later = problem(ScriptProblemKind::Import, range, format!("there may be no `{rest}`"));
                    problems.push(ScriptProblem { is_warning: true, ..later });
                }
                "exec" => problems.push(problem(ScriptProblemKind::Unsupported, range, "no `exec` here".to_owned())),
                "elsewhere" => {
                    let message = format!("there is no `{rest}` to run this code");
                    problems.push(problem(ScriptProblemKind::Program, range, message));
                }
                other => problems.push(problem(ScriptProblemKind::Syntax, range, format!("no word `{other}`"))),
            }
        }
        if source.wish == Some(RunnerWish::External) {
            let kind = ScriptProblemKind::Permission;
            problems.push(problem(kind, 0..0, "no other program runs this code here".to_owned()));
        }
        if !is_tool && source.entry.is_none() {
            problems.push(problem(ScriptProblemKind::Tool, 0..0, "nothing is marked `tool`".to_owned()));
        }
        let script = problems.iter().all(|problem| problem.is_warning).then(|| Arc::new(program) as Arc<dyn Script>);
        CompiledScript { script, problems }
    }
}

fn describe(source: &ScriptSource) -> Signature {
    let parameters = source.text.lines().filter_map(|line| line.trim().strip_prefix("take ")).map(parameter).collect();
    let sums_up = source.text.contains("sum up");
    Signature { parameters, aggregated: sums_up.then(|| Arc::from("rows")), ..Signature::default() }
}

fn problem(kind: ScriptProblemKind, range: Range<usize>, message: String) -> ScriptProblem {
    let help = Some("write another word".to_owned());
    ScriptProblem { kind, is_warning: false, module: None, range, message, help }
}

fn parameter(written: &str) -> Parameter {
    let has_default = written.ends_with(" =");
    let written = written.trim_end_matches(" =");
    let (name, ty) = written.split_once(": ").unwrap_or((written, "object"));
    let kind = match Ty::from_name(ty) {
        Some(ty) => ParameterKind::Data(ty),
        None => ParameterKind::Connection(vec![Arc::from(ty)]),
    };
    Parameter { name: Arc::from(name), kind, has_default, default: None }
}

impl Script for Program {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn call(&self, call: ScriptCall) -> BoxFuture<'_, ScriptOutcome> {
        ready(self.run(&call)).boxed()
    }
}

impl Program {
    fn run(&self, call: &ScriptCall) -> ScriptOutcome {
        let keys = call.connections.iter().map(|(name, connection)| {
            use secrecy::ExposeSecret;
            let key = connection.secret("api_key").map(|key| key.expose_secret().to_owned()).unwrap_or_default();
            (Arc::clone(name), Value::from(key))
        });
        let mut arguments = call.arguments.clone();
        arguments.extend(keys);
        let variables = call.environment.iter().map(|(name, text)| (Arc::clone(name), Value::from(&**text)));
        arguments.extend(variables);
        let mut outcome =
            ScriptOutcome { result: Ok(Value::Map(Arc::new(arguments))), printed: String::new(), metrics: Vec::new() };
        for (line, order) in &self.orders {
            let mut words = order.splitn(3, ' ');
            let (word, first, rest) = (words.next(), words.next().unwrap_or(""), words.next().unwrap_or(""));
            match word {
                Some("print") => {
                    let first = call.arguments.get(first).map_or_else(|| first.to_owned(), Value::to_json);
                    outcome.printed.push_str(&format!("{first} {rest}\n"));
                }
                Some("measure") => outcome.metrics.push(Metric {
                    name: Arc::from(first),
                    value: Value::from_json(rest).expect("a number"),
                    variant: None,
                }),
                Some("give") => {
                    let attributes = call.arguments.clone();
                    let (class, text) = (Arc::from("Answer"), Arc::from("Answer()"));
                    outcome.result = Ok(Value::Object(Arc::new(Object { class, text, attributes, inner: None })));
                }
                _ => {
                    let frame = TraceFrame {
                        file: Arc::clone(&self.file),
                        line: *line,
                        function: Arc::from("tool"),
                        text: Arc::from(order.as_str()),
                    };
                    let (class, message) = (Arc::from(first), rest.to_owned());
                    outcome.result = Err(ScriptError::Raised { class, message, trace: vec![frame] });
                    break;
                }
            }
        }
        outcome
    }
}
