//! Bootstraps of a column's coefficients.

use panel_core::Panel;
use panel_fe::bootstrap::{BootstrapSummary, Resampling, WildBootstrap};
use panel_fe::record::{BootstrapRecord, InferenceRecord};
use panel_fe::vcov::Groups;
use panel_fe::{Error, Estimate, Result};
use report::numfmt::{Format, number, p_of_draws, percent};
use report::{Labels, Lang, Text};
use study::{ColumnSpec, Draw, Inference, Interval, Method};

/// The bootstrap that a column asks for.
pub(super) fn bootstrap(
    fit: &Estimate,
    panel: &Panel,
    spec: &ColumnSpec,
    choices: &Inference,
) -> Result<InferenceRecord> {
    let names: Vec<&str> = match choices.of.is_empty() {
        true => fit.names.iter().map(String::as_str).filter(|name| *name != "(Intercept)").collect(),
        false => choices.of.iter().map(String::as_str).collect(),
    };
    let mut record = InferenceRecord {
        method: String::new(),
        weights: None,
        length: None,
        clusters: choices.by.clone(),
        level: fit.options().level,
        interval: choices.interval.name().to_owned(),
        replications: choices.replications,
        used: 0,
        seed: choices.seed,
        coef: Vec::with_capacity(names.len()),
    };
    match choices.method {
        Method::Wild { draw, restricted } => {
            "wild".clone_into(&mut record.method);
            "inverted".clone_into(&mut record.interval);
            record.weights = Some(draw.name().to_owned());
            wild(fit, panel, (spec, choices), (draw, restricted), &names, &mut record)?;
        }
        Method::Pairs => {
            "pairs".clone_into(&mut record.method);
            let key = choices.cluster_key(&spec.vcov);
            let groups = key.map(|key| fit.clusters_of(key, Some(panel))).transpose()?;
            record.clusters = key.map(str::to_owned);
            let resampling = groups.as_ref().map_or(Resampling::Pairs, Resampling::Clusters);
            resampled(fit, &resampling, choices, &names, &mut record)?;
        }
        Method::Block(length) => {
            "block".clone_into(&mut record.method);
            record.length = Some(length);
            // Signed places in ascending order.
            let keys: Vec<u64> = fit.frame().time.1.iter().map(|time| time.cast_unsigned() ^ (1 << 63)).collect();
            if keys.is_empty() {
                return Err(Error::Specification("a block bootstrap needs several periods".into()));
            }
            let periods = Groups::from_keys(&keys);
            resampled(fit, &Resampling::Periods { periods: &periods, length }, choices, &names, &mut record)?;
        }
    }
    Ok(record)
}

fn wild(
    fit: &Estimate,
    panel: &Panel,
    (spec, choices): (&ColumnSpec, &Inference),
    (draw, restricted): (Draw, bool),
    names: &[&str],
    record: &mut InferenceRecord,
) -> Result<()> {
    let key = choices
        .cluster_key(&spec.vcov)
        .ok_or_else(|| Error::Specification("a wild bootstrap needs the key of its clusters".into()))?;
    let options = WildBootstrap {
        weights: draw.into(),
        restricted,
        replications: choices.replications,
        seed: choices.seed,
        level: record.level,
    };
    record.clusters = Some(key.to_owned());
    for name in names {
        let result = fit.wild_bootstrap(name, 0.0, key, &options, Some(panel))?;
        record.used = result.replications;
        record.coef.push(BootstrapRecord::wild(name, &result));
    }
    Ok(())
}

fn resampled(
    fit: &Estimate,
    resampling: &Resampling<'_>,
    choices: &Inference,
    names: &[&str],
    record: &mut InferenceRecord,
) -> Result<()> {
    let values = |estimate: &Estimate| -> Result<Vec<f64>> {
        names.iter().map(|name| Ok(estimate.estimates[estimate.coefficients().position(name)?])).collect()
    };
    let summary = fit.bootstrap(resampling, choices.replications, choices.seed, values)?;
    record.used = summary.draws.len();
    for (place, name) in names.iter().enumerate() {
        let interval = interval(&summary, place, record.level, choices.interval)?;
        record.coef.push(BootstrapRecord::resampled(name, &summary, place, interval)?);
    }
    Ok(())
}

fn interval(summary: &BootstrapSummary, place: usize, level: f64, how: Interval) -> Result<(f64, f64)> {
    match how {
        Interval::Percentile => summary.percentile(place, level),
        Interval::BiasCorrected => summary.bias_corrected(place, level),
    }
}

/// The note under a table.
pub(super) fn note(record: &InferenceRecord, column: &str, labels: &Labels) -> Text {
    Text::build(|lang| {
        let coef: Vec<String> = record.coef.iter().map(|coef| of_coefficient(coef, record, labels, lang)).collect();
        let how = how(record, labels, lang);
        match lang {
            Lang::Zh => format!("{column} 列，{how}：{}。", coef.join("；")),
            Lang::En => format!("Column {column}, {how}: {}.", coef.join("; ")),
        }
    })
}

fn how(record: &InferenceRecord, labels: &Labels, lang: Lang) -> String {
    let by = record.clusters.as_deref().map(|key| labels.get(key));
    let by = by.as_ref().map(|label| label.get(lang));
    let (used, seed) = (number(record.used as f64, Format::Grouped), record.seed);
    let weights = match record.weights.as_deref() {
        Some("webb") => "Webb",
        _ => "Rademacher",
    };
    match (record.method.as_str(), lang) {
        ("wild", Lang::Zh) => {
            format!("wild 聚类自助法（{weights} 权重，聚类到{}，{used} 次，种子 {seed}）", by.unwrap_or_default())
        }
        ("wild", Lang::En) => format!(
            "wild cluster bootstrap ({weights} weights, clustered by {}, {used} replications, seed {seed})",
            by.unwrap_or_default()
        ),
        ("pairs", Lang::Zh) => format!("配对自助法（抽取{}，{used} 次，种子 {seed}）", by.unwrap_or("观测值")),
        ("pairs", Lang::En) => format!(
            "pairs bootstrap ({} drawn, {used} replications, seed {seed})",
            by.map_or_else(|| "observations".to_owned(), |by| format!("clusters of {by}"))
        ),
        (_, Lang::Zh) => {
            format!("移动块自助法（每块 {} 期，{used} 次，种子 {seed}）", record.length.unwrap_or_default())
        }
        (_, Lang::En) => format!(
            "moving-block bootstrap (blocks of {} periods, {used} replications, seed {seed})",
            record.length.unwrap_or_default()
        ),
    }
}

fn of_coefficient(coef: &BootstrapRecord, record: &InferenceRecord, labels: &Labels, lang: Lang) -> String {
    let label = labels.get(&coef.name);
    let value = |value: f64| number(value, Format::Legible(4));
    let mut text = label.get(lang).to_owned();
    if let Some(se) = coef.se {
        text += &match lang {
            Lang::Zh => format!(" 标准误 {}", value(se)),
            Lang::En => format!(" s.e. {}", value(se)),
        };
    }
    if let Some(p) = coef.p {
        text += &format!("{} {}", if coef.se.is_some() { "," } else { "" }, p_of_draws(p, record.used));
    }
    let share = percent(record.level);
    match (coef.ci_low.zip(coef.ci_high), lang) {
        (Some((low, high)), Lang::Zh) => text += &format!("，{share}% 区间 [{}, {}]", value(low), value(high)),
        (Some((low, high)), Lang::En) => text += &format!(", {share} % interval [{}, {}]", value(low), value(high)),
        (None, Lang::Zh) => text += "，区间无界",
        (None, Lang::En) => text += ", no bounded interval",
    }
    text
}
