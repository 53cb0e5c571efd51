//! The binary as a child of a test, and the folders it runs in.

use std::io::Read;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

/// A run that takes longer hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Exit code, standard output and standard error of the child, which is ended when it takes too long.
pub(crate) fn finish(mut child: Child) -> Result<(Option<i32>, String, String), String> {
    let stdout = read_in_background(child.stdout.take());
    let stderr = read_in_background(child.stderr.take());
    let said = stdout.recv_timeout(LIMIT).and_then(|out| Ok((out, stderr.recv_timeout(LIMIT)?)));
    let Ok((out, err)) = said else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("no end after {} s", LIMIT.as_secs()));
    };
    let status = child.wait().map_err(|error| format!("the binary's end is unknown: {error}"))?;
    Ok((status.code(), out, err))
}

fn read_in_background(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        // Nobody listens any more if the time was up.
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the temporary folder is writable");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("the temporary folder is writable");
        }
    }
}
