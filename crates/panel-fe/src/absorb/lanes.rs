//! Columns that are worked on together, picked anew when some are done.

use super::LANES;
use super::conjugate::Lane;

/// Lanes in a new order, the others empty.
pub(super) fn pick_lanes(lanes: &[Lane], which: &[usize]) -> Vec<Lane> {
    let pick = |lane: &Lane| {
        let mut picked = [0.0; LANES];
        which.iter().enumerate().for_each(|(slot, &from)| picked[slot] = lane[from]);
        picked
    };
    lanes.iter().map(pick).collect()
}

/// Some of the columns, in ascending order.
pub(super) fn pick_columns<'a>(columns: &'a mut [&mut [f64]], which: &[usize]) -> Vec<&'a mut [f64]> {
    columns.iter_mut().enumerate().filter(|(k, _)| which.contains(k)).map(|(_, column)| &mut **column).collect()
}
