//! `--check`: what a multiverse holds, without estimating it.

use super::column::Subject;
use super::plan::Planned;
use crate::fit::fit;
use panel_multiverse::Declaration;
use panel_multiverse::artefacts::OptionSet;
use stages::compute::Computed;
use stages::store::StageTime;
use stages::variables::sample;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Instant;
use study::{Error, Loaded, Result};

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
    seconds += regressions * regression(&plan.subject, loaded, computed)?;
    let _ = writeln!(text, "  declaration {}", spec.hash());
    let _ = writeln!(text, "  about {} of one core without draws", words(seconds));
    Ok(())
}

/// Different results of each index and variable; the time of the indices.
fn artefacts(text: &mut String, plan: &Planned<'_>, loaded: &Loaded, times: &[StageTime]) -> f64 {
    let needed = plan.columns.names();
    let used: BTreeSet<String> = needed.iter().flat_map(|name| plan.reach.closure(name)).collect();
    let results = |options: &OptionSet| plan.estimates.project_options(options).representatives.len();
    let mut seconds = 0.0;
    for index in loaded.study.indices.iter() {
        let Some(name) = index.makes().into_iter().find(|name| used.contains(*name)) else { continue };
        let results = results(&plan.reach.options_anew(name));
        let stage = index.stage();
        let once = times.iter().find(|time| time.name == stage).map_or(0.0, |time| time.seconds);
        seconds += results as f64 * once;
        let _ = writeln!(text, "  {stage:<24} {results} different runs");
    }
    for name in needed.iter().filter(|name| loaded.study.variables.get(name).is_some()) {
        let results = results(&plan.reach.options_of(name));
        if results > 1 {
            let _ = writeln!(text, "  {name:<24} {results} different variables");
        }
    }
    seconds
}

/// Seconds of one regression with everything that is said of it.
fn regression(subject: &Subject<'_>, loaded: &Loaded, computed: &Computed) -> Result<f64> {
    let column = subject.in_study(loaded)?;
    let kept = sample(&computed.panel, column.sample.as_ref(), &subject.stage)?.keep;
    let start = Instant::now();
    fit(&computed.panel, column, &column.formula, &kept).map_err(|error| Error::stage(&*subject.stage, error))?;
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
