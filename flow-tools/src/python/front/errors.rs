//! Exceptions of the user's own classes. The interpreter raises its own only, with a text: an instance travels as one of the
//! interpreter's exceptions whose text tells which instance it stands for, and handlers take it back.

use std::fmt::Write;

use ruff_python_ast::{ExceptHandler, Stmt, StmtClassDef, StmtRaise, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use super::classes::insert_methods;
use super::lower::Lowering;

/// The interpreter's exceptions that can be extended.
const BUILTIN: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "Exception",
    "FileExistsError",
    "FileNotFoundError",
    "ImportError",
    "IndexError",
    "IsADirectoryError",
    "KeyError",
    "LookupError",
    "ModuleNotFoundError",
    "NameError",
    "NotADirectoryError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TimeoutError",
    "TypeError",
    "ValueError",
    "ZeroDivisionError",
    "UserErrorException",
    "SystemErrorException",
    "PromptflowException",
];

pub(super) fn is_builtin(name: &str) -> bool {
    BUILTIN.contains(&name)
}

/// Rewrites a class of exceptions.
pub(super) fn lower_class(
    lowering: &mut Lowering<'_, '_>,
    class: &StmtClassDef,
    bases: &[String],
    behind: &mut String,
) {
    lowering.need("__flow_error__");
    let defines = |method: &str| {
        class
            .body
            .iter()
            .any(|statement| matches!(statement, Stmt::FunctionDef(function) if function.name.id == method))
    };
    let mut methods = Vec::new();
    for (name, text) in [
        ("__init__", "def __init__(self, *args): __flow_new_error__(self, args)"),
        ("__str__", "def __str__(self): return __flow_error_text__(self)"),
        ("__repr__", "def __repr__(self): return __flow_error_repr__(self)"),
    ] {
        if !defines(name) {
            methods.push(text.to_owned());
        }
    }
    insert_methods(lowering, class, &methods);
    let name = &class.name.id;
    let _ = write!(behind, "\n__flow_error__({name}, '{name}', [{}])", bases.join(", "));
}

pub(super) fn lower_raise(lowering: &mut Lowering<'_, '_>, raised: &StmtRaise) {
    if lowering.linker.classes.errors.is_empty() {
        return;
    }
    if let Some(exception) = &raised.exc {
        lowering.wrap(exception.range(), "__flow_raise__");
        lowering.need("__flow_error__");
    }
    if let (Some(exception), Some(cause)) = (&raised.exc, &raised.cause) {
        // The cause is not looked at.
        lowering.edits.replace(TextRange::new(exception.end(), cause.end()), "");
    }
}

/// Makes one handler of all handlers of a `try`, in which conditions decide.
pub(super) fn lower_handlers(lowering: &mut Lowering<'_, '_>, attempt: &StmtTry) {
    if lowering.linker.classes.errors.is_empty() || attempt.handlers.is_empty() {
        return;
    }
    lowering.need("__flow_error__");
    lowering.need("__flow_inherit__");
    let indentation = lowering.indentation(attempt);
    for (position, handler) in attempt.handlers.iter().enumerate() {
        let ExceptHandler::ExceptHandler(handler) = handler;
        let Some(first) = handler.body.first() else { continue };
        let condition = match &handler.type_ {
            Some(kind) => format!("__flow_isinstance__(__flow_caught, {})", lowering.text(kind.range())),
            None => "True".to_owned(),
        };
        let last_of_header = handler
            .name
            .as_ref()
            .map(Ranged::end)
            .or(handler.type_.as_ref().map(|kind| kind.end()))
            .unwrap_or(handler.start() + ruff_text_size::TextSize::new(6));
        let header = TextRange::new(handler.start(), last_of_header);
        let text = if position == 0 {
            format!(
                "except BaseException as __flow_caught:\n{indentation} __flow_caught = __flow_unwrap__(__flow_caught)\n{indentation} if {condition}"
            )
        } else {
            format!(" elif {condition}")
        };
        lowering.edits.replace(header, text);
        if let Some(name) = &handler.name {
            let is_on_one_line = !lowering.text(TextRange::new(last_of_header, first.start())).contains('\n');
            let separator = if is_on_one_line { "; ".to_owned() } else { format!("\n{}", lowering.indentation(first)) };
            lowering.edits.before(first.start(), format!("{} = __flow_caught{separator}", name.id));
        }
        if position + 1 == attempt.handlers.len() {
            lowering.edits.after(handler.end(), format!("\n{indentation} else: raise"));
        }
    }
}
