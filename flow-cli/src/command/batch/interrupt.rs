use tokio_util::sync::CancellationToken;

use crate::ui;

/// The first Ctrl-C lets rows in flight end, the second stops them, the third ends the program where it stands. A request to terminate
/// counts as the first. A limit of file sizes is no end of the program, but an error of whatever is written.
pub(super) fn listen(drain: CancellationToken, cancel: CancellationToken) {
    let terminate = requests_to_terminate();
    tokio::spawn(async move {
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => if pressed.is_err() { return },
            () = terminate => {}
        }
        ui::say("finishing the rows in flight; Ctrl-C again stops them");
        drain.cancel();
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        cancel.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
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
