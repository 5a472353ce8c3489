//! Files are written to a temporary folder beside the target and moved in at the end, the manifest last.
//!
//! Only names that a run owns are replaced; foreign files stay; a run that dies while it computes or writes leaves the
//! target as it was. Moving in takes many steps, so it is announced: the old manifest goes first and a list of the names
//! that belong to this run and the ones before it stands in [`UNFINISHED`] until the new manifest is there. A folder with
//! a manifest is therefore whole, and what a run left that died on the way is known to the next one.

use super::manifest::FileSum;
use super::places::{FOLDERS, check_places};
use super::{FileRecord, Manifest, file_record};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use study::{Error, Result};

/// The manifest's name: moved in last, so its presence says that a run was whole.
pub const MANIFEST: &str = "manifest.json";

/// Names of the files that are being moved in and of those that the runs before left; there only meanwhile.
pub(crate) const UNFINISHED: &str = "UNFINISHED";

/// Held as long as the run lives to which a temporary folder belongs.
const LOCK: &str = ".lock";

/// How often a claim is tried again whose file went away meanwhile.
const CLAIMS: usize = 100;

/// Claims of this process, to tell them apart.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Temporary folders of one process beside one target.
const MOST_FOLDERS: usize = 10_000;

/// Files of a run before they are moved in.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    folder: PathBuf,
    files: BTreeMap<String, FileRecord>,
    /// Locked until it is dropped, or the process dies.
    _lock: File,
    /// No other run may look at the target meanwhile.
    _claim: Claim,
}

/// The target folder as one run's own, from the first look to the last file.
#[derive(Debug)]
struct Claim {
    path: PathBuf,
    /// Locked until it is dropped, or the process dies; none where the file system has no locks.
    _lock: File,
}

impl Claim {
    /// Claims a folder by a locked file beside it.
    fn of(target: &Path, path: PathBuf) -> Result<Self> {
        let failed = |error| Error::Environment(format!("cannot write beside `{}`: {error}", target.display()));
        // The run before may remove the file between its being opened and locked: then it is not this one's.
        for _ in 0..CLAIMS {
            let mut lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
            if let Err(TryLockError::WouldBlock) = lock.try_lock() {
                break;
            }
            let token = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            lock.set_len(0).and_then(|()| lock.write_all(token.as_bytes())).map_err(failed)?;
            if std::fs::read_to_string(&path).is_ok_and(|read| read == token) {
                return Ok(Self { path, _lock: lock });
            }
        }
        let target = target.display();
        Err(Error::Environment(format!("another run is writing to `{target}`; wait for it, or give another --out")))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Still locked: nobody can have claimed it in between. What cannot be removed is claimed by the next run.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Staging {
    /// Opens a temporary folder beside `target`.
    ///
    /// # Errors
    /// [`Error::Environment`] when `target` is a file, its parent cannot be written, or another run writes to it.
    pub fn beside(target: &Path) -> Result<Self> {
        if target.exists() && !target.is_dir() {
            return Err(Error::Environment(format!("output `{}` is a file, expected a folder", target.display())));
        }
        if let (false, Ok(to)) = (target.exists(), std::fs::read_link(target)) {
            return Err(Error::Environment(format!(
                "output `{}` is a link to `{}`, which is not there; make that folder, or give another --out",
                target.display(),
                to.display()
            )));
        }
        // What an earlier run left is in the way of this one as well, before anything is computed.
        let before = previous_outputs(target);
        check_places(target, FOLDERS.iter().copied(), before.iter().map(|file| file.path.as_str()))?;
        let name = target.file_name().map_or_else(|| "replication".into(), |name| name.to_string_lossy().into_owned());
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let failed = |error| Error::Environment(format!("cannot write beside `{}`: {error}", target.display()));
        std::fs::create_dir_all(&parent).map_err(failed)?;
        let claim = Claim::of(target, parent.join(format!(".{name}.claim")))?;
        remove_abandoned(&parent, &name);
        let folder = new_folder(&parent, &name).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        // A file system without locks has no other process that could ask for this one.
        let _ = lock.try_lock();
        Ok(Self { target: target.to_path_buf(), folder, files: BTreeMap::new(), _lock: lock, _claim: claim })
    }

    /// Writes one file; `name` uses `/`.
    ///
    /// # Errors
    /// [`Error::Environment`] when the disk refuses.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.put(name, bytes)?;
        self.files.insert(name.to_owned(), file_record(name, bytes));
        Ok(())
    }

    /// Writes one file piece by piece, so that it never stands in memory whole.
    ///
    /// # Errors
    /// Those of `fill`, which hands over the pieces, and as [`Staging::write`].
    pub fn write_in_pieces(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>,
    ) -> Result<()> {
        self.put(name, &[])?;
        let failed =
            |error| Error::Environment(format!("cannot write `{name}` for `{}`: {error}", self.target.display()));
        let mut file = File::options().append(true).open(self.folder.join(name)).map_err(failed)?;
        let mut sum = FileSum::default();
        fill(&mut |piece| {
            sum.add(piece);
            file.write_all(piece).map_err(failed)
        })?;
        self.files.insert(name.to_owned(), sum.record(name));
        Ok(())
    }

    /// Writes several files at once: the hash of one is taken while another is written.
    ///
    /// # Errors
    /// As [`Staging::write`].
    pub fn write_all(&mut self, files: &[(String, Vec<u8>)]) -> Result<()> {
        let (written, records) = rayon::join(
            || files.par_iter().map(|(name, bytes)| self.put(name, bytes)).collect::<Result<Vec<()>>>(),
            || files.par_iter().map(|(name, bytes)| file_record(name, bytes)).collect::<Vec<_>>(),
        );
        written?;
        self.files.extend(records.into_iter().map(|record| (record.path.clone(), record)));
        Ok(())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let failed =
            |error| Error::Environment(format!("cannot write `{name}` for `{}`: {error}", self.target.display()));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, bytes).map_err(failed)
    }

    /// A file beside the target that outlives a run which dies: whoever writes it removes it.
    #[must_use]
    pub fn companion(&self, what: &str) -> PathBuf {
        let mut name = self.target.file_name().map_or_else(|| "replication".into(), std::ffi::OsStr::to_os_string);
        name.push(format!(".{what}"));
        let hidden = format!(".{}", name.to_string_lossy());
        self.folder.parent().unwrap_or(Path::new(".")).join(hidden)
    }

    /// Names written so far, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Sizes and hashes of what was written so far.
    #[must_use]
    pub fn records(&self) -> Vec<FileRecord> {
        self.files.values().cloned().collect()
    }

    /// Moves everything in, the manifest last, and removes files in `stale` (owned by an earlier run, not by this one).
    ///
    /// # Errors
    /// [`Error::Environment`] when the disk refuses; the folder then has no manifest.
    pub fn commit(self, stale: &[String]) -> Result<()> {
        check_places(&self.target, [].into_iter(), self.names())?;
        self.steps(stale).into_iter().try_for_each(|step| self.carry_out(&step))
    }

    /// What a commit does, in order.
    fn steps(&self, stale: &[String]) -> Vec<Step> {
        let is_run = self.files.contains_key(MANIFEST);
        let mut steps = Vec::new();
        if is_run {
            let before = previous_outputs(&self.target).into_iter().map(|file| file.path);
            let names: BTreeSet<String> =
                self.files.keys().cloned().chain(stale.iter().cloned()).chain(before).collect();
            steps.push(Step::Announce(names));
            steps.push(Step::Remove(MANIFEST.into()));
        }
        steps.extend(self.files.keys().filter(|name| *name != MANIFEST).cloned().map(Step::MoveIn));
        steps.extend(stale.iter().filter(|name| !self.files.contains_key(*name)).cloned().map(Step::Remove));
        if is_run {
            steps.push(Step::Settle);
            steps.push(Step::MoveIn(MANIFEST.into()));
            steps.push(Step::Remove(UNFINISHED.into()));
        }
        steps
    }

    fn carry_out(&self, step: &Step) -> Result<()> {
        let failed = |error| {
            let target = self.target.display();
            Error::Environment(format!("cannot move results into `{target}`, which is unfinished now: {error}"))
        };
        match step {
            Step::Announce(names) => {
                std::fs::create_dir_all(&self.target).map_err(failed)?;
                let mut text =
                    "# A run was moving its results in: until it has, files may be of two runs. Run again.\n"
                        .to_owned();
                for name in names {
                    text += name;
                    text.push('\n');
                }
                // What follows must not reach the disk before the list and the files themselves do.
                self.sync(self.files.keys()).map_err(failed)?;
                let path = self.target.join(UNFINISHED);
                std::fs::write(&path, text).and_then(|()| File::open(&path)?.sync_all()).map_err(failed)?;
                sync_folder(&self.target);
            }
            Step::MoveIn(name) => {
                let to = self.target.join(name);
                if let Some(parent) = to.parent() {
                    std::fs::create_dir_all(parent).map_err(failed)?;
                }
                std::fs::rename(self.folder.join(name), &to).map_err(failed)?;
            }
            Step::Remove(name) => {
                let path = self.target.join(name);
                if path.is_file() {
                    std::fs::remove_file(path).map_err(failed)?;
                }
            }
            Step::Settle => {
                let folders: BTreeSet<&Path> = self.files.keys().filter_map(|name| Path::new(name).parent()).collect();
                folders.into_iter().for_each(|folder| sync_folder(&self.target.join(folder)));
            }
        }
        Ok(())
    }

    fn sync<'a>(&self, names: impl Iterator<Item = &'a String>) -> std::io::Result<()> {
        let names: Vec<&String> = names.collect();
        names.par_iter().try_for_each(|name| File::open(self.folder.join(name))?.sync_data())
    }
}

/// One step of a commit. A run may be killed between any two.
#[derive(Debug)]
enum Step {
    /// Says which names belong to this run and to those before it.
    Announce(BTreeSet<String>),
    /// Moves one file in.
    MoveIn(String),
    /// Removes one file, where it is there.
    Remove(String),
    /// Waits until the names are on the disk.
    Settle,
}

/// Outputs that earlier runs left in a folder: from its manifest, or from what an unfinished run announced.
#[must_use]
pub fn previous_outputs(target: &Path) -> Vec<FileRecord> {
    let inside = |name: &str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let manifest = std::fs::read(target.join(MANIFEST)).ok();
    if let Some(manifest) = manifest.and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok()) {
        return manifest.outputs.into_iter().filter(|file| inside(&file.path)).collect();
    }
    let text = std::fs::read_to_string(target.join(UNFINISHED)).unwrap_or_default();
    let names = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && inside(line));
    // Of which run a file is nobody knows, so its record comes from the file.
    names.filter_map(|name| Some(file_record(name, &std::fs::read(target.join(name)).ok()?))).collect()
}

/// A folder of this process that nobody else has.
fn new_folder(parent: &Path, target: &str) -> std::io::Result<PathBuf> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    for place in 0..MOST_FOLDERS {
        let folder = parent.join(format!(".{target}.{}-{place}.partial", std::process::id()));
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Removes temporary folders that killed runs left beside this target: those whose lock nobody holds. One without a lock
/// may be a moment old, and one that cannot be removed is in nobody's way.
fn remove_abandoned(parent: &Path, target: &str) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !(name.starts_with(&format!(".{target}.")) && name.ends_with(".partial")) {
            continue;
        }
        if File::open(entry.path().join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes the names of a folder last; where folders cannot be opened as files they do so by themselves.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing can be done about a temporary folder that will not go.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read_to_string, write};

    /// An empty folder of one test, and a target inside it.
    fn scratch(name: &str) -> (PathBuf, PathBuf) {
        let folder = std::env::temp_dir().join(format!("staging-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let target = folder.join("out");
        (folder, target)
    }

    /// A run that writes these files with one text, and its manifest.
    fn staged(target: &Path, names: &[&str], text: &str) -> Staging {
        let mut staging = Staging::beside(target).unwrap();
        names.iter().for_each(|name| staging.write(name, text.as_bytes()).unwrap());
        let manifest = Manifest {
            title: text.into(),
            inputs: Vec::new(),
            outputs: staging.records(),
            versions: BTreeMap::new(),
            seeds: BTreeMap::new(),
            stages: Vec::new(),
            threads: 1,
            started: 0,
            platform: String::new(),
        };
        staging.write(MANIFEST, &serde_json::to_vec(&manifest).unwrap()).unwrap();
        staging
    }

    fn stale(target: &Path, staging: &Staging) -> Vec<String> {
        let new: Vec<&str> = staging.names().collect();
        previous_outputs(target)
            .into_iter()
            .map(|file| file.path)
            .filter(|name| !new.contains(&name.as_str()))
            .collect()
    }

    #[test]
    fn foreign_files_stay_and_an_abandoned_run_changes_nothing() {
        let (folder, target) = scratch("foreign");
        std::fs::create_dir_all(&target).unwrap();
        write(target.join("mine.txt"), "mine").unwrap();
        let mut first = Staging::beside(&target).unwrap();
        first.write("tables/t.md", b"one").unwrap();
        first.commit(&[]).unwrap();
        let mut abandoned = Staging::beside(&target).unwrap();
        abandoned.write("tables/t.md", b"two").unwrap();
        drop(abandoned);
        assert_eq!(read_to_string(target.join("tables/t.md")).unwrap(), "one");
        assert_eq!(read_to_string(target.join("mine.txt")).unwrap(), "mine");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_run_killed_at_any_step_is_seen_and_the_next_one_leaves_nothing_behind() {
        let (folder, target) = scratch("steps");
        let mut steps = 1;
        let mut done = 0;
        while done < steps {
            let _ = std::fs::remove_dir_all(&target);
            staged(&target, &["a.md", "only-old.md"], "old").commit(&[]).unwrap();
            write(target.join("mine.txt"), "mine").unwrap();
            let second = staged(&target, &["a.md", "b/only-second.md"], "second");
            let all = second.steps(&stale(&target, &second));
            steps = all.len();
            all.iter().take(done).for_each(|step| second.carry_out(step).unwrap());
            drop(second);
            let text = |name: &str| read_to_string(target.join(name)).ok();
            match text(MANIFEST) {
                None => assert!(text(UNFINISHED).is_some(), "{done} steps: nothing says that it is unfinished"),
                Some(manifest) => {
                    let word = if manifest.contains("second") { "second" } else { "old" };
                    assert_eq!(text("a.md").as_deref(), Some(word), "{done} steps: a whole run is of one kind");
                    assert_eq!(text("only-old.md").is_some(), word == "old", "{done} steps");
                }
            }
            let third = staged(&target, &["c.md"], "third");
            let owned = stale(&target, &third);
            third.commit(&owned).unwrap();
            let mut names: Vec<String> = std::fs::read_dir(&target)
                .unwrap()
                .flatten()
                .filter(|entry| entry.path().is_file())
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            assert_eq!(names, ["c.md", MANIFEST, "mine.txt"], "after {done} steps");
            assert!(!target.join("b/only-second.md").exists(), "after {done} steps");
            done += 1;
        }
        assert!(steps >= 7, "{steps}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_in_the_way_is_found_before_anything_is_moved() {
        let (folder, target) = scratch("way");
        staged(&target, &["a.md", "tables/t.md"], "old").commit(&[]).unwrap();
        let refused = |result: Result<()>| result.unwrap_err().to_string();
        // After the start of the run, and before it.
        let run = staged(&target, &["a.md", "tables/t.md"], "new");
        std::fs::remove_file(target.join("tables/t.md")).unwrap();
        std::fs::create_dir(target.join("tables/t.md")).unwrap();
        let message = refused(run.commit(&[]));
        assert!(message.contains("t.md` is a folder, and a file of results goes there"), "{message}");
        assert_eq!(read_to_string(target.join("a.md")).unwrap(), "old");
        assert!(target.join(MANIFEST).is_file() && !target.join(UNFINISHED).exists(), "nothing was moved");
        assert!(refused(Staging::beside(&target).map(drop)).contains("is a folder"));
        std::fs::remove_dir_all(target.join("tables")).unwrap();
        write(target.join("tables"), "").unwrap();
        let message = refused(Staging::beside(&target).map(drop));
        assert!(message.contains("tables` is a file, and a folder of results goes there; move it away"), "{message}");
        std::fs::remove_file(target.join("tables")).unwrap();
        Staging::beside(&target).map(drop).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_no_target() {
        let (folder, target) = scratch("link");
        std::os::unix::fs::symlink("nowhere", &target).unwrap();
        let message = Staging::beside(&target).unwrap_err().to_string();
        assert!(message.contains("is a link to `nowhere`, which is not there; make that folder"), "{message}");
        assert!(std::fs::read_dir(&folder).unwrap().count() == 1, "nothing was left beside it");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_in_use_stays_and_one_that_was_left_goes() {
        let (folder, target) = scratch("lock");
        let mut running = Staging::beside(&target).unwrap();
        running.write("a.md", b"1").unwrap();
        let left = folder.join(".out.1-0.partial");
        std::fs::create_dir_all(&left).unwrap();
        write(left.join(LOCK), "").unwrap();
        let young = folder.join(".out.2-0.partial");
        std::fs::create_dir_all(&young).unwrap();
        let refused = Staging::beside(&target).unwrap_err();
        assert!(refused.to_string().contains("another run is writing to"), "{refused}");
        assert!(running.folder.join("a.md").is_file() && left.exists(), "a refused run touches nothing");
        running.commit(&[]).unwrap();
        let next = Staging::beside(&target).unwrap();
        assert!(!left.exists(), "nobody holds its lock");
        assert!(young.exists(), "its lock may come in a moment");
        drop(next);
        let names = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name());
        assert!(!names.into_iter().any(|name| name.to_string_lossy().ends_with(".claim")), "a claim goes with its run");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_not_believed() {
        let (folder, target) = scratch("outside");
        std::fs::create_dir_all(&target).unwrap();
        write(folder.join("precious.txt"), "x").unwrap();
        write(target.join("a.md"), "x").unwrap();
        write(target.join(UNFINISHED), "# words\n../precious.txt\na.md\ngone.md\n").unwrap();
        let names: Vec<String> = previous_outputs(&target).into_iter().map(|file| file.path).collect();
        assert_eq!(names, ["a.md"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
