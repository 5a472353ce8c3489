//! `[curve]`: a multiverse of one choice, whose options are the study as it stands and one change at a time.

use super::artefacts::Workshop;
use super::column::{Columns, Spec, Subject, Why};
use super::design::{Cell, Designs};
use super::estimate::{Bench, DesignEstimates, Numbers};
use super::estimates::{estimate, numbers};
use super::options::Studies;
use super::reach::Reach;
use crate::Tables;
use crate::curve::{Point, PointEstimate, Term, table};
use panel_core::distribution::t_critical;
use panel_core::interrupt;
use panel_multiverse::Grid;
use panel_multiverse::declaration::{Choice, ChoiceOption, Kind};
use panel_multiverse::reading::share_beyond;
use report::Text;
use stages::compute::{Cache, Computed};
use std::sync::Arc;
use study::{Error, Loaded, Result, SpecificationCurve};

/// Computes the curve of a study, where it has one, and puts its table behind the others. Its first point is the study as it
/// stands.
///
/// # Errors
/// When the column is not there or the study itself cannot be estimated. A change that cannot be carried out is a row with its
/// reason.
pub fn stage(loaded: &Loaded, computed: &Computed, cache: &Cache, tables: &mut Tables) -> Result<()> {
    let Some(spec) = &loaded.study.curve else { return Ok(()) };
    let points = points(spec, loaded, computed, cache)?;
    tables.tables.push(table(spec, &loaded.study, &points));
    tables.curve = points;
    Ok(())
}

fn points(spec: &SpecificationCurve, loaded: &Loaded, computed: &Computed, cache: &Cache) -> Result<Vec<Point>> {
    let stage = format!("tables/{}", spec.table);
    let failed = |error: panel_multiverse::Error| Error::stage(&*stage, error);
    let subject = Subject { stage: stage.clone(), table: &spec.table, column: &spec.column };
    let grid = grid(spec).map_err(failed)?;
    let universes = grid.universes(&grid.everything(), u64::MAX).map_err(failed)?;
    let settings = std::iter::once(toml::Table::new()).chain(spec.variants.iter().map(|variant| variant.set.clone()));
    let studies = Studies::new(loaded, vec![settings.collect()]);
    let reach = Reach::new(&studies, &subject, &grid);
    let mut columns = Columns::new(loaded);
    let mut specs = columns.of(&studies, &subject, &reach.of_column(), &universes);
    for (_, code, why) in reach.refusals() {
        specs[usize::from(code) - 1] = Err(Arc::clone(why));
    }
    columns.carry(None);
    let workshop = Workshop { studies: &studies, reach: &reach, universes: &universes, shown: &|_, _| () };
    let artefacts = workshop.make(&computed.data.panel, cache, &columns.names());
    let mut designs = Designs::default();
    let cells = designs.place(&columns, &artefacts, &specs, &stage);
    let bench = Bench { artefacts: &artefacts, columns: &columns, x: &spec.x, square: true, stage };
    let found = estimate(&bench, &designs, None, &|_, _| ());
    interrupt::check()?;
    let estimates = Made { columns: &columns, designs: &designs, specs: &specs, cells: &cells, found: &found };
    if let Err(error) = estimates.estimate(0)
        && !matches!(error, Error::NotComputed { .. })
    {
        return Err(error);
    }
    let base = (String::new(), Text::new("基准", "as in the study"));
    let changes = spec.variants.iter().map(|variant| (variant.choice.clone(), variant.label.text()));
    let point = |(place, (choice, label))| Point {
        choice,
        label,
        same_outcome: estimates.outcome(place) == estimates.outcome(0),
        result: estimates.estimate(place),
    };
    Ok(std::iter::once(base).chain(changes).enumerate().map(point).collect())
}

/// The grid of one choice; options go by their places.
fn grid(spec: &SpecificationCurve) -> panel_multiverse::Result<Grid> {
    let option = |place: usize| ChoiceOption { id: place.to_string(), ..ChoiceOption::default() };
    let choice = Choice {
        id: "change".into(),
        kind: Some(Kind::Uncertain),
        option: (0..=spec.variants.len()).map(option).collect(),
        ..Choice::default()
    };
    Grid::new(&[choice], &[], &[])
}

/// What the engine has made of every option.
struct Made<'a> {
    columns: &'a Columns,
    designs: &'a Designs,
    specs: &'a [std::result::Result<Spec, Why>],
    cells: &'a [std::result::Result<Cell, Why>],
    found: &'a [DesignEstimates],
}

impl Made<'_> {
    /// The response of an option's column.
    fn outcome(&self, place: usize) -> Option<&str> {
        let spec = self.specs[place].as_ref().ok()?;
        Some(&self.columns.bodies[spec.body as usize].column.formula.response.name)
    }

    /// The column under an option.
    fn estimate(&self, place: usize) -> Result<PointEstimate> {
        let own = |why: &Why| Error::clone(why);
        let cell = self.cells[place].as_ref().map_err(own)?;
        let spec = self.specs[place].as_ref().map_err(own)?;
        let numbers = numbers(self.designs, self.found, *cell, spec.errors);
        let Numbers { curve, p, lind_mehlum, u, .. } = numbers.map_err(|why| own(&why))?;
        let rows = self.found[cell.design as usize].rows.as_ref();
        let rows = rows.ok_or_else(|| Error::Usage("it was not estimated".into()))?;
        let level = self.columns.column(spec.body, spec.errors).options().level;
        let critical = t_critical(level, curve.df);
        let term = |estimate: f64, variance: f64, p: f64| {
            let se = variance.sqrt();
            let half = critical * se;
            Term { estimate, se, p, ci_low: estimate - half, ci_high: estimate + half }
        };
        let square = curve.b2.unwrap_or(f64::NAN);
        let turning_point = -curve.b1 / (2.0 * square);
        Ok(PointEstimate {
            linear: term(curve.b1, curve.v[0], p[0]),
            square: term(square, curve.v[2], p[1]),
            utest_p: lind_mehlum.map(|(_, p)| p),
            u: *u,
            turning_point,
            share_beyond: share_beyond(&rows.sorted_x, turning_point),
            x_sd: rows.sd_x,
            n_obs: rows.sorted_x.len(),
        })
    }
}
