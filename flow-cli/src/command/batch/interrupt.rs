use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

use crate::command::Problem;
use crate::ui;

/// Ctrl-C, for all that a command does: whoever is told of it late, as nothing listened for a moment, is told.
#[derive(Debug)]
pub(crate) struct Interrupt {
    /// Nothing new is to begin.
    pub(crate) drain: CancellationToken,
    /// What is under way is to stop.
    pub(crate) cancel: CancellationToken,
    running: AtomicUsize,
}

/// Rows are run as long as this is there.
#[derive(Debug)]
pub(crate) struct Running(&'static Interrupt);

static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();

impl Interrupt {
    /// Listens from the first call on. The first Ctrl-C lets rows in flight end, the second stops them, the third ends the program where it
    /// stands, and so does the second where no rows are run. A request to terminate counts as the first. A limit of file sizes is no end of
    /// the program, but an error of whatever is written.
    pub(crate) fn listen() -> Result<&'static Self, Problem> {
        let mut is_first = false;
        let interrupt = INTERRUPT.get_or_init(|| {
            is_first = true;
            Self { drain: CancellationToken::new(), cancel: CancellationToken::new(), running: AtomicUsize::new(0) }
        });
        if is_first {
            // A runtime of its own: those that run rows come and go.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
            let terminate = {
                let _inside = runtime.enter();
                requests_to_terminate()
            };
            std::thread::spawn(move || runtime.block_on(interrupt.wait(terminate)));
        }
        Ok(interrupt)
    }

    /// Says that rows are run.
    pub(crate) fn run(&'static self) -> Running {
        self.running.fetch_add(1, Ordering::SeqCst);
        Running(self)
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_pressed(&self) -> bool {
        self.drain.is_cancelled()
    }

    async fn wait(&self, terminate: impl Future<Output = ()>) {
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => if pressed.is_err() { return },
            () = terminate => {}
        }
        let is_running = self.running.load(Ordering::SeqCst) > 0;
        self.drain.cancel();
        ui::say(if is_running {
            "finishing the rows in flight; Ctrl-C again stops them"
        } else {
            "stopping; Ctrl-C again ends at once"
        });
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        self.cancel.cancel();
        if self.running.load(Ordering::SeqCst) == 0 || tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(unix)]
fn requests_to_terminate() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    /// SIGXFSZ, which has this number on Linux and on macOS. Once it is listened to, it ends no program.
    const FILE_SIZE_LIMIT: i32 = 25;
    let terminate = signal(SignalKind::terminate());
    drop(signal(SignalKind::from_raw(FILE_SIZE_LIMIT)));
    async move {
        match terminate {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
fn requests_to_terminate() -> impl Future<Output = ()> {
    std::future::pending()
}
