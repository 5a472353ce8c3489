//! `kind = "spatial-tests"`: which spatial model the data need, columns by weights, sample or regressors.

use super::column::Ready;
use super::record::SpatialTestsRecord;
use super::weights::{Space, refusal};
use crate::closing;
use panel_core::{Diagnostic, Panel};
use panel_spatial::diagnostics::{SpecificationTest, TestGroup, specification_tests};
use report::numfmt::Format;
use report::table::{Cell, Row, RowGroup};
use report::{Lang, Table, Text};
use stages::compute::Computed;
use study::{ColumnSpec, Error, Label, Result, Study, TableSpec, names};

/// The tests of one column, with remarks on its sample and weights.
///
/// # Errors
/// A formula, a sample or weights that do not fit the data; a regression that cannot be computed.
pub fn compute(
    panel: &Panel,
    study: &Study,
    space: &Space,
    spec: &ColumnSpec,
    (table, name): (&str, &str),
) -> Result<(SpatialTestsRecord, Vec<Diagnostic>)> {
    let stage = format!("tables/{table}");
    let failed = |error: panel_spatial::Error| refusal(&stage, &error).prefixed(&spec.formula);
    let Some(spatial) = &spec.spatial else {
        return Err(Error::stage(&stage, format!("column {name}: a table of spatial tests needs `spatial = {{ … }}`")));
    };
    let Ready { effects, sample, prepared } = Ready::new(panel, study, space, spec, spatial, &stage)?;
    let tests = specification_tests(&sample.panel, &prepared, effects, &spatial.spec()).map_err(failed)?;
    let mut diagnostics = sample.diagnostics;
    for (name, remark) in tests.iter().filter_map(|test| Some((&test.name, test.test.as_ref()?.remark.as_ref()?))) {
        diagnostics.push(Diagnostic::warning("spatial-test", format!("{name}: {remark}")));
    }
    let record = SpatialTestsRecord {
        table: table.to_owned(),
        column: name.to_owned(),
        formula: spec.formula.text().to_owned(),
        sample: spec.sample.as_ref().map(ToString::to_string),
        weights: spatial.weights.clone(),
        units: sample.panel.units().len(),
        periods: sample.panel.periods().len(),
        tests,
    };
    Ok((record, diagnostics))
}

/// The tests of every column of a table; one that cannot be computed has its reason.
///
/// # Errors
/// As [`compute`], where the study itself is wrong.
pub(crate) fn table(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    space: &mut Space,
    remarks: &mut Vec<(String, Diagnostic)>,
) -> Result<Table> {
    let mut header = Vec::new();
    let mut columns = Vec::new();
    for (name, column) in spec.named_columns() {
        let place = format!("tables/{}, column {name}", spec.id);
        let result = match computed.lacking_of(&place, names::of_column(column)) {
            Some(error) => Err(error),
            None => compute(&computed.panel, study, space, column, (&spec.id, &name)).map_err(|error| error.at(place)),
        };
        let label = column.label.as_ref().map_or_else(|| Text::from(name.clone()), Label::text);
        header.push(Text::build(|lang| match lang {
            Lang::Zh => format!("{}：χ²", label.get(lang)),
            Lang::En => format!("{}: χ²", label.get(lang)),
        }));
        header.push(Text::same("p"));
        columns.push(match result {
            Ok((record, diagnostics)) => {
                remarks.extend(diagnostics.into_iter().map(|remark| (names::column(&spec.id, &name), remark)));
                space.tests.push(record.clone());
                Ok(record.tests)
            }
            Err(error @ Error::NotComputed { .. }) => {
                let remark = Diagnostic::warning("not-computed", format!("left out: {}", error.message()));
                remarks.push((names::column(&spec.id, &name), remark));
                Err(error.message())
            }
            Err(error) => return Err(error),
        });
    }
    let mut table = Table::new(&spec.id, spec.title_text(), ("检验", "Test"), header);
    table.number = spec.number_text();
    table.groups = groups(&columns);
    table.push_note(Text::new(
        "LM：拉格朗日乘子检验（Anselin 等 1996；面板：Debarsy 与 Ertur 2010）；LR 与 Wald：空间杜宾模型能否退化。Hausman（1978）与 Mundlak（1978）：个体效应与解释变量无关时随机效应即可；V_FE - V_RE 非正定时没有 Hausman 统计量，看 Mundlak。",
        "LM: Lagrange multiplier tests (Anselin et al. 1996; panels: Debarsy & Ertur 2010). LR and Wald: does the Durbin model reduce. Hausman (1978) and Mundlak (1978): random effects would do if effects of units are unrelated to the regressors; where V_FE - V_RE is not positive definite there is no Hausman statistic, and Mundlak's answers.",
    ));
    table.notes.extend(spec.notes.iter().map(Label::text));
    closing::close(&mut table, study);
    Ok(table)
}

/// Rows of the tests in their groups, over all columns.
fn groups(columns: &[std::result::Result<Vec<SpecificationTest>, String>]) -> Vec<RowGroup> {
    let Some(first) = columns.iter().find_map(|column| column.as_ref().ok()) else { return Vec::new() };
    let group = |(group, label): (TestGroup, Text)| {
        let rows = first.iter().enumerate().filter(|(_, test)| test.group == group).map(|(place, test)| {
            let cells = columns.iter().flat_map(|column| match column {
                Ok(tests) => cells(&tests[place]),
                Err(reason) => [Cell::missing(reason.clone()), Cell::missing(reason.clone())],
            });
            Row::new(Text::same(&test.name), cells.collect())
        });
        RowGroup::labelled(label, rows.collect())
    };
    [
        (TestGroup::LeastSquares, Text::new("普通面板回归之后", "After the regression on X")),
        (TestGroup::Slx, Text::new("SLX 回归之后", "After the regression on X and WX")),
        (TestGroup::Durbin, Text::new("空间杜宾模型", "The Durbin model")),
        (TestGroup::UnitEffects, Text::new("个体效应：固定还是随机", "Effects of units: fixed or random")),
    ]
    .map(group)
    .to_vec()
}

fn cells(test: &SpecificationTest) -> [Cell; 2] {
    match &test.test {
        Some(test) => [Cell::number(test.statistic, Format::Legible(3)), Cell::p_value(test.p)],
        None => {
            let reason = test.reason.clone().unwrap_or_default();
            [Cell::missing(reason.clone()), Cell::missing(reason)]
        }
    }
}
