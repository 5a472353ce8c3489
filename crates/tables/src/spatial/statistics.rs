//! `[[spatial]]`: Moran's I and Geary's C by period with permutation p, local Moran classes.

use super::record::{CLASS_LEVEL, Cell, Found, Scatter, Statistic, class};
use super::weights::Space;
use panel_core::Panel;
use panel_spatial::association::{AssociationKind, AssociationSpec, GlobalTest, LocalMoran, moran_scatter};
use panel_spatial::{geary, local_moran, moran};
use report::numfmt::Format;
use report::table::{Cell as Shown, Row, RowGroup};
use report::{Lang, Table, Text};
use stages::compute::Computed;
use study::spatial::residuals::{Residuals, label};
use study::{Error, Result, Study};

/// Computes one entry. Each period has permutations of its own, from `seed` on.
///
/// # Errors
/// Variables that are not there or hold text, residuals of a column that is not estimated. A period without the statistic is a row with its reason.
pub fn compute(spec: &AssociationSpec, computed: &Computed, space: &Space) -> Result<Statistic> {
    let stage = format!("spatial/{}", spec.id);
    if let Some(error) = computed.lacking_of(&stage, spec.variables.clone()) {
        return Err(error);
    }
    let panel = &computed.panel;
    let weights = space.weights(&spec.weights)?;
    let global = |values: &[f64], seed: u64| match spec.kind {
        AssociationKind::Geary => geary(values, weights, spec.permutations, seed),
        _ => moran(values, weights, spec.permutations, seed),
    };
    let local = |values: &[f64], seed: u64| local_moran(values, weights, spec.permutations, seed);
    let found = match spec.kind {
        AssociationKind::Lisa => Found::Local(by_period(spec, panel, space, &stage, local)?),
        _ => Found::Global(by_period(spec, panel, space, &stage, global)?),
    };
    let scatter = match spec.kind {
        AssociationKind::Moran => scatters(spec, panel, space, &stage)?,
        _ => Vec::new(),
    };
    Ok(Statistic { spec: spec.clone(), entities: panel.entities().to_vec(), found, scatter })
}

/// Moran's scatter plot of each variable in the last period that has one.
fn scatters(spec: &AssociationSpec, panel: &Panel, space: &Space, stage: &str) -> Result<Vec<Scatter>> {
    let weights = space.weights(&spec.weights)?;
    let mut scatters = Vec::new();
    for variable in &spec.variables {
        let values = values(variable, panel, space, stage)?;
        let last = panel.times().labels().iter().enumerate().rev().find_map(|(place, period)| {
            let points = moran_scatter(&in_period(values, panel, place), weights).ok()?;
            // The values have mean 0 and variance 1.
            let slope = points.iter().map(|point| point.z * point.lag).sum::<f64>() / points.len() as f64;
            Some(Scatter { variable: variable.clone(), period: period.clone(), points, slope })
        });
        scatters.extend(last);
    }
    Ok(scatters)
}

/// One statistic for each variable and period.
fn by_period<T>(
    spec: &AssociationSpec,
    panel: &Panel,
    space: &Space,
    stage: &str,
    statistic: impl Fn(&[f64], u64) -> panel_spatial::Result<T>,
) -> Result<Vec<Cell<T>>> {
    let mut cells = Vec::new();
    for variable in &spec.variables {
        let values = values(variable, panel, space, stage)?;
        for (place, period) in panel.times().labels().iter().enumerate() {
            let result = statistic(&in_period(values, panel, place), spec.seed.wrapping_add(place as u64));
            cells.push(Cell {
                variable: variable.clone(),
                period: period.clone(),
                result: result.map_err(|error| error.to_string()),
            });
        }
    }
    Ok(cells)
}

/// A variable of the panel, or the residuals of a column.
fn values<'a>(variable: &str, panel: &'a Panel, space: &'a Space, stage: &str) -> Result<&'a [f64]> {
    match Residuals::read(variable) {
        Some(Ok(residuals)) => space.residuals_of(residuals).ok_or_else(|| {
            Error::not_computed(stage, format!("`{variable}` is not there: the column is not estimated"))
        }),
        _ => panel.float(variable).map_err(|error| Error::stage(stage, error)),
    }
}

/// The values of one period by entity, `NaN` where an entity has none.
fn in_period(values: &[f64], panel: &Panel, place: usize) -> Vec<f64> {
    let mut of_period = vec![f64::NAN; panel.n_entities()];
    for row in 0..panel.n_rows() {
        if panel.time_of_row()[row] as usize == place {
            of_period[panel.entity_of_row()[row] as usize] = values[row];
        }
    }
    of_period
}

/// Id of the table of an entry.
pub fn table_id(spec: &AssociationSpec) -> String {
    format!("spatial-{}", spec.id)
}

/// The table of an entry: variables in groups, periods in rows.
pub(crate) fn table(statistic: &Statistic, space: &Space, study: &Study) -> Table {
    let spec = &statistic.spec;
    let (title, header) = heads(spec.kind);
    let period = study.study.time.as_deref().map_or_else(Text::default, |time| study.labels().get(time));
    let mut table = Table::new(table_id(spec), title, period, header);
    for variable in &spec.variables {
        let rows = match &statistic.found {
            Found::Global(cells) => of(cells, variable).map(|cell| row(cell, global_cells)).collect(),
            Found::Local(cells) => of(cells, variable).map(|cell| row(cell, local_cells)).collect(),
        };
        table.groups.push(RowGroup::labelled(label(variable, &study.labels()), rows));
    }
    if let Ok(weights) = space.weights(&spec.weights) {
        let (id, what, n) = (&spec.weights, weights.description(), spec.permutations);
        table.push_note(Text::new(
            format!("权重 {id}：{what}。{n} 次随机置换。"),
            format!("Weights {id}: {what}. {n} permutations."),
        ));
    }
    if spec.kind == AssociationKind::Lisa {
        let percent = 100.0 * CLASS_LEVEL;
        table.push_note(Text::new(
            format!("类别按条件置换的单侧伪 p 值（{percent}%），未作多重检验修正。"),
            format!(
                "Classes by the one-sided pseudo p of conditional permutation ({percent} %), each entity tested alone."
            ),
        ));
    }
    table.notes.extend(study.study.notice.clone());
    table
}

fn of<'a, T>(cells: &'a [Cell<T>], variable: &'a str) -> impl Iterator<Item = &'a Cell<T>> {
    cells.iter().filter(move |cell| cell.variable == variable)
}

/// Title and heads of the columns.
fn heads(kind: AssociationKind) -> (Text, Vec<Text>) {
    let global = |name: &str| {
        vec![
            Text::same(name),
            Text::new("期望", "Expected"),
            Text::new("p（正态）", "p (normal)"),
            Text::new("p（随机化）", "p (randomisation)"),
            Text::new("p（置换，双侧）", "p (permutation, two-sided)"),
            Text::new("个体数", "Entities"),
        ]
    };
    match kind {
        AssociationKind::Lisa => (
            Text::new("局部莫兰类别的个体数", "Entities by class of local Moran"),
            vec![
                Text::new("高—高", "High-high"),
                Text::new("低—低", "Low-low"),
                Text::new("高—低", "High-low"),
                Text::new("低—高", "Low-high"),
                Text::new("不显著", "Not significant"),
            ],
        ),
        AssociationKind::Geary => (Text::new("Geary C", "Geary's C"), global("C")),
        _ => (Text::new("莫兰指数", "Moran's I"), global("I")),
    }
}

/// A row of a period; dashes with the reason where there is no statistic.
fn row<T>(cell: &Cell<T>, shown: impl Fn(Option<&T>, &Text) -> Vec<Shown>) -> Row {
    let reason = cell.result.as_ref().err().cloned().unwrap_or_default();
    Row::new(Text::same(&cell.period), shown(cell.result.as_ref().ok(), &Text::from(reason)))
}

fn global_cells(test: Option<&GlobalTest>, reason: &Text) -> Vec<Shown> {
    let Some(test) = test else { return vec![Shown::missing(reason.clone()); 6] };
    let none = Text::new("方差为零", "its variance is 0");
    let p = |p: Option<f64>| p.map_or_else(|| Shown::missing(none.clone()), Shown::p_value);
    let drawn = test.permutation.map_or_else(
        || Shown::missing(Text::new("未作置换", "no permutations")),
        |drawn| Shown::p_value(drawn.p_two_sided),
    );
    vec![
        Shown::number(test.statistic, Format::Legible(4)),
        Shown::number(test.expected, Format::Legible(4)),
        p(test.p_normal),
        p(test.p_random),
        drawn,
        Shown::count(test.n),
    ]
}

fn local_cells(locals: Option<&Vec<Option<LocalMoran>>>, reason: &Text) -> Vec<Shown> {
    let Some(locals) = locals else { return vec![Shown::missing(reason.clone()); 5] };
    let count = |name: &str| Shown::count(locals.iter().flatten().filter(|local| class(local) == name).count());
    ["high-high", "low-low", "high-low", "low-high", "not-significant"].map(count).to_vec()
}

/// A sentence for a check.
pub fn sentence(statistic: &Statistic, lang: Lang) -> String {
    let (title, _) = heads(statistic.spec.kind);
    let periods = match &statistic.found {
        Found::Global(cells) => cells.iter().filter(|cell| cell.result.is_ok()).count(),
        Found::Local(cells) => cells.iter().filter(|cell| cell.result.is_ok()).count(),
    };
    format!("{}: {periods} tests of {}", title.get(lang), statistic.spec.variables.join(", "))
}
