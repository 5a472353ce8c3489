//! Confidence sets by inversion of a test, searched on the projective line: unbounded sets, unions and slivers are found as such.

/// Share of an interval that a golden-section step keeps.
pub(super) const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Intervals of β where `excess` is not positive, from −∞ to ∞; `beta` turns an angle from −π/2 to π/2 into β, and the
/// excess has the period π. `steps` angles are looked at, and the turning points between them.
pub(super) fn accepted(excess: &impl Fn(f64) -> f64, beta: &impl Fn(f64) -> f64, steps: usize) -> Vec<(f64, f64)> {
    let points = sign_changes(excess, steps);
    let mut intervals = Vec::new();
    let mut start = (points[0].1 <= 0.0).then_some(f64::NEG_INFINITY);
    for pair in points.windows(2) {
        let ((mut low, before), (mut high, after)) = (pair[0], pair[1]);
        if (before <= 0.0) == (after <= 0.0) {
            continue;
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if (excess(middle) <= 0.0) == (before <= 0.0) { low = middle } else { high = middle }
        }
        let end = beta(0.5 * (low + high));
        match start.take() {
            Some(from) => intervals.push((from, end)),
            None => start = Some(end),
        }
    }
    if let Some(from) = start {
        intervals.push((from, f64::INFINITY));
    }
    intervals
}

/// Angles in ascending order with the excess there, close enough to tell every change of its sign: a grid, and where the
/// excess turns between grid points without a change of sign, the turning point if it lies on the other side.
fn sign_changes(excess: &impl Fn(f64) -> f64, steps: usize) -> Vec<(f64, f64)> {
    let theta = |k: usize| std::f64::consts::PI * (k as f64 / steps as f64 - 0.5);
    let grid: Vec<f64> = (0..=steps).map(|k| excess(theta(k))).collect();
    let mut points: Vec<(f64, f64)> = grid.iter().enumerate().map(|(k, &value)| (theta(k), value)).collect();
    let step = std::f64::consts::PI / steps as f64;
    for k in 0..steps {
        // The excess has the period π: infinity has neighbours, too.
        let (before, here, after) = (grid[(k + steps - 1) % steps], grid[k], grid[k + 1]);
        // Outside the set a minimum is of interest, inside it a maximum.
        let sign = if here <= 0.0 { -1.0 } else { 1.0 };
        let (before, after) = (sign * (before - here), sign * (after - here));
        if before < 0.0 || after < 0.0 || before + after == 0.0 {
            continue;
        }
        let (mut low, mut high) = (theta(k) - step, theta(k) + step);
        for _ in 0..100 {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            let (at_left, at_right) = (excess(left), excess(right));
            let (angle, value) = if sign * at_left < sign * at_right { (left, at_left) } else { (right, at_right) };
            if (value <= 0.0) != (here <= 0.0) {
                let inside = if angle < theta(0) { angle + std::f64::consts::PI } else { angle };
                points.push((inside, value));
                break;
            }
            if sign * at_left < sign * at_right {
                high = right
            } else {
                low = left
            }
            if high - low <= 1e-12 {
                break;
            }
        }
    }
    points.sort_by(|x, y| x.0.total_cmp(&y.0));
    points
}
