use tokio_util::sync::CancellationToken;

use crate::ui;

/// The first Ctrl-C lets rows in flight end, the second stops them, the third ends the program where it stands.
pub(super) fn listen(drain: CancellationToken, cancel: CancellationToken) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
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
