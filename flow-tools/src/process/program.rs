use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use flow_core::secret::Secrets;
use secrecy::SecretString;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::Fault;

/// The variables that programs need to find things; keys are not among them.
const USUAL: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "TERM",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
];

/// A program and how it is started.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Program {
    /// Its name, which is looked up in `PATH`, or its path from the folder on.
    pub(crate) command: String,
    /// Its arguments.
    pub(crate) args: Vec<String>,
    /// Variables that it gets beside the usual ones.
    pub(crate) env: BTreeMap<String, String>,
    /// Names of variables of ours that it gets as well.
    pub(crate) pass_env: Vec<String>,
    /// The folder that it runs in.
    pub(crate) folder: PathBuf,
}

impl Program {
    /// Starts it in a process group of its own, with pipes for all three streams.
    pub(crate) fn start(&self) -> Result<Running, Fault> {
        let mut command = Command::from(self.command());
        command.kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Fault::NotFound { command: self.command.clone() },
            kind => Fault::NotStarted { command: self.command.clone(), why: kind.to_string() },
        })?;
        #[cfg(unix)]
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Running {
            child,
            #[cfg(unix)]
            group,
        })
    }

    /// How it is started, with its environment and in its folder.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(self.executable());
        command.args(&self.args).current_dir(&self.folder).env_clear();
        let passed = USUAL.iter().copied().chain(self.pass_env.iter().map(String::as_str));
        command.envs(passed.filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.envs(&self.env);
        command
    }

    /// A path is one from the folder on; a bare name is looked for by the system.
    fn executable(&self) -> PathBuf {
        let path = Path::new(&self.command);
        if path.components().count() > 1 { self.folder.join(path) } else { path.to_path_buf() }
    }

    /// A text of the program's without the values of the variables that were passed on to it.
    pub(crate) fn blot(&self, text: &str) -> String {
        let values = self.pass_env.iter().filter_map(|name| std::env::var(name).ok());
        Secrets::new(values.map(SecretString::from)).blot(text)
    }
}

/// A program that runs. It ends when this goes away, together with all that it started.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    #[cfg(unix)]
    group: Option<i32>,
}

/// The three streams of a program.
pub(crate) type Pipes = (ChildStdin, ChildStdout, ChildStderr);

impl Running {
    /// Its streams, which can be had once.
    pub(crate) fn pipes(&mut self) -> Option<Pipes> {
        Some((self.child.stdin.take()?, self.child.stdout.take()?, self.child.stderr.take()?))
    }

    /// Waits for its end, and ends what it left behind.
    pub(crate) async fn wait(&mut self) -> io::Result<std::process::ExitStatus> {
        let status = self.child.wait().await;
        self.end();
        status
    }

    /// How it ended; `None` while it runs.
    pub(crate) fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    fn end(&mut self) {
        // Whoever is gone already cannot be ended, which is well.
        #[cfg(unix)]
        if let Some(group) = self.group.take() {
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
        }
        let _ = self.child.start_kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// How a program ended, in words that follow its name.
pub(crate) fn end_words(status: std::process::ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("ended with exit code {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    "ended".to_owned()
}
