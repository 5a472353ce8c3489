//! The workspace that this program belongs to: where default inputs and outputs are.

use std::path::{Path, PathBuf};

/// The study that runs where none is named.
pub(crate) fn default_study() -> PathBuf {
    folder().join("fixtures/studies/paper.toml")
}

/// Its folder: cargo's `PANEL_WORKSPACE_DIR`, else where this program was built.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("PANEL_WORKSPACE_DIR")
        .map(PathBuf::from)
        .filter(|path| path.join("fixtures").is_dir())
        .or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_default()
}

/// The command that runs a study, as one types it in the workspace; the study that runs without a name has none.
pub(crate) fn command(study: &str) -> String {
    let place = |path: &Path| std::fs::canonicalize(path).ok();
    let default = place(&default_study());
    if default.is_some() && place(Path::new(study)) == default {
        return "cargo xtask replicate".to_owned();
    }
    // The path of another study is the reader's own.
    format!("cargo xtask replicate --study {}", crate::store::file_name(study))
}
