use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::find::Found;
use super::program::program;

/// Asks a Python what it is, and which modules it has.
const QUESTION: &str = "import sys, json, importlib.util as u\n\
    sys.path[:] = [p for p in sys.path if p]\n\
    asked = json.loads(sys.stdin.read())\n\
    sys.path.insert(0, asked['folder'])\n\
    def lacks(name):\n    \
        try: return u.find_spec(name) is None\n    \
        except Exception: return False\n\
    print(json.dumps({'executable': sys.executable, 'version': list(sys.version_info[:3]), \
    'missing': [n for n in asked['modules'] if lacks(n)]}))\n";

/// The longest that a Python may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a Python that was asked is looked at.
const PACE: Duration = Duration::from_millis(2);

/// The oldest version that runs the code of nodes.
const OLDEST: [u32; 2] = [3, 9];

/// What a Python says of itself.
#[derive(Debug, Clone)]
pub(super) struct Probed {
    pub(super) executable: PathBuf,
    pub(super) version: Arc<str>,
    /// Those of the modules in question that it does not have.
    pub(super) missing: BTreeSet<String>,
}

/// What Pythons said, by their paths. What is missing may be installed later, and is asked for again.
#[derive(Debug, Default)]
pub(super) struct Probes(Mutex<HashMap<PathBuf, Known>>);

#[derive(Debug, Clone)]
struct Known {
    executable: PathBuf,
    version: Arc<str>,
    present: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    executable: PathBuf,
    version: [u32; 3],
    missing: BTreeSet<String>,
}

impl Probes {
    /// Asks a Python for its version and for modules, each by the first part of its name.
    ///
    /// # Errors
    /// It cannot be used, in words.
    pub(super) fn ask(&self, found: &Found, folder: &Path, modules: &BTreeSet<&str>) -> Result<Probed, String> {
        // Nodes that are compiled one after the other wait for each other's answer, since it may be theirs too.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answered =
            known.get(&found.program).filter(|known| modules.iter().all(|name| known.present.contains(*name)));
        if let Some(known) = answered.cloned() {
            let Known { executable, version, .. } = known;
            return Ok(Probed { executable, version, missing: BTreeSet::new() });
        }
        let answer = ask(found, folder, modules)?;
        let [major, minor, _] = answer.version;
        let version: Arc<str> = Arc::from(answer.version.map(|part| part.to_string()).join("."));
        if [major, minor] < OLDEST {
            let [major, minor] = OLDEST;
            return Err(format!(
                "`{}` is Python {version}, and too old: it takes {major}.{minor} or newer",
                found.shown()
            ));
        }
        let executable =
            if answer.executable.as_os_str().is_empty() { found.program.clone() } else { answer.executable };
        let entry = known.entry(found.program.clone()).or_insert_with(|| Known {
            executable: executable.clone(),
            version: Arc::clone(&version),
            present: BTreeSet::new(),
        });
        let present = modules.iter().filter(|name| !answer.missing.contains(**name));
        entry.present.extend(present.map(|name| (*name).to_owned()));
        Ok(Probed { executable, version, missing: answer.missing })
    }
}

fn ask(found: &Found, folder: &Path, modules: &BTreeSet<&str>) -> Result<Answer, String> {
    let shown = found.shown();
    let mut command = program(&found.program, QUESTION, folder).command();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("`{shown}` cannot be started: {}", error.kind()))?;
    if let Some(mut stdin) = child.stdin.take() {
        let question = serde_json::json!({ "folder": folder, "modules": modules });
        // One that does not read does not answer either.
        let _ = stdin.write_all(question.to_string().as_bytes());
    }
    let answer = reader(child.stdout.take());
    let notes = reader(child.stderr.take());
    if !ends(&mut child) {
        // Nothing else is known of it.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("`{shown}` gave no answer within {} s", PATIENCE.as_secs()));
    }
    let (answer, notes) = (answer.join().unwrap_or_default(), notes.join().unwrap_or_default());
    // What runs at its start may print something first.
    let last = answer.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_err(|_| {
        let said = notes.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim();
        format!("`{shown}` does not answer as Python 3.9 and newer do; it said: {said}")
    })
}

/// Reads a stream to its end, on a thread of its own.
fn reader(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(stream) = stream {
            // What could be read until it broke off is what there is.
            let _ = stream.take(1 << 20).read_to_end(&mut said);
        }
        String::from_utf8_lossy(&said).into_owned()
    })
}

/// Waits for a program's end; false where it takes too long.
fn ends(child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(None) => thread::sleep(PACE),
            Ok(Some(_)) | Err(_) => return true,
        }
    }
    false
}
