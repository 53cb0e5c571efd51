//! Classes: the interpreter has them without bases, and with undecorated methods only. What a class takes from its bases is
//! copied to it when it is made; what decorators change is changed then as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::annotation::last_name;
use super::lower::Lowering;
use super::{enums, errors, special, tool, unsupported};

/// The classes of a program whose use is rewritten, by name.
#[derive(Debug, Default, Clone)]
pub(super) struct Known {
    /// Enumerations.
    pub(super) enums: BTreeSet<String>,
    /// Exceptions.
    pub(super) errors: BTreeSet<String>,
    /// Classes that others extend, and those that extend others.
    related: BTreeSet<String>,
    /// The special methods of each class, its bases' included.
    special: BTreeMap<String, BTreeSet<String>>,
    /// The names of properties.
    pub(super) properties: BTreeSet<String>,
}

/// Bases without which a class does the same.
const PLAIN: &[&str] = &["object", "ABC", "Generic", "Protocol", "ToolProvider", "CustomStrongTypeConnection"];

/// What a class is, by its bases.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Plain,
    Enum,
    Error,
    TypedDict,
    NamedTuple,
    /// It extends classes of the user.
    Derived,
}

/// A class around what is rewritten.
#[derive(Debug, Clone)]
pub(super) struct Around {
    /// Its first base, if that is one of the user's classes.
    base: Option<String>,
    is_error: bool,
}

impl Known {
    /// Adds the classes of a module.
    pub(super) fn add(&mut self, body: &[Stmt]) {
        for statement in body {
            match statement {
                Stmt::ClassDef(class) => self.add_class(class),
                Stmt::If(branch) => self.add(&branch.body),
                Stmt::Try(attempt) => self.add(&attempt.body),
                Stmt::FunctionDef(function) => self.add(&function.body),
                _ => {}
            }
        }
    }

    fn add_class(&mut self, class: &StmtClassDef) {
        let name = class.name.id.to_string();
        match self.kind(class) {
            Kind::Enum => drop(self.enums.insert(name)),
            Kind::Error => drop(self.errors.insert(name)),
            Kind::Derived => {
                self.related.extend(bases(class).filter_map(last_name).map(str::to_owned));
                self.related.insert(name);
            }
            Kind::Plain | Kind::TypedDict | Kind::NamedTuple => {}
        }
        let inherited = bases(class).filter_map(last_name).filter_map(|base| self.special.get(base)).flatten();
        let own = class.body.iter().filter_map(|statement| match statement {
            Stmt::FunctionDef(function) if is_special(&function.name.id) => Some(function.name.id.to_string()),
            _ => None,
        });
        let special: BTreeSet<String> = inherited.cloned().chain(own).collect();
        self.special.insert(class.name.id.to_string(), special);
        for statement in &class.body {
            if let Stmt::FunctionDef(function) = statement
                && function.decorator_list.iter().any(|decorator| is_property(&decorator.expression))
            {
                self.properties.insert(function.name.id.to_string());
            }
        }
    }

    fn kind(&self, class: &StmtClassDef) -> Kind {
        let names: Vec<&str> = bases(class).filter_map(last_name).collect();
        let has = |known: &dyn Fn(&str) -> bool| names.iter().any(|name| known(name));
        if has(&|name| enums::is_base(name) || self.enums.contains(name)) {
            Kind::Enum
        } else if has(&|name| errors::is_builtin(name) || self.errors.contains(name)) {
            Kind::Error
        } else if has(&|name| name == "TypedDict") {
            Kind::TypedDict
        } else if has(&|name| name == "NamedTuple") {
            Kind::NamedTuple
        } else if names.iter().all(|name| PLAIN.contains(name)) && names.len() == bases(class).count() {
            Kind::Plain
        } else {
            Kind::Derived
        }
    }

    /// The special methods of a class of this name.
    pub(super) fn special(&self, class: &str) -> BTreeSet<String> {
        self.special.get(class).cloned().unwrap_or_default()
    }

    /// The special methods of all classes.
    pub(super) fn all_special(&self) -> BTreeSet<&str> {
        self.special.values().flatten().map(String::as_str).collect()
    }

    /// Whether `isinstance` must look at more than the interpreter does.
    pub(super) fn needs_isinstance(&self) -> bool {
        !self.related.is_empty() || !self.errors.is_empty()
    }
}

fn bases(class: &StmtClassDef) -> impl Iterator<Item = &Expr> {
    class.arguments.iter().flat_map(|arguments| &arguments.args)
}

fn is_special(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// The special methods of bases, which the interpreter looks for in the body of the class only.
fn forward_special(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef, own: &[String]) {
    let defined: Vec<&str> = class
        .body
        .iter()
        .filter_map(|statement| match statement {
            Stmt::FunctionDef(function) => Some(function.name.id.as_str()),
            _ => None,
        })
        .collect();
    let mut methods = Vec::new();
    for base in own {
        let simple = base.rsplit('.').next().unwrap_or(base);
        for name in lowering.linker.classes.special.get(simple).into_iter().flatten() {
            let is_new = !methods.iter().any(|(known, _): &(String, String)| known == name);
            if is_new && !defined.contains(&name.as_str()) {
                let text = format!("def {name}(self, *given, **named): return {base}.{name}(self, *given, **named)");
                methods.push((name.clone(), text));
            }
        }
    }
    let texts: Vec<String> = methods.into_iter().map(|(_, text)| text).collect();
    insert_methods(lowering, class, &texts);
}

/// Puts methods, of one line each, in front of a class's body.
pub(super) fn insert_methods(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef, methods: &[String]) {
    let Some(first) = class.body.first().filter(|_| !methods.is_empty()) else { return };
    let header = class.arguments.as_ref().map_or(class.name.end(), |arguments| arguments.end());
    let is_on_one_line = !lowering.text(TextRange::new(header, first.start())).contains('\n');
    let indentation =
        if is_on_one_line { format!("{} ", lowering.indentation(class)) } else { lowering.indentation(first) };
    let lead = if is_on_one_line { format!("\n{indentation}") } else { String::new() };
    let text: String = methods.iter().map(|method| format!("{method}\n{indentation}")).collect();
    let begins = match first {
        Stmt::FunctionDef(function) => function.decorator_list.first().map_or(first.start(), Ranged::start),
        other => other.start(),
    };
    lowering.edits.before(begins, format!("{lead}{text}"));
}

fn is_property(decorator: &Expr) -> bool {
    matches!(last_name(decorator), Some("property" | "cached_property"))
}

/// Rewrites a class.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef) {
    let kind = lowering.linker.classes.kind(class);
    match kind {
        Kind::TypedDict => {
            lowering.edits.replace(class.range, format!("{} = dict", class.name.id));
            return;
        }
        Kind::NamedTuple => {
            lower_named_tuple(lowering, class);
            return;
        }
        _ => {}
    }
    if let Some(arguments) = &class.arguments {
        lowering.edits.replace(arguments.range, "");
    }
    let own: Vec<&Expr> =
        bases(class).filter(|base| !last_name(base).is_some_and(|name| PLAIN.contains(&name))).collect();
    let own: Vec<String> = own.into_iter().map(|base| lowering.text(base.range()).to_owned()).collect();
    let mut behind = String::new();
    match kind {
        Kind::Enum => enums::lower(lowering, class, &mut behind),
        Kind::Error => errors::lower_class(lowering, class, &own, &mut behind),
        Kind::Derived => {
            forward_special(lowering, class, &own);
            lowering.need("__flow_inherit__");
            let _ = write!(behind, "\n__flow_inherit__({}, [{}], [{}])", class.name.id, own.join(", "), members(class));
        }
        _ if lowering.linker.classes.related.contains(class.name.id.as_str()) => {
            lowering.need("__flow_inherit__");
            let _ = write!(behind, "\n__flow_inherit__({}, [], [{}])", class.name.id, members(class));
        }
        _ => {}
    }
    special::register(lowering, class, &mut behind);
    check_body(lowering, class);
    let base = own.first().filter(|_| kind == Kind::Derived).cloned();
    lowering.around.push(Around { base, is_error: kind == Kind::Error });
    for statement in &class.body {
        if let Stmt::FunctionDef(function) = statement {
            lower_decorators(lowering, class, function, &mut behind);
        }
    }
    // Before the body, since what is added first at one place closes last.
    if !behind.is_empty() {
        let indentation = lowering.indentation(class);
        lowering.edits.after(class.end(), behind.replace('\n', &format!("\n{indentation}")));
    }
    lowering.statements(&class.body);
    lowering.around.pop();
    for decorator in &class.decorator_list {
        lowering.expression(&decorator.expression);
    }
}

/// The names of a class's own attributes, as a list's items.
fn members(class: &StmtClassDef) -> String {
    let mut names = BTreeSet::new();
    for statement in &class.body {
        match statement {
            Stmt::FunctionDef(function) => drop(names.insert(function.name.id.as_str())),
            Stmt::Assign(assign) => {
                names.extend(assign.targets.iter().filter_map(last_name));
            }
            Stmt::AnnAssign(assign) if assign.value.is_some() => names.extend(last_name(&assign.target)),
            _ => {}
        }
    }
    let names: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    names.join(", ")
}

/// The interpreter has methods and simple variables in the body of a class.
fn check_body(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef) {
    for statement in &class.body {
        let is_fine = match statement {
            Stmt::FunctionDef(_) | Stmt::Pass(_) | Stmt::AnnAssign(_) => true,
            Stmt::Assign(assign) => matches!(&assign.targets[..], [Expr::Name(_)]),
            Stmt::Expr(expression) => matches!(*expression.value, Expr::StringLiteral(_) | Expr::EllipsisLiteral(_)),
            _ => false,
        };
        if !is_fine {
            let (what, instead) = match statement {
                Stmt::ClassDef(_) => ("classes in classes", "put the inner class beside the outer one"),
                _ => ("code like this in the body of a class", "put it behind the class, as `NAME.attribute = …`"),
            };
            unsupported::report(lowering.linker, lowering.module, statement.range(), what, instead);
        }
    }
}

/// Takes the decorators of a method away, and does behind the class what they would do.
fn lower_decorators(
    lowering: &mut Lowering<'_, '_>,
    class: &StmtClassDef,
    function: &StmtFunctionDef,
    behind: &mut String,
) {
    let (class, method) = (&class.name.id, &function.name.id);
    for decorator in function.decorator_list.iter().rev().filter(|decorator| !tool::is_inert(decorator)) {
        lowering.edits.replace(decorator.range, "");
        let _ = match last_name(&decorator.expression) {
            Some("abstractmethod" | "override" | "final" | "overload") => Ok(()),
            Some("staticmethod") => {
                lowering.need("__flow_bound__");
                write!(behind, "\n{class}.{method} = __flow_static__({class}.{method})")
            }
            Some("classmethod") => {
                lowering.need("__flow_bound__");
                write!(behind, "\n{class}.{method} = __flow_of_class__({class}, '{method}', {class}.{method})")
            }
            Some("property" | "cached_property") => {
                lowering.need("__flow_get__");
                write!(behind, "\n__flow_properties__[({class}, '{method}')] = {class}.{method}")
            }
            Some("setter" | "deleter" | "getter") => {
                let what = "properties that can be set";
                let instead = "write a method that sets the value";
                unsupported::report(lowering.linker, lowering.module, decorator.range, what, instead);
                Ok(())
            }
            _ => {
                let text = lowering.text(decorator.expression.range()).to_owned();
                write!(behind, "\n{class}.{method} = {text}({class}.{method})")
            }
        };
    }
}

/// `class P(NamedTuple)` is a call of `namedtuple`.
fn lower_named_tuple(lowering: &mut Lowering<'_, '_>, class: &StmtClassDef) {
    let (mut names, mut defaults) = (Vec::new(), Vec::new());
    for statement in &class.body {
        match statement {
            Stmt::AnnAssign(assign) => {
                names.extend(last_name(&assign.target).map(|name| format!("'{name}'")));
                defaults.extend(assign.value.as_ref().map(|value| lowering.text(value.range()).to_owned()));
            }
            Stmt::Pass(_) | Stmt::Expr(_) => {}
            other => {
                let what = "methods of named tuples";
                unsupported::report(
                    lowering.linker,
                    lowering.module,
                    other.range(),
                    what,
                    "write a function beside it",
                );
            }
        }
    }
    lowering.need("__flow_named_tuple__");
    let (name, names, defaults) = (&class.name.id, names.join(", "), defaults.join(", "));
    lowering.edits.replace(class.range, format!("{name} = __flow_named_tuple__('{name}', [{names}], [{defaults}])"));
}

/// Rewrites `super().method(…)`; says whether it did.
pub(super) fn lower_super(lowering: &mut Lowering<'_, '_>, call: &ExprCall) -> bool {
    let Expr::Attribute(attribute) = &*call.func else { return false };
    let Expr::Call(inner) = &*attribute.value else { return false };
    if !matches!(&*inner.func, Expr::Name(name) if &name.id == "super") {
        return false;
    }
    let Some(around) = lowering.around.last().cloned() else { return false };
    let own = lowering.receivers.last().cloned().flatten().unwrap_or_else(|| "self".to_owned());
    let open = TextRange::new(call.range().start(), call.arguments.start());
    let has_arguments = !call.arguments.args.is_empty() || !call.arguments.keywords.is_empty();
    let comma = if has_arguments { ", " } else { "" };
    let callee = match (&around.base, attribute.attr.id.as_str()) {
        (Some(base), "__init__") => {
            lowering.need("__flow_inherit__");
            format!("__flow_init__({base}, {own}{comma}")
        }
        (Some(base), method) => format!("{base}.{method}({own}{comma}"),
        (None, "__init__") if around.is_error => format!("__flow_error_init__({own}{comma}"),
        (None, "__init__" | "__init_subclass__" | "__post_init__") => format!("__flow_nothing__({own}{comma}"),
        (None, method) => {
            let what = format!("`super().{method}` where no class of the flow is extended");
            unsupported::report(lowering.linker, lowering.module, call.range(), &what, "leave it out");
            return true;
        }
    };
    let parenthesis = TextRange::at(call.arguments.start(), ruff_text_size::TextSize::new(1));
    lowering.edits.replace(open.cover(parenthesis), callee);
    for argument in &call.arguments.args {
        lowering.expression(argument);
    }
    for keyword in &call.arguments.keywords {
        lowering.expression(&keyword.value);
    }
    true
}
