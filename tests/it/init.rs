//! `--init`: files on disk, nothing overwritten, an example that runs, a template that a check understands.

use crate::support::{run_study, scratch};
use clap::Parser;
use replicate::check::check;
use replicate::cli::{Cli, execute};
use replicate::init::{files, init};
use replicate::study::Loaded;

#[test]
fn the_files_are_written_and_the_example_runs() {
    let folder = scratch("init").join("new");
    let said = init(&folder).unwrap();
    assert!(said.contains("example/study.toml"), "{said}");
    for (name, text) in files() {
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), text, "{name}");
    }
    let example = folder.join("example/study.toml");
    assert!(check(&Loaded::read(&example).unwrap()).problems.is_empty());
    let out = folder.join("example/results");
    run_study(&example, &out, Some(1)).unwrap();
    assert!(out.join("tables/baseline.docx").is_file() && out.join("index.html").is_file());
}

#[test]
fn the_empty_template_has_one_problem() {
    let folder = scratch("init-template").join("new");
    init(&folder).unwrap();
    let checked = check(&Loaded::read(&folder.join("study.toml")).unwrap());
    // The study file itself is sound; what it lacks is data.
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    assert!(checked.problems[0].contains("yearbook.csv") && checked.problems[0].contains("no row of data"));
}

#[test]
fn nothing_is_overwritten_and_nothing_else_written() {
    let folder = scratch("init-refused");
    std::fs::write(folder.join("codebook.csv"), "mine").unwrap();
    let error = init(&folder).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("`codebook.csv` is there already"), "{error}");
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["codebook.csv"]);
    assert_eq!(std::fs::read_to_string(folder.join("codebook.csv")).unwrap(), "mine");
}

#[test]
fn it_stands_alone_on_the_command_line() {
    for other in [vec!["--study", "s.toml"], vec!["--out", "o"], vec!["--only", "va"], vec!["--check"]] {
        let arguments = ["replicate", "run", "--init", "new"].into_iter().chain(other.iter().copied());
        let error = Cli::try_parse_from(arguments).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict, "{other:?}");
    }
    let folder = scratch("init-command").join("new");
    let cli = Cli::try_parse_from(["replicate", "run", "--init", folder.to_str().unwrap()]).unwrap();
    assert_eq!(execute(&cli).unwrap().code, 0);
    assert!(folder.join("study.toml").is_file());
    assert_eq!(execute(&cli).unwrap_err().exit_code(), 2, "a second time it is there");
}
