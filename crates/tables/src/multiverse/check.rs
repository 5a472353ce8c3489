//! `--check`: what a multiverse holds, without estimating it.

use super::plan::Planned;
use super::reach::stage;
use crate::fit::fit;
use panel_multiverse::Declaration;
use stages::compute::Computed;
use stages::store::StageTime;
use stages::variables::sample;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Instant;
use study::Loaded;
use study::{Error, Result};

/// Counts of every multiverse as text; `times` are those of the stages of the study as it stands.
///
/// # Errors
/// A declaration that the study cannot follow.
pub fn text(loaded: &Loaded, computed: &Computed, times: &[StageTime]) -> Result<String> {
    let mut text = String::new();
    for spec in &loaded.study.multiverse {
        one(&mut text, spec, loaded, computed, times)?;
    }
    Ok(text)
}

fn one(text: &mut String, spec: &Declaration, loaded: &Loaded, computed: &Computed, times: &[StageTime]) -> Result<()> {
    let plan = Planned::new(spec, loaded)?;
    let counts = &plan.counts;
    // Writing to a string does not fail.
    let _ = writeln!(text, "\nMultiverse {}: table {}, column {}", spec.id, spec.table, spec.column);
    let _ =
        writeln!(text, "  {} choices, {} universes, {} estimates", counts.choices, counts.universes, counts.estimates);
    let _ = writeln!(
        text,
        "  {} estimates of equivalent choices, {} with the uncertain ones, {} before excludes",
        counts.equivalent, counts.equivalent_and_uncertain, counts.estimates_before_excludes
    );
    if let Some(size) = spec.sample {
        let _ = writeln!(text, "  {} universes are drawn (seed {}, {size} asked for)", plan.universes.len(), spec.seed);
    }
    for exclude in &counts.excludes {
        let nothing = if exclude.alone == 0 { ": it removes nothing" } else { "" };
        let _ = writeln!(
            text,
            "  exclude {} removes {} ({} that no other removes){nothing}: {}",
            exclude.place, exclude.alone, exclude.only_this, exclude.why_en
        );
    }
    let mut seconds = artefacts(text, &plan, loaded, times);
    let regressions = counts.estimates.min(plan.estimates.len() as u128) as f64;
    seconds += regressions * regression(spec, loaded, computed)?;
    let _ = writeln!(text, "  declaration {}", spec.hash());
    let _ = writeln!(text, "  about {} of one core without draws", words(seconds));
    Ok(())
}

/// Different results of each index and variable; the time of the indices.
fn artefacts(text: &mut String, plan: &Planned, loaded: &Loaded, times: &[StageTime]) -> f64 {
    let needed = plan.columns.names();
    let used: BTreeSet<String> = needed.iter().flat_map(|name| plan.reach.closure(name)).collect();
    let results = |choices: &[usize]| plan.estimates.project(choices).representatives.len();
    let mut seconds = 0.0;
    for index in loaded.study.indices.iter() {
        let Some(name) = index.makes().into_iter().find(|name| used.contains(*name)) else { continue };
        let results = results(&plan.reach.choices_anew(name));
        let stage = index.stage();
        let once = times.iter().find(|time| time.name == stage).map_or(0.0, |time| time.seconds);
        seconds += results as f64 * once;
        let _ = writeln!(text, "  {stage:<24} {results} different runs");
    }
    for name in needed.iter().filter(|name| loaded.study.variables.get(name).is_some()) {
        let results = results(&plan.reach.choices_of(name));
        if results > 1 {
            let _ = writeln!(text, "  {name:<24} {results} different variables");
        }
    }
    seconds
}

/// Seconds of one regression with everything that is said of it.
fn regression(spec: &Declaration, loaded: &Loaded, computed: &Computed) -> Result<f64> {
    let column = super::column::column_of(loaded, spec)?;
    let kept = sample(&computed.panel, column.sample.as_ref(), &stage(spec))?.keep;
    let start = Instant::now();
    fit(&computed.panel, column, &column.formula, &kept).map_err(|error| Error::stage(stage(spec), error))?;
    // The first regression warms up; what is absorbed once is shared.
    Ok(0.5 * start.elapsed().as_secs_f64())
}

/// A duration that does not pretend to be exact.
fn words(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{} seconds", seconds.ceil().max(1.0))
    } else {
        format!("{} minutes", (seconds / 60.0).ceil())
    }
}
