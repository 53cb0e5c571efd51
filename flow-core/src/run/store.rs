use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::folder::PROMPTS;
use super::{RunError, RunFolder};

/// Where the runs of a project lie: `.flow/runs` below the nearest folder with `.flow` or `.git`, or below `FLOW_HOME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStore {
    /// The folder `.flow`.
    home: PathBuf,
}

impl RunStore {
    /// The runs of the project in which a folder lies; `home` stands in the place of its `.flow`.
    #[must_use]
    pub fn of(folder: &Path, home: Option<&Path>) -> Self {
        if let Some(home) = home {
            return Self { home: home.to_path_buf() };
        }
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let is_project = |folder: &&Path| folder.join(".flow").is_dir() || folder.join(".git").exists();
        let project = folder.ancestors().find(is_project).unwrap_or(&folder);
        Self { home: project.join(".flow") }
    }

    /// The folder of all runs.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.home.join("runs")
    }

    /// The folder of the node cache.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.home.join("cache")
    }

    /// Makes the folder in which all lies, and keeps it out of repositories.
    ///
    /// # Errors
    ///
    /// If the disk does not take it.
    pub fn prepare(&self) -> Result<(), RunError> {
        fs::create_dir_all(&self.home).map_err(|error| RunError::new(&self.home, "cannot be made", &error))?;
        let ignore = self.home.join(".gitignore");
        if !ignore.exists() {
            // Rows and answers may hold texts of people, which belong into no repository.
            fs::write(&ignore, "*\n").map_err(|error| RunError::new(&ignore, "cannot be written", &error))?;
        }
        Ok(())
    }

    /// Makes the folder of a new run. Its id begins with the time in UTC, so that ids sort by it, and ends with the flow's name.
    ///
    /// # Errors
    ///
    /// If the disk does not take it.
    pub fn create(&self, flow: &str, now: SystemTime) -> Result<RunFolder, RunError> {
        let runs = self.folder();
        fs::create_dir_all(&runs).map_err(|error| RunError::new(&runs, "cannot be made", &error))?;
        self.prepare()?;
        let mut now = now;
        loop {
            let id = id(flow, now);
            let path = runs.join(&id);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(RunFolder::new(id, path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => now += Duration::from_millis(1),
                Err(error) => return Err(RunError::new(&path, "cannot be made", &error)),
            }
        }
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    ///
    /// If the folder is there but cannot be read.
    pub fn list(&self) -> Result<Vec<RunFolder>, RunError> {
        let runs = self.folder();
        let entries = match fs::read_dir(&runs) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RunError::new(&runs, "cannot be read", &error)),
        };
        let mut found: Vec<RunFolder> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.join("manifest.json").is_file())
            .filter_map(|path| Some(RunFolder::new(path.file_name().and_then(OsStr::to_str)?.to_owned(), path)))
            .collect();
        found.sort_by(|one, other| one.id().cmp(other.id()));
        Ok(found)
    }

    /// Makes a new run of all that another holds, so that it goes on from there while the other stays as it is. The manifest is to be
    /// written by whoever knows what differs.
    ///
    /// # Errors
    ///
    /// If the disk does not give or take it.
    pub fn copy(&self, of: &RunFolder, flow: &str, now: SystemTime) -> Result<RunFolder, RunError> {
        let made = self.create(flow, now)?;
        copy_files(of.path(), made.path())?;
        Ok(made)
    }

    /// The run with exactly this id, or else the newest that its user called exactly so.
    ///
    /// # Errors
    ///
    /// If the folder of the runs is there but cannot be read.
    pub fn named(&self, name: &str) -> Result<Option<RunFolder>, RunError> {
        let mut all = self.list()?;
        if let Some(at) = all.iter().position(|run| run.id() == name) {
            return Ok(Some(all.swap_remove(at)));
        }
        let is_called = |run: &RunFolder| run.manifest().is_ok_and(|it| it.name.as_deref() == Some(name));
        Ok(all.into_iter().rev().find(is_called))
    }

    /// The run that a name means: an id, what its user called it (the newest of that name), a part of an id that no other has, `last` (the
    /// newest that scores no other run), or the path of a run's folder.
    ///
    /// # Errors
    ///
    /// If there is no such run, or several.
    pub fn find(&self, name: &str) -> Result<RunFolder, RunError> {
        let path = Path::new(name);
        if path.components().count() > 1 && path.join("manifest.json").is_file() {
            let id = path.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
            return Ok(RunFolder::new(id.unwrap_or_else(|| name.to_owned()), path.to_path_buf()));
        }
        let all = self.list()?;
        let none = |message: String| RunError { path: self.folder(), message };
        if name == "last" {
            let scores =
                |run: &RunFolder| run.manifest().is_ok_and(|it| it.from.is_some_and(|from| from.score.is_some()));
            return all
                .into_iter()
                .rev()
                .find(|run| !scores(run))
                .ok_or_else(|| none("there is no run yet".to_owned()));
        }
        if let Some(found) = all.iter().find(|run| run.id() == name) {
            return Ok(found.clone());
        }
        let is_called =
            |run: &&RunFolder| run.manifest().is_ok_and(|it| it.name.or(it.display_name).as_deref() == Some(name));
        if let Some(found) = all.iter().rev().find(is_called) {
            return Ok(found.clone());
        }
        let mut fitting = all.iter().filter(|run| run.id().contains(name));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(one), Some(other)) => {
                Err(none(format!("`{name}` can mean several runs, such as {} and {}", one.id(), other.id())))
            }
            (None, _) => Err(none(format!("there is no run `{name}`"))),
        }
    }
}

/// Copies what a run is made of, as against what is made of it.
fn copy_files(from: &Path, to: &Path) -> Result<(), RunError> {
    let mut files: Vec<PathBuf> = ["journal.log", "standard-input", "estimate.json"].map(PathBuf::from).into();
    let prompts = fs::read_dir(from.join(PROMPTS)).into_iter().flatten().flatten();
    files.extend(prompts.map(|entry| Path::new(PROMPTS).join(entry.file_name())));
    for file in files.iter().filter(|file| from.join(file).is_file()) {
        let target = to.join(file);
        let folder = target.parent().unwrap_or(to);
        fs::create_dir_all(folder).map_err(|error| RunError::new(folder, "cannot be made", &error))?;
        fs::copy(from.join(file), &target).map_err(|error| RunError::new(&target, "cannot be written", &error))?;
    }
    Ok(())
}

fn id(flow: &str, now: SystemTime) -> String {
    let moment = jiff::Timestamp::try_from(now).unwrap_or_default();
    let milliseconds = moment.subsec_millisecond().unsigned_abs();
    let name: String =
        flow.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).take(40).collect();
    format!("{}-{milliseconds:03}-{name}", moment.strftime("%Y%m%d-%H%M%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(milliseconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_000 + milliseconds)
    }

    #[test]
    fn ids_sort_by_time_and_are_found_by_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = RunStore::of(folder.path(), None);
        assert_eq!(store.list().expect("no runs yet"), []);
        let runs: Vec<RunFolder> =
            [7, 7, 12_000].iter().map(|time| store.create("my flow", moment(*time)).expect("a run")).collect();
        let ids: Vec<&str> = runs.iter().map(RunFolder::id).collect();
        assert_eq!(ids, ["20260921-141320-007-my_flow", "20260921-141320-008-my_flow", "20260921-141332-000-my_flow"]);
        assert_eq!(fs::read_to_string(folder.path().join(".flow/.gitignore")).expect("it is ignored"), "*\n");
        for run in &runs {
            assert!(store.find(run.id()).is_err(), "without a manifest it is no run");
            fs::write(run.path().join("manifest.json"), "{}").expect("a file");
        }
        assert_eq!(store.find("last").expect("the last"), runs[2]);
        assert_eq!(store.find("1332").expect("a part"), runs[2]);
        let several = store.find("141320").expect_err("two").to_string();
        assert!(several.contains("can mean several runs"), "{several}");
        assert!(store.find("nothing").expect_err("none").to_string().contains("there is no run `nothing`"));
    }

    #[test]
    fn a_copy_has_what_its_run_is_made_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = RunStore::of(folder.path(), None);
        let run = store.create("flow", moment(0)).expect("a run");
        for file in ["manifest.json", "journal.log", "rows.parquet", "prompts/a.txt"] {
            let path = run.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, file).expect("a file");
        }
        let copy = store.copy(&run, "flow", moment(5)).expect("a copy");
        let has = |file: &str| copy.path().join(file).is_file();
        assert!(has("journal.log") && has("prompts/a.txt") && !has("rows.parquet") && !has("manifest.json"));
        assert_eq!(store.named(run.id()).expect("the folder is read"), Some(run));
        assert_eq!(store.named("141320").expect("the folder is read"), None, "a part of an id is no name");
    }

    #[test]
    fn the_nearest_project_holds_the_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("flows/one");
        fs::create_dir_all(&inner).expect("folders");
        fs::create_dir(folder.path().join(".git")).expect("a folder");
        let project = folder.path().canonicalize().expect("it is there");
        assert_eq!(RunStore::of(&inner, None).folder(), project.join(".flow/runs"));
        assert_eq!(RunStore::of(&inner, Some(Path::new("/elsewhere"))).folder(), Path::new("/elsewhere/runs"));
    }
}
