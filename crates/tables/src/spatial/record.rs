//! Spatial results as plain data, and their files: `results/spatial.json`, `results/spatial-tests.json`,
//! `results/spatial-<id>.csv`.

use crate::records::finite;
use panel_core::distribution::normal_critical;
use panel_fe::record::CoefficientRecord;
use panel_spatial::association::{AssociationKind, AssociationSpec, GlobalTest, LocalMoran, Quadrant, ScatterPoint};
use panel_spatial::diagnostics::SpecificationTest;
use panel_spatial::effects::SimulatedEffect;
use panel_spatial::record::CurveRecord;
use panel_spatial::{Effect, Effects, SpatialRecord};
use report::csv::push_record;
use serde::Serialize;
use stages::store::Staging;
use study::number::{full, pretty};
use study::{Result, Study};

/// p up to which an entity has a class.
pub(super) const CLASS_LEVEL: f64 = 0.05;

/// A spatial column of a table, as `results/spatial.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpatialColumnRecord {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Formula as written.
    pub formula: String,
    /// Filter as written.
    pub sample: Option<String>,
    /// Level of the intervals.
    pub level: f64,
    /// The fit.
    #[serde(flatten)]
    pub fit: SpatialRecord,
    /// Where effects turn.
    pub curves: Vec<CurveRecord>,
    /// Effects by simulation, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub simulated: Vec<SimulatedEffect>,
}

impl SpatialColumnRecord {
    /// An effect of a regressor as a coefficient: by simulation where that was asked for, else by the delta method.
    pub(super) fn effect(&self, effects: &Effects, effect: Effect) -> CoefficientRecord {
        let drawn = self.simulated.iter().find(|drawn| drawn.name == effects.name && drawn.effect == effect);
        let Some(drawn) = drawn else { return interval(&effects.name, &effects.get(effect), self.level) };
        let variance = drawn.se.map_or(f64::NAN, |se| se * se);
        CoefficientRecord {
            ci_low: finite(drawn.interval.0),
            ci_high: finite(drawn.interval.1),
            ..interval(&effects.name, &panel_spatial::Estimated::new(drawn.estimate, variance), self.level)
        }
    }
}

/// A coefficient or an effect with its normal interval.
pub(super) fn interval(name: &str, estimated: &panel_spatial::Estimated, level: f64) -> CoefficientRecord {
    let z = normal_critical(level);
    CoefficientRecord {
        name: name.to_owned(),
        estimate: finite(estimated.value),
        se: finite(estimated.se),
        t: finite(estimated.z),
        p: finite(estimated.p),
        ci_low: finite(estimated.value - z * estimated.se),
        ci_high: finite(estimated.value + z * estimated.se),
        reason: None,
    }
}

/// The tests of one column, as `results/spatial-tests.json` holds them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpatialTestsRecord {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Formula as written.
    pub formula: String,
    /// Filter as written.
    pub sample: Option<String>,
    /// Id of the weights.
    pub weights: String,
    /// Units.
    pub units: usize,
    /// Periods.
    pub periods: usize,
    /// The tests in order.
    pub tests: Vec<SpecificationTest>,
}

/// One statistic for one variable in one period, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<T> {
    /// The variable.
    pub variable: String,
    /// The period.
    pub period: String,
    /// The statistic.
    pub result: std::result::Result<T, String>,
}

/// What a `[[spatial]]` entry has found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Global tests.
    Global(Vec<Cell<GlobalTest>>),
    /// Local statistics, one for each entity.
    Local(Vec<Cell<Vec<Option<LocalMoran>>>>),
}

/// One `[[spatial]]` entry with what it found.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// What was asked for.
    pub spec: AssociationSpec,
    /// Entities, in the order of local statistics.
    pub entities: Vec<String>,
    /// The results, by variable and period.
    pub found: Found,
    /// Moran's scatter plots, by variable.
    pub scatter: Vec<Scatter>,
}

/// Moran's scatter plot of the last period that has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// The variable.
    pub variable: String,
    /// The period.
    pub period: String,
    /// The entities.
    pub points: Vec<ScatterPoint>,
    /// Slope of the lags on the values.
    pub slope: f64,
}

/// The class of an entity: its quadrant where it is significant.
pub fn class(local: &LocalMoran) -> &'static str {
    let significant = local.permutation.is_some_and(|test| test.p_one_sided <= CLASS_LEVEL);
    match (significant, local.quadrant) {
        (false, _) => "not-significant",
        (true, Quadrant::HighHigh) => "high-high",
        (true, Quadrant::LowHigh) => "low-high",
        (true, Quadrant::LowLow) => "low-low",
        (true, Quadrant::HighLow) => "high-low",
    }
}

/// Writes the files; none where a study has nothing spatial.
///
/// # Errors
/// Those of the disk.
pub fn write(
    staging: &mut Staging,
    columns: &[SpatialColumnRecord],
    tests: &[SpatialTestsRecord],
    statistics: &[Statistic],
    study: &Study,
) -> Result<()> {
    if !columns.is_empty() {
        staging.write("results/spatial.json", pretty(&columns).as_bytes())?;
    }
    if !tests.is_empty() {
        staging.write("results/spatial-tests.json", pretty(&tests).as_bytes())?;
    }
    for statistic in statistics {
        let time = study.study.time.as_deref();
        let text = match &statistic.found {
            Found::Global(cells) => global_csv(statistic.spec.kind, cells, time),
            Found::Local(cells) => local_csv(statistic, cells, &study.study.entity, time),
        };
        staging.write(&format!("results/spatial-{}.csv", statistic.spec.id), text.as_bytes())?;
    }
    Ok(())
}

/// One row for each variable and period.
fn global_csv(kind: AssociationKind, cells: &[Cell<GlobalTest>], time: Option<&str>) -> String {
    let mut out = String::new();
    let name = if kind == AssociationKind::Geary { "geary_c" } else { "moran_i" };
    let rest = [
        name,
        "expected",
        "variance_normal",
        "p_normal",
        "variance_random",
        "p_random",
        "permutations",
        "p_permutation",
        "p_permutation_two_sided",
        "n",
        "n_missing",
        "islands",
        "reason",
    ];
    push_record(&mut out, std::iter::once("variable").chain(time).chain(rest));
    let optional = |value: Option<f64>| value.map_or_else(String::new, full);
    for cell in cells {
        let mut fields = vec![cell.variable.clone()];
        fields.extend(time.map(|_| cell.period.clone()));
        match &cell.result {
            Ok(test) => {
                let drawn = test.permutation;
                fields.extend([full(test.statistic), full(test.expected), full(test.variance_normal)]);
                fields.extend([test.p_normal, test.variance_random, test.p_random].map(optional));
                fields.push(drawn.map_or_else(String::new, |drawn| drawn.permutations.to_string()));
                fields.push(optional(drawn.map(|drawn| drawn.p_one_sided)));
                fields.push(optional(drawn.map(|drawn| drawn.p_two_sided)));
                fields.extend([test.n, test.n_missing, test.islands].map(|count| count.to_string()));
                fields.push(String::new());
            }
            Err(reason) => {
                fields.resize(fields.len() + rest.len() - 1, String::new());
                fields.push(reason.clone());
            }
        }
        push_record(&mut out, fields.iter().map(String::as_str));
    }
    out
}

/// One row for each entity and period, three columns for each variable.
fn local_csv(
    statistic: &Statistic,
    cells: &[Cell<Vec<Option<LocalMoran>>>],
    entity: &str,
    time: Option<&str>,
) -> String {
    let mut out = String::new();
    let mut header = vec![entity.to_owned()];
    header.extend(time.map(str::to_owned));
    for variable in &statistic.spec.variables {
        header.extend(["i", "class", "p"].map(|what| format!("{variable}_{what}")));
    }
    push_record(&mut out, header.iter().map(String::as_str));
    let mut periods: Vec<&str> = Vec::new();
    for cell in cells {
        if !periods.contains(&cell.period.as_str()) {
            periods.push(&cell.period);
        }
    }
    for (i, name) in statistic.entities.iter().enumerate() {
        for &period in &periods {
            let mut fields = vec![name.clone()];
            fields.extend(time.map(|_| period.to_owned()));
            for cell in cells.iter().filter(|cell| cell.period == period) {
                match cell.result.as_ref().ok().and_then(|locals| locals[i].as_ref()) {
                    Some(local) => {
                        let p = local.permutation.map_or_else(String::new, |test| full(test.p_one_sided));
                        fields.extend([full(local.statistic), class(local).to_owned(), p]);
                    }
                    None => fields.resize(fields.len() + 3, String::new()),
                }
            }
            push_record(&mut out, fields.iter().map(String::as_str));
        }
    }
    out
}
