//! The ratio test over the piecewise linear objective.

/// Where one basic variable meets a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Meeting {
    /// Step of the entering variable.
    pub(super) t: f64,
    /// Basis position.
    pub(super) position: usize,
    /// Whether the bound is the upper one.
    pub(super) upper: bool,
}

/// Basic variables and their bounds, by basis position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basic<const M: usize> {
    pub(super) x: [f64; M],
    pub(super) lower: [f64; M],
    pub(super) upper: [f64; M],
    /// How far a bound may be overstepped.
    pub(super) tolerance: [f64; M],
    /// Price of a unit of violation.
    pub(super) price: [f64; M],
}

/// Pivots below this are no pivots.
const ZERO_PIVOT: f64 = 1e-10;
/// Pivots below this are avoided where a shorter step offers a larger one.
const SMALL_PIVOT: f64 = 1e-7;
/// Slopes this small beside the gains they are summed from count as zero.
const ROUNDING: f64 = 1e-12;

/// Where basic variables meet their bounds as the entering variable moves: steps by position, infinite where they do not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Breakpoints<const M: usize> {
    lower: [f64; M],
    upper: [f64; M],
    /// Sizes of the pivots.
    pivot: [f64; M],
    /// What the objective's slope gains at each.
    gain: [f64; M],
    /// Step from a bound to the same overstepped by its tolerance.
    slack: [f64; M],
}

impl<const M: usize> Breakpoints<M> {
    /// `rate` is how basic variables change; `weight` multiplies the price of violations.
    #[inline(always)]
    pub(super) fn new(basic: &Basic<M>, rate: &[f64; M], weight: f64) -> Self {
        let mut points = Self {
            lower: [f64::INFINITY; M],
            upper: [f64::INFINITY; M],
            pivot: [0.0; M],
            gain: [0.0; M],
            slack: [0.0; M],
        };
        for p in 0..M {
            let (x, lower, upper, tolerance) = (basic.x[p], basic.lower[p], basic.upper[p], basic.tolerance[p]);
            let pivot = rate[p].abs();
            let (moves, falls) = (pivot >= ZERO_PIVOT, rate[p] < 0.0);
            let (below, above) = (x < lower - tolerance, x > upper + tolerance);
            // What is within its bounds meets the one ahead, what is outside meets the one it comes back to.
            let inverse = 1.0 / rate[p];
            let (to_lower, to_upper) = ((lower - x) * inverse, (upper - x) * inverse);
            points.lower[p] = if moves & (falls != below) { to_lower } else { f64::INFINITY };
            points.upper[p] = if moves & (falls == above) { to_upper } else { f64::INFINITY };
            points.pivot[p] = pivot;
            points.gain[p] = weight * basic.price[p] * pivot;
            points.slack[p] = tolerance * inverse.abs();
        }
        points
    }

    /// The breakpoint at which the objective stops falling: `slope` < 0 at the start, each breakpoint adds its gain. Among
    /// breakpoints within the tolerance the largest pivot wins; a small pivot gives way to an earlier, larger one.
    #[inline(always)]
    pub(super) fn choose(mut self, mut slope: f64) -> Option<Meeting> {
        // Where all violations vanish together the slope ends at zero up to rounding, and that is no descent.
        let mut rounding = slope.abs() * ROUNDING;
        let mut passed: Option<Meeting> = None;
        let stop = loop {
            let next = self.first()?;
            let gain = self.gain[next.position];
            slope += gain;
            rounding += gain * ROUNDING;
            if slope >= -rounding {
                break next;
            }
            if self.pivot[next.position] >= SMALL_PIVOT {
                passed = Some(next);
            }
            let steps = if next.upper { &mut self.upper } else { &mut self.lower };
            steps[next.position] = f64::INFINITY;
        };
        let chosen = self.largest_pivot(stop);
        if self.pivot[chosen.position] < SMALL_PIVOT { passed.or(Some(chosen)) } else { Some(chosen) }
    }

    /// The shortest step; none where nothing is met.
    #[inline(always)]
    fn first(&self) -> Option<Meeting> {
        let (lower, upper) = (least(&self.lower), least(&self.upper));
        let (t, steps, is_upper) = if upper < lower { (upper, &self.upper, true) } else { (lower, &self.lower, false) };
        (t < f64::INFINITY).then(|| Meeting { t, position: position(steps, t), upper: is_upper })
    }

    /// Of what is met before any bound is overstepped by more than its tolerance, the largest pivot; `stop` among equals.
    #[inline(always)]
    fn largest_pivot(&self, stop: Meeting) -> Meeting {
        let mut relaxed = [0.0; M];
        for p in 0..M {
            let t = if self.upper[p] < self.lower[p] { self.upper[p] } else { self.lower[p] };
            relaxed[p] = t + self.slack[p];
        }
        let limit = least(&relaxed);
        let mut size = [f64::INFINITY; M];
        for p in 0..M {
            let met = (self.lower[p] <= limit) | (self.upper[p] <= limit);
            size[p] = if met { -self.pivot[p] } else { 0.0 };
        }
        let most = least(&size);
        if -most <= self.pivot[stop.position] {
            return stop;
        }
        let position = position(&size, most);
        let upper = self.lower[position] > limit;
        Meeting { t: if upper { self.upper[position] } else { self.lower[position] }, position, upper }
    }

    /// The least-index rule: the shortest step, and the smallest variable number among equals.
    pub(super) fn choose_least(&self, variables: &[usize; M]) -> Option<Meeting> {
        let met = |steps: &[f64; M], upper: bool| {
            let meetings = (0..M).filter(|&p| steps[p] < f64::INFINITY);
            meetings.map(|position| Meeting { t: steps[position].max(0.0), position, upper }).collect::<Vec<_>>()
        };
        let all = [met(&self.lower, false), met(&self.upper, true)].concat();
        let shortest = all.iter().map(|m| m.t).fold(f64::INFINITY, f64::min);
        all.into_iter().filter(|m| m.t <= shortest).min_by_key(|m| variables[m.position])
    }
}

/// The smallest value.
#[inline(always)]
fn least<const M: usize>(values: &[f64; M]) -> f64 {
    let mut lanes = [f64::INFINITY; 4];
    for chunk in values.chunks_exact(4) {
        for l in 0..4 {
            lanes[l] = if chunk[l] < lanes[l] { chunk[l] } else { lanes[l] };
        }
    }
    let first = if lanes[1] < lanes[0] { lanes[1] } else { lanes[0] };
    let second = if lanes[3] < lanes[2] { lanes[3] } else { lanes[2] };
    if second < first { second } else { first }
}

/// Where `value` stands first.
#[inline(always)]
fn position<const M: usize>(values: &[f64; M], value: f64) -> usize {
    let mut place = 0;
    for p in (0..M).rev() {
        place = if values[p] <= value { p } else { place };
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables at `x` above bounds of zero that all fall, at the rates given.
    fn falling<const M: usize>(x: [f64; M], rate: [f64; M], price: [f64; M]) -> Breakpoints<M> {
        let basic = Basic { x, lower: [0.0; M], upper: [f64::INFINITY; M], tolerance: [1e-9; M], price };
        Breakpoints::new(&basic, &rate.map(|r| -r), 1.0)
    }

    #[test]
    fn long_step_passes_breakpoints_while_the_objective_falls() {
        let points = falling([2.0, 1.0, 9.0, 9.0], [1.0, 1.0, 0.0, 0.0], [5.0, 0.5, 1.0, 1.0]);
        assert_eq!(points.choose(-1.0).expect("bounded"), Meeting { t: 2.0, position: 0, upper: false });
        assert_eq!(points.choose(-0.25).expect("bounded").position, 1);
        assert!(points.choose(-10.0).is_none());
    }

    #[test]
    fn ties_take_the_large_pivot() {
        let points = falling([1e-6, 2.0 + 2e-10, 9.0, 9.0], [1e-6, 2.0, 0.0, 0.0], [9e6, 9.0, 1.0, 1.0]);
        assert_eq!(points.choose(-1.0).expect("bounded").position, 1);
    }

    #[test]
    fn a_violated_bound_is_met_on_the_way_back() {
        let basic =
            Basic { x: [-1.0, 5.0, 0.5, 0.5], lower: [0.0; 4], upper: [3.0; 4], tolerance: [1e-9; 4], price: [1.0; 4] };
        let points = Breakpoints::new(&basic, &[2.0, -1.0, 0.0, 0.25], 1.0);
        assert_eq!((points.lower[0], points.upper[0]), (0.5, 2.0));
        assert_eq!((points.lower[1], points.upper[1]), (5.0, 2.0));
        assert_eq!((points.lower[2], points.upper[2]), (f64::INFINITY, f64::INFINITY));
        assert_eq!((points.lower[3], points.upper[3]), (f64::INFINITY, 10.0));
    }
}
