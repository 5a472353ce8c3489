//! `[multiverse]`: universes against runs of their own, counts, joint tests, what a declaration is refused for.

use crate::small;
use crate::support::{csv, estimate_in, run_study, scratch, workspace};
use panel_core::Column;
use panel_core::random::Stream;
use panel_multiverse::{Declaration, Grid};
use panelstudy::stages::compute::{Cache, Scope, compute};
use panelstudy::stages::progress::Progress;
use panelstudy::study::names;
use panelstudy::study::{ColumnSpec, Loaded};
use panelstudy::tables::column::estimate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Line = BTreeMap<String, String>;

fn grunfeld() -> PathBuf {
    workspace().join("tests/studies/grunfeld-multiverse.toml")
}

/// The universes of a run, and its folder.
fn universes(study: &Path, id: &str, name: &str, threads: usize) -> (Vec<Line>, PathBuf) {
    let out = scratch(name).join("out");
    run_study(study, &out, Some(threads)).unwrap();
    (csv(&std::fs::read_to_string(out.join(format!("results/multiverse-{id}.csv"))).unwrap()), out)
}

/// The study of one universe: its settings, nothing else of the multiverse.
fn alone(loaded: &Loaded, spec: &Declaration, grid: &Grid, line: &Line) -> Loaded {
    let code = |choice: &panel_multiverse::declaration::Choice| {
        let place = choice.option.iter().position(|option| option.id == line[&choice.id]);
        place.map_or(0, |place| place as u16 + 1)
    };
    let codes: Vec<u16> = spec.choice.iter().map(code).collect();
    let settings = grid.settings(&codes).map(|(path, value)| (path.to_owned(), toml::Value::try_from(value).unwrap()));
    loaded.with(&settings.collect()).unwrap()
}

/// Compares a universe with the column of a study that has its options, estimated from the sources on.
fn compare(loaded: &Loaded, spec: &Declaration, line: &Line) {
    let study = &loaded.study;
    let (_, column) = study.column(&spec.table, &spec.column).unwrap();
    let column = ColumnSpec { utest: Some(spec.x.clone()), ..column.clone() };
    let needed = names::with_sources(study, names::of_column(&column));
    let computed = compute(loaded, Scope::Variables(&needed), &mut Cache::default(), &mut Progress::silent()).unwrap();
    let fitted = estimate(&computed.panel, study, &column, &spec.table, &spec.column).unwrap();
    let q = fitted.quadratic.unwrap();
    let same = |name: &str, want: f64| {
        let got: f64 = line[name].parse().unwrap();
        assert_eq!(got.to_bits(), want.to_bits(), "{name} of {line:?}: {got} against {want}");
    };
    for (name, want) in [
        ("n", q.n_obs as f64),
        ("df", fitted.fit.df_t),
        ("b1", q.linear.estimate),
        ("se1", q.linear.se),
        ("p1", q.linear.p),
        ("b2", q.square.estimate),
        ("se2", q.square.se),
        ("p2", q.square.p),
        ("turning_point", q.turning_point),
        ("share_beyond", q.share_beyond),
    ] {
        same(name, want);
    }
    match q.utest_p {
        Some(p) => same("lm_p", p),
        None => assert_eq!(line["lm_p"], "", "{line:?}"),
    }
}

#[test]
fn universes_are_runs_of_their_own_to_the_bit() {
    let (lines, out) = universes(&grunfeld(), "grunfeld", "multiverse-grunfeld", 2);
    // 3 indices × (3 values × 2 capitals × 3 samples × 2 controls − those of late and drop) × 4 errors.
    assert_eq!(lines.len(), 3 * (3 * 3 - 1) * 2 * 2 * 4);
    let loaded = Loaded::read(&grunfeld()).unwrap();
    let spec = loaded.study.multiverse[0].clone();
    let grid = spec.grid().unwrap();
    let mut rng = Stream::new(7, 0);
    for _ in 0..50 {
        let line = &lines[rng.below(lines.len())];
        assert_eq!(line["reason"], "");
        compare(&alone(&loaded, &spec, &grid, line), &spec, line);
    }
    // The base is the study's own column.
    let base = lines.iter().find(|line| {
        ["crs", "raw", "one", "level", "all", "k", "firm"].iter().all(|id| line.values().any(|v| v == id))
    });
    compare(&loaded, &spec, base.unwrap());
    let registered = std::fs::read_to_string(out.join("results/multiverse-grunfeld-registered.sha256")).unwrap();
    assert!(registered.starts_with(&spec.hash()));
    // Three frontiers serve three ways to make panel values of each.
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/multiverse-grunfeld.json")).unwrap()).unwrap();
    let results = |stage: &str| {
        let stage_record = record["made"].as_array().unwrap().iter().find(|one| one["stage"] == stage);
        stage_record.map(|one| one["results"].as_u64().unwrap())
    };
    assert_eq!((results("gtfp-main"), results("variable Eff")), (Some(3), Some(9)));
}

/// A number as a reader of JSON has it, which may miss the last bit of what is written.
fn as_read(number: f64) -> f64 {
    serde_json::from_str(&serde_json::to_string(&number).unwrap()).unwrap()
}

/// A study of Grunfeld's firms in which every universe has a capital stock and a power of value of its own, and with them a
/// frontier of its own.
fn pipelines_of_their_own(folder: &Path, count: usize) -> PathBuf {
    let study_text = std::fs::read_to_string(grunfeld()).unwrap();
    let head = &study_text[..study_text.find("[[multiverse]]").unwrap()];
    let file = workspace().join("crates/panel-fe/tests/golden/grunfeld.csv");
    std::fs::copy(file, folder.join("grunfeld.csv")).unwrap();
    let head = head
        .replace("../../crates/panel-fe/tests/golden/", "")
        .replace("inputs = [\"capital\", \"value\"]", "inputs = [\"stock\", \"value\"]")
        .replace("[variables]", "[variables]\nstock = \"capital + 0\"");
    let options = |set: &dyn Fn(usize) -> String| -> String {
        let option = |k: usize| match k {
            0 => "{ id = \"0\" },".to_owned(),
            _ => format!("{{ id = \"{k}\", set = {{ {} }} }},\n", set(k)),
        };
        (0..count).map(option).collect()
    };
    let stock = options(&|k| format!("\"variables.stock\" = \"capital * (1 + {k} / 100) + {k}\""));
    let value = options(&|k| format!("\"variables.v\" = \"value ^ (1 + {k} / 1000) / 1000\""));
    let text = format!(
        "{head}[multiverse]\nid = \"own\"\ntable = \"efficiency\"\ncolumn = \"(1)\"\nx = \"v\"\njoint = {{ draws = 1 }}\n\
         choice = [\n{{ id = \"stock\", kind = \"equivalent\", option = [\n{stock}] }},\n\
         {{ id = \"power\", kind = \"equivalent\", option = [\n{value}] }} ]\n\
         [[multiverse.link]]\nchoices = [\"stock\", \"power\"]\n"
    );
    small::study(folder, &text)
}

#[test]
fn universes_that_share_nothing_are_runs_of_their_own_to_the_bit() {
    let folder = scratch("multiverse-own");
    let study = pipelines_of_their_own(&folder, 60);
    let (lines, out) = universes(&study, "own", "multiverse-own-out", 2);
    let loaded = Loaded::read(&study).unwrap();
    let spec = loaded.study.multiverse[0].clone();
    let grid = spec.grid().unwrap();
    assert_eq!(lines.len(), 60);
    for line in &lines[..50] {
        assert_eq!(line["reason"], "");
        compare(&alone(&loaded, &spec, &grid, line), &spec, line);
    }
    // A run of one universe from a file of its own, whose frontiers are solved whole.
    let line = &lines[37];
    let k = &line["stock"];
    let text = std::fs::read_to_string(&study).unwrap();
    let text = text[..text.find("[multiverse]").unwrap()]
        .replace("stock = \"capital + 0\"", &format!("stock = \"capital * (1 + {k} / 100) + {k}\""))
        .replace("v = \"value / 1000\"", &format!("v = \"value ^ (1 + {k} / 1000) / 1000\""));
    std::fs::write(folder.join("one.toml"), text).unwrap();
    run_study(&folder.join("one.toml"), &folder.join("one"), Some(1)).unwrap();
    let column =
        estimate_in(&std::fs::read_to_string(folder.join("one/results/estimates.json")).unwrap(), "efficiency", "(1)");
    let first = column["coef"].as_array().unwrap().iter().find(|coef| coef["name"] == "v").unwrap();
    for (name, key) in [("b1", "estimate"), ("se1", "se"), ("p1", "p")] {
        let got: f64 = line[name].parse().unwrap();
        assert_eq!(as_read(got).to_bits(), first[key].as_f64().unwrap().to_bits(), "{name}");
    }
    let record = std::fs::read_to_string(out.join("results/multiverse-own.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let entry = record["made"].as_array().unwrap().iter().find(|entry| entry["stage"] == "gtfp-main");
    assert_eq!(entry.unwrap()["results"], 60);
}

#[test]
fn a_choice_may_bring_other_rows() {
    let folder = small::folder("multiverse-rows");
    let choices = "{ id = \"cities\", kind = \"uncertain\", option = [ { id = \"all\" }, \
                   { id = \"fewer\", set = { \"source.(1).filter\" = \"city != 'Benxi' or x > 1\" } }, \
                   { id = \"same\", set = { \"source.(1).filter\" = \"x > 0\" } }, \
                   { id = \"gone\", set = { \"source.(1).file\" = \"gone.csv\" } } ] },\n\
                   { id = \"z\", kind = \"equivalent\", option = [ { id = \"level\" }, { id = \"square\", set = { \"table.t.column.(1).formula\" = \"y ~ x + z^2 | city + year\" } } ] },\n";
    let study = with_choices(&folder, choices);
    let (lines, out) = universes(&study, "m", "multiverse-rows-out", 2);
    let line = |cities: &str, z: &str| lines.iter().find(|line| line["cities"] == cities && line["z"] == z).unwrap();
    assert_eq!((line("all", "level")["n"].as_str(), line("fewer", "level")["n"].as_str()), ("9", "8"));
    for z in ["level", "square"] {
        // Another filter, the same rows.
        assert_eq!(line("same", z)["same_as"], line("all", z)["id"]);
        assert!(line("gone", z)["reason"].contains("gone.csv"), "{:?}", line("gone", z));
        let text = std::fs::read_to_string(&study).unwrap();
        let text = text[..text.find("[multiverse]").unwrap()]
            .replace("file = \"data.csv\"", "file = \"data.csv\"\nfilter = \"city != 'Benxi' or x > 1\"");
        let text = if z == "square" { text.replace("y ~ x + z |", "y ~ x + z^2 |") } else { text };
        std::fs::write(folder.join("one.toml"), text).unwrap();
        run_study(&folder.join("one.toml"), &folder.join("one"), Some(1)).unwrap();
        let column =
            estimate_in(&std::fs::read_to_string(folder.join("one/results/estimates.json")).unwrap(), "t", "(1)");
        let first = column["coef"].as_array().unwrap().iter().find(|coef| coef["name"] == "x").unwrap();
        for (name, key) in [("b1", "estimate"), ("se1", "se"), ("p1", "p")] {
            let got: f64 = line("fewer", z)[name].parse().unwrap();
            assert_eq!(as_read(got).to_bits(), first[key].as_f64().unwrap().to_bits(), "{name} {z}");
        }
    }
    // Draws take clusters of one name as one, whatever rows there are.
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/multiverse-m.json")).unwrap()).unwrap();
    assert_eq!(record["joint"]["clusters"], 3);
    let tested: Vec<&str> =
        record["joint"]["panels"].as_array().unwrap().iter().filter_map(|panel| panel["option"].as_str()).collect();
    assert!(tested.len() >= 2, "{record}");
}

#[test]
fn a_curve_takes_changes_of_every_kind() {
    let folder = small::folder("curve-kinds");
    let table = small::table("y ~ x + x^2 | city", "vcov = \"hc1\"");
    let variant = |label: &str, set: &str| {
        format!("[[curve.variant]]\nchoice = \"D1\"\nlabel = \"{label}\"\nset = {{ {set} }}\n")
    };
    let variants = [
        ("errors", "\"table.t.column.(1).vcov\" = \"iid\""),
        ("rows", "\"source.(1).filter\" = \"city != 'Benxi'\""),
        ("response", "\"table.t.column.(1).formula\" = \"k ~ x + x^2 | city\""),
        ("variable", "\"variables.w\" = \"z + 2\""),
        ("unseen", "\"report.stars\" = [0.1]"),
        ("no such path", "\"gtfp.main.rts\" = \"vrs\""),
        ("no such column", "\"table.t.column.(1).formula\" = \"q ~ x + x^2 | city\""),
        ("no square", "\"table.t.column.(1).formula\" = \"y ~ x | city\""),
        ("no rows", "\"table.t.column.(1).sample\" = \"x > 100\""),
        ("no file", "\"source.(1).file\" = \"gone.csv\""),
    ];
    let curve: String = variants.iter().map(|(label, set)| variant(label, set)).collect();
    let head = format!("{}[variables]\nw = \"z + 1\"\n{table}", small::HEAD);
    let text = format!("{head}[curve]\nid = \"c\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\n{curve}");
    let study = small::study(&folder, &text);
    run_study(&study, &folder.join("out"), Some(2)).unwrap();
    let points: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("out/results/curve.json")).unwrap()).unwrap();
    assert_eq!(points.len(), 1 + variants.len());
    let loaded = Loaded::read(&study).unwrap();
    let settings = std::iter::once(toml::Table::new()).chain(variants.iter().map(|(_, set)| {
        let set: toml::Value = format!("set = {{ {set} }}").parse::<toml::Table>().unwrap()["set"].clone();
        set.as_table().unwrap().clone()
    }));
    for (set, point) in settings.zip(&points) {
        let single = || -> panelstudy::Result<_> {
            let loaded = loaded.with(&set)?;
            let column = ColumnSpec { utest: Some("x".into()), ..loaded.study.column("t", "(1)").unwrap().1.clone() };
            let needed = names::with_sources(&loaded.study, names::of_column(&column));
            let silent = &mut Progress::silent();
            let computed = compute(&loaded, Scope::Variables(&needed), &mut Cache::default(), silent)?;
            estimate(&computed.panel, &loaded.study, &column, "t", "(1)")
        };
        match single() {
            Ok(fitted) => {
                let q = fitted.quadratic.unwrap();
                for (name, want) in [
                    ("linear", q.linear.estimate),
                    ("linear_se", q.linear.se),
                    ("square", q.square.estimate),
                    ("square_p", q.square.p),
                    ("turning_point", q.turning_point),
                    ("share_beyond", q.share_beyond),
                    ("n_obs", q.n_obs as f64),
                ] {
                    assert_eq!(
                        point[name].as_f64().map(f64::to_bits),
                        Some(as_read(want).to_bits()),
                        "{name} of {point}"
                    );
                }
                assert_eq!(point["utest_p"].as_f64(), q.utest_p.map(as_read), "{point}");
            }
            Err(error) => assert_eq!(point["reason"], error.to_string()),
        }
    }
}

#[test]
fn the_papers_grid_holds_what_was_counted() {
    let loaded = Loaded::read(&workspace().join("fixtures/studies/paper-multiverse.toml")).unwrap();
    let counts = loaded.study.multiverse[0].grid().unwrap().counts().unwrap();
    // Counted by a script of its own from the same declaration.
    assert_eq!((counts.choices, counts.universes, counts.estimates), (15, 348_840, 69_768));
    assert_eq!((counts.equivalent, counts.equivalent_and_uncertain), (256, 15_504));
    assert_eq!(counts.estimates_before_excludes, 172_800);
    let alone: Vec<u128> = counts.excludes.iter().map(|exclude| exclude.alone).collect();
    assert_eq!(alone, [27_648, 28_800, 7_200, 14_400, 28_800, 27_648]);
}

/// A small study with a multiverse of one or more choices.
fn with_choices(folder: &Path, choices: &str) -> PathBuf {
    let table = small::table("y ~ x + z | city + year", "vcov = \"cluster:city\"");
    let multiverse = format!(
        "[multiverse]\nid = \"m\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\njoint = {{ draws = 9 }}\nchoice = [\n{choices}]\n"
    );
    small::study(folder, &format!("{}[variables]\nw = \"z + 1\"\n{table}{multiverse}", small::HEAD))
}

#[test]
fn a_declaration_that_cannot_be_meant_is_refused_by_name() {
    let folder = small::folder("multiverse-refused");
    let refused = |choices: &str| {
        let study = with_choices(&folder, choices);
        run_study(&study, &folder.join("out"), Some(1)).unwrap_err().to_string()
    };
    let option = |set: &str| {
        format!(
            "{{ id = \"a\", kind = \"equivalent\", option = [ {{ id = \"base\" }}, {{ id = \"other\", set = {{ {set} }} }} ] }},\n"
        )
    };
    for (choices, reason) in [
        (option("\"variables.z\" = \"x\"").replace("kind = \"equivalent\", ", ""), "kind"),
        (option("\"variables.z\" = \"x\"").replace("equivalent", "equivalant"), "did you mean `equivalent`?"),
        (option("\"table.t.column.(1).vcof\" = \"iid\""), "vcof"),
        (option("\"table.t.column.(3).vcov\" = \"iid\""), "(3)"),
        (option("\"table.t.column.(1).vcov\" = \"cluster:city\""), "changes nothing"),
        (option("\"table.t.title\" = \"T\""), "has no effect on column `(1)`"),
        (option("\"variables.w\" = \"z + 2\""), "has no effect on column `(1)`"),
    ] {
        let message = refused(&choices);
        assert!(message.contains(reason), "{reason}: {message}");
        assert!(!folder.join("out").exists(), "nothing is written");
    }
}

#[test]
fn a_universe_that_cannot_be_estimated_stays_with_its_reason() {
    let folder = small::folder("multiverse-refused-universe");
    let choices = "{ id = \"sample\", kind = \"uncertain\", option = [ { id = \"all\" }, { id = \"none\", set = { \"table.t.column.(1).sample\" = \"x > 100\" } } ] },\n\
                   { id = \"controls\", kind = \"equivalent\", option = [ { id = \"z\" }, { id = \"w\", set = { \"table.t.column.(1).formula\" = \"y ~ x | city + year\" } } ] },\n";
    let (lines, out) = universes(&with_choices(&folder, choices), "m", "multiverse-refused-universe-out", 1);
    let refused: Vec<&Line> = lines.iter().filter(|line| !line["reason"].is_empty()).collect();
    assert_eq!((lines.len(), refused.len()), (4, 2));
    assert!(refused.iter().all(|line| line["sample"] == "none" && line["b1"].is_empty() && line["same_as"].is_empty()));
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/multiverse-m.json")).unwrap()).unwrap();
    assert_eq!(record["groups"][2]["estimated"], 2);
    assert_eq!(record["joint"]["panels"][0]["universes"], 2);
    assert_eq!(record["joint"]["untested"][0]["panel"], "sample=none");
}

/// Two designs.
const TWO: &str = "{ id = \"controls\", kind = \"equivalent\", option = [ { id = \"z\" }, { id = \"w\", set = { \"table.t.column.(1).formula\" = \"y ~ x | city + year\" } } ] },\n";

/// Files of the multiverse of a run.
fn files(out: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = small::contents(&out.join("results"));
    files.retain(|(path, _)| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("multiverse")));
    files.into_iter().map(|(path, bytes)| (path.file_name().unwrap().into(), bytes)).collect()
}

#[test]
fn a_stopped_run_goes_on_where_it_stopped_and_another_declaration_starts_anew() {
    let folder = small::folder("multiverse-resumed");
    let study = with_choices(&folder, TWO);
    let (fresh, out, journal) = (folder.join("fresh"), folder.join("out"), folder.join(".out.multiverse-m"));
    run_study(&study, &fresh, Some(1)).unwrap();
    assert!(!folder.join(".fresh.multiverse-m").exists(), "a whole run leaves nothing to go on from");
    // A folder where a file is to be stops a run at its last step.
    let stop = || {
        std::fs::create_dir_all(out.join("results/multiverse-m.csv")).unwrap();
        run_study(&study, &out, Some(1)).unwrap_err();
        std::fs::remove_dir_all(&out).unwrap();
    };
    let log = || std::fs::read_to_string(out.join("log/run.jsonl")).unwrap();
    stop();
    let noted = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &noted[..noted.len() - 1]).unwrap();
    run_study(&study, &out, Some(1)).unwrap();
    assert!(log().contains("goes on where a stopped run stood: 1 designs"), "{}", log());
    assert!(files(&out) == files(&fresh), "bytes differ");
    assert!(!journal.exists());
    std::fs::remove_dir_all(&out).unwrap();
    stop();
    let other = with_choices(&folder, &TWO.replace("id = \"w\"", "id = \"none\""));
    run_study(&other, &out, Some(1)).unwrap();
    assert!(log().contains("starts anew: what a stopped run had estimated is of declaration"), "{}", log());
}

#[test]
fn parquet_holds_what_csv_holds() {
    let folder = small::folder("multiverse-parquet");
    let study = with_choices(&folder, TWO);
    let text = std::fs::read_to_string(&study).unwrap() + "[report]\npanel = [\"csv\", \"parquet\"]\n";
    std::fs::write(&study, text).unwrap();
    let (lines, out) = universes(&study, "m", "multiverse-parquet-out", 2);
    let path = out.join("results/multiverse-m.parquet");
    let read = panel_core::io::read_table(&path, &panel_core::io::ReadOptions::default()).unwrap();
    assert_eq!(read.n_rows(), lines.len());
    for (row, line) in lines.iter().enumerate() {
        for name in ["id", "controls", "verdict"] {
            let Column::Text(texts) = read.column(name).unwrap() else { panic!("`{name}` is no text") };
            assert_eq!(texts.get(row).unwrap_or_default(), line[name], "{name}");
        }
        for name in ["n", "b1", "se1", "p1", "effect", "t"] {
            let Column::Float(numbers) = read.column(name).unwrap() else { panic!("`{name}` holds no numbers") };
            let want: f64 = line[name].parse().unwrap();
            assert_eq!(numbers[row].to_bits(), want.to_bits(), "{name}");
        }
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let choices = "{ id = \"controls\", kind = \"equivalent\", option = [ { id = \"z\" }, { id = \"w\", set = { \"table.t.column.(1).formula\" = \"y ~ x | city + year\" } } ] },\n\
                   { id = \"z\", kind = \"equivalent\", when = { controls = [\"z\"] }, option = [ { id = \"level\" }, { id = \"square\", set = { \"table.t.column.(1).formula\" = \"y ~ x + z^2 | city + year\" } } ] },\n";
    let folder = small::folder("multiverse-threads");
    let study = with_choices(&folder, choices);
    let files_with = |threads: usize| {
        let (_, out) = universes(&study, "m", &format!("multiverse-threads-{threads}"), threads);
        let mut files = small::contents(&out);
        files.retain(|(path, _)| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("multiverse")));
        files.into_iter().map(|(path, bytes)| (path.file_name().unwrap().to_owned(), bytes)).collect::<Vec<_>>()
    };
    let one = files_with(1);
    assert!(one.len() > 8);
    assert!(one == files_with(3), "bytes differ");
}
