//! What a study file alone can say beyond the types of its keys.

use super::asked::{check_stats, check_stats_of};
use super::section::check_id;
use super::{ALL_TABLES, COMPARE_TABLE, MediationSpec, Study, TableKind, TableSpec};

/// Things that types cannot say: each mistake with the path of the key that it is about.
pub(super) fn check(study: &Study) -> Vec<(String, String)> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    if study.sources.is_empty() {
        note("study".into(), Err("no [[source]]: a study needs data".into()));
    }
    for (place, source) in study.sources.iter().enumerate() {
        for (key, why) in source.idle_keys() {
            let message = format!("source `{}`: `{key}` {why}", source.file);
            note(format!("source.({}).{key}", place + 1), Err(message));
        }
    }
    wrong.extend(check_indices(study));
    let curve = study.curve.iter().map(|curve| ("table", curve.id.as_str()));
    let tables = study.tables.iter().map(|spec| ("table", spec.id.as_str())).chain(curve);
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    for (what, id) in tables.chain(study.mediation.iter().map(|spec| ("mediation", spec.id.as_str()))) {
        note(format!("{what}.{id}"), check_id(what, id));
    }
    for table in &study.tables {
        wrong.extend(check_sample(table));
    }
    for table in &study.tables {
        wrong.extend(check_table(table));
    }
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    note("quality.ranges".into(), study.quality.check());
    note("report".into(), study.report.check(&study.tables, &study.sources));
    for spec in &study.mediation {
        note(format!("mediation.{}", spec.id), spec.steps().map(|_| ()).map_err(|error| error.to_string()));
    }
    for (place, spec) in study.comparisons.iter().enumerate() {
        let twice = study.comparisons[..place].iter().any(|other| other.id == spec.id);
        let once = if twice { Err(format!("compare id `{}` stands twice", spec.id)) } else { Ok(()) };
        note(format!("compare.({})", place + 1), once.and_then(|()| check_id("compare", &spec.id)));
    }
    if let Some(curve) = &study.curve {
        note("curve".into(), curve.check(&study.tables));
    }
    wrong.extend(study.tables.iter().filter_map(|table| table.check_layout().err()));
    wrong.extend(study.comparisons.iter().filter_map(|spec| spec.check(study).err()));
    wrong.extend(study.mediation.iter().filter_map(wrong_bootstrap));
    wrong.extend(crate::spatial::check(study));
    wrong.extend(super::multiverse::check(study));
    wrong.extend(check_names(study));
    wrong
}

/// What can be wrong with each index by itself, and with their order.
fn check_indices(study: &Study) -> Vec<(String, String)> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    for index in study.indices.iter() {
        let stage = index.stage();
        let message = index.check().err().map(|message| format!("stage `{stage}`: {message}"));
        wrong.extend(message.map(|message| (stage.replacen('-', ".", 1), message)));
    }
    wrong.extend(crate::names::check_order(study).err().map(|message| ("study".to_owned(), message)));
    wrong
}

/// A table whose sample belongs elsewhere.
fn check_sample(table: &TableSpec) -> Option<(String, String)> {
    let columnwise = matches!(table.kind, TableKind::Regression | TableKind::SpatialTests);
    let without_sample = columnwise || table.kind == TableKind::Calibration;
    let belongs = if columnwise { "its columns" } else { "[[gtfp]]" };
    let message = || format!("table `{}`: a sample of this kind of table belongs to {belongs}", table.id);
    (without_sample && table.sample.is_some()).then(|| (format!("table.{}.sample", table.id), message()))
}

/// What can be wrong with a table by itself.
fn check_table(table: &TableSpec) -> Vec<(String, String)> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    note(format!("table.{}", table.id), table.check_contents());
    note(format!("table.{}", table.id), table.check_headings());
    note(format!("table.{}", table.id), table.check_means());
    note(format!("table.{}.stats", table.id), check_stats(table.stats.as_deref()));
    if table.kind != TableKind::Regression && table.stats.is_some() {
        let message = format!("table `{}`: `stats` belongs to tables of regressions", table.id);
        note(format!("table.{}.stats", table.id), Err(message));
    } else {
        note(format!("table.{}.stats", table.id), check_stats_of(table));
    }
    for (name, column) in table.named_columns() {
        for (key, message) in column.mistakes() {
            let place = format!("table.{}.column.{name}.{key}", table.id);
            note(place, Err(format!("table `{}`, column {name}: {message}", table.id)));
        }
    }
    wrong
}

/// What streaming cannot do, and names that stand for two things.
fn check_names(study: &Study) -> Vec<(String, String)> {
    let mut wrong = super::streaming::check(study);
    wrong.extend(names_of_indices(study).err());
    wrong.extend(tables_of_one_name(study).err());
    wrong
}

/// The part of [`check`] that a change of variables, of indices and of one table can fail.
pub(super) fn check_changed(study: &Study, table: Option<&TableSpec>) -> Vec<(String, String)> {
    let mut wrong = check_indices(study);
    if let Some(table) = table {
        let id = check_id("table", &table.id).err().map(|message| (format!("table.{}", table.id), message));
        wrong.extend(id.into_iter().chain(check_sample(table)).chain(check_table(table)));
        wrong.extend(table.check_layout().err());
        wrong.extend(study.comparisons.iter().filter_map(|spec| spec.check(study).err()));
        let mut note = |path: &str, result: Result<(), String>| {
            wrong.extend(result.err().map(|message| (path.to_owned(), message)));
        };
        note("report", study.report.check(&study.tables, &study.sources));
        note("curve", study.curve.as_ref().map_or(Ok(()), |curve| curve.check(&study.tables)));
    }
    wrong.extend(crate::spatial::check(study));
    wrong.extend(check_names(study));
    wrong
}

/// What is wrong with the resampling of a chain: the path of the key and a sentence.
fn wrong_bootstrap(spec: &MediationSpec) -> Option<(String, String)> {
    let message = spec.bootstrap.as_ref()?.check(&spec.vcov).err()?;
    Some((format!("mediation.\"{}\".bootstrap", spec.id), format!("[[mediation]] `{}`, bootstrap: {message}", spec.id)))
}

/// Checks that what the indices make is called like nothing else: no key, no derived variable, no other index.
fn names_of_indices(study: &Study) -> Result<(), (String, String)> {
    let keys = [Some(&study.study.entity), study.study.time.as_ref()];
    let mut makers: Vec<(String, String)> = Vec::new();
    for index in study.indices.iter() {
        let stage = index.stage();
        for name in index.makes() {
            let other = if keys.iter().flatten().any(|key| *key == name) {
                Some("a key of the panel".to_owned())
            } else if study.variables.get(name).is_some() {
                Some("a variable of [variables]".to_owned())
            } else {
                makers.iter().find(|(known, _)| known == name).map(|(_, by)| format!("made by stage `{by}`"))
            };
            if let Some(other) = other {
                let message = format!("stage `{stage}` would make `{name}`, which is {other}; give it another name");
                return Err((stage.replacen('-', ".", 1), message));
            }
            makers.push((name.to_owned(), stage.clone()));
        }
    }
    Ok(())
}

/// Checks that no two tables, those that belong to others included, go by one name, on any file system.
fn tables_of_one_name(study: &Study) -> Result<(), (String, String)> {
    let mut names: Vec<(String, String)> = vec![(ALL_TABLES.to_owned(), String::new())];
    for table in &study.tables {
        let path = format!("table.{}", table.id);
        names.push((table.id.clone(), path.clone()));
        if table.columns.iter().any(|column| column.utest.is_some()) {
            names.push((table.u_test_id(), path));
        }
    }
    let mediations = study.mediation.iter().map(|spec| (spec.table_id(), format!("mediation.{}", spec.id)));
    names.extend(mediations);
    let associations = study.spatial.iter();
    names.extend(associations.map(|spec| (format!("spatial-{}", spec.id), format!("spatial.{}", spec.id))));
    let of_indices = study.indices.iter().into_iter();
    names.extend(of_indices.filter_map(|index| Some((index.table()?, index.stage().replacen('-', ".", 1)))));
    let compared = study.comparisons.first();
    names.extend(compared.map(|spec| (COMPARE_TABLE.to_owned(), format!("compare.{}", spec.id))));
    names.extend(study.curve.iter().map(|curve| (curve.id.clone(), "curve".to_owned())));
    names.extend(study.multiverse.iter().flat_map(super::multiverse_table_ids).map(|id| (id, "multiverse".to_owned())));
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match (1..names.len()).find(|&place| names[..place].iter().any(|(known, _)| same(known, &names[place].0))) {
        Some(place) => {
            let (name, path) = names.swap_remove(place);
            Err((path, format!("two tables would be written to `tables/{name}.*`; give one another id")))
        }
        None => Ok(()),
    }
}
