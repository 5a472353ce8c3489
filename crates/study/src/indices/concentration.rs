//! `[[concentration]]`: location quotients without coordinates, specialisation, and how concentrated or unequal a variable is.

use super::by_period::{ByPeriod, Measured};
use super::market::groups;
use super::{Index, Made, Part, Series, mean};
use crate::Parsed;
use crate::error::Result;
use crate::section::{Section, Wrong, from_table};
use panel_core::expr::Expr;
use panel_core::words::Word;
use panel_core::{Diagnostics, Keys};
use report::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;
use va_index::Employment;
use va_index::companions::{
    ConcentrationSpec, Inequality, IntervalSpec, QuotientScale, QuotientSpec, Reference, SpecialisationSpec,
    concentration, inequality, quotients, specialisation,
};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Location quotients of `sector` in `total`, without coordinates: a variable.
    Quotient,
    /// Krugman's index of an entity's structure over `sectors`: a variable.
    Specialisation,
    /// Ellison and Glaeser's index, the locational Gini, Gini, Theil and Herfindahl of `sector` in `total`, by period.
    Sector,
    /// Gini, Theil and Herfindahl of `variable`, by period.
    Inequality,
}

/// A measure of concentration.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concentration {
    /// Name; results are `results/concentration-<id>.csv`, the table of a measure by period `tables/concentration-<id>`.
    pub id: String,
    /// What is measured.
    pub kind: Kind,
    /// Employment of the sector, of `quotient` and `sector`.
    pub sector: Option<String>,
    /// All employment, of `quotient` and `sector`.
    pub total: Option<String>,
    /// Employment of each sector, of `specialisation`.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// The variable of `inequality`.
    pub variable: Option<String>,
    /// Groups of entities, such as provinces, between and within which Theil's index is split.
    pub group: Option<String>,
    /// Name of the variable that `quotient` and `specialisation` make; `Lq_<id>` or `Spec_<id>` where it is absent.
    pub name: Option<String>,
    /// Scale of `quotient`.
    #[schemars(with = "Option<String>", extend("enum" = words::<QuotientScale>()))]
    pub scale: Option<QuotientScale>,
    /// Bootstrap intervals of `quotient`, into its file.
    pub intervals: Option<IntervalSpec>,
    /// What a structure is compared with by `specialisation`: all `others`, or `all`.
    #[schemars(with = "Option<String>", extend("enum" = words::<Reference>()))]
    pub reference: Option<Reference>,
    /// Herfindahl index of the sector's plants, for Ellison and Glaeser's index; 0 where it is absent.
    pub plant_herfindahl: Option<f64>,
    /// Entity set.
    pub sample: Option<Parsed<Expr>>,
}

fn words<T: Word>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

impl Section for Concentration {
    fn read(table: Spanned<DeTable<'_>>, _: usize) -> std::result::Result<Self, Wrong> {
        let mut read: Self = from_table(table)?;
        let usual = match read.kind {
            Kind::Quotient => Some("Lq"),
            Kind::Specialisation => Some("Spec"),
            Kind::Sector | Kind::Inequality => None,
        };
        if let (None, Some(usual)) = (&read.name, usual) {
            read.name = Some(format!("{usual}_{}", read.id));
        }
        Ok(read)
    }

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn resolved(all: &[Self]) -> std::result::Result<toml::Value, toml::ser::Error> {
        toml::Value::try_from(all)
    }
}

/// Heads of measures, the measures of each period, a title.
type Listed = (Vec<(&'static str, Text)>, Vec<Vec<Measured>>, Text);

/// Heads of the measures of one variable in every period.
fn heads(grouped: bool) -> Vec<(&'static str, Text)> {
    let mut heads = vec![
        ("n", Text::new("个体数", "Entities")),
        ("n_missing", Text::new("缺失", "Missing")),
        ("gini", Text::new("基尼系数", "Gini")),
        ("theil", Text::new("泰尔指数", "Theil")),
    ];
    if grouped {
        heads.push(("theil_between", Text::new("泰尔：组间", "Theil, between")));
        heads.push(("theil_within", Text::new("泰尔：组内", "Theil, within")));
    }
    heads.push(("herfindahl", Text::new("赫芬达尔指数", "Herfindahl")));
    heads.push(("herfindahl_normalised", Text::new("赫芬达尔（标准化）", "Herfindahl, normalised")));
    heads
}

/// The measures of one variable in a period.
fn measures(found: &Inequality, grouped: bool) -> Vec<Measured> {
    let reason = |error: &va_index::Error| error.to_string();
    let theil = || found.theil.as_ref().map_err(reason);
    let alone = || "there is one entity".to_owned();
    let mut measures = vec![
        Ok(found.n as f64),
        Ok(found.n_missing as f64),
        found.gini.as_ref().copied().map_err(reason),
        theil().map(|theil| theil.index),
    ];
    if grouped {
        let part = |part: Option<f64>| part.ok_or_else(|| "no groups".to_owned());
        measures.push(theil().and_then(|theil| part(theil.between)));
        measures.push(theil().and_then(|theil| part(theil.within)));
    }
    let herfindahl = || found.herfindahl.as_ref().map_err(reason);
    measures.push(herfindahl().map(|herfindahl| herfindahl.index));
    measures.push(herfindahl().and_then(|herfindahl| herfindahl.normalized.ok_or_else(alone)));
    measures
}

impl Concentration {
    /// A column that the kind needs; `check` has seen that it is there.
    fn named<'a>(&self, column: &'a Option<String>) -> &'a str {
        column.as_deref().unwrap_or_default()
    }

    fn employment<'a>(&'a self, part: &'a Part<'_>) -> Result<Employment<'a>> {
        let (sector, total) = (self.named(&self.sector), self.named(&self.total));
        let keys = Keys::of_panel(&part.panel);
        Ok(Employment::new(keys, part.float(sector)?, part.float(total)?).named(sector, total))
    }

    fn by_period(&self, part: &Part<'_>) -> Result<ByPeriod> {
        let group = self.group.as_ref().map(|name| groups(part, name)).transpose()?;
        let (measures, found, title) = match self.kind {
            Kind::Sector => self.of_sector(part, group.as_deref())?,
            _ => self.of_variable(part, group.as_deref())?,
        };
        let notes = match &self.group {
            Some(group) => vec![Text::new(
                format!("泰尔指数按 {group} 分解为组间与组内。"),
                format!("Theil's index is split between and within {group}."),
            )],
            None => Vec::new(),
        };
        let labels = part.panel.times().labels().iter().cloned();
        Ok(ByPeriod { id: self.stage(), title, measures, periods: labels.zip(found).collect(), notes })
    }

    fn of_sector(&self, part: &Part<'_>, group: Option<&[u32]>) -> Result<Listed> {
        let spec = ConcentrationSpec { plant_herfindahl: self.plant_herfindahl.unwrap_or(0.0) };
        let found = concentration(&self.employment(part)?, group, &spec).map_err(|error| part.error(error))?;
        let reason = |error: &va_index::Error| error.to_string();
        let mut heads_of_sector = vec![
            ("ellison_glaeser", Text::new("Ellison-Glaeser 指数", "Ellison-Glaeser")),
            ("locational_gini", Text::new("区位基尼系数", "Locational Gini")),
        ];
        heads_of_sector.extend(heads(group.is_some()));
        let row = |period: &va_index::companions::Concentration| {
            let mut row = vec![
                period.ellison_glaeser.as_ref().map(|index| index.gamma).map_err(reason),
                period.locational_gini.as_ref().copied().map_err(reason),
            ];
            row.extend(measures(&period.sector, group.is_some()));
            row
        };
        let sector = self.named(&self.sector);
        let title = Text::new(format!("{sector} 的集中度"), format!("Concentration of {sector}"));
        Ok((heads_of_sector, found.iter().map(row).collect(), title))
    }

    fn of_variable(&self, part: &Part<'_>, group: Option<&[u32]>) -> Result<Listed> {
        let variable = self.named(&self.variable);
        let found = inequality(&Keys::of_panel(&part.panel), part.float(variable)?, group);
        let found = found.map_err(|error| part.error(error))?;
        let title = Text::new(format!("{variable} 的不平等"), format!("Inequality of {variable}"));
        Ok((heads(group.is_some()), found.iter().map(|period| measures(period, group.is_some())).collect(), title))
    }
}

impl Index for Concentration {
    fn stage(&self) -> String {
        format!("concentration-{}", self.id)
    }

    fn label(&self) -> Text {
        Text::new(format!("集中度 {}", self.id), self.stage())
    }

    fn table(&self) -> Option<String> {
        matches!(self.kind, Kind::Sector | Kind::Inequality).then(|| self.stage())
    }

    fn makes(&self) -> Vec<&str> {
        self.name.as_deref().into_iter().collect()
    }

    fn needs(&self) -> Vec<String> {
        let named = self.sector.iter().chain(&self.total).chain(&self.variable).chain(&self.group);
        named.chain(&self.sectors).cloned().collect()
    }

    fn sample(&self) -> Option<&Parsed<Expr>> {
        self.sample.as_ref()
    }

    fn check(&self) -> std::result::Result<(), String> {
        use Kind::{Inequality, Quotient, Sector, Specialisation};
        let given = [
            ("sector", self.sector.is_some(), &[Quotient, Sector][..], true),
            ("total", self.total.is_some(), &[Quotient, Sector], true),
            ("sectors", !self.sectors.is_empty(), &[Specialisation], true),
            ("variable", self.variable.is_some(), &[Inequality], true),
            ("group", self.group.is_some(), &[Sector, Inequality], false),
            ("name", self.name.is_some(), &[Quotient, Specialisation], false),
            ("scale", self.scale.is_some(), &[Quotient], false),
            ("intervals", self.intervals.is_some(), &[Quotient], false),
            ("reference", self.reference.is_some(), &[Specialisation], false),
            ("plant_herfindahl", self.plant_herfindahl.is_some(), &[Sector], false),
        ];
        let kind = toml::Value::try_from(self.kind).map_err(|error| error.to_string())?;
        for (key, given, kinds, needed) in given {
            match (given, kinds.contains(&self.kind)) {
                (true, false) => return Err(format!("{key} has no effect with kind = {kind}")),
                (false, true) if needed => return Err(format!("kind = {kind} needs {key}")),
                _ => {}
            }
        }
        Ok(())
    }

    fn key(&self) -> String {
        format!("{:?}", Self { id: String::new(), name: None, sample: None, ..self.clone() })
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let mut result = Made {
            stage: self.stage(),
            variables: Vec::new(),
            rows: part.rows.clone(),
            columns: Vec::new(),
            files: Vec::new(),
            details: Arc::new(()),
            detail: Text::default(),
            sentence: String::new(),
            diagnostics: Diagnostics::new(),
        };
        match self.kind {
            Kind::Quotient => {
                let spec = QuotientSpec { scale: self.scale.unwrap_or_default(), intervals: self.intervals };
                let found = quotients(&self.employment(part)?, &spec).map_err(|error| part.error(error))?;
                let values = part.spread(&found.values);
                result.columns.push(("quotient", Series::Numbers(values.clone())));
                if let Some(intervals) = &found.intervals {
                    for (name, end) in [("low", 0), ("high", 1), ("sd", 2)] {
                        let bound = |interval: &va_index::companions::QuotientInterval| {
                            [interval.low, interval.high, interval.sd][end]
                        };
                        let column: Vec<f64> = intervals.iter().map(bound).collect();
                        result.columns.push((name, Series::Numbers(part.spread(&column))));
                    }
                }
                result.sentence = format!("{} rows, mean {:.3}", part.rows.len(), mean(&values));
                result.detail = Text::new("区位熵", "location quotients");
                result.variables.push(values);
                result.diagnostics = found.diagnostics;
            }
            Kind::Specialisation => {
                let sectors: Vec<(&str, &[f64])> =
                    self.sectors.iter().map(|name| Ok((name.as_str(), part.float(name)?))).collect::<Result<_>>()?;
                let spec = SpecialisationSpec { reference: self.reference.unwrap_or_default() };
                let index = specialisation(&Keys::of_panel(&part.panel), &sectors, &spec);
                let values = part.spread(&index.map_err(|error| part.error(error))?);
                result.columns.push(("specialisation", Series::Numbers(values.clone())));
                result.sentence = format!("{} sectors, mean {:.3}", sectors.len(), mean(&values));
                result.detail = Text::new("专业化指数", "specialisation");
                result.variables.push(values);
            }
            Kind::Sector | Kind::Inequality => {
                let found = self.by_period(part)?;
                result.files.push((".csv".into(), found.csv(part.panel.time_name())));
                result.sentence = format!("{} measures of {} periods", found.measures.len(), found.periods.len());
                result.detail = Text::new("集中与不平等", "concentration and inequality");
                result.details = Arc::new(found);
            }
        }
        Ok(result)
    }
}
