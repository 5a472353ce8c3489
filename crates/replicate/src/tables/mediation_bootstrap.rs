//! Intervals of indirect effects by resampling, the instantaneous indirect effects of a quadratic, and the table that
//! shows them: total, direct and indirect effect of each term with its share.

use super::closing;
use super::mediation::{Mediated, title};
use super::records::finite;
use crate::study::{BootstrapSpec, Digits, IntervalKind, MediationSpec, Study};
use panel_core::transform::quantile;
use panel_core::{Column, Panel};
use panel_fe::bootstrap::{BootstrapSummary, Resampling};
use panel_fe::coefficients::Derived;
use panel_fe::mediation::{Mediation, MediationBootstrap};
use panel_fe::vcov::Groups;
use panel_fe::{Estimate, Vcov};
use report::numfmt::{Format, number};
use report::table::{Cell, Row, RowGroup, Wrap};
use report::{Lang, Table, Text};
use serde::Serialize;

/// An effect with its standard error and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its value.
    pub value: f64,
    /// Standard error: that of the regression, or the standard deviation of the draws.
    pub se: f64,
    /// p, where a regression gives it.
    pub p: Option<f64>,
    /// Interval.
    pub interval: (f64, f64),
}

/// An indirect effect (a₁ + 2a₂x)b at a value of x.
#[derive(Debug, Clone, PartialEq)]
pub struct Instant {
    /// `mean`, `p25`, `p50` or `p75`.
    pub at: &'static str,
    /// x.
    pub x: f64,
    /// The effect.
    pub effect: Effect,
}

/// What the resamples of a chain say.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrapped {
    /// How they were drawn.
    pub spec: BootstrapSpec,
    /// What was drawn: the key of the clusters, or the entity.
    pub unit: String,
    /// How many there were to draw from.
    pub units: usize,
    /// Resamples that were estimated.
    pub draws: usize,
    /// Total effect of each term.
    pub total: Vec<Effect>,
    /// Direct effects.
    pub direct: Vec<Effect>,
    /// Indirect effects.
    pub indirect: Vec<Effect>,
    /// Instantaneous indirect effects where the terms are x and x² (Hayes & Preacher 2010).
    pub instant: Vec<Instant>,
}

impl Bootstrapped {
    /// Draws the resamples; `None` where none are asked for.
    ///
    /// # Errors
    /// Those of the estimator on the sample itself, and where no resample can be estimated.
    pub(super) fn draw(
        spec: &MediationSpec,
        panel: &Panel,
        [total, mediator, outcome]: [&Estimate; 3],
        result: &Mediation,
    ) -> panel_fe::Result<Option<Self>> {
        let Some(choices) = &spec.bootstrap else { return Ok(None) };
        let names: Vec<&str> = spec.terms.iter().map(String::as_str).collect();
        let (unit, groups) = units(spec, panel, &outcome.rows)?;
        let places = places(&names, outcome);
        let at: Vec<f64> = places.iter().map(|(_, x)| *x).collect();
        let bootstrap = MediationBootstrap {
            x: &names,
            mediator: &spec.mediator,
            at: &at,
            resampling: Resampling::Clusters(&groups),
            replications: choices.draws,
            seed: choices.seed,
        };
        let summary = bootstrap.run(total, mediator, outcome)?;
        let of_draws = |which: usize, value: f64| drawn(choices, &summary, which, value);
        let of_fit = |fit: &Estimate, name: &str| -> panel_fe::Result<Effect> {
            let (b, v) = fit.coefficients().pick(&[name])?;
            let derived = Derived::new(b[0], &[1.0], v.as_ref(), fit.df_t);
            let interval = derived.interval(choices.level);
            Ok(Effect { value: b[0], se: derived.se, p: Some(derived.p()), interval })
        };
        let indirect = result.terms.iter().enumerate().map(|(i, term)| of_draws(i, term.indirect));
        let instant = places.iter().enumerate().map(|(i, (at, x))| {
            let effect = of_draws(names.len() + i, result.instantaneous(*x).value)?;
            Ok(Instant { at, x: *x, effect })
        });
        Ok(Some(Self {
            spec: choices.clone(),
            unit,
            units: groups.count(),
            draws: summary.draws.len(),
            total: names.iter().map(|name| of_fit(total, name)).collect::<panel_fe::Result<_>>()?,
            direct: names.iter().map(|name| of_fit(outcome, name)).collect::<panel_fe::Result<_>>()?,
            indirect: indirect.collect::<panel_fe::Result<_>>()?,
            instant: instant.collect::<panel_fe::Result<_>>()?,
        }))
    }
}

fn drawn(spec: &BootstrapSpec, summary: &BootstrapSummary, which: usize, value: f64) -> panel_fe::Result<Effect> {
    let interval = match spec.interval {
        IntervalKind::BiasCorrected => summary.bias_corrected(which, spec.level)?,
        IntervalKind::Percentile => summary.percentile(which, spec.level)?,
    };
    Ok(Effect { value, se: summary.se(which)?, p: None, interval })
}

/// What is drawn: the clusters of `vcov`, else whole entities.
fn units(spec: &MediationSpec, panel: &Panel, rows: &[u32]) -> panel_fe::Result<(String, Groups)> {
    let key = match &*spec.vcov {
        Vcov::Cluster(keys) => keys.first().map_or(panel.entity_name(), String::as_str),
        _ => panel.entity_name(),
    };
    let of_rows = |codes: &[u32]| rows.iter().map(|&row| codes[row as usize]).collect::<Vec<u32>>();
    let groups = if panel.has(key) {
        match panel.column(key)? {
            Column::Text(text) => Groups::new(&of_rows(text.codes())),
            Column::Float(values) => {
                Groups::from_keys(&rows.iter().map(|&row| values[row as usize].to_bits()).collect::<Vec<u64>>())
            }
        }
    } else if key == panel.time_name() {
        Groups::new(&of_rows(panel.time_of_row()))
    } else {
        Groups::new(&of_rows(panel.entity_of_row()))
    };
    Ok((key.to_owned(), groups))
}

/// Mean and quartiles of x in the sample, where the terms are x and x².
fn places(terms: &[&str], outcome: &Estimate) -> Vec<(&'static str, f64)> {
    let [x, square] = terms else { return Vec::new() };
    if *square != format!("{x}^2") {
        return Vec::new();
    }
    let Some(values) = outcome.sample_values(x) else { return Vec::new() };
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let quartile = |q: f64| quantile(&sorted, q);
    vec![("mean", mean), ("p25", quartile(0.25)), ("p50", quartile(0.5)), ("p75", quartile(0.75))]
}

/// Resampling in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BootstrapRecord {
    /// Resamples that were estimated.
    pub draws: usize,
    /// Resamples whose estimation failed.
    pub failed: usize,
    /// Seed.
    pub seed: u64,
    /// Interval.
    pub interval: IntervalKind,
    /// Level of the intervals.
    pub level: f64,
    /// What was drawn.
    pub unit: String,
    /// How many there were.
    pub units: usize,
    /// Indirect effect of each term, in the order of the terms.
    pub indirect: Vec<EffectRecord>,
    /// Instantaneous indirect effects.
    pub instantaneous: Vec<InstantRecord>,
}

/// An effect in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectRecord {
    /// Its value.
    pub estimate: Option<f64>,
    /// Standard deviation of the draws.
    pub se: Option<f64>,
    /// Lower end.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
}

/// An instantaneous indirect effect in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstantRecord {
    /// `mean`, `p25`, `p50` or `p75`.
    pub at: &'static str,
    /// x.
    pub x: Option<f64>,
    /// The effect.
    #[serde(flatten)]
    pub effect: EffectRecord,
}

impl From<&Effect> for EffectRecord {
    fn from(effect: &Effect) -> Self {
        Self {
            estimate: finite(effect.value),
            se: finite(effect.se),
            ci_low: finite(effect.interval.0),
            ci_high: finite(effect.interval.1),
        }
    }
}

impl From<&Bootstrapped> for BootstrapRecord {
    fn from(bootstrap: &Bootstrapped) -> Self {
        let instant = |instant: &Instant| InstantRecord {
            at: instant.at,
            x: finite(instant.x),
            effect: (&instant.effect).into(),
        };
        Self {
            draws: bootstrap.draws,
            failed: bootstrap.spec.draws - bootstrap.draws,
            seed: bootstrap.spec.seed,
            interval: bootstrap.spec.interval,
            level: bootstrap.spec.level,
            unit: bootstrap.unit.clone(),
            units: bootstrap.units,
            indirect: bootstrap.indirect.iter().map(EffectRecord::from).collect(),
            instantaneous: bootstrap.instant.iter().map(instant).collect(),
        }
    }
}

/// The chain as a table: a group of rows per term.
pub(super) fn table(mediated: &Mediated, bootstrap: &Bootstrapped, study: &Study) -> Table {
    let spec = &mediated.spec;
    let names = study.labels();
    let level = number(100.0 * bootstrap.spec.level, Format::Significant(2));
    let header = vec![
        Text::new("效应值", "Effect"),
        Text::new("标准误", "Std. error"),
        Text::same("p"),
        Text::new(format!("{level}% 置信区间"), format!("{level}% interval")),
        Text::new("效应占比", "Share of total"),
    ];
    let mut table = Table::new(spec.table_id(), title(spec, study), ("效应", "Effect"), header);
    for (i, term) in mediated.result.terms.iter().enumerate() {
        let share = |part: f64| Cell::number(part / term.total, Format::Percent(1));
        let rows = vec![
            row(("总效应", "Total").into(), &bootstrap.total[i], Cell::empty(), study),
            row(("直接效应", "Direct").into(), &bootstrap.direct[i], share(term.direct), study),
            row(("间接效应", "Indirect").into(), &bootstrap.indirect[i], share(term.indirect), study),
        ];
        table.groups.push(RowGroup::labelled(names.get(&term.term), rows));
    }
    if !bootstrap.instant.is_empty() {
        let rows = bootstrap.instant.iter().map(|instant| {
            let x = number(instant.x, Format::Legible(3));
            let (zh, en) = match instant.at {
                "mean" => ("均值", "mean"),
                "p25" => ("下四分位数", "lower quartile"),
                "p50" => ("中位数", "median"),
                _ => ("上四分位数", "upper quartile"),
            };
            let stub = Text::new(format!("{zh}（{x}）"), format!("{en} ({x})"));
            row(stub, &instant.effect, Cell::empty(), study)
        });
        let label = names.get(&spec.terms[0]).map(|lang, label| match lang {
            Lang::Zh => format!("瞬时间接效应，{label}取"),
            Lang::En => format!("Instantaneous indirect effect where {label} is at its"),
        });
        table.groups.push(RowGroup::labelled(label, rows.collect()));
    }
    table.thousands = study.report.thousands;
    notes(&mut table, mediated, bootstrap, study);
    closing::close(&mut table, study);
    table
}

fn row(stub: Text, effect: &Effect, share: Cell, study: &Study) -> Row {
    let digits = study.report.digits.map_or(Format::Legible(3), Digits::format);
    let stars = effect.p.map_or(0, |p| study.report.stars.count(p));
    let cells = vec![
        Cell::number(effect.value, digits).with_stars(stars),
        Cell::number(effect.se, digits).wrapped(Wrap::Parens),
        effect.p.map_or_else(Cell::empty, Cell::p_value),
        Cell::interval(effect.interval.0, effect.interval.1, digits).wrapped(Wrap::Brackets),
        share,
    ];
    Row::new(stub, cells)
}

fn notes(table: &mut Table, mediated: &Mediated, bootstrap: &Bootstrapped, study: &Study) {
    let n_obs = mediated.n_obs;
    table.push_note(Text::new(
        format!("三步均用共同样本（{n_obs} 个观测），总效应 = 直接效应 + 间接效应；效应占比为占总效应的比例。"),
        format!(
            "All three steps on the common sample of {n_obs} observations; total = direct + indirect; shares are of the \
             total effect."
        ),
    ));
    let Bootstrapped { units, draws, spec, .. } = bootstrap;
    let unit = study.labels().get(&bootstrap.unit);
    let (kind_zh, kind_en) = match spec.interval {
        IntervalKind::BiasCorrected => ("偏差校正的百分位", "bias-corrected percentile"),
        IntervalKind::Percentile => ("百分位", "percentile"),
    };
    table.push_note(Text::new(
        format!(
            "间接效应的标准误与区间来自 {draws} 次自助抽样（以{}为单位，共 {units} 个；{kind_zh}区间，种子 {}）。",
            unit.get(Lang::Zh),
            spec.seed
        ),
        format!(
            "Standard errors and intervals of indirect effects from {draws} bootstrap resamples of {units} units of {} \
             ({kind_en} intervals, seed {}).",
            unit.get(Lang::En),
            spec.seed
        ),
    ));
    if !bootstrap.instant.is_empty() {
        table.push_note(Text::new(
            "瞬时间接效应为 (a₁ + 2a₂x)b（Hayes & Preacher, 2010）。",
            "The instantaneous indirect effect is (a₁ + 2a₂x)b (Hayes & Preacher 2010).",
        ));
    }
    let opposite = mediated.result.terms.iter().filter(|term| term.direct * term.indirect < 0.0);
    let opposite: Vec<Text> = opposite.map(|term| study.labels().get(&term.term)).collect();
    if !opposite.is_empty() {
        let listed = Text::build(|lang| {
            let with = if lang == Lang::Zh { "、" } else { ", " };
            opposite.iter().map(|label| label.get(lang)).collect::<Vec<_>>().join(with)
        });
        table.push_note(Text::new(
            format!("{}：间接效应与直接效应异号，为遮掩效应，占比不在 0 与 100% 之间。", listed.get(Lang::Zh)),
            format!(
                "{}: the indirect effect has the opposite sign of the direct one (suppression), so that the shares do \
                 not lie between 0 and 100%.",
                listed.get(Lang::En)
            ),
        ));
    }
}
