//! Two runs, and runs with one and two threads, leave the same bytes but for manifest and log.

use crate::support::{paper, run_study, scratch};
use std::collections::BTreeMap;
use std::path::Path;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(here).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                if name != "manifest.json" && !name.starts_with("log") {
                    found.insert(name, std::fs::read(entry.path()).unwrap());
                }
            }
        }
    }
    found
}

#[test]
fn one_thread_and_two_leave_the_same_bytes() {
    let folder = scratch("determinism");
    run_study(&paper(), &folder.join("one"), Some(1)).unwrap();
    run_study(&paper(), &folder.join("two"), Some(2)).unwrap();
    let (one, two) = (files(&folder.join("one")), files(&folder.join("two")));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} depends on the number of threads");
    }
    // Again into the same folder: nothing moves.
    run_study(&paper(), &folder.join("one"), None).unwrap();
    assert!(files(&folder.join("one")) == one, "a second run changed a byte");
}
