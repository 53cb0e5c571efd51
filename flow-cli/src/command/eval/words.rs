use std::path::Path;

use flow_core::diag::Diagnostics;
use flow_core::run::Manifest;
use flow_core::source::SourceMap;
use flow_eval::evaluation::{Evaluation, Named};
use flow_eval::score::Registry;

use super::understood;
use crate::command::Problem;

/// The evaluation of a run by scores in words; the run is known by its manifest and its outputs.
pub(in crate::command) fn in_words(
    words: &[String],
    by: &[String],
    (manifest, outputs): (&Manifest, &[String]),
    registry: &Registry,
    json: bool,
) -> Result<(Evaluation, SourceMap), Problem> {
    let Some(data) = &manifest.data else {
        let message = format!("run {} had no data set of its own, so it is not known what its rows are", manifest.id);
        return Err(Problem::usage("no-data", message).help("score it by an evaluation file, which names the data"));
    };
    let folder = Path::new(&manifest.directory);
    let (flow, data) = (folder.join(&manifest.flow.path), folder.join(&data.path));
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let named = Named { flow: &flow, data: &data, outputs, by };
    let evaluation = Evaluation::of_words(words, named, registry, &mut sources, &mut diagnostics);
    understood(evaluation, Path::new("--with"), (sources, &diagnostics), json)
}
