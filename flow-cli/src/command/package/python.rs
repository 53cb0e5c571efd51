use std::path::Path;

use flow_core::engine::Flow;

use crate::command::Runners;

/// Where the packages of a flow are listed, beside it.
const LIST: &str = "requirements.txt";

/// The lines of a Dockerfile that make the Python which some nodes run in; empty where none does. `place` is where the flow lies below
/// the project's folder.
pub(super) fn lines(flow: &Flow, place: &Path) -> String {
    if !runs_outside(flow) {
        return String::new();
    }
    let is_file = place.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let folder = if is_file { place.parent().unwrap_or(place) } else { place };
    let install = if lists_packages(flow) {
        let list = Path::new("/project").join(folder).join(LIST);
        format!(" \\\n && /opt/python/bin/python -m pip install --no-cache-dir -r {}", list.display())
    } else {
        String::new()
    };
    format!(
        "# The Python that runs the code which the embedded interpreter does not.\n\
         RUN apt-get update \\\n && apt-get install --yes --no-install-recommends python3 python3-venv \\\n \
         && rm -rf /var/lib/apt/lists/* \\\n && python3 -m venv /opt/python{install}\n\
         ENV FLOW_PYTHON=/opt/python/bin/python\n"
    )
}

/// Whether some nodes run in a Python of the user's own.
pub(super) fn runs_outside(flow: &Flow) -> bool {
    let mut runners = Runners::default();
    runners.add(&flow.plan);
    runners.has_external()
}

/// Whether the flow says which packages it needs.
pub(super) fn lists_packages(flow: &Flow) -> bool {
    flow.files.folder().join(LIST).is_file()
}
