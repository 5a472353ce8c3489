//! Stage `gtfp-<id>`: efficiency scores and productivity indices.

use super::{as_codes, float, key_words, spread};
use crate::error::{Error, Result};
use crate::study::{CalibrationSpec, GtfpSpec};
use gtfp_ebm::lp::Solver;
use gtfp_ebm::{
    BootstrapResult, BootstrapSpec, Calibration, EbmParameters, Epsilon, Index, Model, Orientation, PanelData,
    PanelSpec, Reference, Summary, Weights, bootstrap, productivity,
};
use panel_core::{Diagnostics, Panel};
use std::str::FromStr;

/// Values of every row of the panel; `NaN` and `None` outside the entity set.
#[derive(Debug, Clone)]
pub struct Gtfp {
    /// Name of the specification.
    pub id: String,
    /// Rows of the entity set.
    pub rows: Vec<usize>,
    /// Score on the reference of the study.
    pub score: Vec<f64>,
    /// Score on the own period's frontier.
    pub score_contemporaneous: Vec<f64>,
    /// Index of the transition into this period.
    pub gml: Vec<f64>,
    /// Efficiency change.
    pub ec: Vec<f64>,
    /// Technical change.
    pub tc: Vec<f64>,
    /// Panel value (D8); the score itself where no index is asked for.
    pub gtfp: Vec<f64>,
    /// Status in words, by row of the entity set.
    pub status: Vec<&'static str>,
    /// ε, w, conventions, counts.
    pub summary: Summary,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Scores the rows of `keep`.
///
/// # Errors
/// Unknown words, refused combinations, data that the model cannot use.
pub fn compute(panel: &Panel, spec: &GtfpSpec, keep: &[bool]) -> Result<Gtfp> {
    let units = Units::of(panel, spec, keep)?;
    let no_index = units.choices.malmquist == Index::None;
    let result = units.with(productivity)?;
    let rows = units.rows;
    let n = panel.n_rows();
    let column = |value: &dyn Fn(&gtfp_ebm::PanelRow) -> Option<f64>| {
        let values: Vec<f64> = result.rows.iter().map(|row| value(row).unwrap_or(f64::NAN)).collect();
        spread(&values, &rows, n)
    };
    Ok(Gtfp {
        id: spec.id.clone(),
        score: column(&|row| row.score),
        score_contemporaneous: column(&|row| row.score_contemporaneous),
        gml: column(&|row| row.index),
        ec: column(&|row| row.ec),
        tc: column(&|row| row.tc),
        gtfp: column(&|row| if no_index { row.score } else { row.gtfp }),
        status: result.rows.iter().map(|row| row.status.as_str()).collect(),
        rows,
        summary: result.summary,
        diagnostics: result.diagnostics,
    })
}

/// What [`compute`] would refuse before it solves anything.
///
/// # Errors
/// Unknown words, refused combinations, data that the model cannot use.
pub fn validate(panel: &Panel, spec: &GtfpSpec, keep: &[bool]) -> Result<()> {
    Units::of(panel, spec, keep)?.with(|data, choices, _| {
        gtfp_ebm::validate(data, choices)?;
        spec.bootstrap.iter().try_for_each(|options| gtfp_ebm::validate_bootstrap(choices, options))
    })
}

/// What [`validate`] can say without the quantities: words and columns.
///
/// # Errors
/// As [`validate`].
pub fn validate_words(panel: &Panel, spec: &GtfpSpec, keep: &[bool]) -> Result<()> {
    let units = Units::of(panel, spec, keep)?;
    let options = spec.bootstrap.iter();
    let checked = options.map(|options| gtfp_ebm::validate_bootstrap(&units.choices, options));
    checked.collect::<gtfp_ebm::Result<()>>().map_err(|error| Error::stage(&units.stage, error))
}

/// Bootstrap intervals of the rows of `keep` (Simar and Wilson 1998, 1999); `replicated` is told how many replications
/// are done.
///
/// # Errors
/// Those of [`compute`], and models that have no bootstrap.
pub fn intervals(
    panel: &Panel,
    spec: &GtfpSpec,
    keep: &[bool],
    options: &BootstrapSpec,
    replicated: &(dyn Fn(usize) + Sync),
) -> Result<BootstrapResult> {
    let units = Units::of(panel, spec, keep)?;
    units.with(|data, choices, solver| bootstrap(data, choices, options, solver, replicated))
}

/// The units of an entity set, and what to do with them.
struct Units {
    stage: String,
    rows: Vec<usize>,
    part: Panel,
    inputs: Vec<(String, Vec<f64>)>,
    goods: Vec<(String, Vec<f64>)>,
    bads: Vec<(String, Vec<f64>)>,
    group: Option<Vec<u32>>,
    files: String,
    choices: PanelSpec,
    solver: Solver,
}

impl Units {
    fn of(panel: &Panel, spec: &GtfpSpec, keep: &[bool]) -> Result<Self> {
        let stage = format!("gtfp-{}", spec.id);
        let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| keep[row]).collect();
        let part = panel.filter(|row| keep[row]);
        if part.n_rows() == 0 {
            return Err(Error::stage(&stage, "the sample has no rows"));
        }
        let columns = |names: &[String]| -> Result<Vec<(String, Vec<f64>)>> {
            names.iter().map(|name| Ok((name.clone(), float(&part, name, &stage)?.to_vec()))).collect()
        };
        let (inputs, goods, bads) = (columns(&spec.inputs)?, columns(&spec.goods)?, columns(&spec.bads)?);
        let group = match &spec.group {
            Some(name) => Some(as_codes(part.column(name).map_err(|error| Error::stage(&stage, error))?).0),
            None => None,
        };
        let choices = choices(spec, part.n_periods() > 1).map_err(|error| Error::stage(&stage, error))?;
        let solver = match spec.solver.as_str() {
            "auto" => Solver::Auto,
            "simplex" => Solver::Simplex,
            "highs" => Solver::Highs,
            other => {
                return Err(Error::stage(&stage, format!("solver = \"{other}\": expected auto, simplex or highs")));
            }
        };
        let files = files_of(spec, panel);
        Ok(Self { stage, rows, part, inputs, goods, bads, group, files, choices, solver })
    }

    /// Hands the units to a method.
    fn with<T>(&self, method: impl FnOnce(&PanelData<'_>, &PanelSpec, Solver) -> gtfp_ebm::Result<T>) -> Result<T> {
        fn named(columns: &[(String, Vec<f64>)]) -> Vec<(&str, &[f64])> {
            columns.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect()
        }
        let (inputs, goods, bads) = (named(&self.inputs), named(&self.goods), named(&self.bads));
        let part = &self.part;
        let time: Vec<i64> = part.time_of_row().iter().map(|&t| part.times().ordinals()[t as usize]).collect();
        let label = |row: usize| match self.files.as_str() {
            // Derived quantities come from no file of their own.
            "" => key_words(part, row),
            files => format!("file `{files}`, {}", key_words(part, row)),
        };
        let data = PanelData {
            inputs: &inputs,
            goods: &goods,
            bads: &bads,
            entity: part.entity_of_row(),
            time: &time,
            group: self.group.as_deref(),
            label: &label,
        };
        method(&data, &self.choices, self.solver).map_err(|error| Error::stage(&self.stage, error))
    }
}

fn choices(spec: &GtfpSpec, has_time: bool) -> gtfp_ebm::Result<PanelSpec> {
    let model = Model::from_str(&spec.model)?;
    let reference = Reference::from_str(&spec.reference)?;
    let orientation = match (&spec.orientation, model) {
        (Some(word), _) => Orientation::from_str(word)?,
        (None, Model::Radial) => Orientation::Output,
        (None, _) => Orientation::None,
    };
    let malmquist = match &spec.malmquist {
        Some(word) => Index::from_str(word)?,
        None if has_time && reference == Reference::Global => Index::Gml,
        None => Index::None,
    };
    if malmquist != Index::None && !has_time {
        return Err(gtfp_ebm::Error::Specification(format!(
            "malmquist = \"{}\" compares periods, and the sample has only one; leave it out for scores alone",
            spec.malmquist.as_deref().unwrap_or_default()
        )));
    }
    Ok(PanelSpec {
        model,
        orientation,
        rts: spec.rts.parse()?,
        bads_convention: spec.bads_convention.parse()?,
        bounded: spec.bounded,
        disposability: spec.disposability.parse()?,
        calibration: match &spec.calibration {
            CalibrationSpec::On(word) => Calibration::Rule(word.parse()?),
            CalibrationSpec::Given(given) => Calibration::Given(EbmParameters {
                epsilon: Epsilon { inputs: given.epsilon.inputs, goods: given.epsilon.goods, bads: given.epsilon.bads },
                weights: Weights {
                    inputs: given.weights.inputs.clone(),
                    goods: given.weights.goods.clone(),
                    bads: given.weights.bads.clone(),
                },
            }),
        },
        calibration_scope: spec.calibration_scope.parse()?,
        reference,
        window: spec.window,
        malmquist,
        panel_value: spec.panel_value.parse()?,
        base_period: spec.base_period,
        scale_change: spec.scale_change,
        ..PanelSpec::default()
    })
}

/// Files that the quantities came from.
fn files_of(spec: &GtfpSpec, panel: &Panel) -> String {
    let mut files: Vec<&str> =
        spec.inputs.iter().chain(&spec.goods).chain(&spec.bads).filter_map(|name| panel.source(name)).collect();
    files.sort_unstable();
    files.dedup();
    files.join("`, `")
}
