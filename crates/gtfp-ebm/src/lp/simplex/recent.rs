//! Where to start: the optimal basis of the most similar program of late.

use super::state::Rest;

/// Bases remembered.
const MEMORY: usize = 64;

/// An optimal basis.
#[derive(Debug, Clone)]
struct Solved<const M: usize> {
    variables: [usize; M],
    rest: Vec<Rest>,
}

/// The last few optimal bases, oldest overwritten first.
#[derive(Debug, Clone)]
pub(super) struct Recent<const M: usize> {
    /// Where the programs stood, one coordinate after the other: infinitely far where none is remembered.
    places: [[f64; MEMORY]; M],
    solved: Vec<Solved<M>>,
    next: usize,
}

impl<const M: usize> Default for Recent<M> {
    fn default() -> Self {
        Self { places: [[f64::INFINITY; MEMORY]; M], solved: Vec::new(), next: 0 }
    }
}

impl<const M: usize> Recent<M> {
    pub(super) fn forget(&mut self) {
        self.places = [[f64::INFINITY; MEMORY]; M];
        self.solved.clear();
        self.next = 0;
    }

    #[inline(always)]
    pub(super) fn remember(&mut self, place: &[f64; M], variables: &[usize; M], rest: &[Rest]) {
        for (coordinates, value) in self.places.iter_mut().zip(place) {
            coordinates[self.next] = *value;
        }
        match self.solved.get_mut(self.next) {
            Some(slot) => {
                slot.variables = *variables;
                slot.rest.clear();
                slot.rest.extend_from_slice(rest);
            }
            None => self.solved.push(Solved { variables: *variables, rest: rest.to_vec() }),
        }
        self.next = (self.next + 1) % MEMORY;
    }

    /// The basis of the nearest program; the one in the first slot among equals.
    #[inline(always)]
    pub(super) fn nearest(&self, place: &[f64; M], rows: usize) -> Option<(&[usize; M], &[Rest])> {
        let mut distances = [0.0_f64; MEMORY];
        for (coordinates, value) in self.places.iter().zip(place).take(rows) {
            for (distance, other) in distances.iter_mut().zip(coordinates) {
                let d = other - value;
                *distance += d * d;
            }
        }
        let mut lanes = [f64::INFINITY; 8];
        for chunk in distances.chunks_exact(8) {
            for l in 0..8 {
                lanes[l] = if chunk[l] < lanes[l] { chunk[l] } else { lanes[l] };
            }
        }
        let least = lanes.iter().fold(f64::INFINITY, |least, d| if *d < least { *d } else { least });
        let slot = distances.iter().position(|d| *d <= least)?;
        self.solved.get(slot).map(|solved| (&solved.variables, solved.rest.as_slice()))
    }
}

/// Coordinates of a program: logarithms of its row factors (piecewise linear in the mantissa, which is enough for
/// distances), their mean taken out, so that under constant returns size does not count.
#[inline(always)]
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
        assert!(recent.nearest(&[0.0; 4], 3).is_none());
        recent.remember(&place(&[1.0, 2.0, 4.0, 0.0], 3), &[1; 4], &[]);
        recent.remember(&place(&[1.0, 9.0, 4.0, 0.0], 3), &[2; 4], &[]);
        let (variables, _) = recent.nearest(&place(&[1e3, 2.1e3, 4e3, 0.0], 3), 3).expect("two remembered");
        assert_eq!(variables, &[1; 4]);
        for _ in 0..MEMORY {
            recent.remember(&place(&[1.0, 2.0, 4.0, 0.0], 3), &[3; 4], &[]);
        }
        assert_eq!(recent.nearest(&place(&[1.0, 9.0, 4.0, 0.0], 3), 3).expect("remembered").0, &[3; 4]);
        recent.forget();
        assert!(recent.nearest(&[0.0; 4], 3).is_none());
    }
}
