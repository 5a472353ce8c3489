//! Conjugate gradients on several right-hand sides at once, with the smallest eigenvalue they reveal.

use super::LANES;

/// One unknown of up to four systems, side by side, so that the indices of an operator are read once for all.
pub(super) type Lane = [f64; LANES];

/// Energy, relative to the first, below which steps tell nothing about the spectrum.
const GHOST: f64 = 1e-22;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// ‖e‖ relative to the norm of the column.
    pub(super) tolerance: f64,
    /// Size of g that is rounding: below it g has a part outside the range of S, on which iterations diverge.
    pub(super) noise: Lane,
    pub(super) max_iterations: usize,
}

/// What came out.
#[derive(Debug)]
pub(super) struct Solved {
    /// The solutions.
    pub(super) x: Vec<Lane>,
    /// Iterations of the slowest system.
    pub(super) iterations: usize,
    /// Smallest eigenvalue of the preconditioned operator as seen by the Lanczos matrices of the iterations
    /// (Golub & Meurant 2010, § 12.1): an estimate from above that settles as the iteration converges.
    pub(super) smallest: f64,
}

/// Solves S x = g for the first `lanes` right-hand sides, S symmetric positive semidefinite and g in its range, preconditioned by a
/// diagonal (Hestenes & Stiefel 1952). The error in the S-norm is bounded by √(r'P⁻¹r/λ_min).
pub(super) fn solve(
    right: Vec<Lane>,
    lanes: usize,
    norms: &Lane,
    inverse_diagonal: &[f64],
    stop: Stop,
    mut apply: impl FnMut(&[Lane], &mut [Lane]),
) -> Solved {
    let m = inverse_diagonal.len();
    let g = right;
    let mut r = g.clone();
    let mut x: Vec<Lane> = vec![[0.0; LANES]; m];
    let mut z: Vec<Lane> = precondition(&r, inverse_diagonal);
    let mut p = z.clone();
    let mut q: Vec<Lane> = vec![[0.0; LANES]; m];
    let mut energy = dots(&r, &z);
    let first = energy;
    let mut histories: [Lanczos; LANES] = Default::default();
    let mut active = [false; LANES];
    (0..lanes).for_each(|lane| active[lane] = energy[lane] > stop.noise[lane] * stop.noise[lane]);
    let mut iterations = 0;
    while active.contains(&true) && iterations < stop.max_iterations {
        iterations += 1;
        apply(&p, &mut q);
        let curvature = dots(&p, &q);
        let mut alpha = [0.0; LANES];
        for lane in 0..lanes {
            active[lane] &= curvature[lane] > 0.0;
            if active[lane] {
                alpha[lane] = energy[lane] / curvature[lane];
            }
        }
        for i in 0..m {
            for lane in 0..LANES {
                x[i][lane] += alpha[lane] * p[i][lane];
                r[i][lane] -= alpha[lane] * q[i][lane];
                z[i][lane] = inverse_diagonal[i] * r[i][lane];
            }
        }
        let next = dots(&r, &z);
        let explained = if iterations % 4 == 0 || iterations < 4 { Some(dots(&x, &g)) } else { None };
        let mut beta = [0.0; LANES];
        for lane in 0..lanes {
            if !active[lane] {
                continue;
            }
            beta[lane] = next[lane] / energy[lane];
            // Steps near rounding would show eigenvalues that are not there.
            if energy[lane] > GHOST * first[lane] && first[lane] > GHOST * norms[lane] * norms[lane] {
                histories[lane].push(alpha[lane], beta[lane]);
            }
            if next[lane] <= (1e-30 * first[lane]).max(stop.noise[lane] * stop.noise[lane]) {
                active[lane] = false;
            } else if let Some(explained) = explained {
                let left = (norms[lane] * norms[lane] - explained[lane]).max(1e-24 * norms[lane] * norms[lane]);
                let error = next[lane] / histories[lane].smallest();
                active[lane] = error > stop.tolerance * stop.tolerance * left;
            }
        }
        for i in 0..m {
            for lane in 0..LANES {
                p[i][lane] = z[i][lane] + beta[lane] * p[i][lane];
            }
        }
        energy = next;
    }
    let smallest = histories[..lanes].iter().map(Lanczos::smallest).fold(f64::INFINITY, f64::min);
    Solved { x, iterations, smallest }
}

fn precondition(r: &[Lane], inverse_diagonal: &[f64]) -> Vec<Lane> {
    r.iter().zip(inverse_diagonal).map(|(r, d)| r.map(|value| value * d)).collect()
}

fn dots(a: &[Lane], b: &[Lane]) -> Lane {
    let mut total = [0.0; LANES];
    for (a, b) in a.chunks(1024).zip(b.chunks(1024)) {
        let mut part = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                part[lane] += a[lane] * b[lane];
            }
        }
        for lane in 0..LANES {
            total[lane] += part[lane];
        }
    }
    total
}

/// The Lanczos matrix that belongs to the steps of conjugate gradients.
#[derive(Debug, Default)]
struct Lanczos {
    diagonal: Vec<f64>,
    off: Vec<f64>,
    /// β/α of the last step.
    carry: f64,
}

impl Lanczos {
    fn push(&mut self, alpha: f64, beta: f64) {
        self.diagonal.push(1.0 / alpha + self.carry);
        self.off.push(beta.max(0.0).sqrt() / alpha);
        self.carry = beta / alpha;
    }

    /// Its smallest eigenvalue, by bisection on the inertia.
    fn smallest(&self) -> f64 {
        let k = self.diagonal.len();
        if k == 0 {
            return f64::INFINITY;
        }
        let mut high = self.diagonal.iter().copied().fold(f64::INFINITY, f64::min);
        let mut low = 0.0;
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if self.has_eigenvalue_below(middle) {
                high = middle
            } else {
                low = middle
            }
            if high - low <= 1e-3 * high {
                break;
            }
        }
        high
    }

    fn has_eigenvalue_below(&self, shift: f64) -> bool {
        let mut pivot = 1.0;
        let mut coupling = 0.0;
        for (i, diagonal) in self.diagonal.iter().enumerate() {
            pivot = diagonal - shift - coupling * coupling / pivot;
            if pivot < 0.0 {
                return true;
            }
            pivot = pivot.max(f64::MIN_POSITIVE);
            coupling = self.off[i];
        }
        false
    }
}
