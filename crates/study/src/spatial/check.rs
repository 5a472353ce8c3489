//! What a study file alone can say about its spatial sections, and the seeds of their permutations.

use super::residuals::Residuals;
use crate::indices::Index;
use crate::section::check_id;
use crate::{ColumnSpec, Study, TableKind};
use panel_core::random::check_replications;
use panel_core::suggest;
use panel_spatial::WeightsKind;
use panel_spatial::association::AssociationSpec;
use std::collections::BTreeMap;

/// Mistakes, each with the path of the key that it is about.
pub(crate) fn check(study: &Study) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    let ids: Vec<&str> = study.weights.iter().map(|section| section.spec.id.as_str()).collect();
    let known = |id: &str, known: &[&str]| {
        if known.contains(&id) {
            return Ok(());
        }
        let near = suggest::nearest(id, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
        Err(format!("there is no [[weights]] with id `{id}`{}", near.unwrap_or_default()))
    };
    for (place, section) in study.weights.iter().enumerate() {
        let path = format!("weights.{}", section.spec.id);
        note(path.clone(), check_id("weights", &section.spec.id));
        note(path.clone(), once("weights", &ids, place));
        if let WeightsKind::Product { of: factors } = &section.spec.kind {
            let before = |id: &String| known(id, &ids[..place]).map_err(|error| format!("{error} before this one"));
            note(path, factors.iter().try_for_each(before));
        }
    }
    for spec in &study.spatial {
        let many = |message| format!("[[spatial]] `{}`, permutations: {message}", spec.id);
        note(format!("spatial.{}", spec.id), check_replications(spec.permutations).map_err(many));
        if spec.permutations == 0 && spec.seed != AssociationSpec::default_seed() {
            let message = format!("[[spatial]] `{}`: `seed` has no effect with permutations = 0", spec.id);
            note(format!("spatial.{}.seed", spec.id), Err(message));
        }
    }
    for (index, key, id) in linked(study) {
        let stage = index.stage();
        let place = |error| format!("stage `{stage}`: {key}: {error}");
        note(stage.replacen('-', ".", 1), known(id, &ids).map_err(place));
    }
    for lag in &study.indices.lag_w {
        let place = |error| format!("[variables] `{}`: {error}", lag.name);
        note(format!("variables.{}", lag.name), known(&lag.weights, &ids).map_err(place));
    }
    for table in &study.tables {
        if table.kind == TableKind::SpatialTests && table.columns.is_empty() {
            let message = format!("table `{}`: kind = \"spatial-tests\" needs columns with `spatial`", table.id);
            note(format!("table.{}", table.id), Err(message));
        }
        for (name, column) in table.named_columns() {
            let Some(spatial) = &column.spatial else {
                if table.kind == TableKind::SpatialTests {
                    let message =
                        format!("table `{}`, column {name}: a table of spatial tests needs `spatial`", table.id);
                    note(format!("table.{}.column.{name}", table.id), Err(message));
                }
                continue;
            };
            let path = format!("table.{}.column.{name}.spatial", table.id);
            let place = |error: String| format!("table `{}`, column {name}: {error}", table.id);
            let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
            note(path.clone(), known(&spatial.weights, &ids).map_err(place));
            note(path.clone(), spatial.check(&column.formula, entity, time).map_err(place));
            note(path.clone(), without_effect(column).map_err(place));
            if table.kind == TableKind::SpatialTests && spatial.by_instruments(&column.formula) {
                note(path, Err(place("spatial tests compare likelihoods; they take no instruments".into())));
            }
        }
    }
    if let Some(curve) = &study.curve {
        let spatial = curve.column_in(&study.tables).is_ok_and(|column| column.spatial.is_some());
        let message = "[curve]: its column is a spatial one, which has no specification curve";
        note("curve".into(), if spatial { Err(message.into()) } else { Ok(()) });
    }
    let all: Vec<&str> = study.spatial.iter().map(|spec| spec.id.as_str()).collect();
    for (place, spec) in study.spatial.iter().enumerate() {
        let path = format!("spatial.{}", spec.id);
        note(path.clone(), check_id("spatial", &spec.id));
        note(path.clone(), once("spatial", &all, place));
        note(path.clone(), known(&spec.weights, &ids).map_err(|error| format!("[[spatial]] `{}`: {error}", spec.id)));
        let variables = if spec.variables.is_empty() { Err("variables is empty".to_owned()) } else { Ok(()) };
        let mut residuals = spec.variables.iter().filter_map(|variable| Residuals::read(variable));
        let found = residuals.try_for_each(|read| read.and_then(|asked| asked.find(study)));
        note(path, variables.and(found).map_err(|error| format!("[[spatial]] `{}`: {error}", spec.id)));
    }
    wrong
}

/// The weights that indices read: the index, its key, the id.
fn linked(study: &Study) -> impl Iterator<Item = (&dyn Index, &'static str, &String)> {
    let of_va = study.indices.va.iter().map(|va| (va as &dyn Index, "distances", &va.own.distances));
    let of_market = study.indices.market.iter().flat_map(|market| {
        let own = &market.own;
        [("relations", &own.relations), ("distances", &own.distances)].map(|(key, id)| (market as &dyn Index, key, id))
    });
    of_va.chain(of_market).filter_map(|(index, key, id)| Some((index, key, id.as_ref()?)))
}

/// Whether an id stands for the first time, on any file system.
fn once(what: &str, ids: &[&str], place: usize) -> Result<(), String> {
    if ids[..place].iter().any(|id| id.eq_ignore_ascii_case(ids[place])) {
        return Err(format!("{what} id `{}` stands twice", ids[place]));
    }
    Ok(())
}

/// Keys of a column that a spatial one does not follow.
fn without_effect(column: &ColumnSpec) -> Result<(), String> {
    let plain = ColumnSpec::new(column.formula.clone());
    if column.spatial.as_ref().is_some_and(|spatial| spatial.by_instruments(&column.formula)) {
        // The rest is asked of the equation as of any other with instruments.
        let given = [
            ("utest", column.utest.is_some()),
            ("weights", column.weights.is_some()),
            ("moderation", column.moderation.is_some()),
            ("two_lines", column.two_lines.is_some()),
        ];
        return idle(&given);
    }
    if column.level.is_some() && column.spatial.as_ref().is_some_and(|spatial| spatial.simulation.is_some()) {
        return Err("`level` beside `simulation`: effects by simulation have 95 % intervals".into());
    }
    let differs = [
        ("vcov", column.vcov.text() != plain.vcov.text()),
        ("like", column.like.text() != plain.like.text()),
        ("weight_kind", column.weight_kind.is_some()),
        ("gaps", column.gaps.is_some()),
        ("singletons", *column.singletons != *plain.singletons),
    ];
    idle(&differs)?;
    idle(&column.asked_beside_coefficients())
}

/// The first key that is given, as a mistake.
fn idle(given: &[(&str, bool)]) -> Result<(), String> {
    let instead = |key: &str| match key {
        "vcov" => "; spatial = { information = … } chooses the standard errors",
        "like" => "; spatial = { like = … } chooses the conventions",
        "singletons" => "; spatial = { unbalanced = … } says what becomes of units without all periods",
        "utest" => "; spatial = { turning_point = { of = [\"x\"] } } tests the effects",
        _ => "",
    };
    match given.iter().find(|(_, given)| *given) {
        Some((key, _)) => Err(format!("`{key}` has no effect beside `spatial`{}", instead(key))),
        None => Ok(()),
    }
}

/// Seeds of permutations and simulations.
pub fn seeds(study: &Study) -> BTreeMap<String, u64> {
    let permuted = study.spatial.iter().filter(|spec| spec.permutations > 0);
    let permuted = permuted.map(|spec| (format!("spatial-{}", spec.id), spec.seed));
    let columns = study.tables.iter().flat_map(|table| table.named_columns().map(move |named| (&table.id, named)));
    let simulated = columns.filter_map(|(table, (name, column))| {
        Some((format!("effects of {table}:{name}"), column.spatial.as_ref()?.simulation?.seed))
    });
    permuted.chain(simulated).collect()
}
