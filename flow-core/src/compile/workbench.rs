use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::cassette::Cassette;
use crate::catalogue::Catalogue;
use crate::connection::{Connect, ConnectionSource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::plan::Plan;
use crate::project::ProjectFiles;
use crate::script::{Interpreter, RunnerWish};
use crate::secret::Secrets;
use crate::source::SourceMap;
use crate::template;
use crate::tool::ToolRegistry;

/// What the compiler may use beside the document.
pub struct Workbench<'a> {
    /// The tools that nodes may call.
    pub tools: &'a ToolRegistry,
    /// Compiles the code of Python nodes.
    pub interpreter: Option<&'a Arc<dyn Interpreter>>,
    /// Where that code is to run, where its node does not say.
    pub runner: Option<RunnerWish>,
    /// The variables that code sees as its environment.
    pub environment: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// Which of those must not leave the engine.
    pub secrets: Secrets,
    /// Makers of model providers.
    pub connect: &'a [Arc<dyn Connect>],
    /// The connections.
    pub connections: &'a dyn ConnectionSource,
    /// A model in place of every connection.
    pub model: Option<&'a Arc<dyn Model>>,
    /// Recordings that are made, or that answer in place of every connection.
    pub cassette: Option<&'a Cassette>,
    /// What is known of models.
    pub catalogue: &'a Catalogue,
    /// The files that the flow may refer to.
    pub files: Arc<ProjectFiles>,
    /// Compiles templates.
    pub templates: &'a template::Engine,
    /// Loads the flows of flow nodes.
    pub flows: &'a dyn SubFlows,
}

/// Loads a flow that another one calls.
pub trait SubFlows {
    /// The flow at a path; `None` with errors in `diagnostics`.
    ///
    /// # Errors
    /// There is no flow, or it calls itself; the caller adds the place.
    fn load(
        &self,
        path: &Path,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Arc<Plan>>, Box<Diagnostic>>;
}

impl fmt::Debug for Workbench<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Workbench").field("files", &self.files).finish_non_exhaustive()
    }
}
