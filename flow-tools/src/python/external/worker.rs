use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::message::{self, End, Function, Message, Request};
use crate::process::{Program, Running, Tail, end_words};

/// What a worker runs: it reads the rest of its program, and then its requests, from its standard input.
pub(super) const START: &str = "import os,sys;sys.path[:]=[p for p in sys.path if p];requests=os.fdopen(os.dup(0),'rb');\
    exec(compile(requests.read(int(requests.readline())),'<flow>','exec'))";

/// That rest.
const REST: &str =
    concat!(include_str!("promptflow.py"), "\n\n", include_str!("values.py"), "\n\n", include_str!("worker.py"));

/// How long what an ended worker wrote may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A Python that runs calls, one at a time.
#[derive(Debug)]
pub(super) struct Worker {
    program: Program,
    running: Running,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    tail: Tail,
    notes: JoinHandle<()>,
    /// What it is still to be told before its first request.
    first: Vec<u8>,
    /// The functions that it knows.
    loaded: HashSet<String>,
    calls: u64,
}

/// What was heard of a call so far.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) printed: String,
    /// The most that it may print, in bytes.
    pub(super) limit: usize,
    pub(super) metrics: Vec<flow_core::value::Value>,
}

impl Worker {
    /// Starts a Python; `setup` is the first line that it reads.
    pub(super) fn start(program: &Program, setup: &str) -> Result<Self, Fault> {
        let mut running = program.start().map_err(|fault| Fault::Broken(fault.to_string()))?;
        let Some((stdin, stdout, stderr)) = running.pipes() else {
            return Err(Fault::Broken(format!("`{}` has no pipes", program.command)));
        };
        let tail = Tail::default();
        let notes = tokio::spawn(tail.clone().fill(stderr));
        let first = format!("{}\n{REST}{setup}\n", REST.len()).into_bytes();
        let (program, stdout) = (program.clone(), BufReader::with_capacity(1 << 16, stdout));
        Ok(Self { program, running, stdin, stdout, tail, notes, first, loaded: HashSet::new(), calls: 0 })
    }

    /// Whether it can be asked.
    pub(super) fn is_alive(&mut self) -> bool {
        self.running.ended().is_none()
    }

    /// Has it run a call. After a fault nobody knows what it is at, and it must not be asked again.
    pub(super) async fn ask(
        &mut self,
        functions: &Arc<[Arc<Function>]>,
        mut request: Request<'_>,
        answer: usize,
        heard: &mut Heard,
    ) -> Result<End, Fault> {
        self.calls += 1;
        request.id = self.calls;
        let mut line = std::mem::take(&mut self.first);
        // Those that it knows are not to be told again.
        request.loads.retain(|id, _| !self.loaded.contains(*id));
        serde_json::to_writer(&mut line, &request).map_err(|error| Fault::Broken(error.to_string()))?;
        line.push(b'\n');

        let Self { stdin, stdout, running, .. } = self;
        let feed = async {
            // One that does not read is noticed when it does not answer.
            let _ = stdin.write_all(&line).await;
            let _ = stdin.flush().await;
            Ok(())
        };
        let talk = async {
            tokio::try_join!(feed, listen(stdout, (request.id, functions), answer, heard)).map(|((), end)| end)
        };
        let ended = {
            let mut talk = pin!(talk);
            tokio::select! {
                biased;
                ended = &mut talk => ended,
                // Programs that it left behind may hold its pipes open.
                _ = running.wait() => tokio::time::timeout(LAST_WORDS, talk).await.unwrap_or(Err(Silence::Gone)),
            }
        };
        match ended {
            Ok(end) => {
                if !matches!(&end, End::Raised(_)) && !request.loads.is_empty() {
                    self.loaded.extend(request.loads.keys().map(|id| (*id).to_owned()));
                }
                Ok(end)
            }
            Err(Silence::Printed) => Err(Fault::Printed),
            Err(Silence::TooLong) => Err(Fault::TooLong),
            Err(Silence::Garbage) => Err(Fault::Broken(format!(
                "`{}` wrote what is no answer to where its answers go; does the code write to descriptors that are not its own?",
                self.program.command
            ))),
            Err(Silence::Gone) => Err(Fault::Broken(self.end().await)),
        }
    }

    /// Why there is no answer: it ended.
    async fn end(&mut self) -> String {
        // One that closed its pipe and goes on is ended here.
        let status = match tokio::time::timeout(LAST_WORDS, self.running.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => None,
        };
        let how = status.map_or_else(|| "closed its pipes".to_owned(), end_words);
        // All that it wrote is there once the pipe is closed.
        let _ = tokio::time::timeout(LAST_WORDS, &mut self.notes).await;
        let notes = self.program.blot(&self.tail.text());
        let said = if notes.is_empty() { String::new() } else { format!("; it said: {notes}") };
        format!("its Python `{}` {how} before it answered{said}", self.program.command)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.notes.abort();
    }
}

/// Listens until the call ends.
async fn listen(
    stdout: &mut BufReader<ChildStdout>,
    (id, functions): (u64, &Arc<[Arc<Function>]>),
    answer: usize,
    heard: &mut Heard,
) -> Result<End, Silence> {
    // Beside the value, an answer holds what it is about.
    let most = answer.saturating_add(1 << 20);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = (&mut *stdout).take(u64::try_from(most).unwrap_or(u64::MAX));
        if limited.read_until(b'\n', &mut line).await.is_err() || line.is_empty() {
            return Err(Silence::Gone);
        }
        if line.last() != Some(&b'\n') {
            return Err(if line.len() >= most { Silence::TooLong } else { Silence::Gone });
        }
        match message::read(&line, id, functions).ok_or(Silence::Garbage)? {
            // An earlier call left something behind that prints.
            None => {}
            Some(Message::Printed(text)) => {
                heard.print(&text)?;
            }
            Some(Message::Ended { end, metrics }) => {
                heard.metrics = metrics;
                return Ok(end);
            }
        }
    }
}

impl Heard {
    /// Takes a text as far as there is room.
    fn print(&mut self, text: &str) -> Result<(), Silence> {
        let room = self.limit.saturating_sub(self.printed.len());
        let end = text.floor_char_boundary(room);
        self.printed.push_str(&text[..end]);
        if end < text.len() { Err(Silence::Printed) } else { Ok(()) }
    }
}

/// Why a worker is not listened to any longer.
#[derive(Debug)]
enum Silence {
    Gone,
    Garbage,
    Printed,
    TooLong,
}

/// A call that a worker did not bring to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not there, it ended, or it broke the rules: in words.
    Broken(String),
    /// It took longer than it may.
    TooSlow,
    /// It printed more than it may.
    Printed,
    /// Its answer was longer than it may be.
    TooLong,
}
