use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::program::end_words;
use super::{Fault, Program, Running, Tail};

/// A program that answers requests, each a line, with a line for each.
#[derive(Debug)]
pub(super) struct Worker {
    program: Program,
    running: Running,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    tail: Tail,
    notes: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(program: &Program) -> Result<Self, Fault> {
        let mut running = program.start()?;
        let Some((stdin, stdout, stderr)) = running.pipes() else {
            let why = "it has no pipes".to_owned();
            return Err(Fault::Broken { command: program.command.clone(), why });
        };
        let tail = Tail::default();
        let notes = tokio::spawn(tail.clone().fill(stderr));
        Ok(Self { program: program.clone(), running, stdin, stdout: BufReader::new(stdout), tail, notes })
    }

    /// Whether it can be asked.
    pub(super) fn is_alive(&mut self) -> bool {
        self.running.ended().is_none()
    }

    /// Asks; the answer is a line of at most so many bytes. A worker that failed once cannot be asked again.
    pub(super) async fn ask(&mut self, line: &str, bytes: usize) -> Result<String, Fault> {
        let feed = async {
            // One that does not read is noticed when it does not answer.
            let _ = self.stdin.write_all(line.as_bytes()).await;
            let _ = self.stdin.write_all(b"\n").await;
            let _ = self.stdin.flush().await;
            Ok(())
        };
        let most = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1);
        let mut said = Vec::new();
        let mut answer = (&mut self.stdout).take(most);
        let read = async {
            answer
                .read_until(b'\n', &mut said)
                .await
                .map_err(|error| Fault::Broken { command: self.program.command.clone(), why: error.kind().to_string() })
        };
        tokio::try_join!(feed, read)?;
        if said.len() > bytes {
            return Err(Fault::TooLarge { command: self.program.command.clone(), bytes });
        }
        if said.last() != Some(&b'\n') {
            return Err(self.end().await);
        }
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// Why there is no answer: it ended, or closed its output.
    async fn end(&mut self) -> Fault {
        let how = match self.running.wait().await {
            Ok(status) => format!("{} before it answered", end_words(status)),
            Err(_) => "ended before it answered".to_owned(),
        };
        // All that it wrote is there once the pipe is closed.
        let _ = (&mut self.notes).await;
        Fault::Ended { command: self.program.command.clone(), how, notes: self.notes() }
    }

    /// What it wrote to standard error of late.
    pub(super) fn notes(&self) -> String {
        self.program.blot(&self.tail.text())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.notes.abort();
    }
}
