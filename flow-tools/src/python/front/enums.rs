//! Enumerations: their members are instances that are made behind the class.

use std::fmt::Write;

use ruff_python_ast::{Expr, ExprCall, ExprSubscript, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use super::annotation::last_name;
use super::lower::Lowering;

/// Whether a class of this name makes enumerations of what extends it.
pub(super) fn is_base(name: &str) -> bool {
    matches!(name, "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag")
}

/// Rewrites the class.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef, behind: &mut String) {
    lowering.need("__flow_enum__");
    let bases: Vec<&str> = class.arguments.iter().flat_map(|arguments| &arguments.args).filter_map(last_name).collect();
    let is_plain =
        bases.iter().any(|base| matches!(*base, "str" | "int" | "float" | "IntEnum" | "StrEnum" | "IntFlag"));
    let is_text = bases.contains(&"StrEnum");
    let name = &class.name.id;
    let mut members = Vec::new();
    for statement in &class.body {
        let target = match statement {
            Stmt::Assign(assign) => assign.targets.first(),
            Stmt::AnnAssign(assign) if assign.value.is_some() => Some(&*assign.target),
            _ => None,
        };
        if let Some(Expr::Name(target)) = target
            && !target.id.starts_with('_')
        {
            members.push(format!("('{0}', {name}.{0})", target.id));
        }
    }
    let defines = |method: &str| {
        class
            .body
            .iter()
            .any(|statement| matches!(statement, Stmt::FunctionDef(function) if function.name.id == method))
    };
    if let Some(first) = class.body.first() {
        let flag = if is_plain { "True" } else { "False" };
        let text = if is_text { "str(self.value)" } else { "f'{self._class_name}.{self.name}'" };
        let equal = if is_plain { "__flow_plain__(self) == __flow_plain__(other)" } else { "self is other" };
        let mut methods = vec![
            "def __init__(self, name, value):".to_owned(),
            format!(
                " self.name = name; self.value = value; self._name_ = name; self._value_ = value; self._class_name = '{name}'; \
                 self._flow_is_plain = {flag}"
            ),
            "def __repr__(self):".to_owned(),
            " return f'<{self._class_name}.{self.name}: {self.value!r}>'".to_owned(),
            "def __hash__(self):".to_owned(),
            if is_plain { " return hash(self.value)".to_owned() } else { " return hash(self.name)".to_owned() },
        ];
        if !defines("__str__") {
            methods.extend(["def __str__(self):".to_owned(), format!(" return {text}")]);
        }
        if !defines("__eq__") {
            methods.extend(["def __eq__(self, other):".to_owned(), format!(" return {equal}")]);
        }
        let is_on_one_line = !lowering.text(TextRange::new(class.name.end(), first.start())).contains('\n');
        if !is_on_one_line {
            let indentation = lowering.indentation(first);
            let text: String = methods.iter().map(|line| format!("{line}\n{indentation}")).collect();
            let begins = match first {
                Stmt::FunctionDef(function) => function.decorator_list.first().map_or(first.start(), Ranged::start),
                other => other.start(),
            };
            lowering.edits.before(begins, text);
        }
    }
    let _ = write!(behind, "\n__flow_enum__({name}, [{}])", members.join(", "));
}

/// `Colour("red")` finds a member; says whether it is rewritten.
pub(super) fn lower_call(lowering: &mut Lowering<'_, '_>, call: &ExprCall) -> bool {
    let Expr::Name(name) = &*call.func else { return false };
    let is_enum = lowering.linker.classes.enums.contains(name.id.as_str());
    if is_enum && call.arguments.args.len() == 1 && call.arguments.keywords.is_empty() {
        lowering.need("__flow_enum__");
        lowering.edits.replace(TextRange::new(call.range().start(), call.arguments.start()), "__flow_enum_of__");
        lowering.edits.after(call.arguments.start() + ruff_text_size::TextSize::new(1), format!("{}, ", name.id));
        lowering.expression(&call.arguments.args[0]);
        return true;
    }
    if matches!(name.id.as_str(), "list" | "tuple" | "set" | "len" | "sorted" | "enumerate" | "map" | "filter" | "zip")
    {
        let arguments: Vec<&Expr> = call.arguments.args.iter().collect();
        arguments.into_iter().for_each(|argument| lower_members(lowering, argument));
    }
    false
}

/// What is run over gives the members of an enumeration.
pub(super) fn lower_members(lowering: &mut Lowering<'_, '_>, expression: &Expr) {
    if let Expr::Name(name) = expression
        && lowering.linker.classes.enums.contains(name.id.as_str())
    {
        lowering.wrap(name.range, "__flow_enum_members__");
    }
}

/// `Colour["RED"]` finds a member by its name; says whether it is rewritten.
pub(super) fn lower_subscript(lowering: &mut Lowering<'_, '_>, subscript: &ExprSubscript) -> bool {
    let Expr::Name(name) = &*subscript.value else { return false };
    if !lowering.linker.classes.enums.contains(name.id.as_str()) {
        return false;
    }
    lowering.need("__flow_enum__");
    let key = lowering.text(subscript.slice.range()).to_owned();
    lowering.edits.replace(subscript.range, format!("__flow_enum_named__({}, {key})", name.id));
    true
}
