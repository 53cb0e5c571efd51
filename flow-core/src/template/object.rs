//! Objects of code as templates see them: their attributes, and how they print.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value as View};

use super::session::Session;
use super::view::view;
use crate::value;

/// An object of code in a template.
#[derive(Debug)]
pub(super) struct ObjectView {
    pub(super) object: Arc<value::Object>,
    pub(super) session: Arc<Session>,
}

impl Object for ObjectView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &View) -> Option<View> {
        self.object.attributes.get(key.as_str()?).map(|attribute| view(attribute, &self.session))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.object.text)
    }
}
