//! The function of a file that its node calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_core::script::{Parameter, ScriptProblem, ScriptProblemKind};
use ruff_python_ast::{Decorator, Parameters, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::annotation::{Classes, last_name};
use super::lower::is_generator;

/// The function, and how it is called.
#[derive(Debug)]
pub(in crate::python) struct Tool {
    pub(in crate::python) parameters: Vec<Parameter>,
    pub(in crate::python) takes_any: bool,
    /// Whether it is a generator.
    pub(in crate::python) yields: bool,
    /// The expression of the call.
    pub(super) call: String,
    /// The function by its names.
    pub(in crate::python) named: Named,
}

/// A function by its names.
#[derive(Debug, Clone)]
pub(in crate::python) struct Named {
    pub(in crate::python) function: String,
    /// The class that it is a method of.
    pub(in crate::python) class: Option<String>,
    /// The parameters of that class.
    pub(in crate::python) init: Vec<String>,
}

/// A function that is marked.
pub(super) struct Marked<'a> {
    pub(super) class: Option<&'a StmtClassDef>,
    pub(super) function: &'a StmtFunctionDef,
}

/// The decorators that mark a tool, and those that only trace; neither changes what a function does.
pub(super) fn is_inert(decorator: &Decorator) -> bool {
    matches!(last_name(&decorator.expression), Some("tool" | "trace" | "register_tool" | "enable_cache"))
}

/// Finds the one function that is marked `@tool`, at the top or in a class.
pub(super) fn find(body: &[Stmt], line_of: impl Fn(TextRange) -> usize) -> Result<Tool, Box<ScriptProblem>> {
    let marks = marks(body);
    let is_tool = |function: &StmtFunctionDef| {
        function
            .decorator_list
            .iter()
            .any(|decorator| last_name(&decorator.expression).is_some_and(|name| marks.contains(name)))
    };
    let mut marked = Vec::new();
    for statement in body {
        match statement {
            Stmt::FunctionDef(function) if is_tool(function) => marked.push(Marked { class: None, function }),
            Stmt::ClassDef(class) => {
                for statement in &class.body {
                    if let Stmt::FunctionDef(function) = statement
                        && is_tool(function)
                    {
                        marked.push(Marked { class: Some(class), function });
                    }
                }
            }
            _ => {}
        }
    }
    match &marked[..] {
        [one] => Ok(describe(one, &Classes::of(body))),
        [] => Err(Box::new(none(body))),
        [first, second, ..] => {
            let message = format!(
                "two functions are marked `@tool`: `{}` in line {} and `{}` in line {}",
                first.function.name.id,
                line_of(first.function.name.range),
                second.function.name.id,
                line_of(second.function.name.range)
            );
            let help = "leave the mark on the one that the node calls; helper functions need none";
            Err(Box::new(problem(second.function.name.range, message, help.to_owned())))
        }
    }
}

/// The names under which the file has promptflow's `tool`.
fn marks(body: &[Stmt]) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["tool".to_owned()]);
    for statement in body {
        if let Stmt::ImportFrom(import) = statement
            && import.module.as_ref().is_some_and(|module| module.id.starts_with("promptflow"))
        {
            let renamed = import.names.iter().filter(|alias| &alias.name.id == "tool");
            names.extend(renamed.filter_map(|alias| alias.asname.as_ref()).map(|name| name.id.to_string()));
        }
    }
    names
}

fn none(body: &[Stmt]) -> ScriptProblem {
    let first = body.iter().find_map(|statement| match statement {
        Stmt::FunctionDef(function) => Some(function),
        _ => None,
    });
    let range = first.map_or_else(TextRange::default, |function| function.name.range());
    let help = match first {
        Some(function) => format!(
            "write `@tool` above the function that the node calls, such as `{}`, and `from promptflow.core import tool` at the top",
            function.name.id
        ),
        None => "write a function, `@tool` above it, and `from promptflow.core import tool` at the top".to_owned(),
    };
    problem(range, "no function is marked `@tool`, so that there is none for the node to call".to_owned(), help)
}

pub(super) fn problem(range: TextRange, message: String, help: String) -> ScriptProblem {
    ScriptProblem {
        kind: ScriptProblemKind::Tool,
        is_warning: false,
        module: None,
        range: range.start().to_usize()..range.end().to_usize(),
        message,
        help: Some(help),
    }
}

pub(super) fn describe(marked: &Marked<'_>, classes: &Classes) -> Tool {
    let Marked { class, function } = marked;
    let name = &function.name.id;
    let mut parameters = Vec::new();
    let mut takes_any = function.parameters.kwarg.is_some();
    let mut of_init = Vec::new();
    let arguments = "__flow_given__(__flow_arguments__, __flow_marks__)";
    let call = match class {
        None => {
            parameters.extend(described(&function.parameters, classes, 0));
            format!("{name}(**{arguments})")
        }
        Some(class) => {
            let init = class.body.iter().find_map(|statement| match statement {
                Stmt::FunctionDef(function) if &function.name.id == "__init__" => Some(function),
                _ => None,
            });
            if let Some(init) = init {
                parameters.extend(described(&init.parameters, classes, 1));
                takes_any |= init.parameters.kwarg.is_some();
            }
            of_init.extend(parameters.iter().map(|parameter: &Parameter| parameter.name.to_string()));
            let quoted: Vec<String> = of_init.iter().map(|name| format!("'{name}'")).collect();
            parameters.extend(described(&function.parameters, classes, 1));
            format!("__flow_call_method__({}, [{}], '{name}', {arguments})", class.name.id, quoted.join(", "))
        }
    };
    let call = if function.is_async { format!("__flow_run_async__({call})") } else { call };
    let call = if is_generator(&function.body) {
        format!("__flow_join__({call})")
    } else {
        format!("__flow_result__({call})")
    };
    let class = class.map(|class| class.name.id.to_string());
    let named = Named { function: name.to_string(), class, init: of_init };
    Tool { parameters, takes_any, yields: is_generator(&function.body), call, named }
}

/// The parameters, without the first few.
pub(super) fn described(parameters: &Parameters, classes: &Classes, skipped: usize) -> Vec<Parameter> {
    let all = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
    let describe = |parameter: &ruff_python_ast::ParameterWithDefault| Parameter {
        name: Arc::from(parameter.parameter.name.id.as_str()),
        kind: classes.kind(parameter.parameter.annotation.as_deref()),
        has_default: parameter.default.is_some(),
        default: None,
    };
    all.skip(skipped).map(describe).collect()
}
