//! Our own functions that rewritten code calls.

use std::collections::BTreeSet;

/// What every program begins with.
const ALWAYS: &str = concat!(include_str!("../library/_prelude.py"), include_str!("../library/_weigh.py"));

/// The functions that some programs need, by name; one that uses others names them.
const PARTS: &[(&str, &[&str], &str)] = &[
    ("__flow_mod__", &[], include_str!("../library/_percent.py")),
    ("__flow_or__", &[], include_str!("../library/_or.py")),
    ("__flow_delete__", &[], include_str!("../library/_delete.py")),
    ("__flow_set_slice__", &[], include_str!("../library/_set_slice.py")),
    ("__flow_print__", &[], include_str!("../library/_print.py")),
    ("__flow_bytes__", &[], include_str!("../library/_bytes.py")),
    ("__flow_callable__", &[], include_str!("../library/_callable.py")),
    ("__flow_issubclass__", &[], include_str!("../library/_issubclass.py")),
    ("__flow_inherit__", &[], include_str!("../library/_inherit.py")),
    ("__flow_bound__", &[], include_str!("../library/_bound.py")),
    ("__flow_get__", &[], include_str!("../library/_get.py")),
    ("__flow_named_tuple__", &[], include_str!("../library/_named_tuple.py")),
    ("__flow_enum__", &[], include_str!("../library/_enum.py")),
    ("__flow_error__", &["__flow_inherit__"], include_str!("../library/_error.py")),
    ("__flow_dict__", &[], include_str!("../library/_dict.py")),
    ("__flow_format__", &[], include_str!("../library/_format.py")),
    ("__flow_exception__", &[], include_str!("../library/_exception.py")),
    ("__flow_is_subset__", &[], include_str!("../library/_sets.py")),
    ("__flow_lacking__", &[], include_str!("../library/_lacking.py")),
    ("__flow_method__", &[], include_str!("../library/_method.py")),
    ("__flow_round__", &[], include_str!("../library/_round.py")),
    ("__flow_number__", &[], include_str!("../library/_number.py")),
    ("__flow_sum__", &[], include_str!("../library/_sum.py")),
    ("__flow_special__", &[], include_str!("../library/_special.py")),
    ("__flow_vars__", &[], include_str!("../library/_vars.py")),
    ("__flow_await_iterator__", &[], include_str!("../library/_await_iterator.py")),
];

/// The prelude of a program that needs these functions.
pub(super) fn text(needs: &BTreeSet<&'static str>) -> String {
    let mut text = ALWAYS.to_owned();
    let mut added = BTreeSet::new();
    for need in needs {
        add(need, &mut added, &mut text);
    }
    text
}

fn add(name: &str, added: &mut BTreeSet<&'static str>, text: &mut String) {
    let Some((name, others, part)) = PARTS.iter().find(|(known, ..)| *known == name) else { return };
    if !added.insert(name) {
        return;
    }
    others.iter().for_each(|other| add(other, added, text));
    text.push_str(part);
}
