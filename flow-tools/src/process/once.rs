use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::program::end_words;
use super::{Fault, Limits, Program, Tail};

/// Starts the program, gives it the input and waits for its end: what it wrote to standard output.
pub(crate) async fn once(program: &Program, input: &[u8], limits: Limits) -> Result<Vec<u8>, Fault> {
    let tail = Tail::default();
    let ran = run(program, input, limits.bytes, &tail);
    tokio::time::timeout(limits.time, ran).await.unwrap_or_else(|_| {
        let notes = program.blot(&tail.text());
        Err(Fault::TooSlow { command: program.command.clone(), time: limits.time, notes })
    })
}

async fn run(program: &Program, input: &[u8], bytes: usize, tail: &Tail) -> Result<Vec<u8>, Fault> {
    let broken = |why: String| Fault::Broken { command: program.command.clone(), why };
    let mut running = program.start()?;
    let (mut stdin, stdout, stderr) = running.pipes().ok_or_else(|| broken("it has no pipes".to_owned()))?;
    let feed = async {
        // A program need not read what it is given.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        Ok(())
    };
    let read = async {
        let mut said = Vec::new();
        let most = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1);
        let read = stdout.take(most).read_to_end(&mut said).await;
        read.map_err(|error| broken(error.kind().to_string()))?;
        if said.len() > bytes {
            return Err(Fault::TooLarge { command: program.command.clone(), bytes });
        }
        Ok(said)
    };
    let notes = async {
        tail.clone().fill(stderr).await;
        Ok(())
    };
    let wait = async { running.wait().await.map_err(|error| broken(error.kind().to_string())) };
    let ((), said, (), status) = tokio::try_join!(feed, read, notes, wait)?;
    if status.success() {
        return Ok(said);
    }
    let (how, notes) = (end_words(status), program.blot(&tail.text()));
    Err(Fault::Ended { command: program.command.clone(), how, notes })
}
