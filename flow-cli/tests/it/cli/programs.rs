//! Nodes that run programs, and servers of tools. The programs are scripts of `sh`.
#![cfg(unix)]

use insta::assert_snapshot;

use super::TestContext;

const FLOW: &str = r#"inputs:
  numbers: { type: list, default: [3, 1, 2] }
outputs:
  sorted: { type: string, reference: "${sort.output}" }
nodes:
  - name: sort
    type: tool
    tool: command.run
    inputs:
      command: ./sort.sh
      args: ["-n"]
      input: "${inputs.numbers}"
"#;

const SORT: &str = "#!/bin/sh\ntr -d '[] ' | tr ',' '\\n' | sort \"$1\" | tr '\\n' ' '\n";

fn sorting() -> TestContext {
    let context = TestContext::with(&[("flow.yaml", FLOW), ("sort.sh", SORT)]);
    let allow = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(context.folder().join("sort.sh"), allow).expect("the script is ours");
    context
}

#[test]
fn programs_run_if_that_is_allowed() {
    let context = sorting();
    assert_snapshot!(context.session(&[
        "check",
        "check --deny-warnings --allow-exec",
        "run",
        "run --json",
        "run --allow-exec",
        "run --allow-exec --set sort.command=./sore.sh",
    ]));
    let context = context.set("FLOW_ALLOW_EXEC", "true");
    assert_eq!(context.done("run -i numbers=[30,4]"), "4 30 \n");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_leaves_no_program_behind() {
    use std::time::{Duration, Instant};

    use crate::program::{LIMIT, finish};

    let context = TestContext::with(&[(
        "flow.yaml",
        "nodes:\n  - name: wait\n    type: tool\n    tool: command.run\n    inputs:\n      command: sh\n      \
         args: [-c, 'sleep 600 & echo $! $$ > pids; wait']\n",
    )]);
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < LIMIT, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let pids = context.folder().join("pids");
    let read = || std::fs::read_to_string(&pids).unwrap_or_default();
    let mut child = context.start("run --allow-exec");
    drop(child.stdin.take());
    until("the program does not start", &|| read().ends_with('\n'));
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill is there").success());
    let (exit, _, stderr) = finish(child).expect("an interrupted run ends");
    assert_eq!(exit, Some(130), "{stderr}");
    let is_running = |process: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    };
    assert_eq!(read().split_whitespace().count(), 2);
    until("a program is left", &|| !read().split_whitespace().any(is_running));
}

const SERVER: &str = r#"while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9][0-9]*\).*/\1/p')
  reply() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
  case "$line" in
    *'"method":"initialize"'*) reply '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"orders","version":"1"}}' ;;
    *'"method":"tools/list"'*) reply '{"tools":[{"name":"order_status","description":"Where an order is.","inputSchema":{"type":"object","properties":{"number":{"type":"integer","description":"The order."}},"required":["number"]}}]}' ;;
    *'"method":"tools/call"'*) reply '{"content":[],"structuredContent":{"status":"shipped"}}' ;;
  esac
done
"#;

#[test]
fn tools_of_a_server_are_listed_and_called() {
    let context = TestContext::with(&[
        (
            "flow.yaml",
            "outputs:\n  status: { type: string, reference: \"${look.output.status}\" }\nnodes:\n  - name: look\n    \
             type: tool\n    tool: mcp.call\n    inputs: { server: orders, tool: order_status, arguments: { number: 4711 } }\n",
        ),
        (".mcp.json", r#"{ "mcpServers": { "orders": { "command": "sh", "args": ["server.sh"] } } }"#),
        ("server.sh", SERVER),
    ]);
    assert_snapshot!(context.session(&[
        "run",
        "run --allow-exec",
        "tools --mcp orders",
        "tools --mcp orders --allow-exec",
        "tools order_status --mcp orders --allow-exec --json",
        "tools order_state --mcp orders --allow-exec",
        "tools --mcp order --allow-exec",
        "tools --mcp http://127.0.0.1:8080/mcp",
    ]));
}
