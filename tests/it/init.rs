//! `panelstudy init`: files on disk, nothing overwritten, an example that runs, a template that a check understands.

use crate::support::{run_study, scratch};
use clap::Parser;
use panelstudy::check::check;
use panelstudy::cli::{Cli, execute};
use panelstudy::init::{files, init, plain_files};
use panelstudy::study::Loaded;

#[test]
fn the_files_are_written_and_the_example_runs() {
    let folder = scratch("init").join("new");
    let message = init(&folder).unwrap();
    assert!(message.contains("example/study.toml"), "{message}");
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
fn a_plain_study_runs_as_it_is() {
    let folder = scratch("init-plain").join("new");
    let cli = Cli::try_parse_from(["panelstudy", "init", folder.to_str().unwrap(), "--plain"]).unwrap();
    assert!(execute(&cli).unwrap().summary.contains("study.toml"));
    for (name, text) in plain_files() {
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), text, "{name}");
    }
    let checked = check(&Loaded::read(&folder.join("study.toml")).unwrap());
    assert!(checked.problems.is_empty() && checked.text.contains("No problem found"), "{}", checked.text);
    let out = folder.join("results");
    run_study(&folder.join("study.toml"), &out, Some(1)).unwrap();
    let table = std::fs::read_to_string(out.join("tables/investment.md")).unwrap();
    // Grunfeld's own coefficients without effects, and a column of the later years.
    assert!(table.contains("0.116***") && table.contains("From 1940"), "{table}");
    assert!(Cli::try_parse_from(["panelstudy", "run", "s.toml", "--plain"]).is_err(), "only with init");
}

/// The example of the documentation is one that runs.
#[test]
fn the_documented_study_runs() {
    let page = std::fs::read_to_string(crate::support::workspace().join("docs/own-data.md")).unwrap();
    let (_, rest) = page.split_once("## What a table can say").unwrap();
    let (_, rest) = rest.split_once("```toml\n").unwrap();
    let (study, _) = rest.split_once("```").unwrap();
    let folder = scratch("init-documented");
    std::fs::write(folder.join("study.toml"), study).unwrap();
    std::fs::write(folder.join("grunfeld.csv"), &plain_files()[1].1).unwrap();
    let checked = check(&Loaded::read(&folder.join("study.toml")).unwrap());
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    run_study(&folder.join("study.toml"), &folder.join("out"), Some(1)).unwrap();
    assert!(folder.join("out/tables/investment.md").is_file() && folder.join("out/tables/descriptives.md").is_file());
}

/// The section that stands for a window of settings is one that a study can have.
#[test]
fn the_documented_productivity_runs() {
    let page = std::fs::read_to_string(crate::support::workspace().join("docs/from-maxdea.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (section, _) = rest.split_once("```").unwrap();
    let folder = crate::small::folder("init-maxdea");
    let rename = "rename = { capital = \"k\", labour = \"l\", gdp = \"y\" }\n";
    let study = crate::small::study(&folder, &format!("{}{rename}{section}", crate::small::HEAD));
    run_study(&study, &folder.join("out"), Some(1)).unwrap();
    let scores = std::fs::read_to_string(folder.join("out/results/gtfp-main.csv")).unwrap();
    assert!(scores.lines().count() == 10 && folder.join("out/results/gtfp-main-peers.csv").is_file(), "{scores}");
}

#[test]
fn the_empty_template_has_one_problem() {
    let folder = scratch("init-template").join("new");
    init(&folder).unwrap();
    let checked = check(&Loaded::read(&folder.join("study.toml")).unwrap());
    // The study file itself is sound; what it lacks is data.
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    assert!(checked.sentences()[0].contains("yearbook.csv") && checked.sentences()[0].contains("no row of data"));
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
    for other in [["--out", "o"], ["--only", "va"], ["--threads", "2"]] {
        let arguments = ["panelstudy", "init", "new"].into_iter().chain(other);
        let error = Cli::try_parse_from(arguments).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument, "{other:?}");
    }
    let folder = scratch("init-command").join("new");
    let cli = Cli::try_parse_from(["panelstudy", "init", folder.to_str().unwrap()]).unwrap();
    assert_eq!(execute(&cli).unwrap().code, 0);
    assert!(folder.join("study.toml").is_file());
    assert_eq!(execute(&cli).unwrap_err().exit_code(), 2, "a second time it is there");
}
