use std::fmt::Write;

use flow_core::diag::{Code, did_you_mean};

use super::Problem;
use crate::args::ExplainArgs;
use crate::exit::Exit;
use crate::ui;

/// `flow explain`: what the code of a message means, with an example; without a code, the list of all.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Exit, Problem> {
    let Some(name) = &args.code else {
        return Ok(list(args.json));
    };
    let name = name.trim_start_matches("error[").trim_start_matches("warning[").trim_end_matches(']');
    let code = Code::from_name(name).ok_or_else(|| {
        let help = did_you_mean(name, Code::ALL.iter().map(|code| code.name()));
        Problem::usage("unknown-code", format!("there is no code `{name}`"))
            .help(help.unwrap_or_else(|| "`flow explain` lists all codes".to_owned()))
            .in_json(args.json)
    })?;
    if args.json {
        ui::out_json(&serde_json::json!({
            "code": code.name(), "title": code.title(), "explanation": code.explanation(),
        }));
    } else {
        ui::out(code.explanation().trim_end());
    }
    Ok(Exit::Done)
}

fn list(json: bool) -> Exit {
    if json {
        let codes: Vec<_> =
            Code::ALL.iter().map(|code| serde_json::json!({ "code": code.name(), "title": code.title() })).collect();
        ui::out_json(&codes.into());
        return Exit::Done;
    }
    let longest = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        let _ = writeln!(text, "{:longest$}  {}", code.name(), code.title());
    }
    ui::out(text.trim_end());
    Exit::Done
}
