use std::ffi::OsString;
use std::path::{Path, PathBuf};

use flow_core::project::{ProjectFiles, shown};

/// The programs of a virtual environment, and of a `PATH`.
const IN_ENVIRONMENT: &str = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
const ON_PATH: [&str; 2] = if cfg!(windows) { ["python.exe", "python3.exe"] } else { ["python3", "python"] };

/// The variable that names a Python.
const VARIABLE: &str = "FLOW_PYTHON";

/// A Python that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its absolute path.
    pub(super) program: PathBuf,
}

impl Found {
    /// One that was named.
    pub(super) fn given(program: PathBuf) -> Self {
        Self { program }
    }

    /// Its path as messages and command lines have it.
    pub(super) fn shown(&self) -> String {
        shown(&self.program).display().to_string()
    }
}

/// Looks for the Python that runs the code of a flow: the variable `FLOW_PYTHON`, `.venv` in the flow's folder or above it up to
/// the project's, the variable `VIRTUAL_ENV`, the `PATH`.
///
/// # Errors
/// There is none, in words.
pub(super) fn python(files: &ProjectFiles, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Found, String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let path = set("PATH").unwrap_or_default();
    if let Some(named) = set(VARIABLE) {
        let named = PathBuf::from(named);
        let found = if named.components().count() > 1 { absolute(&named) } else { on_path(&path, &named) };
        return found
            .map(Found::given)
            .ok_or_else(|| format!("there is no Python `{}`, as {VARIABLE} says", named.display()));
    }
    let above = files.folder().ancestors();
    let project = above.take_while(|folder| folder.starts_with(files.boundary())).map(|folder| folder.join(".venv"));
    let environment = project.chain(set("VIRTUAL_ENV").map(PathBuf::from)).map(|folder| folder.join(IN_ENVIRONMENT));
    let mut found = environment.filter_map(|program| absolute(&program));
    found
        .next()
        .or_else(|| ON_PATH.iter().find_map(|name| on_path(&path, Path::new(name))))
        .map(Found::given)
        .ok_or_else(|| "there is no Python: no virtual environment `.venv`, and no `python3` on the PATH".to_owned())
}

/// A program's path from here; links stay, since a virtual environment is known by the place of its link.
fn absolute(program: &Path) -> Option<PathBuf> {
    program.is_file().then(|| std::path::absolute(program).ok())?
}

fn on_path(path: &OsString, name: &Path) -> Option<PathBuf> {
    std::env::split_paths(path).find_map(|folder| absolute(&folder.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_goes_first() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap();
        let make = |path: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            path
        };
        std::fs::create_dir_all(root.join("project/.git")).unwrap();
        std::fs::create_dir_all(root.join("project/flow")).unwrap();
        let files = ProjectFiles::new(&root.join("project/flow"));
        let variables = |set: &[(&'static str, &str)]| {
            let set: Vec<(&str, PathBuf)> = set.iter().map(|(name, value)| (*name, root.join(value))).collect();
            move |asked: &str| Some(set.iter().find(|(name, _)| *name == asked)?.1.clone().into_os_string())
        };
        let all = [("PATH", "bin"), ("VIRTUAL_ENV", "active"), ("FLOW_PYTHON", "named/python")];
        let find = |set: &[(&'static str, &str)]| python(&files, &variables(set)).map(|found| found.program);

        assert!(find(&all[..1]).unwrap_err().contains("no virtual environment"));
        // Not in the project.
        make(&format!(".venv/{IN_ENVIRONMENT}"));
        let on_path = make(&format!("bin/{}", ON_PATH[0]));
        assert_eq!(find(&all[..1]), Ok(on_path));
        let active = make(&format!("active/{IN_ENVIRONMENT}"));
        assert_eq!(find(&all[..2]), Ok(active));
        let above = make(&format!("project/.venv/{IN_ENVIRONMENT}"));
        assert_eq!(find(&all[..2]), Ok(above));
        let beside = make(&format!("project/flow/.venv/{IN_ENVIRONMENT}"));
        assert_eq!(find(&all[..2]), Ok(beside));
        assert!(find(&all).unwrap_err().contains("as FLOW_PYTHON says"));
        let named = make("named/python");
        assert_eq!(find(&all), Ok(named));
    }
}
