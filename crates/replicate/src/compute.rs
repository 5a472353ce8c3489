//! From sources to a panel that holds every variable: the stages before the tables, with results kept for reuse.

use crate::error::{Error, Result};
use crate::names::{self, gtfp_name};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stages::data::{self, Data};
use crate::stages::gtfp::{self, Gtfp};
use crate::stages::market::{self, Market};
use crate::stages::va::{self, Va};
use crate::stages::variables;
use crate::study::{Loaded, Study};
use gtfp_ebm::BootstrapResult;
use panel_core::expr::Definitions;
use panel_core::{Column, Diagnostic, Panel};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Results of the stages before the tables.
#[derive(Debug, Clone)]
pub struct Computed {
    /// Panel as read, with its inputs.
    pub data: Arc<Data>,
    /// Panel with every derived variable.
    pub panel: Panel,
    /// Virtual agglomeration.
    pub va: Option<Arc<Va>>,
    /// Productivity, in study order.
    pub gtfp: Vec<Arc<Gtfp>>,
    /// Bootstrap intervals of each of them, where the study asks for them and all stages run.
    pub intervals: Vec<Option<BootstrapResult>>,
    /// Segmentation.
    pub market: Option<Arc<Market>>,
    /// Remarks, by stage.
    pub diagnostics: Vec<(String, Diagnostic)>,
}

/// Results of stages by what they were computed from: a change of one option recomputes only what it touches. A clone
/// shares the results.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    data: BTreeMap<String, Arc<Data>>,
    va: BTreeMap<String, Arc<Va>>,
    gtfp: BTreeMap<String, Arc<Gtfp>>,
    market: BTreeMap<String, Arc<Market>>,
}

/// Which stages to run, and what to do about the rest.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// The stages of a plan.
    Plan(&'a Plan),
    /// Only what these variables need.
    Variables(&'a BTreeSet<String>),
}

impl Scope<'_> {
    fn wants(self, stage: &str, makes: &[&str]) -> bool {
        match self {
            Self::Plan(plan) => plan.runs(stage),
            Self::Variables(needed) => makes.iter().any(|name| needed.contains(*name)),
        }
    }
}

/// Runs the stages before the tables.
///
/// # Errors
/// Those of the stages.
pub fn compute(loaded: &Loaded, scope: Scope<'_>, cache: &mut Cache, progress: &mut Progress) -> Result<Computed> {
    let study = &loaded.study;
    let mut diagnostics: Vec<(String, Diagnostic)> = Vec::new();
    let mut definitions = variables::definitions(study)?;
    let (data, mut panel) = progress.stage("data", || {
        let key = json(&study.sources) + &json(&study.study);
        let data = remember(&mut cache.data, key, || data::load(loaded))?;
        let mut panel = data.panel.clone();
        diagnostics.extend(data.diagnostics.iter().cloned().map(|remark| ("data".to_owned(), remark)));
        let remarks = variables::apply_ready(&mut definitions, &mut panel)?;
        diagnostics.extend(remarks.into_iter().map(|remark| ("variables".to_owned(), remark)));
        let sentence = format!(
            "{} rows, {} × {}, {} columns",
            panel.n_rows(),
            panel.n_entities(),
            panel.n_periods(),
            panel.names().len()
        );
        Ok::<_, Error>(((data, panel), sentence))
    })?;

    let mut va = None;
    if let Some(spec) = &study.va
        && scope.wants("va", &[&spec.names.va, &spec.names.location_quotient, &spec.names.spillover])
    {
        let result = progress.stage("va", || {
            derive_for("va", study, &mut definitions, &mut panel, &mut diagnostics)?;
            let keep = sample(&panel, spec.sample.as_deref(), "va", &mut diagnostics)?;
            let key = json(spec)
                + &fingerprint(
                    &panel,
                    [&spec.sector, &spec.total, &spec.lon, &spec.lat].into_iter().chain(&spec.area),
                    &keep,
                );
            let result = remember(&mut cache.va, key, || va::compute(&panel, spec, &keep))?;
            let sentence = format!("{} rows, mean {:.3}", result.rows.len(), mean(&result.va));
            Ok::<_, Error>((result, sentence))
        })?;
        define(&mut panel, "va", &spec.names.va, &result.va)?;
        define(&mut panel, "va", &spec.names.location_quotient, &result.location_quotient)?;
        define(&mut panel, "va", &spec.names.spillover, &result.spillover)?;
        diagnostics.extend(result.diagnostics.iter().cloned().map(|remark| ("va".to_owned(), remark)));
        va = Some(result);
    }

    let (mut gtfp, mut intervals) = (Vec::new(), Vec::new());
    for (place, spec) in study.gtfp.iter().enumerate() {
        let (stage, name) = (format!("gtfp-{}", spec.id), gtfp_name(spec, place));
        if !scope.wants(&stage, &[&name]) {
            continue;
        }
        let result = progress.stage(&stage, || {
            derive_for(&stage, study, &mut definitions, &mut panel, &mut diagnostics)?;
            let keep = sample(&panel, spec.sample.as_deref(), &stage, &mut diagnostics)?;
            let used = spec.inputs.iter().chain(&spec.goods).chain(&spec.bads).chain(&spec.group);
            let key = json(spec) + &fingerprint(&panel, used, &keep);
            let result = remember(&mut cache.gtfp, key, || gtfp::compute(&panel, spec, &keep))?;
            let sentence = format!("{} rows, mean score {:.3}", result.rows.len(), mean(&result.score));
            Ok::<_, Error>((result, sentence))
        })?;
        let whole = matches!(scope, Scope::Plan(_));
        intervals.push(match spec.bootstrap.as_ref().filter(|_| whole) {
            Some(options) => {
                let replicated = progress.counter(options.replications);
                Some(progress.stage(&format!("{stage}-bootstrap"), || {
                    let keep = variables::sample(&panel, spec.sample.as_deref(), &stage)?.keep;
                    let found = gtfp::intervals(&panel, spec, &keep, options, &replicated)?;
                    let sentence = format!("{} replications, seed {}", options.replications, options.seed);
                    Ok::<_, Error>((found, sentence))
                })?)
            }
            None => None,
        });
        define(&mut panel, &stage, &name, &result.gtfp)?;
        diagnostics.extend(result.diagnostics.iter().cloned().map(|remark| (stage.clone(), remark)));
        gtfp.push(result);
    }

    let mut market = None;
    if let Some(spec) = &study.market
        && scope.wants("market", &[&spec.seg, &spec.mar])
    {
        let result = progress.stage("market", || {
            derive_for("market", study, &mut definitions, &mut panel, &mut diagnostics)?;
            let keep = sample(&panel, spec.sample.as_deref(), "market", &mut diagnostics)?;
            let other = [&spec.lat, &spec.lon, &spec.weights].into_iter().chain(&spec.group).chain(&spec.neighbours);
            let key = json(spec) + &fingerprint(&panel, spec.prices.iter().chain(other), &keep);
            let result = remember(&mut cache.market, key, || market::compute(&panel, spec, &keep))?;
            let sentence = format!("{} goods, mean Mar {:.3}", spec.prices.len(), mean(&result.mar));
            Ok::<_, Error>((result, sentence))
        })?;
        define(&mut panel, "market", &spec.seg, &result.seg)?;
        define(&mut panel, "market", &spec.mar, &result.mar)?;
        diagnostics.extend(result.diagnostics.iter().cloned().map(|remark| ("market".to_owned(), remark)));
        market = Some(result);
    }

    let finish = match scope {
        Scope::Plan(plan) => plan.runs("variables"),
        Scope::Variables(_) => true,
    };
    if finish {
        let remarks = progress.stage("variables", || {
            let mut remarks = variables::apply_ready(&mut definitions, &mut panel)?;
            if matches!(scope, Scope::Plan(_)) {
                // What is left needs a column that nothing brings: this names it.
                remarks.extend(variables::apply_rest(&definitions, &mut panel)?);
            }
            let sentence = format!("{} derived", study.variables.len());
            Ok::<_, Error>((remarks, sentence))
        })?;
        diagnostics.extend(remarks.into_iter().map(|remark| ("variables".to_owned(), remark)));
    }
    Ok(Computed { data, panel, va, gtfp, intervals, market, diagnostics })
}

/// Computes the derived variables that a stage uses and that wait for what the stages before it have made.
fn derive_for(
    stage: &str,
    study: &Study,
    definitions: &mut Definitions,
    panel: &mut Panel,
    diagnostics: &mut Vec<(String, Diagnostic)>,
) -> Result<()> {
    let needs =
        names::index_stages(study).into_iter().filter(|index| index.name == stage).flat_map(|index| index.needs);
    let needed = names::derived_from(study, needs);
    if definitions.items().iter().any(|(name, _)| needed.contains(name)) {
        let remarks = variables::apply_ready(definitions, panel)?;
        diagnostics.extend(remarks.into_iter().map(|remark| ("variables".to_owned(), remark)));
    }
    Ok(())
}

/// The rows of a stage's sample; what is to be said about it goes to the remarks of the stage.
fn sample(
    panel: &Panel,
    filter: Option<&str>,
    stage: &str,
    diagnostics: &mut Vec<(String, Diagnostic)>,
) -> Result<Vec<bool>> {
    let sample = variables::sample(panel, filter, stage)?;
    diagnostics.extend(sample.diagnostics.into_iter().map(|remark| (stage.to_owned(), remark)));
    Ok(sample.keep)
}

fn define(panel: &mut Panel, stage: &str, name: &str, values: &[f64]) -> Result<()> {
    if panel.has(name) {
        return Err(Error::stage(
            stage,
            format!("it would make a variable `{name}`, but there is one already; give it another name"),
        ));
    }
    panel.set(name, values.to_vec()).map_err(|error| Error::stage(stage, error))
}

fn remember<T>(known: &mut BTreeMap<String, Arc<T>>, key: String, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    if let Some(value) = known.get(&key) {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(make()?);
    known.insert(key, Arc::clone(&value));
    Ok(value)
}

fn json<T: serde::Serialize>(spec: &T) -> String {
    // Specifications are plain data; one that cannot be written is never found again, which is safe.
    serde_json::to_string(spec).unwrap_or_default()
}

/// A hash of the keys, the mask and the columns that are there.
fn fingerprint<'a>(panel: &Panel, names: impl IntoIterator<Item = &'a String>, keep: &[bool]) -> String {
    let mut hash = Sha256::new();
    for label in panel.entities().iter().chain(panel.times().labels()) {
        hash.update(label.as_bytes());
        hash.update([0]);
    }
    hash.update(bytes_of(
        panel
            .entity_of_row()
            .iter()
            .zip(panel.time_of_row())
            .map(|(&entity, &time)| (u64::from(entity) << 32) | u64::from(time)),
    ));
    hash.update(bytes_of(keep.iter().map(|&kept| u64::from(kept))));
    for name in names {
        hash.update(name.as_bytes());
        match panel.column(name) {
            Ok(Column::Float(values)) => hash.update(bytes_of(values.iter().map(|value| value.to_bits()))),
            Ok(Column::Text(text)) => {
                hash.update(bytes_of(text.codes().iter().map(|&code| u64::from(code))));
                for label in text.labels() {
                    hash.update(label.as_bytes());
                    hash.update([0]);
                }
            }
            Err(_) => hash.update(b"absent"),
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(words: impl Iterator<Item = u64>) -> Vec<u8> {
    words.flat_map(u64::to_le_bytes).collect()
}

fn mean(values: &[f64]) -> f64 {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    present.iter().sum::<f64>() / present.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(cities: [&str; 2]) -> Panel {
        Panel::builder("city", "year").keys(cities, ["2013", "2013"]).column("x", vec![1.0, 2.0]).build().unwrap()
    }

    #[test]
    fn a_fingerprint_knows_keys_columns_and_mask() {
        let names = ["x".to_owned()];
        let of = |panel: &Panel, keep: [bool; 2]| fingerprint(panel, &names, &keep);
        let first = of(&panel(["a", "b"]), [true, true]);
        assert_eq!(first, of(&panel(["a", "b"]), [true, true]));
        assert_ne!(first, of(&panel(["a", "c"]), [true, true]), "another city");
        assert_ne!(first, of(&panel(["a", "b"]), [true, false]), "another sample");
        let mut other = panel(["a", "b"]);
        other.set("x", vec![1.0, 3.0]).unwrap();
        assert_ne!(first, of(&other, [true, true]), "another value");
    }

    #[test]
    fn what_is_known_is_not_made_again() {
        let mut known = BTreeMap::new();
        let first = remember(&mut known, "a".into(), || Ok(1)).unwrap();
        let again = remember(&mut known, "a".into(), || Err(Error::Usage("made again".into()))).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert!(remember(&mut known, "b".into(), || Err(Error::Usage("cannot".into()))).is_err());
        assert_eq!(*remember(&mut known, "b".into(), || Ok(2)).unwrap(), 2, "an error is not remembered");
    }
}
