//! Joint tests of the panels of a multiverse: one plan of draws for all of its estimates.

use super::blocks::{Resampling, parts, prepare};
use super::column::stage;
use super::design::Cell;
use super::estimation::Estimation;
use panel_multiverse::Panel;
use panel_multiverse::declaration::Resample;
use panel_multiverse::joint::{JointOptions, JointResult, JointTests, Paths, Plan, exchangeable_groups};
use panel_multiverse::record::{JointRow, joint_rows};
use std::collections::BTreeSet;
use study::{Error, Result};

/// Bytes that the effects of all draws may take.
const ROOM: usize = 1 << 30;

/// Joint tests of all panels.
#[derive(Debug, Default)]
pub(super) struct Joint {
    pub(super) rows: Vec<JointRow>,
    pub(super) cluster: String,
    pub(super) clusters: usize,
    /// Draws that were replaced, over all panels.
    pub(super) discarded: usize,
    /// 5 and 95 % of the base panel's sorted effects under the null.
    pub(super) band: Option<Vec<[f64; 2]>>,
    /// Panels that were not tested, with the reason.
    pub(super) untested: Vec<(String, String)>,
}

/// The estimates of a panel as targets of draws.
struct Member {
    panel: Panel,
    cells: Vec<Cell>,
}

/// Tests the base panel, each other option, and the pooled panel.
///
/// # Errors
/// Those of the base panel's designs.
pub(super) fn test(multiverse: &Estimation, resampling: &Resampling<'_>) -> Result<Joint> {
    let clusters = resampling.clusters(&multiverse.spec)?;
    let mut joint = Joint { cluster: clusters.name.clone(), clusters: clusters.count, ..Joint::default() };
    let mut rounds = vec![vec![Panel::Base], multiverse.grid.one_other_panels()];
    let pooled = multiverse.counts.equivalent_and_uncertain > multiverse.counts.equivalent;
    rounds.push(if pooled { vec![Panel::Pooled] } else { Vec::new() });
    let (mut panels, mut tests) = (Vec::new(), Vec::new());
    for (round, members) in rounds.into_iter().enumerate() {
        let members: Vec<Member> = members.into_iter().map(|panel| member(multiverse, panel)).collect();
        let (some, none): (Vec<Member>, Vec<Member>) = members.into_iter().partition(|member| !member.cells.is_empty());
        for Member { panel, .. } in none {
            joint.untested.push((name(multiverse, &panel), "no universe of it is estimated".to_owned()));
        }
        if some.is_empty() {
            continue;
        }
        match draw(multiverse, resampling, &some, round == 0) {
            Ok(found) => {
                joint.discarded += found.discarded;
                joint.band = joint.band.or(found.band);
                panels.extend(some.into_iter().map(|member| member.panel));
                tests.extend(found.panels);
            }
            Err(error) => {
                for Member { panel, .. } in some {
                    joint.untested.push((name(multiverse, &panel), error.message()));
                }
            }
        }
    }
    joint.rows = joint_rows(&multiverse.grid, &panels, &tests);
    Ok(joint)
}

/// Name of a panel in records.
fn name(multiverse: &Estimation, panel: &Panel) -> String {
    let grid = &multiverse.grid;
    match *panel {
        Panel::Base => "base".into(),
        Panel::OneOther { choice, code } => {
            format!("{}={}", grid.factor_name(grid.factor_of(choice)), grid.option_id(choice, code))
        }
        Panel::Pooled => "pooled".into(),
        Panel::All => "all".into(),
    }
}

fn member(multiverse: &Estimation, panel: Panel) -> Member {
    let places = multiverse.estimates.places(&multiverse.grid, &multiverse.grid.panel_scope(&panel));
    let there = places.iter().filter(|&&place| multiverse.numbers_of(place as usize).is_ok());
    let cells = there.filter_map(|&place| multiverse.cells[place as usize].clone().ok()).collect();
    Member { panel, cells }
}

fn draw(multiverse: &Estimation, resampling: &Resampling<'_>, members: &[Member], band: bool) -> Result<JointResult> {
    let spec = &multiverse.spec;
    let failed = |error: panel_multiverse::Error| Error::stage(stage(spec), error);
    let cells: BTreeSet<Cell> = members.iter().flat_map(|member| member.cells.iter().copied()).collect();
    let cells: Vec<Cell> = cells.into_iter().collect();
    let needed = 8 * cells.len() * spec.joint.draws;
    if needed > ROOM {
        let (draws, count, needed, given) = (spec.joint.draws, cells.len(), needed >> 20, ROOM >> 20);
        let message = format!("{draws} draws of {count} estimates would take {needed} MB; at most {given} are given");
        return Err(Error::not_computed(stage(spec), message));
    }
    // Every cell of a member is among them.
    let place = |cell: &Cell| cells.binary_search(cell).unwrap_or_default() as u32;
    let panels: Vec<Vec<u32>> = members.iter().map(|member| member.cells.iter().map(place).collect()).collect();
    let permute = spec.joint.resample == Resample::Permute;
    let rows = &resampling.bench.artefacts.rows;
    let groups = if permute {
        let panel = rows.only().map_err(|why| {
            Error::not_computed(stage(spec), format!("{why}: permutations need the same ones in every universe"))
        })?;
        exchangeable_groups(panel.entity_of_row(), panel.time_of_row(), panel.n_entities())
    } else {
        Vec::new()
    };
    let panel = &rows.panels[0];
    let plan = Plan::of(&spec.joint, resampling.clusters(spec)?.count, groups);
    let options = JointOptions {
        level: spec.level,
        direction: spec.joint.direction,
        draws: spec.joint.draws,
        band: band.then_some(0),
        paths: &[],
    };
    let parts = parts(multiverse, resampling, &cells)?;
    let mut tests = JointTests::new(&panels, &plan, &options).map_err(failed)?;
    while tests.wants_more().map_err(failed)? {
        for part in &parts {
            let prepared = prepare(multiverse, resampling, part, permute)?;
            let controls: Vec<Vec<&[f64]>> = prepared.paths.iter().map(|paths| slices(&paths.controls)).collect();
            let outcomes: Vec<Vec<&[f64]>> = prepared.paths.iter().map(|paths| slices(&paths.outcomes)).collect();
            let paths: Vec<Paths<'_>> = (prepared.paths.iter().zip(&controls).zip(&outcomes))
                .filter(|_| permute)
                .map(|((paths, controls), outcomes)| Paths {
                    x: &paths.x,
                    entity: panel.entity_of_row(),
                    time: panel.time_of_row(),
                    rows: &paths.rows,
                    cluster: &paths.cluster,
                    controls,
                    outcomes,
                })
                .collect();
            tests.add(&prepared.problem(), &paths).map_err(failed)?;
        }
        tests.end_round().map_err(failed)?;
    }
    tests.finish().map_err(failed)
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}
