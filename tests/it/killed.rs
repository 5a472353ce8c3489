//! Runs that are killed, and outputs that cannot be written: earlier results stay whole.

use crate::small::{DATA, HEAD, contents, folder, no_partial, study, table};
use crate::support::run_study;
use panel_core::interrupt::Interrupt;
use panelstudy::stages::store::Staging;
use std::path::{Path, PathBuf};

/// The small study in a folder of its own, and an output folder.
fn good(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let folder = folder(name);
    let study = study(&folder, &format!("{HEAD}{}", table("y ~ x | city + year", "")));
    let out = folder.join("out");
    (folder, study, out)
}

/// This test binary, started again for one test that does its work only there.
fn child(test: &str, study: &Path, out: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    command.env("CHILD_STUDY", study).env("CHILD_OUT", out).env_remove("NEXTEST");
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command
}

/// What [`child`] was given; none where the test runs as a test.
fn task() -> Option<(PathBuf, PathBuf)> {
    Some((std::env::var_os("CHILD_STUDY")?.into(), std::env::var_os("CHILD_OUT")?.into()))
}

#[test]
fn in_a_child_that_dies_while_it_writes() {
    if let Some((_, out)) = task() {
        let mut staging = Staging::beside(&out).unwrap();
        staging.write("tables/t.md", b"half of a run").unwrap();
        std::process::abort();
    }
}

#[test]
fn a_run_killed_half_way_leaves_earlier_results_and_the_next_run_cleans_up() {
    let (folder, study, out) = good("killed");
    run_study(&study, &out, Some(1)).unwrap();
    let before = contents(&out);
    let status = child("killed::in_a_child_that_dies_while_it_writes", &study, &out).status().unwrap();
    assert!(!status.success(), "it was to die");
    assert!(contents(&out) == before, "earlier results have changed");
    assert!(!no_partial(&folder), "the killed run left its temporary folder");
    run_study(&study, &out, Some(1)).unwrap();
    assert!(no_partial(&folder), "the next run cleans up");
}

/// A run killed while it moved its results in left two kinds of files and said so; the next run owns them all.
#[test]
fn what_an_unfinished_run_left_is_removed_by_the_next() {
    let (_, study, out) = good("unfinished");
    run_study(&study, &out, Some(1)).unwrap();
    let files: Vec<PathBuf> = contents(&out).into_iter().map(|(path, _)| path).collect();
    std::fs::remove_file(out.join("manifest.json")).unwrap();
    std::fs::write(out.join("tables/gone.md"), "of the killed run").unwrap();
    std::fs::write(out.join("UNFINISHED"), "# words\ntables/gone.md\ntables/t.md\nlog/run.jsonl\n").unwrap();
    std::fs::write(out.join("mine.txt"), "mine").unwrap();
    run_study(&study, &out, Some(1)).unwrap();
    let now: Vec<PathBuf> = contents(&out).into_iter().map(|(path, _)| path).collect();
    let mut expected = files;
    expected.push(out.join("mine.txt"));
    expected.sort();
    assert_eq!(now, expected);
}

#[test]
fn an_output_that_cannot_be_written_is_exit_code_3() {
    let (folder, study, _) = good("unwritable");
    for out in [folder.join("data.csv"), folder.join("data.csv/below")] {
        let error = run_study(&study, &out, Some(1)).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{error}");
        assert!(error.to_string().contains("data.csv") && !error.to_string().contains('\n'), "{error}");
    }
    assert_eq!(std::fs::read_to_string(folder.join("data.csv")).unwrap(), DATA);
}

#[test]
fn in_a_child_with_a_limit_on_files() {
    if let Some((study, out)) = task() {
        let error = run_study(&study, &out, Some(1)).unwrap_err();
        std::fs::write(study.with_extension("says"), format!("{}\n{error}", error.exit_code())).unwrap();
    }
}

/// A disk that takes no more, played by a limit on the size of files.
#[cfg(unix)]
#[test]
fn a_disk_that_refuses_is_exit_code_3_and_earlier_results_stay() {
    let (folder, study, out) = good("full-disk");
    run_study(&study, &out, Some(1)).unwrap();
    let before = contents(&out);
    let test = child("killed::in_a_child_with_a_limit_on_files", &study, &out);
    let mut limited = std::process::Command::new("sh");
    // The signal is ignored, so that writing fails instead.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(test.get_program()).args(test.get_args());
    limited.envs(test.get_envs().filter_map(|(name, value)| Some((name, value?)))).env_remove("NEXTEST");
    limited.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    assert!(limited.status().unwrap().success());
    let outcome = std::fs::read_to_string(study.with_extension("says")).unwrap();
    let (code, message) = outcome.split_once('\n').unwrap();
    assert_eq!(code, "3", "{message}");
    assert!(message.contains("cannot write") && !message.contains('\n'), "{message}");
    assert!(contents(&out) == before, "earlier results have changed");
    assert!(no_partial(&folder));
}

/// An interrupted run ends with an error that says so, and leaves what was there before.
#[test]
fn an_interrupted_run_leaves_earlier_results() {
    let (folder, study, out) = good("interrupted");
    run_study(&study, &out, Some(1)).unwrap();
    let before = contents(&out);
    std::fs::write(folder.join("data.csv"), DATA.replace('1', "2")).unwrap();
    let error = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let interrupt = Interrupt::default();
            interrupt.ask();
            interrupt.obey();
            run_study(&study, &out, Some(2)).map(drop)
        });
        run.join().unwrap()
    });
    assert!(matches!(error, Err(panelstudy::Error::Interrupted(_))), "{error:?}");
    assert!(contents(&out) == before, "earlier results have changed");
    assert!(no_partial(&folder));
}
