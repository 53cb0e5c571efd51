//! The code that a flex flow names: a function, or a class whose instances are called; and what it says of inputs and outputs.

use std::sync::Arc;

use flow_core::script::{Parameter, ParameterKind, ScriptProblem, ScriptSource, Signature};
use flow_core::ty::Ty;
use flow_core::value::Value;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Number, Stmt, StmtClassDef, StmtFunctionDef, UnaryOp};
use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged, TextRange};

use super::annotation::{Classes, last_name};
use super::lower::is_generator;
use super::tool::{Marked, Tool, describe as describe_tool, described, problem};

/// The method that makes an instance callable, and the one that sums up all rows.
const CALL: &str = "__call__";
const AGGREGATE: &str = "__aggregate__";

/// Finds what an entry names: `function`, `Class`, or `Class.__aggregate__`.
pub(super) fn find(body: &[Stmt], entry: &str) -> Result<Tool, Box<ScriptProblem>> {
    let classes = Classes::of(body);
    let (name, method) = entry.split_once('.').unwrap_or((entry, CALL));
    match definition(body, name) {
        Some(Definition::Function(function)) => Ok(describe_tool(&Marked { class: None, function }, &classes)),
        Some(Definition::Class(class)) => {
            let Some(function) = method_of(class, method) else {
                let message = format!("the class `{name}` has no `{method}`, so that its instances cannot be called");
                let help = format!("write `def {CALL}(self, …)` in it; its parameters are the inputs of the flow");
                return Err(Box::new(problem(class.name.range(), message, help)));
            };
            let mut tool = describe_tool(&Marked { class: Some(class), function }, &classes);
            if method == AGGREGATE {
                tool.call = format!("__flow_metrics__({})", tool.call);
            }
            Ok(tool)
        }
        None => {
            let message = format!("there is no function or class `{name}` in this file, which `entry` names");
            let others = body.iter().filter_map(|statement| match statement {
                Stmt::FunctionDef(function) => Some(&function.name),
                Stmt::ClassDef(class) => Some(&class.name),
                _ => None,
            });
            let names: Vec<String> = others.map(|name| format!("`{}`", name.id)).collect();
            let help = match &names[..] {
                [] => "define it at the top of the file".to_owned(),
                names => format!("there are {}", names.join(", ")),
            };
            Err(Box::new(problem(TextRange::default(), message, help)))
        }
    }
}

/// What the code says of an entry; `None` where it cannot be read, or is not there.
pub(in crate::python) fn describe(source: &ScriptSource) -> Option<Signature> {
    let parsed = parse_module(&source.text).ok()?;
    let body = &parsed.syntax().body;
    let classes = Classes::of(body);
    match definition(body, source.entry.as_deref()?)? {
        Definition::Function(function) => Some(Signature {
            parameters: inputs(function, &classes, 0),
            takes_any: function.parameters.kwarg.is_some(),
            outputs: outputs(function, body, &classes),
            ..Signature::default()
        }),
        Definition::Class(class) => {
            let call = method_of(class, CALL)?;
            let init = method_of(class, "__init__");
            let aggregated = method_of(class, AGGREGATE).map(|method| described(&method.parameters, &classes, 1));
            Some(Signature {
                init: init.map(|init| inputs(init, &classes, 1)).unwrap_or_default(),
                parameters: inputs(call, &classes, 1),
                takes_any: call.parameters.kwarg.is_some(),
                outputs: outputs(call, body, &classes),
                aggregated: aggregated.and_then(|parameters| Some(Arc::clone(&parameters.first()?.name))),
            })
        }
    }
}

enum Definition<'a> {
    Function(&'a StmtFunctionDef),
    Class(&'a StmtClassDef),
}

/// The last definition of a name at the top of a file.
fn definition<'a>(body: &'a [Stmt], name: &str) -> Option<Definition<'a>> {
    body.iter().rev().find_map(|statement| match statement {
        Stmt::FunctionDef(function) if &*function.name.id == name => Some(Definition::Function(function)),
        Stmt::ClassDef(class) if &*class.name.id == name => Some(Definition::Class(class)),
        _ => None,
    })
}

fn method_of<'a>(class: &'a StmtClassDef, name: &str) -> Option<&'a StmtFunctionDef> {
    class.body.iter().find_map(|statement| match statement {
        Stmt::FunctionDef(function) if &*function.name.id == name => Some(function),
        _ => None,
    })
}

/// The parameters as inputs: those without an annotation take anything.
fn inputs(function: &StmtFunctionDef, classes: &Classes, skipped: usize) -> Vec<Parameter> {
    let written = function.parameters.iter_non_variadic_params().skip(skipped);
    let parameters = described(&function.parameters, classes, skipped).into_iter().zip(written);
    parameters
        .map(|(parameter, written)| {
            let kind = match written.parameter.annotation {
                None => ParameterKind::Data(Ty::Any),
                Some(_) => parameter.kind,
            };
            let default = written.default.as_deref().and_then(literal);
            Parameter { kind, default, ..parameter }
        })
        .collect()
}

/// The value of a literal.
fn literal(expression: &Expr) -> Option<Value> {
    Some(match expression {
        Expr::NoneLiteral(_) => Value::Null,
        Expr::BooleanLiteral(flag) => Value::Bool(flag.value),
        Expr::StringLiteral(text) => Value::from(text.value.to_str()),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(number) => Value::Int(number.as_i64()?),
            Number::Float(number) => Value::Float(*number),
            Number::Complex { .. } => return None,
        },
        Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => match literal(&minus.operand)? {
            Value::Int(number) => Value::Int(number.checked_neg()?),
            Value::Float(number) => Value::Float(-number),
            _ => return None,
        },
        Expr::List(list) => Value::list(list.elts.iter().map(literal).collect::<Option<Vec<_>>>()?),
        Expr::Dict(dict) => {
            let pairs = dict.items.iter().map(|item| match literal(item.key.as_ref()?)? {
                Value::Text(key) => Some((key.as_str().to_owned(), literal(&item.value)?)),
                _ => None,
            });
            Value::map(pairs.collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

/// The outputs, going by the annotation of what comes back, or by the dicts that are written behind each `return`.
fn outputs(function: &StmtFunctionDef, body: &[Stmt], classes: &Classes) -> Option<Vec<(Arc<str>, Ty)>> {
    let whole = |ty: Ty| Some(vec![(Arc::from("output"), ty)]);
    if is_generator(&function.body) {
        return whole(Ty::String);
    }
    let Some(annotation) = function.returns.as_deref() else { return written(function) };
    if let Some(Definition::Class(class)) = last_name(annotation).and_then(|name| definition(body, name)) {
        let fields: Vec<(Arc<str>, Ty)> = class
            .body
            .iter()
            .filter_map(|statement| {
                let Stmt::AnnAssign(field) = statement else { return None };
                let Expr::Name(name) = &*field.target else { return None };
                let ty = match classes.kind(Some(&field.annotation)) {
                    ParameterKind::Data(ty) => ty,
                    ParameterKind::Connection(_) => Ty::Any,
                };
                Some((Arc::from(name.id.as_str()), ty))
            })
            .collect();
        return if fields.is_empty() { written(function) } else { Some(fields) };
    }
    match classes.kind(Some(annotation)) {
        ParameterKind::Data(Ty::Object) | ParameterKind::Connection(_) => written(function),
        ParameterKind::Data(ty) => whole(ty),
    }
}

/// The keys of the dicts that are written behind each `return`, where they all are such.
fn written(function: &StmtFunctionDef) -> Option<Vec<(Arc<str>, Ty)>> {
    let mut returns = Returns { keys: Vec::new(), is_known: true };
    function.body.iter().for_each(|statement| returns.visit_stmt(statement));
    let Returns { keys, is_known } = returns;
    (is_known && !keys.is_empty()).then(|| keys.into_iter().map(|key| (key, Ty::Any)).collect())
}

struct Returns {
    keys: Vec<Arc<str>>,
    is_known: bool,
}

impl<'a> Visitor<'a> for Returns {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(given) => {
                let Some(Expr::Dict(dict)) = given.value.as_deref() else {
                    self.is_known = false;
                    return;
                };
                for item in &dict.items {
                    match &item.key {
                        Some(Expr::StringLiteral(key)) => {
                            if !self.keys.iter().any(|known| **known == *key.value.to_str()) {
                                self.keys.push(Arc::from(key.value.to_str()));
                            }
                        }
                        _ => self.is_known = false,
                    }
                }
            }
            other => walk_stmt(self, other),
        }
    }
}
