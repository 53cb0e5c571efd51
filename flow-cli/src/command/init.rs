use std::fs;
use std::path::{Path, PathBuf};

use flow_core::diag::did_you_mean;
use include_dir::{Dir, DirEntry, include_dir};

use super::Problem;
use crate::args::InitArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};

/// The starters, as they were when the program was built.
static STARTERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../flows/starters");

/// `flow init`: a folder with a flow that runs.
pub(crate) fn init(args: &InitArgs) -> Result<Exit, Problem> {
    if args.list {
        list(args.json);
        return Ok(Exit::Done);
    }
    let (starter, files) = write(args)?;
    tell(args, starter, &files);
    Ok(Exit::Done)
}

/// A starter, and its files.
type Made = (&'static Dir<'static>, Vec<&'static include_dir::File<'static>>);

/// Writes the files, and tells nothing.
pub(crate) fn write(args: &InitArgs) -> Result<Made, Problem> {
    let starter = STARTERS.get_dir(&args.template).ok_or_else(|| {
        let help = did_you_mean(&args.template, names());
        Problem::usage("unknown-template", format!("there is no template `{}`", args.template))
            .help(help.unwrap_or_else(|| "`flow init --list` lists all templates".to_owned()))
    })?;
    let files = files(starter);
    if !args.overwrite {
        refuse_to_overwrite(args, starter, &files)?;
    }
    for file in &files {
        let target = target(&args.dir, starter, file.path());
        let failed = |error: std::io::Error| Problem::cannot_write(&target, &error);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(&target, file.contents()).map_err(failed)?;
    }
    Ok((starter, files))
}

fn refuse_to_overwrite(args: &InitArgs, starter: &Dir<'_>, files: &[&include_dir::File<'_>]) -> Result<(), Problem> {
    let there = files.iter().map(|file| target(&args.dir, starter, file.path())).find(|target| target.exists());
    match there {
        None => Ok(()),
        Some(target) => {
            Err(Problem::usage("file-exists", format!("{} is there already; nothing was written", target.display()))
                .help("give a folder that does not exist yet: flow init my-flow; or write over its files: --overwrite"))
        }
    }
}

fn tell(args: &InitArgs, starter: &Dir<'_>, files: &[&include_dir::File<'_>]) {
    let dir = args.dir.display();
    let is_here = args.dir == Path::new(".");
    if args.json {
        let files: Vec<String> =
            files.iter().map(|file| target(&args.dir, starter, file.path()).display().to_string()).collect();
        return ui::out_json(&serde_json::json!({ "template": args.template, "dir": dir.to_string(), "files": files }));
    }
    let made = if is_here { "a flow here".to_owned() } else { format!("{BOLD}{dir}{BOLD:#}") };
    ui::out(&format!("Made {made} from the template {}:", args.template));
    for file in files {
        ui::out(&format!("  {}", target(&args.dir, starter, file.path()).display()));
    }
    let enter = if is_here { String::new() } else { format!("cd {dir} && ") };
    let chat = if args.template == "chat" { " --chat" } else { "" };
    ui::out(&format!(
        "\nTry it without a key:  {BOLD}{enter}flow run{chat} --mock{BOLD:#}\n\
         With a model:          {BOLD}export OPENAI_API_KEY=…{BOLD:#} and leave --mock out\n\
         {DIM}README.md tells the rest.{DIM:#}"
    ));
}

fn list(json: bool) {
    let starters = STARTERS.dirs().map(|starter| (name(starter), about(starter)));
    if json {
        let starters: Vec<_> =
            starters.map(|(name, about)| serde_json::json!({ "name": name, "about": about })).collect();
        return ui::out_json(&starters.into());
    }
    for (name, about) in starters {
        ui::out(&format!("{BOLD}{name:24}{BOLD:#}{about}"));
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    STARTERS.dirs().map(name)
}

fn name(starter: &'static Dir<'static>) -> &'static str {
    starter.path().to_str().unwrap_or_default()
}

/// The first line of prose of a starter's README.
fn about(starter: &'static Dir<'static>) -> &'static str {
    let readme = starter.get_file(starter.path().join("README.md")).and_then(|file| file.contents_utf8());
    let prose = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    readme.unwrap_or_default().lines().find(prose).unwrap_or_default()
}

fn files<'a>(dir: &'a Dir<'a>) -> Vec<&'a include_dir::File<'a>> {
    let mut found = Vec::new();
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(inner) => found.extend(files(inner)),
            DirEntry::File(file) => found.push(file),
        }
    }
    found
}

fn target(dir: &Path, starter: &Dir<'_>, file: &Path) -> PathBuf {
    let file = file.strip_prefix(starter.path()).unwrap_or(file);
    if dir == Path::new(".") { file.to_path_buf() } else { dir.join(file) }
}
