//! The ratio test over the piecewise linear objective.

/// A basic variable meets one of its bounds after a step `t` of the entering variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Breakpoint {
    /// Step at which the bound is met.
    pub(super) t: f64,
    /// Step at which the bound is overstepped by the tolerance.
    pub(super) relaxed: f64,
    /// What the objective's slope gains beyond it.
    pub(super) gain: f64,
    /// Basis position.
    pub(super) position: usize,
    /// Whether the bound is the upper one.
    pub(super) upper: bool,
    /// Size of the pivot.
    pub(super) pivot: f64,
}

/// Pivots below this are avoided where a shorter step offers a larger one.
const SMALL_PIVOT: f64 = 1e-7;
/// Slopes this small beside the gains they are summed from count as zero.
const ROUNDING: f64 = 1e-12;

/// Finds the breakpoint at which the objective stops falling: `slope` < 0 at the start, each breakpoint adds its gain.
/// Among breakpoints within the tolerance the largest pivot wins; a small pivot gives way to an earlier, larger one.
pub(super) fn choose(breakpoints: &mut [Breakpoint], mut slope: f64) -> Option<Breakpoint> {
    // Few elements: insertion sort, stable and free of allocation.
    for i in 1..breakpoints.len() {
        let mut k = i;
        while k > 0 && breakpoints[k].t < breakpoints[k - 1].t {
            breakpoints.swap(k, k - 1);
            k -= 1;
        }
    }
    let mut stop = None;
    // Where all violations vanish together the slope ends at zero up to rounding, and that is no descent.
    let mut rounding = slope.abs() * ROUNDING;
    for (i, point) in breakpoints.iter().enumerate() {
        slope += point.gain;
        rounding += point.gain * ROUNDING;
        if slope >= -rounding {
            stop = Some(i);
            break;
        }
    }
    let stop = stop?;
    let limit = breakpoints[stop..].iter().fold(f64::INFINITY, |m, p| m.min(p.relaxed));
    let mut chosen = breakpoints[stop];
    for point in &breakpoints[stop..] {
        if point.t <= limit && point.pivot > chosen.pivot {
            chosen = *point;
        }
    }
    if chosen.pivot < SMALL_PIVOT {
        for point in breakpoints[..stop].iter().rev() {
            if point.pivot >= SMALL_PIVOT {
                return Some(*point);
            }
        }
    }
    Some(chosen)
}

/// The same under the least-index rule: the shortest step, and the smallest variable number among equals.
pub(super) fn choose_least(breakpoints: &[Breakpoint], variables: &[usize]) -> Option<Breakpoint> {
    let shortest = breakpoints.iter().map(|p| p.t.max(0.0)).fold(f64::INFINITY, f64::min);
    breakpoints.iter().filter(|p| p.t.max(0.0) <= shortest).min_by_key(|p| variables[p.position]).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(t: f64, gain: f64, pivot: f64, position: usize) -> Breakpoint {
        Breakpoint { t, relaxed: t + 1e-9 / pivot, gain, position, upper: false, pivot }
    }

    #[test]
    fn long_step_passes_breakpoints_while_the_objective_falls() {
        let mut points = [point(2.0, 5.0, 1.0, 0), point(1.0, 0.5, 1.0, 1)];
        assert_eq!(choose(&mut points, -1.0).expect("bounded").position, 0);
        assert_eq!(choose(&mut points, -0.25).expect("bounded").position, 1);
        assert!(choose(&mut points, -10.0).is_none());
    }

    #[test]
    fn ties_take_the_large_pivot() {
        let mut points = [point(1.0, 9.0, 1e-6, 0), point(1.0 + 1e-10, 9.0, 2.0, 1)];
        assert_eq!(choose(&mut points, -1.0).expect("bounded").position, 1);
    }
}
