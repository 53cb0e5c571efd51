use std::path::{Path, PathBuf};

use crate::diag::{Code, Diagnostic, nearest};
use crate::prompty;

/// The names of flow files, in the order in which they are looked for in a folder.
pub const FLOW_FILES: &[&str] =
    &["flow.yaml", "flow.yml", "flow.dag.yaml", "flow.dag.yml", "flow.flex.yaml", "flow.flex.yml"];

/// The flow file that a path stands for.
pub(super) fn find(path: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    if path.is_dir() { in_folder(path) } else { file(path) }
}

fn in_folder(folder: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    let here = |name: &&str| folder.join(name).is_file();
    let found: Vec<&str> = FLOW_FILES.iter().copied().filter(here).collect();
    let shown = folder.display();
    match found[..] {
        [only] if folder == Path::new(".") => Ok(PathBuf::from(only)),
        [only] => Ok(folder.join(only)),
        [] => prompty_in(folder),
        [first, ..] => {
            let message = format!("the folder {shown} holds several flow files: {}", found.join(", "));
            let help = format!("name the one that is meant: {}", folder.join(first).display());
            Err(Box::new(Diagnostic::error_without_place(Code::SeveralFlowFiles, message).help(help)))
        }
    }
}

/// The one prompty of a folder without a flow file.
fn prompty_in(folder: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    match prompties(folder).as_slice() {
        [only] => Ok(only.clone()),
        [first, _, ..] => {
            let names: Vec<String> = prompties(folder)
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .collect();
            let message = format!("the folder {} holds several prompties: {}", folder.display(), names.join(", "));
            let help = format!("name the one that is meant: {}", first.display());
            Err(Box::new(Diagnostic::error_without_place(Code::SeveralFlowFiles, message).help(help)))
        }
        [] => Err(Box::new(nothing_in(folder))),
    }
}

/// The prompties of a folder, in order.
#[must_use]
pub fn prompties(folder: &Path) -> Vec<PathBuf> {
    let names = entries(folder).into_iter().filter(|name| is_prompty(Path::new(name)));
    let paths = names.map(|name| if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) });
    paths.filter(|path| path.is_file()).collect()
}

/// Whether a file is a prompty, going by its name.
pub(super) fn is_prompty(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == prompty::EXTENSION)
}

fn nothing_in(folder: &Path) -> Diagnostic {
    let names: Vec<String> = entries(folder);
    let message = format!("no flow in the folder {}", folder.display());
    let help = if let Some(near) = names.iter().find(|name| nearest(name, FLOW_FILES.iter().copied()).is_some()) {
        format!("is `{near}` meant to be flow.yaml?")
    } else if let Some(below) =
        names.iter().find(|name| FLOW_FILES.iter().any(|file| folder.join(name).join(file).is_file()))
    {
        format!("there is one in {}", folder.join(below).display())
    } else {
        format!("it holds none of {}; `flow init` makes one", FLOW_FILES.join(", "))
    };
    Diagnostic::error_without_place(Code::FlowNotFound, message).help(help)
}

fn file(path: &Path) -> Result<PathBuf, Box<Diagnostic>> {
    let shown = path.display();
    let extension = path.extension().and_then(|extension| extension.to_str());
    if !path.exists() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let names = entries(folder);
        let diagnostic =
            Diagnostic::error_without_place(Code::FlowNotFound, format!("no such file or folder: {shown}"));
        return Err(Box::new(diagnostic.help(match nearest(&wanted, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {}?", path.with_file_name(near).display()),
            None => "name the folder or the file of a flow; `flow init` makes one".to_owned(),
        })));
    }
    match extension {
        Some("yaml" | "yml" | prompty::EXTENSION) => Ok(path.to_path_buf()),
        _ => {
            let diagnostic = Diagnostic::error_without_place(Code::FlowNotFound, format!("{shown} is no flow file"));
            Err(Box::new(diagnostic.help(
                "a flow is a .yaml or .prompty file, or a folder that holds flow.yaml, flow.dag.yaml or flow.flex.yaml",
            )))
        }
    }
}

/// The names in a folder, in order.
fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
