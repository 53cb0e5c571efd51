//! What results weigh. What a program gives is copied out of the interpreter, where a list that holds another a thousand times is a
//! thousand lists, so our prelude looks first whether there is room.

use monty_types::{ExcType, MontyException, MontyObject};

use super::{Answer, Given, HostState, wrong};
use crate::python::memory;

/// What the interpreter gives in place of values below its deepest level.
const TOO_DEEP: &str = "<deeply nested>";

/// `reserve(bytes)`: raises where so much more memory is not to be had.
pub(super) fn reserve(given: Given<'_>, state: &mut HostState) -> Result<Answer, MontyException> {
    let more = match given.first() {
        Some(MontyObject::Int(bytes)) => usize::try_from(*bytes).unwrap_or_default(),
        Some(MontyObject::BigInt(_)) => usize::MAX,
        _ => return Err(wrong("needs a whole number")),
    };
    if memory::has_room(state.memory, more) {
        return Ok(Answer::Value(MontyObject::None));
    }
    Err(MontyException::new(ExcType::MemoryError, Some(format!("{} by its result", memory::EXCEEDED))))
}

/// `shapes(items)`: of each item what it holds: `("items", None)`, `("pairs", None)`, `("attributes", [names])` or
/// None. It is called so deep in a recursion that little of what the items hold is copied; None where even the items, or
/// the names of their attributes, are too deep.
pub(super) fn shapes(given: Given<'_>, _: &mut HostState) -> Result<Answer, MontyException> {
    let is_cut = |item: &MontyObject| matches!(item, MontyObject::Repr(text) if text == TOO_DEEP);
    let is_too_deep = |item: &MontyObject| match item {
        MontyObject::ClassInstance(instance) => instance.attrs.iter().any(|(name, _)| is_cut(name)),
        other => is_cut(other),
    };
    let Some(MontyObject::List(items)) = given.first() else { return Ok(Answer::Value(MontyObject::None)) };
    if items.iter().any(is_too_deep) {
        return Ok(Answer::Value(MontyObject::None));
    }
    Ok(Answer::Value(MontyObject::List(items.iter().map(shape).collect())))
}

fn shape(item: &MontyObject) -> MontyObject {
    let known = |shape: &str| MontyObject::String(shape.to_owned());
    let (shape, names) = match item {
        MontyObject::List(_)
        | MontyObject::Tuple(_)
        | MontyObject::NamedTuple { .. }
        | MontyObject::Set(_)
        | MontyObject::FrozenSet(_) => (known("items"), MontyObject::None),
        MontyObject::Dict(_) => (known("pairs"), MontyObject::None),
        MontyObject::ClassInstance(instance) => {
            let names = instance.attrs.iter().map(|(name, _)| name.clone()).collect();
            (known("attributes"), MontyObject::List(names))
        }
        _ => return MontyObject::None,
    };
    MontyObject::Tuple(vec![shape, names])
}
