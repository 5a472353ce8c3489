//! A small panel and studies of it, for tests that need no more.

use crate::support::scratch;
use std::path::{Path, PathBuf};

/// Three cities in three years.
pub(crate) const DATA: &str = "\
city,year,k,l,y,so2,x,z,region,lon,lat,price_a,price_b
Anyang,2013,10,20,30,4,1,2,North,114.3,36.1,101,102
Anyang,2014,11,21,33,4,2,1,North,114.3,36.1,102,101
Anyang,2015,12,22,35,5,4,5,North,114.3,36.1,103,100
Benxi,2013,8,15,20,3,1,3,North,123.7,41.3,100,103
Benxi,2014,8,16,22,3,3,2,North,123.7,41.3,101,102
Benxi,2015,9,16,26,2,2,6,North,123.7,41.3,104,101
Chuzhou,2013,5,30,25,6,5,1,South,118.3,32.3,102,102
Chuzhou,2014,6,30,26,6,4,4,South,118.3,32.3,100,104
Chuzhou,2015,7,31,29,5,7,3,South,118.3,32.3,101,103
";

/// The beginning of a study of `data.csv`.
pub(crate) const HEAD: &str = "\
[study]
title = \"Small\"
entity = \"city\"
time = \"year\"
[[source]]
file = \"data.csv\"
";

/// Efficiency with one bad output.
pub(crate) const GTFP: &str = "\
[[gtfp]]
id = \"main\"
inputs = [\"k\", \"l\"]
goods = [\"y\"]
bads = [\"so2\"]
";

/// A regression table of one column.
pub(crate) fn table(formula: &str, more: &str) -> String {
    format!("[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"{formula}\"\n{more}\n")
}

/// A folder with the small panel in it, emptied.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    std::fs::write(folder.join("data.csv"), DATA).unwrap();
    folder
}

/// A study file in that folder.
pub(crate) fn study(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("study.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Names and bytes of all files below a folder.
pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.clone(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Whether nothing temporary stands in a folder.
pub(crate) fn no_partial(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".partial"))
}
