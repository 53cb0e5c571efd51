use std::process::{Command, Stdio};

use crate::cli::context::repository;
use crate::program::finish;

/// promptflow's quick start, command by command.
#[cfg(target_os = "linux")]
#[test]
fn promptflows_quick_start_runs() {
    let mut command = Command::new(repository().join("scripts/promptflow-quick-start"));
    command.arg(env!("CARGO_BIN_EXE_flow")).env_remove("PROMPTFLOW");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (exit, stdout, stderr) = finish(command.spawn().expect("the script starts")).expect("it ends");
    assert_eq!(exit, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("commands as in promptflow's quick start"), "{stdout}");
}
