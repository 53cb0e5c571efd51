//! Syntax that the interpreter lacks, rewritten to what it has.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprAttribute, ExprCall, Operator, Stmt, StmtDelete};
use ruff_text_size::{Ranged, TextRange};

use super::edit::Edits;
use super::imports::Linker;
use super::module::{Module, NODE, Origin};
use super::{
    booleans, calls, classes, enums, errors, generators, guards, methods, names, patterns, special, tool, unpacking,
    unsupported,
};

/// Rewrites a module.
pub(super) fn lower(module: &Module, body: &[Stmt], edits: &mut Edits, linker: &mut Linker<'_>) {
    linker.classes.add(body);
    let (own, flags) = (names::all(body), booleans::flags(body));
    let top = names::bound(body).into_iter().filter(|bound| !bound.is_conditional).map(|bound| bound.name).collect();
    let early = guards::bound_early(body);
    let (functions, around, receivers) = (Vec::new(), Vec::new(), Vec::new());
    let mut lowering = Lowering {
        module,
        edits,
        linker,
        functions,
        around,
        receivers,
        own,
        flags,
        top,
        early,
        callee: None,
        in_class: false,
    };
    lowering.statements(body);
}

/// One rewriting.
pub(super) struct Lowering<'w, 'a> {
    pub(super) module: &'w Module,
    pub(super) edits: &'w mut Edits,
    pub(super) linker: &'w mut Linker<'a>,
    /// The functions around, and whether each is a generator.
    pub(super) functions: Vec<bool>,
    /// The classes around.
    pub(super) around: Vec<classes::Around>,
    /// For each function around the name by which the method around knows its instance.
    pub(super) receivers: Vec<Option<String>>,
    /// All names that the module binds anywhere.
    own: BTreeSet<String>,
    /// The names that the module gives truth values to.
    pub(super) flags: BTreeSet<String>,
    /// The names that the module surely binds at its top.
    top: Vec<String>,
    /// Those of them that it binds before it calls anything.
    pub(super) early: BTreeSet<String>,
    /// What the nearest call around calls.
    callee: Option<TextRange>,
    /// Whether the nearest thing around is a class.
    in_class: bool,
}

impl Lowering<'_, '_> {
    pub(super) fn statements(&mut self, body: &[Stmt]) {
        body.iter().for_each(|statement| self.visit_stmt(statement));
    }

    /// Rewrites an expression.
    pub(super) fn expression(&mut self, expression: &Expr) {
        self.visit_expr(expression);
    }

    /// Whether a name is a function or a class that the module defines at its top.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.top.iter().any(|known| known == name)
    }

    /// Whether an attribute is what the call around it calls.
    fn is_callee(&self, attribute: &ExprAttribute) -> bool {
        self.callee == Some(attribute.range)
    }

    /// Whether the module binds a name anywhere.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    /// The original text of a part.
    pub(super) fn text(&self, range: TextRange) -> &str {
        &self.module.text[range.start().to_usize()..range.end().to_usize()]
    }

    /// What follows a value from this sign on, with which its attribute or item begins: brackets around the value stay with it.
    pub(super) fn stretch_from(&self, value: &Expr, sign: char, end: ruff_text_size::TextSize) -> TextRange {
        let rest = TextRange::new(value.end(), end);
        let at = self.text(rest).find(sign).unwrap_or_default();
        TextRange::new(value.end() + ruff_text_size::TextSize::try_from(at).unwrap_or_default(), end)
    }

    /// The white space in front of a statement that begins a line.
    pub(super) fn indentation(&self, statement: &impl Ranged) -> String {
        let at = statement.range().start().to_usize();
        let line = self.module.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let own: String = self.module.text[line..at].chars().take_while(|letter| letter.is_whitespace()).collect();
        if self.module.name == NODE { own } else { format!(" {own}") }
    }

    /// Names a function of our prelude that the program needs.
    pub(super) fn need(&mut self, name: &'static str) {
        self.linker.needs.insert(name);
    }

    /// Puts a call of a function of our prelude around an expression.
    pub(super) fn wrap(&mut self, range: TextRange, name: &'static str) {
        self.need(name);
        self.edits.before(range.start(), format!("{name}("));
        self.edits.after(range.end(), ")");
    }

    fn delete(&mut self, delete: &StmtDelete) {
        let parts: Vec<String> = delete
            .targets
            .iter()
            .map(|target| match target {
                Expr::Name(name) => format!("{} = None", name.id),
                Expr::Subscript(subscript) => {
                    self.need("__flow_delete__");
                    let value = self.text(subscript.value.range()).to_owned();
                    let key = self.key(&subscript.slice);
                    format!("__flow_delete__({value}, {key})")
                }
                other => {
                    unsupported::report(
                        self.linker,
                        self.module,
                        other.range(),
                        "`del` of an attribute",
                        "set it to None instead",
                    );
                    "pass".to_owned()
                }
            })
            .collect();
        self.edits.replace(delete.range, parts.join("; "));
    }

    /// What stands between brackets as an expression.
    pub(super) fn key(&self, key: &Expr) -> String {
        let Expr::Slice(slice) = key else { return self.text(key.range()).to_owned() };
        let part = |part: &Option<Box<Expr>>| part.as_ref().map_or("None", |part| self.text(part.range())).to_owned();
        format!("slice({}, {}, {})", part(&slice.lower), part(&slice.upper), part(&slice.step))
    }

    /// `globals()` gives what the module binds at its top.
    fn lower_globals(&mut self, call: &ExprCall) -> bool {
        let is_it = matches!(&*call.func, Expr::Name(name) if &name.id == "globals") && call.arguments.is_empty();
        if is_it {
            let entries: Vec<String> = self.top.iter().map(|name| format!("'{name}': {name}")).collect();
            self.edits.replace(call.range(), format!("{{{}}}", entries.join(", ")));
        }
        is_it
    }

    fn own_name(&mut self, name: &str, range: TextRange) {
        match name {
            "__name__" => {
                let own = self.module.name.clone();
                self.edits.replace(range, format!("'{own}'"));
            }
            "__file__" => {
                let path = self.module.path().map(|path| path.display().to_string()).unwrap_or_default();
                self.edits.replace(range, format!("{path:?}"));
            }
            name => {
                let own = match name {
                    "isinstance" if self.linker.classes.needs_isinstance() => {
                        self.need("__flow_inherit__");
                        Some("__flow_isinstance__")
                    }
                    name if self.own.contains(name) => None,
                    name => calls::builtin(name),
                };
                if let Some(own) = own {
                    self.need(own);
                    self.edits.replace(range, own);
                }
            }
        }
    }
}

impl<'a> Visitor<'a> for Lowering<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                for decorator in function.decorator_list.iter().filter(|decorator| tool::is_inert(decorator)) {
                    self.edits.replace(decorator.range, "");
                }
                for decorator in function.decorator_list.iter().filter(|decorator| !tool::is_inert(decorator)) {
                    if !self.in_class {
                        self.visit_expr(&decorator.expression);
                    }
                }
                let receiver = match self.in_class {
                    true => function.parameters.iter().next().map(|parameter| parameter.name().id.to_string()),
                    false => self.receivers.last().cloned().flatten(),
                };
                self.visit_parameters(&function.parameters);
                let yields = generators::begin(self, function);
                self.functions.push(yields);
                self.receivers.push(receiver);
                let was_in_class = std::mem::replace(&mut self.in_class, false);
                self.statements(&function.body);
                self.in_class = was_in_class;
                self.receivers.pop();
                self.functions.pop();
                return;
            }
            Stmt::ClassDef(class) => {
                let was_in_class = std::mem::replace(&mut self.in_class, true);
                classes::lower(self, class);
                self.in_class = was_in_class;
                return;
            }
            Stmt::Delete(delete) => self.delete(delete),
            Stmt::Global(global) if self.module.name != NODE => {
                let names: Vec<&str> = global.names.iter().map(|name| name.id.as_str()).collect();
                self.edits.replace(global.range, format!("nonlocal {}", names.join(", ")));
            }
            Stmt::Assign(assign) if matches!(&assign.targets[..], [Expr::Subscript(target)] if target.slice.is_slice_expr()) => {
                if let [Expr::Subscript(subscript)] = &assign.targets[..] {
                    self.need("__flow_set_slice__");
                    let target = self.text(subscript.value.range()).to_owned();
                    let key = self.key(&subscript.slice);
                    let before = TextRange::new(assign.range.start(), assign.value.start());
                    self.edits.replace(before, format!("__flow_set_slice__({target}, {key}, "));
                    self.edits.after(assign.value.end(), ")");
                    self.visit_expr(&assign.value);
                    return;
                }
            }
            Stmt::Assign(assign) if special::lower_set_item(self, assign) => {
                self.visit_expr(&assign.value);
                return;
            }
            Stmt::Assign(assign) if assign.targets.len() == 1 && unpacking::lower(self, assign) => {
                self.visit_expr(&assign.value);
                return;
            }
            Stmt::AugAssign(assign) => booleans::lower_operands(self, assign.op, &[&assign.value]),
            Stmt::Return(returned) if self.functions.last() == Some(&true) => {
                self.edits.replace(returned.range, generators::RETURN);
                return;
            }
            Stmt::For(each) if each.is_async => generators::lower_async_for(self, each),
            Stmt::For(each) => enums::lower_members(self, &each.iter),
            Stmt::With(with) if with.is_async => generators::lower_async_with(self, with),
            Stmt::Match(matched) => {
                patterns::lower(self, matched);
                return;
            }
            Stmt::Try(attempt) if attempt.is_star => {
                unsupported::report(self.linker, self.module, attempt.range, "`except*`", "write `except`");
            }
            Stmt::Try(attempt) => errors::lower_handlers(self, attempt),
            Stmt::Raise(raised) => errors::lower_raise(self, raised),
            Stmt::TypeAlias(alias) => {
                let name = self.text(alias.name.range()).to_owned();
                self.edits.replace(alias.range, format!("{name} = None"));
                return;
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        enums::lower_members(self, &comprehension.iter);
        walk_comprehension(self, comprehension);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        guards::lower(self, expression);
        match expression {
            Expr::Yield(yielded) => generators::lower_yield(self, yielded),
            Expr::YieldFrom(yielded) => generators::lower_yield_from(self, yielded),
            Expr::Name(name) if name.ctx.is_load() => self.own_name(&name.id, name.range),
            Expr::BinOp(operation) if special::lower_binary(self, operation) => {}
            Expr::Compare(compare) if booleans::lower_sets(self, compare) => {}
            Expr::Compare(compare) => special::lower_compare(self, compare),
            Expr::UnaryOp(operation) => {
                special::lower_unary(self, operation.op, operation.range, &operation.operand);
            }
            Expr::BinOp(operation) => {
                booleans::lower_operands(self, operation.op, &[&operation.left, &operation.right]);
                let helper = match operation.op {
                    Operator::Mod if calls::may_be_text(&operation.left) => Some("__flow_mod__"),
                    Operator::BitOr if calls::may_be_mapping(&operation.left, &operation.right) => Some("__flow_or__"),
                    _ => None,
                };
                if let Some(helper) = helper {
                    self.wrap(operation.range, helper);
                    let between = TextRange::new(operation.left.end(), operation.right.start());
                    calls::replace_operator(self, between);
                }
            }
            Expr::Call(call) => {
                if self.lower_globals(call) || classes::lower_super(self, call) || enums::lower_call(self, call) {
                    return;
                }
                if methods::lower_call(self, call) {
                    call.arguments.args.iter().for_each(|argument| self.visit_expr(argument));
                    call.arguments.keywords.iter().for_each(|keyword| self.visit_expr(&keyword.value));
                    return;
                }
                calls::lower(self, call);
                booleans::lower_sum(self, call);
                special::lower_call(self, call);
                self.callee = Some(call.func.range());
            }
            Expr::Subscript(subscript) if subscript.ctx.is_load() && enums::lower_subscript(self, subscript) => return,
            Expr::Subscript(subscript) if subscript.ctx.is_load() && special::lower_item(self, subscript) => return,
            Expr::Attribute(attribute) if calls::lower_method_of_type(self, attribute) => return,
            Expr::Attribute(attribute)
                if attribute.ctx.is_load()
                    && !self.is_callee(attribute)
                    && methods::lower_handed_on(self, attribute) =>
            {
                return;
            }
            Expr::Attribute(attribute)
                if attribute.ctx.is_load() && self.linker.classes.properties.contains(attribute.attr.id.as_str()) =>
            {
                self.need("__flow_get__");
                self.edits.before(attribute.start(), "__flow_get__(");
                let dot = self.stretch_from(&attribute.value, '.', attribute.end());
                self.edits.replace(dot, format!(", '{}')", attribute.attr.id));
            }
            Expr::Generator(generator) => generators::lower_expression(self, generator),
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

/// Whether a function with this body is a generator.
pub(super) fn is_generator(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, statement);
            }
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            match expression {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                other => walk_expr(self, other),
            }
        }
    }
    let mut yields = Yields(false);
    body.iter().for_each(|statement| yields.visit_stmt(statement));
    yields.0
}

/// Whether problems with a module are the author's.
pub(super) fn is_authors(module: &Module) -> bool {
    module.origin != Origin::Library
}
