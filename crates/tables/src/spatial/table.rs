//! What a table shows of spatial columns: coefficients, then blocks of direct, indirect and total effects.

use super::record::SpatialColumnRecord;
use crate::intervals;
use crate::shown::term;
use panel_fe::record::CoefficientRecord;
use panel_spatial::record::CurveRecord;
use panel_spatial::{Approach, Effect, FixedEffects, Information, Standardise};
use report::numfmt::{Format, number, p_equation, percent};
use report::regression::{FitStat, Flag, SeKind, StdErrors};
use report::table::{RowGroup, Rule};
use report::{Labels, Lang, ModelColumn, RegressionSpec, Table, Text, regression_table};
use study::{ColumnSpec, Label, Study};

/// The column as a table shows it.
pub(super) fn model_column(
    record: &SpatialColumnRecord,
    coef: &[CoefficientRecord],
    study: &Study,
    spec: &ColumnSpec,
    effects: FixedEffects,
) -> ModelColumn {
    let names = study.labels();
    let fit = &record.fit;
    let keys = [Some(study.study.entity.as_str()), study.study.time.as_deref()];
    let fixed = keys.into_iter().zip([effects.entity(), effects.time()]).filter(|&(_, yes)| yes);
    let fixed_effects = fixed.filter_map(|(key, _)| Some(Flag::new(effect_label(key?, &names), true))).collect();
    let mut stats = Vec::new();
    stats.push(FitStat::new("sigma2", fit.sigma2));
    stats.extend(fit.loglik.map(|loglik| FitStat::new("loglik", loglik)));
    ModelColumn {
        id: record.column.clone(),
        heading: spec.label.as_ref().map(Label::text).unwrap_or_default(),
        dependent: names.get(&fit.outcome),
        terms: coef.iter().map(|c| term(c, None)).collect(),
        n: Some(fit.rows),
        fit: stats,
        fixed_effects,
        std_errors: StdErrors::of(SeKind::Other(match fit.spatial.information {
            Information::Expected => Text::new("期望信息矩阵", "expected information"),
            Information::Observed => Text::new("观测信息矩阵", "observed information"),
            Information::Qml => Text::new("拟极大似然", "quasi-likelihood"),
        })),
        ..ModelColumn::default()
    }
}

fn effect_label(key: &str, names: &Labels) -> Text {
    names.get(key).map(|lang, label| match lang {
        Lang::Zh => format!("{label}固定效应"),
        Lang::En => format!("{label} fixed effects"),
    })
}

/// The dictionary of a table with spatial columns.
pub(crate) fn labels(mut labels: Labels) -> Labels {
    let known: Vec<String> = labels.entries().map(|(name, _)| name.to_owned()).collect();
    for (name, zh, en) in [
        ("rho", "ρ（被解释变量的空间滞后）", "ρ (spatial lag of the outcome)"),
        ("lambda", "λ（误差的空间滞后）", "λ (spatial lag of the error)"),
        ("sigma2", "σ²", "σ²"),
        ("loglik", "对数似然", "Log-likelihood"),
    ] {
        if !known.iter().any(|known| known == name) {
            labels.insert(name, (zh, en));
        }
    }
    labels
}

/// Puts the blocks of effects below the coefficients, and what the estimates are into the notes.
///
/// # Errors
/// None that a table which was made brings about.
pub(crate) fn finish(
    table: &mut Table,
    shown: &[ModelColumn],
    layout: &RegressionSpec,
    specs: &[ColumnSpec],
    records: &[&SpatialColumnRecord],
    study: &Study,
) -> report::Result<()> {
    let mut blocks = Vec::new();
    for effect in Effect::ALL {
        let columns: Vec<ModelColumn> =
            shown.iter().map(|column| effect_column(column, specs, records, effect)).collect();
        let there = |name: &str| columns.iter().any(|column| column.terms.iter().any(|term| term.name == name));
        let mut layout = layout.clone();
        layout.fit.clear();
        let restricted = !layout.coef_map.is_empty();
        layout.coef_map.retain(|coef| there(&coef.name));
        let none = columns.iter().all(|column| column.terms.is_empty()) || (restricted && layout.coef_map.is_empty());
        if none {
            continue;
        }
        let mut effect_table = regression_table(&columns, &layout)?;
        let label = match effect {
            Effect::Direct => Text::new("直接效应", "Direct effects"),
            Effect::Indirect => Text::new("间接效应（溢出）", "Indirect effects (spillovers)"),
            Effect::Total => Text::new("总效应", "Total effects"),
        };
        let mut block = RowGroup::labelled(label, effect_table.groups.swap_remove(0).rows);
        block.rule_above = Rule::Light;
        blocks.push(block);
    }
    if let (Some(rest), false) = (table.groups.get_mut(1), blocks.is_empty()) {
        rest.rule_above = Rule::Light;
    }
    table.groups.splice(1..1, blocks);
    let at = table.notes.len() - usize::from(study.study.notice.is_some()).min(table.notes.len());
    let notes = records.iter().flat_map(|record| notes(record, &study.labels()));
    table.notes.splice(at..at, notes);
    table.validate()
}

/// A shown column with one kind of effects in place of its coefficients.
fn effect_column(
    column: &ModelColumn,
    specs: &[ColumnSpec],
    records: &[&SpatialColumnRecord],
    effect: Effect,
) -> ModelColumn {
    let record = records.iter().find(|record| record.column == column.id);
    let spec = specs.iter().enumerate().find(|(place, spec)| spec.name_at(*place) == column.id);
    let wanted = spec.and_then(|(_, spec)| spec.spatial.as_ref()).is_some_and(|s| s.show_effects.contains(&effect));
    // A model without lags of outcome or regressors has no spillovers, and no zero was estimated.
    let none = |record: &&SpatialColumnRecord| {
        let model = record.fit.spatial.model;
        effect == Effect::Indirect && !model.has_rho() && !model.is_durbin()
    };
    let record = record.filter(|record| !none(record));
    let effect_terms = |record: &&SpatialColumnRecord| {
        let effects = record.fit.effect_estimates.iter();
        effects.map(|effects| term(&record.effect(effects, effect), None)).collect()
    };
    let terms = record.filter(|_| wanted).map(effect_terms).unwrap_or_default();
    ModelColumn { terms, fit: Vec::new(), ..column.clone() }
}

/// What the estimate of a column is, and where its effects turn.
fn notes(record: &SpatialColumnRecord, labels: &Labels) -> Vec<Text> {
    let fit = &record.fit;
    let mut notes = vec![if fit.instruments.is_empty() { likelihood_note(record) } else { instruments_note(record) }];
    let model = fit.spatial.model;
    if !model.has_rho() && !model.is_durbin() {
        let (column, model) = (&record.column, model.name());
        notes.push(Text::new(
            format!("{column} 列：{model} 没有间接效应，该处留空。"),
            format!("Column {column}: the {model} has no indirect effects; their cells are empty."),
        ));
    }
    if !record.simulated.is_empty() {
        let column = &record.column;
        notes.push(Text::new(
            format!("{column} 列：效应的标准误由对估计分布的模拟得到。"),
            format!("Column {column}: standard errors of effects by draws from the distribution of the estimates."),
        ));
    }
    notes.extend(record.curves.iter().map(|curve| turning(record, curve, labels)));
    notes
}

/// How the weights are normalised.
fn normalised(standardise: Standardise) -> Text {
    match standardise {
        Standardise::Row => Text::new("行标准化", "row-standardised"),
        Standardise::Spectral => Text::new("谱标准化", "divided by the largest eigenvalue"),
        Standardise::MaxRow => Text::new("除以最大行和", "divided by the largest row sum"),
        Standardise::Global => Text::new("总和标准化", "normalised as a whole"),
        Standardise::None => Text::new("未标准化", "not normalised"),
    }
}

/// What a lag model by instruments is.
fn instruments_note(record: &SpatialColumnRecord) -> Text {
    let fit = &record.fit;
    let (column, model) = (&record.column, fit.spatial.model.name());
    let (weights, id, standardise) = (&fit.weights, &fit.spatial.weights, normalised(fit.standardise));
    let (n, t, instruments) = (fit.units, fit.periods, panel_core::suggest::some(&fit.instruments));
    Text::build(|lang| {
        let standardise = standardise.get(lang);
        match lang {
            Lang::Zh => format!(
                "{column} 列：{model}，广义空间两阶段最小二乘（GS2SLS），权重 {id}（{weights}，{standardise}），{n} 个个体 × {t} 期，工具变量：{instruments}。"
            ),
            Lang::En => format!(
                "Column {column}: {model} by generalised spatial two-stage least squares, weights {id} ({weights}, {standardise}), {n} units × {t} periods, excluded instruments: {instruments}."
            ),
        }
    })
}

/// What an estimate by maximum likelihood is.
fn likelihood_note(record: &SpatialColumnRecord) -> Text {
    let fit = &record.fit;
    let standardise = normalised(fit.standardise);
    let approach = match fit.spatial.approach {
        Approach::Transform => {
            Text::new("正交变换似然（Lee–Yu 2010）", "likelihood of transformed data (Lee & Yu 2010)")
        }
        Approach::Corrected => {
            Text::new("虚拟变量似然加 Lee–Yu 修正", "dummy variables with the correction of Lee & Yu (2010)")
        }
        Approach::Direct => Text::new("虚拟变量似然（ρ 偏向 0）", "dummy variables (ρ biased towards 0)"),
    };
    let (column, model) = (&record.column, fit.spatial.model.name());
    let (weights, id) = (&fit.weights, &fit.spatial.weights);
    let (n, t, used, log_det) = (fit.units, fit.periods, fit.observations, &fit.log_determinant);
    Text::build(|lang| {
        let (standardise, approach) = (standardise.get(lang), approach.get(lang));
        match lang {
            Lang::Zh => format!(
                "{column} 列：{model}，权重 {id}（{weights}，{standardise}），{approach}，{n} 个个体 × {t} 期，{used} 个有效观测，对数行列式：{log_det}。"
            ),
            Lang::En => format!(
                "Column {column}: {model}, weights {id} ({weights}, {standardise}), {approach}, {n} units × {t} periods, {used} observations that carry information, log-determinant: {log_det}."
            ),
        }
    })
}

/// Where one effect of one variable turns, with Fieller's set and the U test.
fn turning(record: &SpatialColumnRecord, curve: &CurveRecord, labels: &Labels) -> Text {
    let effect = match curve.u_test.effect {
        Effect::Direct => Text::new("直接效应", "direct effect"),
        Effect::Indirect => Text::new("间接效应", "indirect effect"),
        Effect::Total => Text::new("总效应", "total effect"),
    };
    let three = |value: f64| number(value, Format::Legible(3));
    let set = curve.fieller.map_or_else(|| intervals::union(&[(None, None)]), |set| intervals::union(&set.intervals()));
    let column = &record.column;
    let share = percent(record.level);
    let x = labels.get(&curve.name);
    let p = curve.u_test.overall.map(|(_, p)| p_equation(p));
    Text::build(|lang| {
        let (x, effect) = (x.get(lang), effect.get(lang));
        match (&curve.turning_point, lang) {
            (None, Lang::Zh) => format!("{column} 列：{x}的{effect}无拐点。"),
            (None, Lang::En) => format!("Column {column}: the {effect} of {x} does not turn."),
            (Some(turn), Lang::Zh) => {
                let p = p.as_ref().map_or("极值在样本之外".to_owned(), |p| format!("U 形检验 {p}"));
                format!(
                    "{column} 列：{x}的{effect}在 {} 处转向，{share}% Fieller 集 {set}，{p}。",
                    three(turn.estimate.value)
                )
            }
            (Some(turn), Lang::En) => {
                let p = p.as_ref().map_or("extremum outside the sample".to_owned(), |p| format!("U test {p}"));
                let at = three(turn.estimate.value);
                format!("Column {column}: the {effect} of {x} turns at {at}, {share} % Fieller set {set}, {p}.")
            }
        }
    })
}
