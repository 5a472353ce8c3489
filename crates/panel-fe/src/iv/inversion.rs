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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    /// The set as angles; infinite ends are ±π/2.
    fn angles(excess: impl Fn(f64) -> f64, steps: usize) -> Vec<(f64, f64)> {
        accepted(&excess, &f64::tan, steps).into_iter().map(|(low, high)| (low.atan(), high.atan())).collect()
    }

    fn assert_angles(what: &str, got: &[(f64, f64)], want: &[(f64, f64)]) {
        assert_eq!(got.len(), want.len(), "{what}: {got:?} {want:?}");
        for (got, want) in got.iter().zip(want) {
            assert!((got.0 - want.0).abs() < 1e-9 && (got.1 - want.1).abs() < 1e-9, "{what}: {got:?} {want:?}");
        }
    }

    /// sin(θ - a) sin(θ - b) has the period π and is negative between a and b alone.
    #[test]
    fn an_interval_and_its_complement() {
        for (a, b) in [(-1.2, 1.1), (-0.4, 0.1), (0.3, 0.9), (0.0, 0.2), (-1.5, -1.4)] {
            let product = |theta: f64| (theta - a).sin() * (theta - b).sin();
            assert_angles("inside", &angles(product, 60), &[(a, b)]);
            assert_angles("outside", &angles(|t| -product(t), 60), &[(-FRAC_PI_2, a), (b, FRAC_PI_2)]);
            let (low, high) = accepted(&product, &|theta| 10.0 + theta.tan(), 60)[0];
            assert!((low - 10.0 - a.tan()).abs() < 1e-9 && (high - 10.0 - b.tan()).abs() < 1e-9);
        }
        assert_angles("all", &angles(|_| -1.0, 60), &[(-FRAC_PI_2, FRAC_PI_2)]);
        assert_angles("at the limit", &angles(|_| 0.0, 60), &[(-FRAC_PI_2, FRAC_PI_2)]);
        assert_angles("none", &angles(|_| 1.0, 60), &[]);
        let two = |t: f64| (t + 1.0).sin() * (t + 0.7).sin() * (t - 0.2).sin() * (t - 0.9).sin();
        assert_angles("two", &angles(two, 60), &[(-1.0, -0.7), (0.2, 0.9)]);
    }

    /// Sets, and gaps of sets, that lie between two angles of the grid, in every cell, those beside infinity among them.
    #[test]
    fn slivers_are_found() {
        let (steps, width) = (24, 1e-4);
        let step = PI / steps as f64;
        for cell in 0..steps {
            for place in [0.02, 0.3, 0.5, 0.71, 0.97] {
                let a = -FRAC_PI_2 + (cell as f64 + place) * step;
                let b = a + width;
                let product = |theta: f64| (theta - a).sin() * (theta - b).sin();
                let what = format!("cell {cell}, {place}");
                assert_angles(&what, &angles(product, steps), &[(a, b)]);
                assert_angles(&what, &angles(|t| -product(t), steps), &[(-FRAC_PI_2, a), (b, FRAC_PI_2)]);
            }
        }
        // Two slivers at once, some cells apart.
        for (one, other) in [(3, 11), (5, 8), (0, 20)] {
            let starts = [(one, 0.4), (other, 0.6)].map(|(cell, place)| -FRAC_PI_2 + (cell as f64 + place) * step);
            let product = |theta: f64| starts.iter().map(|a| (theta - a).sin() * (theta - a - width).sin()).product();
            assert_angles("two slivers", &angles(product, steps), &starts.map(|a| (a, a + width)));
        }
        // Around infinity: above tan(π/2 - 10⁻⁴) and below its negative, and all but these.
        let around = |theta: f64| (theta - FRAC_PI_2 + width).sin() * (theta - FRAC_PI_2 - width).sin();
        let ends = [(-FRAC_PI_2, -FRAC_PI_2 + width), (FRAC_PI_2 - width, FRAC_PI_2)];
        assert_angles("infinity", &angles(around, steps), &ends);
        assert_angles("but infinity", &angles(|t| -around(t), steps), &[(ends[0].1, ends[1].0)]);
    }
}
