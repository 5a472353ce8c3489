//! What a column asks beside its regression: tests, diagnostics, bootstraps, two lines.

use super::resampled::bootstrap;
use super::shown::row_of;
use panel_core::Panel;
use panel_fe::influence::Influence;
use panel_fe::iv::FirstStage;
use panel_fe::record::{DiagnosticRecord, EstimateRecord, TestRecord, TwoLinesRecord};
use panel_fe::{Error, Estimate, Result, TestOutcome};
use report::Text;
use report::regression::FitStat;
use study::indices::part::spread;
use study::{ColumnSpec, Parsed, Saved, Statistic};

/// Rows that a column brings to its table, with labels of those that no dictionary has.
pub(super) type Rows = Vec<(FitStat, Text)>;

/// Answers what a column asks: into its record, and as rows of the table. `stats` are those of the table.
///
/// # Errors
/// Those of the estimator: a name that the estimate does not have, a bootstrap that it cannot be given.
pub(super) fn answer(
    record: &mut EstimateRecord,
    fit: &Estimate,
    panel: &Panel,
    spec: &ColumnSpec,
    stats: &[Parsed<Statistic>],
) -> Result<Rows> {
    record.estimator = spec.estimator.as_ref().map(ToString::to_string);
    record.level = spec.level;
    let mut rows = Rows::new();
    for (key, label, test) in tests(fit, spec)? {
        record.tests.push(TestRecord::from(&test));
        rows.push((row_of(&key, &test), label));
    }
    let wanted = stats.iter().map(|stat| **stat).filter(|stat| !stat.is_fit() && stat.is_of(fit.iv.is_some()));
    let mut asked: Vec<Statistic> = Vec::new();
    for statistic in spec.diagnostics.iter().map(|asked| **asked).chain(wanted) {
        if asked.contains(&statistic) {
            continue;
        }
        asked.push(statistic);
        let (answer, row) = diagnostic(fit, statistic)?;
        record.diagnostics.insert(statistic.name().to_owned(), answer);
        rows.extend(row.map(|row| (row, label_of(statistic))));
    }
    for statistic in stats.iter().map(|stat| **stat).filter(|stat| stat.is_first_stage()) {
        rows.extend(of_first_stages(fit, statistic));
    }
    if let Some(x) = &spec.two_lines {
        let lines = fit.two_lines(x, Some(panel))?;
        let label = Text::new(format!("双线检验（{x}）"), format!("Two-lines test ({x})"));
        rows.push((row_of(&format!("two_lines: {x}"), &lines.test), label));
        record.two_lines = Some(TwoLinesRecord::new(x, &lines));
    }
    // Of a fit that leaves nothing there are no draws either; its remark says so.
    if let Some(inference) = spec.inference.as_ref().filter(|_| fit.nothing_left().is_none()) {
        record.inference = Some(bootstrap(fit, panel, spec, inference)?);
    }
    Ok(rows)
}

/// A statistic of each first stage as a row; where there are several, each names its endogenous regressor.
fn of_first_stages(fit: &Estimate, statistic: Statistic) -> Rows {
    let stages = fit.iv.iter().flat_map(|iv| &iv.diagnostics.first_stage);
    let several = fit.iv.as_ref().is_some_and(|iv| iv.diagnostics.first_stage.len() > 1);
    let (zh, en) = match statistic {
        Statistic::FirstStageF => ("第一阶段 F 值", "First-stage F"),
        Statistic::PartialR2 => ("第一阶段偏 R²", "First-stage partial R²"),
        Statistic::SheaR2 => ("Shea 偏 R²", "Shea's partial R²"),
        Statistic::SandersonWindmeijer => ("Sanderson-Windmeijer F", "Sanderson-Windmeijer F"),
        _ => ("Angrist-Pischke F", "Angrist-Pischke F"),
    };
    let row = |stage: &FirstStage| {
        let (name, endog) = (statistic.name(), &stage.endog);
        let (key, label) = match several {
            true => (format!("{name}: {endog}"), Text::new(format!("{zh}（{endog}）"), format!("{en} ({endog})"))),
            false => (name.to_owned(), Text::new(zh, en)),
        };
        let row = match statistic {
            Statistic::FirstStageF => row_of(&key, &stage.f),
            Statistic::PartialR2 => FitStat::new(key, stage.partial_r2),
            Statistic::SheaR2 => FitStat::new(key, stage.shea_r2),
            Statistic::SandersonWindmeijer => row_of(&key, &stage.sanderson_windmeijer),
            _ => row_of(&key, &stage.angrist_pischke),
        };
        (row, label)
    };
    stages.map(row).collect()
}

/// The tests with names of their own: key of the row, its label, the outcome.
fn tests(fit: &Estimate, spec: &ColumnSpec) -> Result<Vec<(String, Text, TestOutcome)>> {
    let mut tests = Vec::new();
    for restrictions in &spec.tests {
        let text = restrictions.text();
        let test = with_null(fit.wald_restrictions(&restrictions.pairs())?, text);
        tests.push((
            format!("wald: {text}"),
            Text::new(format!("Wald 检验：{text}"), format!("Wald test: {text}")),
            test,
        ));
    }
    let names = |names: &[String]| names.join(", ");
    let tested = |names: &[String], test: fn(&Estimate, &[&str]) -> Result<TestOutcome>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() { Ok(None) } else { test(fit, &names).map(Some) }
    };
    if let Some(test) = tested(&spec.orthogonality, Estimate::orthogonality_test)? {
        let names = names(&spec.orthogonality);
        let label = Text::new(format!("C 统计量（{names} 的外生性）"), format!("C statistic ({names} exogenous)"));
        tests.push((format!("orthogonality: {names}"), label, test));
    }
    if let Some(test) = tested(&spec.endogeneity, Estimate::endogeneity_test)? {
        let names = names(&spec.endogeneity);
        let label = Text::new(format!("内生性检验（{names}）"), format!("Endogeneity test ({names})"));
        tests.push((format!("endogeneity: {names}"), label, test));
    }
    if let Some(test) = tested(&spec.redundancy, Estimate::redundancy_test)? {
        let names = names(&spec.redundancy);
        let label = Text::new(format!("冗余检验（{names}）"), format!("Redundancy test ({names})"));
        tests.push((format!("redundancy: {names}"), label, test));
    }
    if !spec.anderson_rubin_at.is_empty() {
        let test = fit.anderson_rubin_at(&spec.anderson_rubin_at)?.f;
        let at = spec.anderson_rubin_at.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        tests.push((format!("anderson_rubin: {at}"), Text::from(format!("Anderson-Rubin Wald F ({at})")), test));
    }
    Ok(tests)
}

/// A Wald test whose null is what the study says.
fn with_null(test: TestOutcome, text: &str) -> TestOutcome {
    match test {
        TestOutcome::Available(mut test) => {
            text.clone_into(&mut test.null);
            TestOutcome::Available(test)
        }
        TestOutcome::NotAvailable { name, reason } => {
            TestOutcome::NotAvailable { name: format!("{name}: {text}"), reason }
        }
    }
}

/// A diagnostic for the record, and its row where it is one number.
fn diagnostic(fit: &Estimate, statistic: Statistic) -> Result<(DiagnosticRecord, Option<FitStat>)> {
    let key = statistic.name();
    let missing = |error: &Error| {
        let outcome = TestOutcome::not_available(key, error.to_string());
        (DiagnosticRecord::Test(TestRecord::from(&outcome)), statistic.is_number().then(|| row_of(key, &outcome)))
    };
    // What a regression of this kind does not have is no mistake of the study: the record and the cell say why.
    let answered = match statistic {
        Statistic::Vif => fit.variance_inflation().map(|factors| {
            let record = DiagnosticRecord::inflation(&factors);
            let mean = factors.iter().map(|factor| factor.factor).sum::<f64>() / factors.len() as f64;
            let row =
                if mean.is_finite() { FitStat::new(key, mean) } else { FitStat::missing(key, "there is no slope") };
            (record, Some(row))
        }),
        Statistic::PesaranCd => fit.cross_section_test().map(|cd| ((&cd).into(), Some(row_of(key, &cd.test)))),
        Statistic::AndersonRubinSet if fit.frame().endog.len() == 2 => {
            let level = fit.options().level;
            fit.anderson_rubin_projections(level).map(|sets| (DiagnosticRecord::projections(level, &sets), None))
        }
        Statistic::AndersonRubinSet => {
            fit.anderson_rubin_set(fit.options().level).map(|set| (DiagnosticRecord::from(&set), None))
        }
        Statistic::ReducedForms => fit.reduced_forms().map(|forms| (DiagnosticRecord::reduced_forms(&forms), None)),
        Statistic::Influence => fit.influence().map(|rows| (DiagnosticRecord::influence(&rows), None)),
        _ => test_of(fit, statistic)
            .map(|test| (DiagnosticRecord::Test(TestRecord::from(&test)), Some(row_of(key, &test)))),
    };
    match answered {
        Ok(answer) => Ok(answer),
        Err(error @ (Error::Unsupported(_) | Error::Specification(_) | Error::NoDegreesOfFreedom { .. })) => {
            Ok(missing(&error))
        }
        Err(error) => Err(error),
    }
}

/// A statistic that is one test.
fn test_of(fit: &Estimate, statistic: Statistic) -> Result<TestOutcome> {
    let iv = || {
        let unsupported = || Error::Unsupported(format!("{statistic} of an estimate without instruments"));
        fit.iv.as_ref().map(|iv| &iv.diagnostics).ok_or_else(unsupported)
    };
    Ok(match statistic {
        Statistic::Wald => fit.wald.clone(),
        Statistic::UnderId => iv()?.under_id.clone(),
        Statistic::WeakId => iv()?.weak_id.clone(),
        Statistic::WeakIdRobust => iv()?.weak_id_robust.clone(),
        Statistic::OverId => iv()?.over_id.clone(),
        Statistic::Endogeneity => iv()?.endogeneity.clone(),
        Statistic::AndersonRubin => iv()?.anderson_rubin.f.clone(),
        Statistic::StockWright => iv()?.stock_wright.clone(),
        Statistic::EffectiveF => match &iv()?.effective_f {
            Some(effective) => effective.test.clone(),
            None => TestOutcome::not_available("effective F", "it is for one endogenous regressor"),
        },
        Statistic::WuHausman => fit.wu_hausman_test()?,
        Statistic::Basmann => fit.basmann_test()?,
        Statistic::LimlOverId => fit.liml_over_identification()?.likelihood_ratio,
        Statistic::Hausman => fit.hausman_test()?,
        Statistic::Mundlak => fit.mundlak_test()?,
        Statistic::ModifiedWald => fit.groupwise_test()?,
        Statistic::Wooldridge => fit.serial_test()?,
        _ => return Err(Error::Unsupported(format!("{statistic} as a test"))),
    })
}

/// Labels of those that no dictionary has.
fn label_of(statistic: Statistic) -> Text {
    match statistic {
        Statistic::Wald => Text::new("联合 Wald 检验", "Joint Wald test"),
        Statistic::AndersonRubin => Text::from("Anderson-Rubin Wald F"),
        Statistic::StockWright => Text::from("Stock-Wright S"),
        Statistic::EffectiveF => Text::new("有效 F（Montiel Olea-Pflueger）", "Effective F (Montiel Olea-Pflueger)"),
        Statistic::WuHausman => Text::from("Wu-Hausman F"),
        Statistic::Basmann => Text::from("Basmann F"),
        Statistic::LimlOverId => Text::from("Anderson-Rubin LR (LIML)"),
        Statistic::Vif => Text::new("平均 VIF", "Mean VIF"),
        Statistic::Hausman => Text::new("Hausman 检验", "Hausman test"),
        Statistic::Mundlak => Text::new("Mundlak 检验", "Mundlak test"),
        Statistic::PesaranCd => Text::new("Pesaran CD 检验", "Pesaran CD"),
        Statistic::ModifiedWald => Text::new("修正 Wald 检验（组间异方差）", "Modified Wald (groupwise variances)"),
        Statistic::Wooldridge => Text::new("Wooldridge 序列相关检验", "Wooldridge (serial correlation)"),
        _ => Text::default(),
    }
}

/// Numbers of a fit, one per row of the panel; none outside its sample.
pub(super) fn saved(fit: &Estimate, n_rows: usize, which: Saved) -> Result<Vec<f64>> {
    let influence =
        |value: fn(&Influence) -> f64| -> Result<Vec<f64>> { Ok(fit.influence()?.iter().map(value).collect()) };
    let values = match which {
        Saved::Residuals => fit.residuals().to_vec(),
        Saved::Fitted => fit.fitted(),
        Saved::Effects => fit.effect_sum(),
        Saved::Leverage => influence(|row| row.leverage)?,
        Saved::Studentized => influence(|row| row.studentized)?,
        Saved::Cook => influence(|row| row.cook)?,
    };
    Ok(spread(fit.rows.iter().map(|&row| row as usize), &values, n_rows))
}
