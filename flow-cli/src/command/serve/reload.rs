use std::path::PathBuf;
use std::sync::Arc;

use flow_serve::Site;

use super::flows;
use crate::args::ServeArgs;
use crate::command::Problem;
use crate::command::edits::{Edits, RecursiveMode, folder_of};
use crate::ui;

/// Reads the flows again at each SIGHUP, and with `--watch` at each edit. Requests that run keep what they began with; a flow with errors goes
/// on as it was.
pub(super) fn start(args: &Arc<ServeArgs>, site: &Arc<Site>, places: Vec<PathBuf>) -> Result<(), Problem> {
    let (args, site) = (Arc::clone(args), Arc::clone(site));
    let mut wishes = wishes()?;
    let mut edits = args.watch.then(|| edits(&args, &places)).transpose()?;
    tokio::spawn(async move {
        let places = Arc::new(places);
        let edited = async |edits: &mut Option<Edits>| match edits {
            Some(edits) => edits.edited().await,
            None => std::future::pending().await,
        };
        loop {
            let goes_on = tokio::select! {
                wished = wishes.next() => wished,
                edited = edited(&mut edits) => edited,
            };
            if !goes_on {
                return;
            }
            let (args, site, places) = (Arc::clone(&args), Arc::clone(&site), Arc::clone(&places));
            // It reads and compiles files, which would hold up requests.
            let _ = tokio::task::spawn_blocking(move || read_again(&args, &site, &places)).await;
        }
    });
    Ok(())
}

/// Edits of the flows' folders. What the server writes itself is no edit.
fn edits(args: &ServeArgs, places: &[PathBuf]) -> Result<Edits, Problem> {
    let own = args.connection.record.iter().filter_map(|path| std::path::absolute(path).ok());
    let mut edits = Edits::beside(own.collect())?;
    for path in places {
        let folder = if path.is_dir() { path.clone() } else { folder_of(path) };
        edits.add(&folder, RecursiveMode::Recursive)?;
    }
    Ok(edits)
}

/// Reads all flows again.
fn read_again(args: &ServeArgs, site: &Site, places: &[PathBuf]) {
    for (slot, path) in site.slots().iter().zip(places) {
        let name = slot.name();
        let endpoint = match flows::endpoint(args, Some(name), path) {
            Ok(Some(endpoint)) => endpoint,
            Ok(None) => {
                site.reloaded(slot, None);
                ui::say_warning(&format!("{name} has errors, and is served as it was before"));
                continue;
            }
            Err(problem) => {
                site.reloaded(slot, None);
                ui::say_warning(&format!("{name} is served as it was before: {}", problem.message()));
                continue;
            }
        };
        if slot.is_same(&endpoint) {
            continue;
        }
        site.reloaded(slot, Some(endpoint));
        ui::say_note(&format!("{name} is served as it is now in {}", path.display()));
    }
}

#[cfg(unix)]
struct Wishes(tokio::signal::unix::Signal);

#[cfg(unix)]
fn wishes() -> Result<Wishes, Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let signal = signal(SignalKind::hangup());
    signal.map(Wishes).map_err(|error| Problem::failed("no-signals", format!("cannot listen for signals: {error}")))
}

#[cfg(unix)]
impl Wishes {
    async fn next(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}

#[cfg(not(unix))]
struct Wishes;

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn wishes() -> Result<Wishes, Problem> {
    Ok(Wishes)
}

#[cfg(not(unix))]
impl Wishes {
    async fn next(&mut self) -> bool {
        std::future::pending().await
    }
}
