//! The worked example of 15 choices (tests/golden/example): counts by a script that expands everything.

use crate::tools::{golden, json};
use panel_multiverse::declaration::Declaration;
use panel_multiverse::grid::{Reads, Scope};
use panel_multiverse::{Error, Grid, Panel};

fn declaration() -> Declaration {
    let text = std::fs::read_to_string(golden("example").join("mv.toml")).unwrap();
    let mut study: toml::Table = text.parse().unwrap();
    study.remove("multiverse").unwrap().try_into().unwrap()
}

#[test]
fn counts_are_those_of_the_expansion() {
    let want = json(&golden("example").join("counts.json"));
    let grid = declaration().grid().unwrap();
    let counts = grid.counts().unwrap();
    assert_eq!(want["choices"], counts.choices);
    assert_eq!(want["universes"], counts.universes as u64);
    assert_eq!(want["estimates_before_excludes"], counts.estimates_before_excludes as u64);
    assert_eq!(want["one_change_of_base"], counts.one_change as u64);
    let alone: Vec<u64> = counts.excludes.iter().map(|exclude| exclude.alone as u64).collect();
    assert_eq!(want["removed_by_each_exclude_alone"], serde_json::to_value(alone).unwrap());
    assert!(counts.excludes.iter().all(|exclude| exclude.only_this > 0 && exclude.only_this <= exclude.alone));
    assert_eq!(
        (counts.universes, counts.estimates, counts.equivalent, counts.equivalent_and_uncertain),
        (348_840, 69_768, 256, 15_504)
    );
    let scopes = [
        ("all", grid.estimates()),
        ("equivalent", grid.panel_scope(&Panel::Base)),
        ("equivalent_and_uncertain", grid.panel_scope(&Panel::Pooled)),
    ];
    for (name, scope) in scopes {
        let count = |key: &str| want[name][key].as_u64().unwrap();
        assert_eq!(count("estimates"), grid.count(&scope).unwrap() as u64);
        for (stage, reads) in stages() {
            assert_eq!(count(stage), grid.distinct(&scope, &reads).unwrap() as u64, "{name} {stage}");
        }
    }
}

fn stages() -> Vec<(&'static str, Vec<Reads>)> {
    let all = |names: &[&str]| names.iter().map(|name| Reads::all(name)).collect::<Vec<_>>();
    let dea = ["index", "returns", "bads", "calibration", "capital", "good", "scope"];
    let va = ["form", "decay", "distance", "scope"];
    let with = |names: &[&str], more: &[Reads]| [all(names), more.to_vec()].concat();
    let drop = Reads::only("value", &["drop"]);
    vec![
        ("dea", all(&dea)),
        ("outcomes", with(&dea, &[Reads::all("value")])),
        ("va", all(&va)),
        ("designs", with(&va, &[Reads::all("sample"), Reads::all("controls"), Reads::all("finance"), drop.clone()])),
        ("row_sets", with(&["sample", "scope"], &[drop])),
    ]
}

#[test]
fn walking_gives_what_is_counted_and_panels_are_found_again() {
    let grid = declaration().grid().unwrap();
    assert_eq!(grid.walk(&grid.everything()).count(), 348_840);
    let universes = grid.universes(&grid.estimates(), 1_000_000).unwrap();
    assert_eq!(universes.len(), 69_768);
    let mut panels = vec![Panel::Base, Panel::Pooled];
    panels.extend(grid.one_other_panels());
    for panel in panels {
        let scope: Scope = grid.panel_scope(&panel);
        let places = universes.places(&grid, &scope);
        assert_eq!(places.len() as u128, grid.count(&scope).unwrap(), "{panel:?}");
        assert!(places.iter().zip(grid.walk(&scope)).all(|(&place, codes)| *universes.get(place as usize) == *codes));
    }
    for place in [0, 17, 40_000, 69_767] {
        assert_eq!(universes.find(universes.get(place)), Some(place));
    }
    assert_eq!(grid.ids(&universes).unwrap().len(), 69_768, "no two ids are equal");
}

#[test]
fn ids_do_not_depend_on_the_order_of_choices() {
    let declared = declaration();
    let grid = declared.grid().unwrap();
    let mut shuffled = declared.clone();
    // Parents stay above their children.
    shuffled.choice.rotate_left(7);
    let reordered = Grid::new(&shuffled.choice, &shuffled.link, &shuffled.exclude);
    let reordered = reordered.unwrap();
    let ids = |grid: &Grid| {
        let universes = grid.universes(&grid.estimates(), 1_000_000).unwrap();
        let mut ids = grid.ids(&universes).unwrap();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&grid), ids(&reordered));
    let base = grid.base(&grid.everything());
    // sha256 of the lines, by Python 3.11's hashlib.
    assert_eq!(grid.id(&base), BASE_ID);
}

const BASE_ID: &str = "d7d8b590f6d6";

#[test]
fn samples_hold_the_base_and_its_neighbours() {
    let grid = declaration().grid().unwrap();
    let scope = grid.everything();
    for size in [500, 300_000] {
        let drawn = grid.sample(&scope, size, 3).unwrap();
        assert_eq!(drawn.len() as u64, size);
        assert!(drawn.find(&grid.base(&scope)).is_some());
        assert!(drawn.iter().filter(|codes| grid.changes(codes).count_ones() == 1).count() >= 24);
        assert!(drawn.iter().zip(drawn.iter().skip(1)).all(|(one, next)| one < next), "in order, none twice");
        assert_eq!(drawn, grid.sample(&scope, size, 3).unwrap());
    }
    assert_ne!(grid.sample(&scope, 500, 3).unwrap(), grid.sample(&scope, 500, 4).unwrap());
    assert_eq!(grid.sample(&scope, 400_000, 3).unwrap().len(), 348_840);
    let error = grid.sample(&scope, 5, 3).unwrap_err().to_string();
    assert!(error.contains("5 universes do not hold the base"), "{error}");
}

#[test]
fn a_limit_says_the_count() {
    let mut declared = declaration();
    declared.limit = 1000;
    let error = declared.grid().unwrap_err();
    assert!(matches!(error, Error::TooMany { count: 348_840, limit: 1000, .. }), "{error}");
    assert!(error.to_string().contains("348840 universes"), "{error}");
    declared.sample = Some(500);
    assert!(declared.grid().is_ok());
}

#[test]
fn the_hash_knows_every_key() {
    let declared = declaration();
    let hash = declared.hash();
    assert_eq!(hash.len(), 64);
    let mut other = declared.clone();
    other.joint.draws = 998;
    assert_ne!(other.hash(), hash);
    other = declared.clone();
    other.choice[1].option[1].set.insert("va.unit_km".into(), 1000.0.into());
    assert_ne!(other.hash(), hash);
    assert_eq!(declaration().hash(), hash);
}

#[test]
fn settings_stand_in_file_order() {
    let grid = declaration().grid().unwrap();
    let mut codes = grid.base(&grid.everything());
    assert_eq!(grid.settings(&codes).count(), 0);
    codes[0] = 2;
    codes[3] = 2;
    let paths: Vec<&str> = grid.settings(&codes).map(|(path, _)| path).collect();
    assert_eq!(paths, ["va.form", "gtfp.main.model", "gtfp.main.bounded"]);
}

/// A stage is reached by the paths of its section; the study's own names tell which.
#[test]
fn stages_have_as_many_results_as_combinations_that_reach_them() {
    let grid = declaration().grid().unwrap();
    let universes = grid.universes(&grid.estimates(), 1_000_000).unwrap();
    let va = grid.choices_that_set(|path| path.starts_with("va."));
    let names: Vec<&str> = va.iter().map(|&choice| grid.choices()[choice].id.as_str()).collect();
    assert_eq!(names, ["form", "decay", "distance", "scope"]);
    let projection = universes.project(&va);
    assert_eq!(projection.representatives.len(), 38);
    for (place, &number) in projection.of_universe.iter().enumerate().step_by(997) {
        let (one, other) = (universes.get(place), universes.get(projection.representatives[number as usize] as usize));
        assert!(va.iter().all(|&choice| one[choice] == other[choice]));
    }
    // The scores alone: the panel value is a stage of its own, else it quadruples the programs.
    let dea = grid.choices_that_set(|path| {
        (path.starts_with("gtfp.main.") && path != "gtfp.main.panel_value")
            || ["variables.capital", "variables.gdp_real"].contains(&path)
    });
    assert_eq!(universes.project(&dea).representatives.len(), 136);
}
