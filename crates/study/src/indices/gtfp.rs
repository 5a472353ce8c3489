//! `[[gtfp]]`: efficiency scores and productivity indices (D4–D8).

use super::{Details, Files, Index, Made, Part, Series};
use crate::Parsed;
use crate::error::{Error, Result};
use crate::feature::Feature;
use crate::number::{full, pretty};
use crate::section::{Section, Wrong, both};
use gtfp_ebm::lp::LpError;
use gtfp_ebm::{
    BootstrapResult, BootstrapSpec, Index as ProductivityIndex, Interval, PanelData, PanelResult, PanelSpec,
    PanelValue, Summary, Values, bootstrap, productivity, productivity_values,
};
use panel_core::expr::Expr;
use panel_core::suggest::nearest;
use report::csv::push_record;
use report::{Lang, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;

/// One specification: its names, and what `gtfp-ebm` can be told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Gtfp {
    /// What the study says.
    #[serde(flatten)]
    pub own: Names,
    /// What the method is told, the names of its columns among it.
    #[serde(flatten)]
    pub choices: PanelSpec,
}

/// Names of a specification.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Name of the specification; results are `results/gtfp-<id>.csv`.
    pub id: String,
    /// Entity set (D24).
    pub sample: Option<Parsed<Expr>>,
    /// Variable that it makes; `Gtfp` for the first specification, `gtfp_<id>` for others.
    pub name: Option<String>,
    /// Further variables: column of `results/gtfp-<id>.csv` = name, such as `{ ec = "Ec", tc_cumulated = "Tc" }`.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

impl Section for Gtfp {
    fn read(table: Spanned<DeTable<'_>>, place: usize) -> std::result::Result<Self, Wrong> {
        let (mut own, choices): (Names, PanelSpec) = both(table)?;
        let usual = || if place == 0 { "Gtfp".to_owned() } else { format!("gtfp_{}", own.id) };
        own.name = Some(own.name.clone().unwrap_or_else(usual));
        Ok(Self { own, choices })
    }

    fn id(&self) -> Option<&str> {
        Some(&self.own.id)
    }
}

/// What a specification gives beside columns.
#[derive(Debug)]
pub struct Productivity {
    /// ε, w, conventions, counts.
    pub summary: Summary,
}

impl Details for Productivity {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn json(&self) -> Option<String> {
        Some(pretty(&self.summary))
    }
}

impl Gtfp {
    /// The variable that it makes.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.own.name.as_deref().unwrap_or_default()
    }

    fn quantities(&self) -> impl Iterator<Item = &String> {
        self.choices.inputs.iter().chain(&self.choices.goods).chain(&self.choices.bads)
    }

    /// Hands the units of an entity set to a method.
    fn with<T>(
        &self,
        part: &Part<'_>,
        method: impl FnOnce(&PanelData<'_>, &PanelSpec) -> gtfp_ebm::Result<T>,
    ) -> Result<T> {
        let choices = &self.choices;
        let columns = |names: &'_ [String]| -> Result<Vec<(String, Vec<f64>)>> {
            names.iter().map(|name| Ok((name.clone(), part.float(name)?.to_vec()))).collect()
        };
        fn named(columns: &[(String, Vec<f64>)]) -> Vec<(&str, &[f64])> {
            columns.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect()
        }
        let (inputs, goods, bads) = (columns(&choices.inputs)?, columns(&choices.goods)?, columns(&choices.bads)?);
        let group = choices.group.as_ref().map(|name| part.codes(name)).transpose()?.map(|(codes, _)| codes);
        let panel = &part.panel;
        let time: Vec<i64> = panel.time_of_row().iter().map(|&t| panel.times().ordinals()[t as usize]).collect();
        let files = self.files(part);
        let label = |row: usize| match files.as_str() {
            // Derived quantities come from no file of their own.
            "" => part.key(row),
            files => format!("file `{files}`, {}", part.key(row)),
        };
        let data = PanelData {
            inputs: &named(&inputs),
            goods: &named(&goods),
            bads: &named(&bads),
            entity: panel.entity_of_row(),
            time: &time,
            group: group.as_deref(),
            label: &label,
        };
        method(&data, choices).map_err(|error| refused(part, error))
    }

    /// The variables that it makes: the panel value, and the columns that `names` asks for.
    fn values(
        &self,
        part: &Part<'_>,
        index: ProductivityIndex,
        panel_value: Vec<f64>,
        columns: &[(&'static str, Series)],
    ) -> Result<Vec<Vec<f64>>> {
        let mut variables = vec![panel_value];
        for column in self.own.names.keys() {
            let (cumulated, name) = match column.strip_suffix(CUMULATED) {
                Some(name) => (true, name),
                None => (false, column.as_str()),
            };
            let Some(values) = numbers(columns, name) else {
                let known: Vec<&str> =
                    columns.iter().filter(|(_, series)| series.is_numbers()).map(|(name, _)| *name).collect();
                let near = nearest(name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
                return Err(part.error(format!(
                    "names: no column `{name}`{}; this specification has {}, each also with `{CUMULATED}` behind it",
                    near.unwrap_or_default(),
                    known.join(", ")
                )));
            };
            variables.push(if cumulated { chained(part, index, values) } else { values.to_vec() });
        }
        Ok(variables)
    }

    /// The panel value by the rule of this specification, out of the scores and the index that one with another rule has
    /// solved for.
    fn panel_value(&self, part: &Part<'_>, solved: &Made) -> Result<Vec<f64>> {
        let periods = part.panel.n_periods();
        let index = self.choices.index(periods);
        let of_part = |name: &str| -> Vec<Option<f64>> {
            let values = solved.column(name);
            part.rows.iter().map(|&row| values.get(row).copied().filter(|value| !value.is_nan())).collect()
        };
        let growth = of_part(self.choices.index_name(periods));
        let scores = of_part(self.choices.score_name());
        let values = self.with(part, |data, choices| gtfp_ebm::panel_values(data, choices, &growth, &scores))?;
        Ok(if index == ProductivityIndex::None { solved.column("gtfp").to_vec() } else { spread(part, &values) })
    }

    /// Files that the quantities came from.
    fn files(&self, part: &Part<'_>) -> String {
        let mut files: Vec<&str> = self.quantities().filter_map(|name| part.panel.source(name)).collect();
        files.sort_unstable();
        files.dedup();
        files.join("`, `")
    }
}

impl Index for Gtfp {
    fn stage(&self) -> String {
        format!("gtfp-{}", self.own.id)
    }

    fn makes(&self) -> Vec<&str> {
        std::iter::once(self.variable()).chain(self.own.names.values().map(String::as_str)).collect()
    }

    fn ratios(&self) -> Vec<&str> {
        let index = self.choices.index(2);
        if matches!(index, ProductivityIndex::None | ProductivityIndex::Luenberger) {
            return Vec::new();
        }
        let is_ratio = |column: &str| RATIOS.contains(&column.strip_suffix(CUMULATED).unwrap_or(column));
        let own = (self.choices.panel_value != PanelValue::LogCumulated).then(|| self.variable());
        let named = self.own.names.iter().filter(|(column, _)| is_ratio(column));
        own.into_iter().chain(named.map(|(_, name)| name.as_str())).collect()
    }

    fn needs(&self) -> Vec<String> {
        self.quantities().chain(&self.choices.group).cloned().collect()
    }

    fn sample(&self) -> Option<&Parsed<Expr>> {
        self.own.sample.as_ref()
    }

    fn check(&self) -> std::result::Result<(), String> {
        let options = self.choices.bootstrap.iter();
        let checked = options.map(|options| gtfp_ebm::validate_bootstrap(&self.choices, options));
        checked.collect::<gtfp_ebm::Result<()>>().map_err(|error| error.to_string())
    }

    fn key(&self) -> String {
        format!("{:?} {:?}", PanelSpec { bootstrap: None, ..self.choices.clone() }, self.own.names)
    }

    fn solved(&self) -> String {
        let rule =
            PanelSpec { panel_value: PanelValue::FirstOne, base_period: None, bootstrap: None, ..self.choices.clone() };
        format!("{rule:?}")
    }

    fn variables(&self, part: &Part<'_>, solved: &Made) -> Result<Vec<Vec<f64>>> {
        let periods = part.panel.n_periods();
        self.values(part, self.choices.index(periods), self.panel_value(part, solved)?, &solved.columns)
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let result = self.with(part, productivity)?;
        let error = result.factor_error();
        if error > IDENTITY {
            let factors = result.factors().join(", ");
            let name = result.index_name();
            return Err(part.error(format!("`{name}` differs by {error:e} from what {factors} make together")));
        }
        let columns: Vec<(&'static str, Series)> =
            result.columns().into_iter().map(|column| (column.name, series(part, column.values))).collect();
        let panel_value = numbers(&columns, "gtfp").unwrap_or_default().to_vec();
        let variables = self.values(part, result.index(), panel_value, &columns)?;
        let score = numbers(&columns, self.choices.score_name()).unwrap_or_default();
        let sentence = format!("{} rows, mean score {:.3}", part.rows.len(), super::mean(score));
        let [zh, en] = Lang::ALL.map(|lang| super::count(result.summary.lp.programs, lang));
        Ok(Made {
            stage: self.stage(),
            variables,
            rows: part.rows.clone(),
            columns,
            files: details(part, &result),
            details: Arc::new(Productivity { summary: result.summary }),
            detail: Text::new(format!("{zh} 个线性规划"), format!("{en} linear programs")),
            sentence,
            diagnostics: result.diagnostics,
        })
    }

    fn is_light(&self) -> bool {
        // Columns that `names` asks for can be any.
        self.own.names.is_empty()
    }

    fn compute_variables(&self, part: &Part<'_>) -> Result<Made> {
        let found = self.with(part, productivity_values)?;
        let periods = part.panel.n_periods();
        let column = |values: &[Option<f64>]| Series::Numbers(spread(part, values));
        let mut columns = vec![(self.choices.score_name(), column(&found.scores)), ("gtfp", column(&found.values))];
        if self.choices.index(periods) != ProductivityIndex::None {
            columns.push((self.choices.index_name(periods), column(&found.index)));
        }
        Ok(Made {
            stage: self.stage(),
            variables: vec![spread(part, &found.values)],
            rows: part.rows.clone(),
            columns,
            files: Files::new(),
            details: Arc::new(()),
            detail: Text::default(),
            sentence: String::new(),
            diagnostics: Vec::new(),
        })
    }

    fn replications(&self) -> Option<(usize, u64)> {
        self.choices.bootstrap.as_ref().map(|options| (options.replications, options.seed))
    }

    fn intervals(&self, part: &Part<'_>, done: &(dyn Fn(usize) + Sync)) -> Result<Files> {
        let Some(options) = &self.choices.bootstrap else { return Ok(Files::new()) };
        let found = self.with(part, |data, choices| bootstrap(data, choices, options, done))?;
        let record = BootstrapRecord { spec: found.spec, bandwidth: found.bandwidth, lp: found.lp };
        Ok(vec![
            ("-bootstrap.csv".to_owned(), interval_lines(part, &found, &self.choices).into_bytes()),
            ("-bootstrap.json".to_owned(), pretty(&record).into_bytes()),
        ])
    }
}

/// An error of the method as one of the run.
fn refused(part: &Part<'_>, error: gtfp_ebm::Error) -> Error {
    match error {
        gtfp_ebm::Error::Engine(LpError::NeedsHighs { why }) => {
            Error::NeedsFeature { feature: Feature::Highs.name(), wanted: format!("stage `{}`: {why}", part.stage) }
        }
        error => part.error(error),
    }
}

/// Largest difference between an index and what its parts make together.
const IDENTITY: f64 = 1e-9;

/// What stands behind the name of a column whose values are chained from the first period on.
const CUMULATED: &str = "_cumulated";

/// Columns that are ratios of change where the index is one.
const RATIOS: [&str; 11] =
    ["gml", "index", "ec", "tc", "gap_change", "pure_ec", "scale_ec", "output_bias", "input_bias", "magnitude", "gtfp"];

/// A column of the method as one of the panel.
fn series(part: &Part<'_>, values: Values) -> Series {
    match values {
        Values::Words(texts) => Series::Words(texts),
        Values::Numbers(numbers) => Series::Numbers(spread(part, &numbers)),
        _ => Series::Numbers(Vec::new()),
    }
}

fn spread(part: &Part<'_>, numbers: &[Option<f64>]) -> Vec<f64> {
    part.spread(&numbers.iter().map(|value| value.unwrap_or(f64::NAN)).collect::<Vec<_>>())
}

/// A column of numbers.
fn numbers<'a>(columns: &'a [(&'static str, Series)], name: &str) -> Option<&'a [f64]> {
    columns.iter().find_map(|(known, series)| match series {
        Series::Numbers(values) if *known == name => Some(values.as_slice()),
        _ => None,
    })
}

/// Changes from period to period chained within each entity: the running product of ratios, from 1, or the running sum of
/// differences, from 0. After a change that is missing nothing is known.
fn chained(part: &Part<'_>, index: ProductivityIndex, changes: &[f64]) -> Vec<f64> {
    let start = if index == ProductivityIndex::Luenberger { 0.0 } else { 1.0 };
    let mut out = vec![f64::NAN; changes.len()];
    for rows in part.panel.entity_rows() {
        let mut level = start;
        for (place, row) in rows.enumerate() {
            let row = part.rows[row];
            match (place, index) {
                // The first period has no change.
                (0, _) if changes[row].is_nan() => {}
                (_, ProductivityIndex::Luenberger) => level += changes[row],
                _ => level *= changes[row],
            }
            out[row] = level;
        }
    }
    out
}

/// With `details`, a file of slacks, targets, multipliers and shadow prices, and one of peers with their λ.
fn details(part: &Part<'_>, result: &PanelResult) -> Files {
    let columns = result.detail_columns();
    if columns.is_empty() {
        return Files::new();
    }
    let (mut table, mut peers) = (String::new(), String::new());
    push_record(&mut table, part.key_names().into_iter().chain(columns.iter().map(|(name, _)| name.as_str())));
    for row in 0..part.rows.len() {
        let cells: Vec<String> = columns.iter().map(|(_, values)| values[row].map_or_else(String::new, full)).collect();
        push_record(&mut table, part.key_labels(row).into_iter().chain(cells.iter().map(String::as_str)));
    }
    let keys = part.key_names();
    let of_peer: Vec<String> = keys.iter().map(|key| format!("peer_{key}")).collect();
    push_record(&mut peers, keys.iter().copied().chain(of_peer.iter().map(String::as_str)).chain(["lambda"]));
    for detail in &result.details {
        for &(peer, lambda) in &detail.peers {
            let (own, other) = (part.key_labels(detail.row), part.key_labels(peer));
            push_record(&mut peers, own.into_iter().chain(other).chain([full(lambda).as_str()]));
        }
    }
    vec![("-details.csv".to_owned(), table.into_bytes()), ("-peers.csv".to_owned(), peers.into_bytes())]
}

/// How the intervals were made.
#[derive(Serialize)]
struct BootstrapRecord {
    spec: BootstrapSpec,
    bandwidth: f64,
    lp: gtfp_ebm::LpRecord,
}

/// One line per row and quantity: estimate, bias, standard error and interval.
fn interval_lines(part: &Part<'_>, found: &BootstrapResult, choices: &PanelSpec) -> String {
    let mut out = String::new();
    let header = ["quantity", "estimate", "bias", "corrected", "se", "low", "high", "replications"];
    push_record(&mut out, part.key_names().into_iter().chain(header));
    for (row, of_row) in found.rows.iter().enumerate() {
        let quantities = [
            (choices.score_name(), of_row.score),
            ("score_contemporaneous", of_row.score_contemporaneous),
            (choices.index_name(part.panel.n_periods()), of_row.index),
            ("ec", of_row.ec),
            ("tc", of_row.tc),
        ];
        for (quantity, interval) in quantities {
            let Some(Interval { estimate, bias, corrected, se, low, high, replications, .. }) = interval else {
                continue;
            };
            let numbers = [estimate, bias, corrected, se, low, high].map(full);
            let replications = replications.to_string();
            let cells = part.key_labels(row).into_iter().chain([quantity]).chain(numbers.iter().map(String::as_str));
            push_record(&mut out, cells.chain([replications.as_str()]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use gtfp_ebm::{Model, Reference};
    use panel_core::Panel;

    /// Five cities in four years, one value missing: the product of a circular index bridges the gap, others end there.
    fn panel() -> Panel {
        let keys = (0..20).map(|row| (format!("c{}", row / 4), format!("{}", 2010 + row % 4)));
        let (cities, years): (Vec<String>, Vec<String>) = keys.unzip();
        let column = |k: usize| (0..20).map(|row| 2.0 + ((row * (3 + k) + k) % 7) as f64 / 3.0).collect::<Vec<f64>>();
        let mut good = column(2);
        good[5] = f64::NAN;
        let keys = Panel::builder("city", "year").keys(cities, years);
        keys.column("k", column(0)).column("l", column(1)).column("y", good).column("b", column(3)).build().unwrap()
    }

    fn gtfp(choices: PanelSpec) -> Gtfp {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let names = [("ec_cumulated".to_owned(), "Ec".to_owned())].into();
        let own = Names { id: "main".into(), sample: None, name: Some("Gtfp".into()), names };
        Gtfp {
            own,
            choices: PanelSpec { inputs: list(&["k", "l"]), goods: list(&["y"]), bads: list(&["b"]), ..choices },
        }
    }

    #[test]
    fn panel_values_read_off_what_another_rule_has_solved_are_those_of_a_run_of_their_own() {
        let panel = panel();
        let part = Part::new(&panel, &[true; 20], "gtfp-main").unwrap();
        let ebm = PanelSpec::default();
        let ddf = PanelSpec { model: Model::Ddf, bounded: Some(false), ..PanelSpec::default() };
        let adjacent = PanelSpec {
            reference: Reference::Contemporaneous,
            malmquist: Some(ProductivityIndex::MalmquistLuenberger),
            ..ddf.clone()
        };
        let luenberger = PanelSpec { malmquist: Some(ProductivityIndex::Luenberger), ..ddf.clone() };
        use PanelValue::{BaseGiven, Cumulated, DropFirst, FirstOne, LogCumulated};
        for choices in [ebm, ddf, adjacent, luenberger] {
            let solved = gtfp(choices.clone()).compute(&part).unwrap();
            for panel_value in [FirstOne, DropFirst, Cumulated, LogCumulated, BaseGiven] {
                let base_period = (panel_value == BaseGiven).then_some(2011);
                let own = gtfp(PanelSpec { panel_value, base_period, ..choices.clone() });
                assert_eq!(own.solved(), gtfp(choices.clone()).solved());
                let bits = |variables: Vec<Vec<f64>>| -> Vec<Vec<u64>> {
                    variables.iter().map(|values| values.iter().map(|value| value.to_bits()).collect()).collect()
                };
                let (read, run) = (own.variables(&part, &solved), own.compute(&part));
                let what = format!("{panel_value} {:?} {:?}", choices.model, choices.malmquist);
                match (read, run) {
                    (Ok(read), Ok(run)) => assert_eq!(bits(read), bits(run.variables), "{what}"),
                    (read, run) => assert_eq!(read.unwrap_err().to_string(), run.unwrap_err().to_string(), "{what}"),
                }
            }
        }
    }

    #[test]
    fn variables_alone_are_those_of_the_whole_to_the_bit_whatever_the_reference() {
        let panel = panel();
        let part = Part::new(&panel, &[true; 20], "gtfp-main").unwrap();
        let sbm_on = |reference| PanelSpec { model: Model::Sbm, reference, ..PanelSpec::default() };
        let cumulated = PanelSpec { panel_value: PanelValue::Cumulated, ..PanelSpec::default() };
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
        for choices in
            [PanelSpec::default(), cumulated, sbm_on(Reference::Sequential), sbm_on(Reference::Contemporaneous)]
        {
            let plain = gtfp(choices);
            let index = Gtfp { own: Names { names: BTreeMap::new(), ..plain.own.clone() }, ..plain };
            assert!(index.is_light());
            let (full, light) = (index.compute(&part).unwrap(), index.compute_variables(&part).unwrap());
            assert_eq!(bits(&full.variables[0]), bits(&light.variables[0]));
            for (name, series) in &light.columns {
                let Series::Numbers(values) = series else { panic!("`{name}` holds words") };
                assert_eq!(bits(full.column(name)), bits(values), "{name}");
            }
            assert_eq!(bits(&index.variables(&part, &light).unwrap()[0]), bits(&full.variables[0]));
        }
    }
}
