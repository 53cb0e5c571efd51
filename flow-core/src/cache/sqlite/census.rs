//! What a store holds, and letting go of it.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, params_from_iter, types::Value as Cell};

use super::SqliteStore;
use super::file::{self, CacheError, now};

/// How much is let go of at once.
const STEP: i64 = 500;

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Answers.
    pub entries: u64,
    /// What the file takes on the disk, its log included.
    pub bytes: u64,
    /// By model, and by name in the order of what they take.
    pub models: Vec<Holding>,
}

/// The answers of a model, or of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The model, or the tool.
    pub model: String,
    /// Answers.
    pub entries: u64,
    /// Their size.
    pub bytes: u64,
    /// When the first was got.
    pub oldest: SystemTime,
    /// When the last was got.
    pub newest: SystemTime,
}

/// Which answers are let go of; all of them where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared<'a> {
    /// Those that were got longer ago.
    pub older_than: Option<Duration>,
    /// Those of this model or tool.
    pub model: Option<&'a str>,
}

impl SqliteStore {
    /// What the store of a folder holds; nothing where there is none.
    ///
    /// # Errors
    ///
    /// If its file cannot be read.
    pub fn statistics(folder: &Path) -> Result<Statistics, CacheError> {
        let path = file::path_in(folder);
        if !path.exists() {
            return Ok(Statistics { entries: 0, bytes: 0, models: Vec::new() });
        }
        // Opened for writing, since only so another process's log is read in all cases.
        let connection = file::open(folder, &path)?;
        let models = holdings(&connection).map_err(|error| CacheError::of(&path, &error))?;
        let size = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            std::fs::metadata(name).map_or(0, |data| data.len())
        };
        let entries = models.iter().map(|model| model.entries).sum();
        Ok(Statistics { entries, bytes: size("") + size("-wal"), models })
    }

    /// Lets go of answers; the number of those.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn clear(folder: &Path, which: Cleared<'_>) -> Result<u64, CacheError> {
        let path = file::path_in(folder);
        if !path.exists() {
            return Ok(0);
        }
        let connection = file::open(folder, &path)?;
        clear(&connection, which).map_err(|error| CacheError::of(&path, &error))
    }
}

fn holdings(connection: &Connection) -> rusqlite::Result<Vec<Holding>> {
    let mut look = connection.prepare(
        "SELECT model, count(*), sum(bytes), min(made), max(made) FROM answers GROUP BY model ORDER BY 3 DESC, 1",
    )?;
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let time = |number: i64| SystemTime::UNIX_EPOCH + Duration::from_millis(count(number));
    let rows = look.query_map([], |row| {
        Ok(Holding {
            model: row.get(0)?,
            entries: count(row.get(1)?),
            bytes: count(row.get(2)?),
            oldest: time(row.get(3)?),
            newest: time(row.get(4)?),
        })
    })?;
    rows.collect()
}

fn clear(connection: &Connection, which: Cleared<'_>) -> rusqlite::Result<u64> {
    let mut conditions = vec!["1"];
    let mut cells: Vec<Cell> = Vec::new();
    if let Some(age) = which.older_than {
        conditions.push("made < ?");
        cells.push(now().saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)).into());
    }
    if let Some(model) = which.model {
        conditions.push("model = ?");
        cells.push(model.to_owned().into());
    }
    let text = format!("DELETE FROM answers WHERE {}", conditions.join(" AND "));
    let cleared = connection.execute(&text, params_from_iter(cells))?;
    free(connection)?;
    Ok(cleared as u64)
}

/// Lets go of what was used longest ago until the file holds nine tenths of what it may.
pub(super) fn shrink(connection: &Connection, limit: u64) -> rusqlite::Result<()> {
    if held(connection)? <= limit {
        return Ok(());
    }
    while held(connection)? > limit / 10 * 9 {
        // A small store has fewer entries than a large one lets go of at once, and would lose them all.
        let entries: i64 = connection.query_row("SELECT count(*) FROM answers", [], |row| row.get(0))?;
        let step = STEP.min(entries / 10 + 1);
        let oldest = "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY used LIMIT ?1)";
        if connection.execute(oldest, [step])? == 0 {
            break;
        }
    }
    free(connection)
}

/// The bytes of pages that hold something.
fn held(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = number("page_count")? - number("freelist_count")?;
    Ok(u64::try_from(pages * number("page_size")?).unwrap_or_default())
}

/// Gives empty pages back to the disk.
fn free(connection: &Connection) -> rusqlite::Result<()> {
    let mut pages = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = pages.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
