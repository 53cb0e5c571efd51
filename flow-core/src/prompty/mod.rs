//! Prompties (spec section 9): a prompt with its model, inputs and sample in one file. A prompty becomes a flow with
//! one node, so that all that runs flows runs it.
//!
//! The way of a file: `front` finds the front matter and the template, `reference` puts in what `${env:…}` and
//! `${file:…}` name, `lower` reads the parts, `inputs` the inputs and the sample.

mod front;
mod inputs;
mod lower;
mod overlay;
mod reference;

use std::sync::Arc;

use crate::connection::Environment;
use crate::doc::{FlowDoc, Report};
use crate::project::ProjectFiles;
use crate::source::{FileId, SourceMap};
use crate::value::{Map, Value};
use crate::yaml::Node;

pub(crate) use reference::unset_variable;

/// How the file names of prompties end.
pub const EXTENSION: &str = "prompty";

/// What reading a prompty needs beside its text.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The files that it may refer to; paths are relative to the prompty's folder.
    pub files: &'a ProjectFiles,
    /// The variables that it may refer to.
    pub environment: Option<&'a Environment>,
    /// Values that are changed for this once, by their keys: `model.parameters.temperature`.
    pub overrides: &'a [(String, Value)],
    /// What is put on top of its `model`.
    pub model: Option<&'a Node>,
}

/// A prompty as a flow.
#[derive(Debug)]
pub struct Prompty {
    /// The flow: its inputs, the node that asks the model, and the output `output`.
    pub flow: FlowDoc,
    /// The inputs where none are given.
    pub sample: Option<Arc<Map>>,
}

/// Reads a prompty that is in the map. `None` if nothing can be made of it, which was reported.
pub fn read(file: FileId, around: Surroundings<'_>, sources: &mut SourceMap, report: &mut Report) -> Option<Prompty> {
    let parts = front::split(file, sources, report)?;
    let root = front::read(file, &parts, sources, report)?;
    let mut resolver = reference::Resolver::new(around, sources, report);
    let mut root = resolver.resolve(root);
    if let Some(model) = around.model {
        let model = resolver.resolve(model.clone());
        overlay::merge_model(&mut root, model);
    }
    if !around.overrides.is_empty() {
        overlay::apply(&mut root, around.overrides, resolver.report());
        root = resolver.resolve(root);
    }
    if resolver.has_failed() {
        return None;
    }
    let secrets = resolver.into_secrets();
    lower::lower(&root, parts.template_node(file, sources), secrets, around, (sources, report))
}
