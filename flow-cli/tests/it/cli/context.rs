//! A folder, an environment and the binary.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::{env, fs};

use regex::Regex;
use tempfile::TempDir;

use super::words::words;
use crate::conformance::mock::MockServer;
use crate::http::Serving;
use crate::program::{copy_folder, finish};

/// Part of every secret of these tests, and of nothing that the program may print, write or hand on.
pub(crate) const CANARY: &str = "CaNaRy7731";

/// What it looks like as part of a longer text in base64, wherever in it it begins.
const CANARY_IN_BASE64: [&str; 3] = ["Q2FOYVJ5NzczM", "NhTmFSeTc3Mz", "DYU5hUnk3NzMx"];

/// Where a test types its commands. Each command runs with secrets in its environment, and none of them may show up in
/// what it prints or in a file that it writes.
pub(crate) struct TestContext {
    /// Goes away with the context.
    _temporary: TempDir,
    temporary: PathBuf,
    folder: PathBuf,
    environment: Vec<(String, String)>,
    /// Files that the test wrote itself: they may hold secrets.
    written: Mutex<BTreeSet<PathBuf>>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestContext {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let path = temporary.path().canonicalize().expect("the temporary folder exists");
        let folder = path.join("project");
        for folder in [&folder, &path.join("home")] {
            fs::create_dir_all(folder).expect("the temporary folder is writable");
        }
        Self { _temporary: temporary, temporary: path, folder, environment: Vec::new(), written: Mutex::default() }
    }

    /// A folder with these files: paths and texts.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let context = Self::new();
        for (path, text) in files {
            context.write(path, text);
        }
        context
    }

    /// A copy of `examples/`, whose folder of this name is entered.
    pub(crate) fn of_example(name: &str) -> Self {
        let mut context = Self::new();
        copy_folder(&repository().join("examples"), &context.folder.join("examples"));
        // As in a clone: flows see the connections file of a folder above them, up to the one with `.git`.
        fs::create_dir_all(context.folder.join(".git")).expect("the temporary folder is writable");
        context.folder = context.folder.join("examples").join(name);
        context
    }

    /// A copy of a folder of the repository, which is entered.
    pub(crate) fn of_folder(path: &str) -> Self {
        let mut context = Self::new();
        let name = Path::new(path).file_name().expect("a folder");
        copy_folder(&repository().join(path), &context.folder.join(name));
        fs::create_dir_all(context.folder.join(".git")).expect("the temporary folder is writable");
        context.folder = context.folder.join(name);
        context
    }

    /// What `flow init` makes of a starter, whose folder is entered.
    pub(crate) fn of_starter(name: &str) -> Self {
        let mut context = Self::new();
        let ran = context.ran(&format!("init made --template {name}"));
        assert_eq!(ran.exit, Some(0), "{ran:?}");
        context.folder = context.folder.join("made");
        context
    }

    /// Sets an environment variable for the commands to come.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the variables that lead to a model server, which is asked once only, even if it fails.
    pub(crate) fn with_provider(self, server: &MockServer) -> Self {
        let context = self.set("OPENAI_API_KEY", &format!("sk-{CANARY}")).set("FLOW_RETRIES", "0");
        context.set("OPENAI_BASE_URL", &format!("{}/v1", server.url()))
    }

    /// Leads to another folder of this context, from the one that is entered.
    pub(crate) fn enter(mut self, path: &str) -> Self {
        self.folder = self.folder.join(path);
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the temporary folder is writable");
        fs::write(&path, text).expect("the temporary folder is writable");
        self.written.lock().expect("no test failed meanwhile").insert(path);
    }

    /// A file beside the project's folder that is there to hold secrets, which the program writes.
    pub(crate) fn may_hold_secrets(&self, path: &str) {
        self.written.lock().expect("no test failed meanwhile").insert(self.temporary.join(path));
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Starts the binary with this command line.
    pub(crate) fn start(&self, line: &str) -> Child {
        self.command(line).spawn().expect("the binary starts")
    }

    /// Starts `flow serve` with this command line, on a free port.
    pub(crate) fn serve(&self, line: &str) -> Serving {
        Serving::start(self.command(line)).unwrap_or_else(|why| panic!("{why}"))
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.args(words(line)).current_dir(&self.folder).env_clear();
        command.env("HOME", self.temporary.join("home")).env("NO_COLOR", "1").env("COLUMNS", "100");
        command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
        // Secrets of others, which are none of the program's business.
        command.env("GITHUB_TOKEN", format!("gh-{CANARY}")).env("UNRELATED_TOKEN", format!("t-{CANARY}"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end, this text on its standard input.
    pub(crate) fn ran_with(&self, line: &str, stdin: &str) -> Ran {
        self.ran_in(line, stdin, &[])
    }

    /// Runs the binary to its end, this text on its standard input and these variables set besides.
    pub(crate) fn ran_in(&self, line: &str, stdin: &str, variables: &[(&str, String)]) -> Ran {
        self.ran_on(line, stdin.as_bytes(), variables)
    }

    /// The same with bytes on its standard input.
    pub(crate) fn ran_on(&self, line: &str, stdin: &[u8], variables: &[(&str, String)]) -> Ran {
        let variables = variables.iter().map(|(name, value)| (name, value));
        let mut child = self.command(line).envs(variables).spawn().expect("the binary starts");
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin);
        let (exit, stdout, stderr) = finish(child).unwrap_or_else(|why| panic!("flow {line}: {why}"));
        self.no_secret_is_told(line, &format!("{stdout}\n{stderr}"));
        Ran { exit, stdout, stderr }
    }

    /// Looks for the canary in what a command printed, and in the files that it left.
    fn no_secret_is_told(&self, line: &str, said: &str) {
        let tells = |text: &str| text.contains(CANARY) || CANARY_IN_BASE64.iter().any(|form| text.contains(form));
        assert!(!tells(said), "flow {line} tells a secret: {said}");
        let written = self.written.lock().expect("no test failed meanwhile");
        let mut folders = vec![self.temporary.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else if path.is_file() && !written.contains(&path) {
                    let text = fs::read(&path).unwrap_or_default();
                    assert!(
                        !tells(&String::from_utf8_lossy(&text)),
                        "flow {line} writes a secret to {}",
                        path.display()
                    );
                }
            }
        }
    }

    /// Runs the binary to its end.
    pub(crate) fn ran(&self, line: &str) -> Ran {
        self.ran_with(line, "")
    }

    /// Runs the binary, which has to end well, and gives its standard output.
    pub(crate) fn done(&self, line: &str) -> String {
        let ran = self.ran(line);
        assert_eq!(ran.exit, Some(0), "flow {line}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs the binary, which has to end with this code, and gives the JSON document on its standard output.
    pub(crate) fn json(&self, line: &str, exit: i32) -> serde_json::Value {
        let ran = self.ran(line);
        assert_eq!(ran.exit, Some(exit), "flow {line}: {}{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("flow {line}: {error}: {}", ran.stdout))
    }

    /// The transcript of commands, each a line as it is typed after `flow`.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        lines.iter().map(|line| self.transcript(line, "")).collect::<Vec<_>>().join("\n")
    }

    /// The transcript of one command with a text on its standard input.
    pub(crate) fn transcript(&self, line: &str, stdin: &str) -> String {
        let ran = self.ran_with(line, stdin);
        let mut text = format!("$ flow {line}\n");
        for (stream, said) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if !said.is_empty() {
                let _ = write!(text, "----- {stream}\n{said}");
                if !said.ends_with('\n') {
                    text.push_str("[no line end]\n");
                }
            }
        }
        let exit = ran.exit.map_or("a signal".to_owned(), |code| code.to_string());
        let _ = writeln!(text, "----- exit {exit}");
        self.neutral(&text)
    }

    /// A text without what differs from run to run: folders, ports, times, the version.
    pub(crate) fn neutral(&self, text: &str) -> String {
        let text = text.replace(&*self.temporary.to_string_lossy(), "[TEMP]");
        let filters = [
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r#""(\w+_ms)": [\d.]+"#, r#""$1": [MS]"#),
            (r"\b(completed|failed|running) · [\d.]+ (µs|ms|s)\b", "$1 · [TIME]"),
            (r"\b\d{8}-\d{6}-\d{3}-", "[MOMENT]-"),
            (r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|\+00:00)", "[MOMENT]"),
            (r#""duration": [\d.]+"#, r#""duration": [S]"#),
            (r"\bat byte \d+", "at byte [N]"),
            (r"\bits bytes \d+–\d+", "its bytes [N]–[N]"),
            (r"(?m)^(\s*latency, \w[\w ]*?)\s{2,}.*$", "$1  [TIME]"),
            (r"(?m)^time     .*$", "time     [TIME] · [RATE] rows/s"),
            (r"(?m)^lasts    about .*$", "lasts    about [TIME]"),
            (r"(?m)^(estimate|        ) time: .*$", "$1 time: [TIME]"),
            (r#""(elapsed_ms|waited_ms)":[\d.]+"#, r#""$1":[MS]"#),
            (r"(?m)^flow(-\w+)? \d+\.\d+\.\d+\S*$", "flow$1 [VERSION]"),
        ];
        filters.iter().fold(text, |text, (pattern, with)| {
            Regex::new(pattern).expect("a valid pattern").replace_all(&text, *with).into_owned()
        })
    }
}

/// The folder of the workspace.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above the crate").to_path_buf()
}
