//! Where to start: the optimal basis of the most similar program of late.

use super::state::Rest;

/// Bases remembered.
const MEMORY: usize = 32;

/// One solved program: where it stood, and its optimal basis.
#[derive(Debug, Clone)]
struct Solved<const M: usize> {
    place: [f64; M],
    variables: [usize; M],
    rest: Vec<Rest>,
}

/// The last few optimal bases, oldest overwritten first.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent<const M: usize> {
    solved: Vec<Solved<M>>,
    next: usize,
}

impl<const M: usize> Recent<M> {
    pub(super) fn forget(&mut self) {
        self.solved.clear();
        self.next = 0;
    }

    pub(super) fn remember(&mut self, place: [f64; M], variables: [usize; M], rest: &[Rest]) {
        if self.solved.len() < MEMORY {
            self.solved.push(Solved { place, variables, rest: rest.to_vec() });
        } else {
            let slot = &mut self.solved[self.next];
            slot.place = place;
            slot.variables = variables;
            slot.rest.clear();
            slot.rest.extend_from_slice(rest);
        }
        self.next = (self.next + 1) % MEMORY;
    }

    /// The basis of the nearest program; the first remembered among equals.
    pub(super) fn nearest(&self, place: &[f64; M]) -> Option<(&[usize; M], &[Rest])> {
        let mut best: Option<(f64, &Solved<M>)> = None;
        for solved in &self.solved {
            let mut distance = 0.0;
            for i in 0..M {
                let d = solved.place[i] - place[i];
                distance += d * d;
            }
            if best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, solved));
            }
        }
        best.map(|(_, solved)| (&solved.variables, solved.rest.as_slice()))
    }
}

/// Coordinates of a program: logarithms of its row factors (piecewise linear in the mantissa, which is enough for
/// distances), their mean taken out, so that under constant returns size does not count.
pub(super) fn place<const M: usize>(factor: &[f64; M], rows: usize) -> [f64; M] {
    const PER_OCTAVE: f64 = 1.0 / (1_u64 << 52) as f64;
    let mut place = [0.0; M];
    let mut sum = 0.0;
    for i in 0..rows {
        place[i] = factor[i].to_bits() as f64 * PER_OCTAVE;
        sum += place[i];
    }
    let mean = sum / rows.max(1) as f64;
    for value in &mut place[..rows] {
        *value -= mean;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_basis_is_found_whatever_the_size() {
        let mut recent = Recent::<4>::default();
        recent.remember(place(&[1.0, 2.0, 4.0, 0.0], 3), [1; 4], &[]);
        recent.remember(place(&[1.0, 9.0, 4.0, 0.0], 3), [2; 4], &[]);
        let (variables, _) = recent.nearest(&place(&[1e3, 2.1e3, 4e3, 0.0], 3)).expect("two remembered");
        assert_eq!(variables, &[1; 4]);
        recent.forget();
        assert!(recent.nearest(&[0.0; 4]).is_none());
    }
}
