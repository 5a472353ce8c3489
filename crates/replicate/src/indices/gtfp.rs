//! `[[gtfp]]`: efficiency scores and productivity indices (D4–D8).

use super::{Details, Files, Index, Made, Part};
use crate::error::Result;
use crate::store::{full, pretty};
use crate::study::Parsed;
use crate::study::section::{Section, Wrong, both};
use gtfp_ebm::{BootstrapResult, BootstrapSpec, Interval, PanelData, PanelRow, PanelSpec, Summary, bootstrap, productivity};
use panel_core::expr::Expr;
use report::csv::push_record;
use report::{Lang, Text};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;

/// One specification: its names, and what `gtfp-ebm` can be told.
#[derive(Debug, Clone, Serialize)]
pub struct Gtfp {
    /// What the study says.
    #[serde(flatten)]
    pub own: Names,
    /// What the method is told, the names of its columns among it.
    #[serde(flatten)]
    pub choices: PanelSpec,
}

/// Names of a specification.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Name of the specification; results are `results/gtfp-<id>.csv`.
    pub id: String,
    /// Entity set (D24).
    pub sample: Option<Parsed<Expr>>,
    /// Variable that it makes; `Gtfp` for the first specification, `gtfp_<id>` for others.
    pub name: Option<String>,
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
        method(&data, choices).map_err(|error| part.error(error))
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
        vec![self.variable()]
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
        format!("{:?}", PanelSpec { bootstrap: None, ..self.choices.clone() })
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let no_index = self.choices.index(part.panel.n_periods()) == gtfp_ebm::Index::None;
        let result = self.with(part, productivity)?;
        let column = |value: &dyn Fn(&PanelRow) -> Option<f64>| {
            let values: Vec<f64> = result.rows.iter().map(|row| value(row).unwrap_or(f64::NAN)).collect();
            part.spread(&values)
        };
        let score = column(&|row| row.score);
        let value = column(&|row| if no_index { row.score } else { row.gtfp });
        let sentence = format!("{} rows, mean score {:.3}", part.rows.len(), super::mean(&score));
        let [zh, en] = Lang::ALL.map(|lang| super::count(result.summary.lp.programs, lang));
        Ok(Made {
            stage: self.stage(),
            variables: vec![value.clone()],
            rows: part.rows.clone(),
            columns: vec![
                ("score_global", score),
                ("score_contemporaneous", column(&|row| row.score_contemporaneous)),
                ("gml", column(&|row| row.index)),
                ("ec", column(&|row| row.ec)),
                ("tc", column(&|row| row.tc)),
                ("gtfp", value),
            ],
            words: vec![("status", result.rows.iter().map(|row| row.status.as_str()).collect())],
            details: Arc::new(Productivity { summary: result.summary }),
            detail: Text::new(format!("{zh} 个线性规划"), format!("{en} linear programs")),
            sentence,
            diagnostics: result.diagnostics,
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
            ("-bootstrap.csv".to_owned(), interval_lines(part, &found).into_bytes()),
            ("-bootstrap.json".to_owned(), pretty(&record).into_bytes()),
        ])
    }
}

/// How the intervals were made.
#[derive(Serialize)]
struct BootstrapRecord {
    spec: BootstrapSpec,
    bandwidth: f64,
    lp: gtfp_ebm::LpRecord,
}

/// One line per row and quantity: estimate, bias, standard error and interval.
fn interval_lines(part: &Part<'_>, found: &BootstrapResult) -> String {
    let mut out = String::new();
    let header = ["quantity", "estimate", "bias", "corrected", "se", "low", "high", "replications"];
    push_record(&mut out, part.key_names().into_iter().chain(header));
    for (row, of_row) in found.rows.iter().enumerate() {
        let quantities = [
            ("score_global", of_row.score),
            ("score_contemporaneous", of_row.score_contemporaneous),
            ("gml", of_row.index),
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
