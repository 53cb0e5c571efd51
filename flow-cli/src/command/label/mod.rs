//! `flow label`: answers of a run, labelled by people.

mod answers;
mod keys;
mod page;

use std::path::PathBuf;

use flow_core::project::shown;
use flow_eval::label::{Label, Sheet};
use serde_json::json;

use super::Problem;
use super::batch::{broken_data, cannot_write_table};
use crate::args::LabelArgs;
use crate::exit::Exit;
use crate::ui;

use answers::Answers;
use keys::Keys;
use page::Page;

/// The sheet in a run's folder.
pub(crate) const FILE: &str = "labels.csv";

/// `flow label`.
pub(crate) fn label(args: &LabelArgs) -> Result<Exit, Problem> {
    let answers = Answers::find(&args.run)?;
    let path = args.output.clone().unwrap_or_else(|| answers.folder().join(FILE));
    let mut sheet = if path.is_file() {
        let sheet = Sheet::read(&path).map_err(|error| broken_data(&error))?;
        check_kind(&sheet, args.scale, &path)?;
        sheet
    } else {
        answers.sheet(args.blank)?
    };
    let before = sheet.len();
    answers.draw(&mut sheet, (args.sample, args.seed), args.blank)?;
    if sheet.is_empty() {
        return Err(Problem::usage(
            "no-answers",
            format!("run {} has no answer that could be labelled", answers.run()),
        ));
    }
    if sheet.len() > before {
        sheet.write(&path).map_err(|error| cannot_write_table(&error))?;
    }
    if args.blank {
        tell_blank(args, &sheet, &path);
        return Ok(Exit::Done);
    }
    let page = Page { answers: &answers, scale: args.scale, path: &path };
    let exit = page.label(&mut sheet, &mut Keys::of_terminal())?;
    let (labelled, all) = (sheet.labelled(), sheet.len());
    ui::out(&format!("{labelled} of {all} answers are labelled in {}", shown(&path).display()));
    let next = match labelled {
        0 => return Ok(exit),
        _ if args.output.is_none() => format!("flow eval SPEC --run {}", answers.run()),
        _ => format!("flow eval SPEC --run {} --labels {}", answers.run(), shown(&path).display()),
    };
    ui::say_note(&format!("judges are held against them by: {next}"));
    Ok(exit)
}

fn tell_blank(args: &LabelArgs, sheet: &Sheet, path: &PathBuf) {
    let (labelled, all) = (sheet.labelled(), sheet.len());
    if args.json {
        return ui::out_json(&json!({ "file": path, "answers": all, "labelled": labelled }));
    }
    ui::out(&format!("{all} answers are in {}, {labelled} of them labelled", shown(path).display()));
    let labels = match args.scale {
        None => "pass or fail".to_owned(),
        Some((least, most)) => format!("a number from {least} to {most}"),
    };
    ui::say_note(&format!(
        "fill in the column `label` ({labels}), and leave `row`, `variant`, `repeat` and `answer` as they are"
    ));
}

/// Refuses to mix verdicts and numbers in a sheet.
fn check_kind(sheet: &Sheet, scale: Option<(u8, u8)>, path: &std::path::Path) -> Result<(), Problem> {
    let labels = (0..sheet.len()).filter_map(|place| Label::read(sheet.label(place)));
    let other = labels.into_iter().any(|label| matches!(label, Label::Number(_)) != scale.is_some());
    if !other {
        return Ok(());
    }
    let (has, help) = match scale {
        None => ("numbers", "go on with its scale, such as --scale 1-5, or name another file with -o"),
        Some(_) => ("verdicts", "go on without --scale, or name another file with -o"),
    };
    Err(Problem::usage("other-labels", format!("{}: its labels are {has}", shown(path).display())).help(help))
}
