use flow_core::connection::Connection;
use flow_core::value::Value;
use monty_types::MontyObject;

use crate::python::connection::{Seen, seen};
use crate::python::machine;

/// A connection as a dict that the program makes an instance of. `class` is what the parameter takes first.
pub(in crate::python) fn connection(connection: &Connection, class: Option<String>) -> MontyObject {
    let Seen { class, fields, own } = seen(connection, class);
    let given = [
        ("__flow_connection__", Value::from(class)),
        ("own", Value::Map(own.into())),
        ("fields", Value::Map(fields.into())),
    ];
    machine::given(&Value::map(given))
}
