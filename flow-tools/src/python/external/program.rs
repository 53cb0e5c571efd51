use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::find::Found;
use super::probe::Probed;
use crate::process::Program;

/// Variables of ours that a Python and its packages are set up by, beside those that every program gets. None of them is a key.
const SETUP: &[&str] = &[
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONHASHSEED",
    "PYTHONWARNINGS",
    "PYENV_VERSION",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_HOME",
    "OMP_NUM_THREADS",
    "HF_HOME",
    "XDG_CACHE_HOME",
    "NO_PROXY",
    "no_proxy",
];

/// Variables that may hold a password, which must not be told.
const PROXIES: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/// A Python that was asked what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Python {
    /// As it was found.
    pub(super) found: Found,
    /// What it calls itself, where that is more direct: behind a script that chooses a version.
    pub(super) executable: PathBuf,
    /// Its version: `3.12.1`.
    pub(super) version: Arc<str>,
}

impl Python {
    pub(super) fn new(found: Found, probed: Probed) -> Self {
        Self { found, executable: probed.executable, version: probed.version }
    }
}

/// A Python that runs a text, in a folder.
pub(super) fn program(python: &Path, text: &str, folder: &Path) -> Program {
    let set = |name: &&str| Some(((*name).to_owned(), std::env::var(name).ok()?));
    let env: BTreeMap<String, String> = SETUP.iter().filter_map(set).collect();
    Program {
        command: python.display().to_string(),
        // Texts are UTF-8, as everywhere; and the project's folder stays as it is.
        args: ["-X", "utf8", "-B", "-c", text].map(str::to_owned).to_vec(),
        env,
        pass_env: PROXIES.iter().map(|name| (*name).to_owned()).collect(),
        folder: folder.to_path_buf(),
    }
}
