//! From a declaration to the results of all its universes.

use super::artefacts::{Artefacts, Workshop};
use super::attribution;
use super::blocks::Resampling;
use super::column::stage;
use super::design::Designs;
use super::estimate::Bench;
use super::estimates::estimate;
use super::estimation::Estimation;
use super::joint;
use super::journal::Journal;
use super::plan::Planned;
use super::reach::Reach;
use super::result::Multiverse;
use crate::Tables;
use panel_core::{Diagnostic, interrupt};
use panel_multiverse::Declaration;
use panel_multiverse::declaration::EffectKind;
use stages::compute::{Cache, Computed};
use stages::progress::Progress;
use stages::store::{Staging, file_record};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;
use study::{Error, Loaded, Result, Study};

/// Where the estimates of each multiverse of a study are noted while it runs.
#[must_use]
pub fn journals(staging: &Staging, study: &Study) -> Vec<PathBuf> {
    study.multiverse.iter().map(|spec| staging.companion(&stage(spec))).collect()
}

fn one(
    spec: &Declaration,
    loaded: &Loaded,
    computed: &Computed,
    cache: &Cache,
    journal: &Path,
    shown: &(dyn Fn(usize, usize) + Sync),
) -> Result<(Multiverse, Option<String>)> {
    let plan = Planned::new(spec, loaded)?;
    tracing::info!(multiverse = spec.id, registered = spec.hash(), universes = plan.universes.len(), "declared");
    let Planned {
        subject,
        studies,
        grid,
        counts,
        reach,
        universes,
        estimates,
        of_universe,
        columns,
        specs,
        own,
        cluster,
    } = plan;
    let needed = columns.names();
    let start = Instant::now();
    let note = |step: &str| tracing::info!(multiverse = spec.id, step, seconds = start.elapsed().as_secs_f64(), "done");
    let workshop = Workshop { studies: &studies, reach: &reach, universes: &estimates, shown };
    let artefacts = workshop.make(&computed.data.panel, cache, &needed);
    note("data");
    let mut designs = Designs::default();
    let cells = designs.place(&columns, &artefacts, &specs, &subject.stage);
    for (place, own) in own.iter().enumerate() {
        let estimate = of_universe[place] as usize;
        let (Ok(cell), Ok(own), Ok(base)) = (&cells[estimate], own, &specs[estimate]) else { continue };
        if own.body != base.body {
            let message = "a choice with `axis = \"inference\"` changes more than `vcov` and `like` of the column";
            return Err(Error::stage(stage(spec), message));
        }
        designs.ask(*cell, own.errors);
    }
    let formula = &subject.in_study(loaded)?.formula;
    let square_name = format!("{}^2", spec.x);
    let square = formula.regressors.iter().chain(&formula.endogenous).any(|term| term.name == square_name);
    let effect = spec.effect.unwrap_or(if square { EffectKind::Square } else { EffectKind::Linear });
    let bench = Bench { artefacts: &artefacts, columns: &columns, x: &spec.x, square, stage: subject.stage.clone() };
    let journal = Journal::open(journal, &spec.hash(), &made_from(loaded, computed));
    let found = estimate(&bench, &designs, Some(&journal), shown);
    interrupt::check()?;
    note("estimates");
    let amounts = sizes(&artefacts, &designs);
    let estimation = Estimation {
        spec: spec.clone(),
        counts,
        made: amounts,
        universes,
        of_universe,
        errors: own.into_iter().map(|own| own.map(|own| own.errors)).collect(),
        base_errors: specs.iter().map(|spec| spec.as_ref().map_or(0, |spec| spec.errors)).collect(),
        cells,
        designs,
        found,
        effect,
        square,
        units: units(&reach, &formula.response.factors.iter().map(|f| f.column.as_str()).collect::<Vec<_>>(), &spec.x),
        records: OnceLock::new(),
        estimates,
        grid,
    };
    estimation.base_is_there()?;
    let resampling = Resampling { bench: &bench, cluster };
    let joint = joint::test(&estimation, &resampling)?;
    interrupt::check()?;
    note("joint tests");
    let attributions = attribution::attribute(&estimation, &resampling)?;
    note("shares of choices");
    Ok((Multiverse { estimation, joint, attributions }, journal.remark))
}

/// A hash of what decides estimates beside the declaration: the study, its data, the program.
fn made_from(loaded: &Loaded, computed: &Computed) -> String {
    let program = std::env::current_exe().and_then(|path| path.metadata()).ok();
    let program = program.map(|data| (data.len(), data.modified().ok()));
    let study = Study { multiverse: Vec::new(), ..loaded.study.clone() };
    let data: Vec<&str> = computed.data.inputs.iter().map(|file| file.sha256.as_str()).collect();
    let text = format!("{program:?}\n{}\n{data:?}", study.resolved().unwrap_or_default());
    file_record("", text.as_bytes()).sha256
}

/// Choices that move x or the response as data.
fn units(reach: &Reach, response: &[&str], x: &str) -> Vec<usize> {
    let moving = response.iter().chain([&x]).flat_map(|name| reach.options_of(name).choices());
    let mut choices: Vec<usize> = moving.collect();
    choices.sort_unstable();
    choices.dedup();
    choices
}

fn sizes(artefacts: &Artefacts, designs: &Designs) -> Vec<(String, usize)> {
    let mut amounts = artefacts.indices.clone();
    let moving = artefacts.series.iter().map(|(name, series)| (format!("variable {name}"), series.distinct()));
    amounts.extend(moving.filter(|(_, distinct)| *distinct > 1));
    amounts.push(("designs".into(), designs.all.len()));
    let outcomes = designs.all.iter().map(|design| design.outcomes.len());
    amounts.push(("regressions".into(), outcomes.sum()));
    let covariances = designs.all.iter().flat_map(|design| &design.outcomes).map(|outcome| outcome.errors.len());
    amounts.push(("covariances".into(), covariances.sum()));
    amounts
}

/// The stage of a run: every multiverse, its tables put behind those of the study. One that the data do not answer is left
/// out with its reason.
///
/// # Errors
/// A declaration that the study or the data cannot follow.
pub fn stage_of_run(
    loaded: &Loaded,
    computed: &Computed,
    cache: &Cache,
    journals: &[PathBuf],
    tables: &mut Tables,
    progress: &mut Progress,
) -> Result<Vec<Multiverse>> {
    let shown = progress.counts();
    progress.stage("multiverse", || {
        let (mut multiverses, mut remarks) = (Vec::new(), String::new());
        for (spec, journal) in loaded.study.multiverse.iter().zip(journals) {
            match one(spec, loaded, computed, cache, journal, &shown) {
                Ok((multiverse, remark)) => {
                    remarks.extend(remark.map(|remark| format!("; {}: {remark}", spec.id)));
                    tables.tables.extend(super::table::tables(&multiverse, &loaded.study));
                    multiverses.push(multiverse);
                }
                Err(error @ Error::NotComputed { .. }) => {
                    let remark = Diagnostic::warning("not-computed", format!("left out: {}", error.message()));
                    tables.diagnostics.push((stage(spec), remark));
                }
                Err(error) => return Err(error),
            }
        }
        let universes: usize = multiverses.iter().map(|multiverse| multiverse.len()).sum();
        Ok((multiverses, format!("{} multiverses, {universes} universes{remarks}", loaded.study.multiverse.len())))
    })
}
