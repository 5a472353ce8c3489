//! How rows spread over the levels of one effect or two: singletons, connected parts, and the matrix that takes the second
//! effect out of what the first has left.

use crate::error::{Error, Result};
use crate::linalg;
use crate::streaming::coding::Coding;
use faer::Mat;

/// Levels that the second effect may have: its matrix is dense.
const MOST_SHORT: usize = 2000;

/// Rows by level of the long effect and of the short one (all in one level where there is none).
#[derive(Debug, Default)]
pub(super) struct Levels {
    /// Rows by long level, then short level; `stride` short levels to a long one.
    cells: Vec<u32>,
    stride: usize,
    /// Rows that are used, by level.
    pub(super) long: Vec<u32>,
    pub(super) short: Vec<u32>,
}

impl Levels {
    /// Counts rows; nothing may have been taken out yet.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for too many levels of the short effect.
    pub(super) fn count(&mut self, long: &[u32], short: &[u32]) -> Result<()> {
        for (&i, &t) in long.iter().zip(short) {
            let (i, t) = (i as usize, t as usize);
            if t >= self.stride {
                if t >= MOST_SHORT {
                    return Err(Error::Unsupported(format!(
                        "streaming takes one effect with any number of levels and one with {MOST_SHORT} at most; both have more"
                    )));
                }
                self.widen((t + 1).next_power_of_two());
            }
            if i >= self.long.len() {
                self.long.resize(i + 1, 0);
                self.cells.resize((i + 1) * self.stride, 0);
            }
            if t >= self.short.len() {
                self.short.resize(t + 1, 0);
            }
            self.cells[i * self.stride + t] += 1;
            self.long[i] += 1;
            self.short[t] += 1;
        }
        Ok(())
    }

    fn widen(&mut self, stride: usize) {
        let mut cells = vec![0; self.long.len() * stride];
        if self.stride > 0 {
            for (new, old) in cells.chunks_exact_mut(stride).zip(self.cells.chunks_exact(self.stride)) {
                new[..old.len()].copy_from_slice(old);
            }
        }
        (self.cells, self.stride) = (cells, stride);
    }

    /// Whether a row of these levels is used.
    #[inline]
    pub(super) fn uses(&self, long: u32, short: u32) -> bool {
        self.cells[long as usize * self.stride + short as usize] > 0
    }

    /// The first pair of levels with several rows.
    pub(super) fn repeated(&self) -> Option<(u32, u32)> {
        let at = self.cells.iter().position(|rows| *rows > 1)?;
        Some(((at / self.stride) as u32, (at % self.stride) as u32))
    }

    /// Rows that are used.
    pub(super) fn rows(&self) -> usize {
        self.long.iter().map(|rows| *rows as usize).sum()
    }

    /// Levels with rows.
    pub(super) fn used(rows: &[u32]) -> usize {
        rows.iter().filter(|rows| **rows > 0).count()
    }

    fn cells(&self, long: usize) -> &[u32] {
        &self.cells[long * self.stride..][..self.short.len()]
    }

    /// Takes out rows that are alone in a level, until there are none. `effects` is 2 where the short levels are an effect,
    /// too. Gives their number, and whether a long level lost a part of its rows.
    pub(super) fn drop_singletons(&mut self, effects: usize) -> (usize, bool) {
        let (mut gone, mut partly) = (0, false);
        let mut short: Vec<usize> = Vec::new();
        let mut long: Vec<usize> = (0..self.long.len()).filter(|&i| self.long[i] == 1).collect();
        if effects == 2 {
            short.extend((0..self.short.len()).filter(|&t| self.short[t] == 1));
        }
        loop {
            let pair = if let Some(i) = long.pop() {
                self.cells(i).iter().position(|rows| *rows > 0).map(|t| (i, t))
            } else if let Some(t) = short.pop() {
                (0..self.long.len()).find(|&i| self.cells[i * self.stride + t] > 0).map(|i| (i, t))
            } else {
                return (gone, partly);
            };
            let Some((i, t)) = pair else { continue };
            self.cells[i * self.stride + t] = 0;
            self.long[i] -= 1;
            self.short[t] -= 1;
            gone += 1;
            partly |= self.long[i] > 0;
            if self.long[i] == 1 {
                long.push(i);
            }
            if effects == 2 && self.short[t] == 1 {
                short.push(t);
            }
        }
    }

    /// The connected part of each short level with rows (Abowd, Creecy & Kramarz 2002), and their number.
    pub(super) fn parts(&self) -> (Vec<usize>, usize) {
        let mut root: Vec<usize> = (0..self.short.len()).collect();
        fn find(root: &mut [usize], mut t: usize) -> usize {
            while root[t] != t {
                root[t] = root[root[t]];
                t = root[t];
            }
            t
        }
        for i in 0..self.long.len() {
            let mut first = None;
            for t in 0..self.short.len() {
                if self.cells[i * self.stride + t] > 0 {
                    let own = find(&mut root, t);
                    match first {
                        None => first = Some(own),
                        Some(first) => root[own] = find(&mut root, first),
                    }
                }
            }
        }
        let roots: Vec<usize> = (0..root.len()).map(|t| find(&mut root, t)).collect();
        let count = (0..roots.len()).filter(|&t| roots[t] == t && self.short[t] > 0).count();
        (roots, count)
    }

    /// The inverse of diag(n_t) - Σ_i n_is n_it / n_i on all short levels but the first of each connected part, zero
    /// elsewhere: a reflexive inverse of the normal equations of the short effect.
    pub(super) fn inverse(&self) -> Result<Mat<f64>> {
        let t = self.short.len();
        let (roots, _) = self.parts();
        let mut first = vec![true; t];
        let kept: Vec<usize> =
            (0..t).filter(|&s| self.short[s] > 0 && !std::mem::replace(&mut first[roots[s]], false)).collect();
        let mut normal: Mat<f64> = Mat::zeros(t, t);
        for (s, rows) in self.short.iter().enumerate() {
            normal[(s, s)] = f64::from(*rows);
        }
        let mut there: Vec<(usize, f64)> = Vec::new();
        for (i, rows) in self.long.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            there.clear();
            there.extend(self.cells(i).iter().enumerate().filter(|(_, n)| **n > 0).map(|(s, n)| (s, f64::from(*n))));
            for &(s, n) in &there {
                let share = n / f64::from(*rows);
                there.iter().for_each(|&(t, m)| normal[(s, t)] -= share * m);
            }
        }
        let mut inverse = Mat::zeros(t, t);
        if !kept.is_empty() {
            let part = Mat::from_fn(kept.len(), kept.len(), |a, b| normal[(kept[a], kept[b])]);
            let part = linalg::invert_spd(part.as_ref(), "the matrix of the second effect")?;
            for (a, &s) in kept.iter().enumerate() {
                for (b, &t) in kept.iter().enumerate() {
                    inverse[(s, t)] = part[(a, b)];
                }
            }
        }
        Ok(inverse)
    }

    /// The mean over the rows of a long level of numbers by short level.
    pub(super) fn mean(&self, long: usize, by_short: impl Fn(usize) -> f64) -> f64 {
        let cells = self.cells(long).iter().enumerate().filter(|(_, rows)| **rows > 0);
        cells.map(|(t, rows)| f64::from(*rows) * by_short(t)).sum::<f64>() / f64::from(self.long[long])
    }

    /// Refuses a second row with the same keys.
    ///
    /// # Errors
    /// [`Error::Specification`] with both keys.
    pub(super) fn check_unique(&self, long: &Coding, short: &Coding) -> Result<()> {
        self.repeated().map_or(Ok(()), |(i, t)| {
            Err(Error::Specification(format!(
                "several rows have {} `{}` and {} `{}`, expected one",
                long.name,
                long.label(i),
                short.name,
                short.label(t)
            )))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(rows: &[(u32, u32)]) -> Levels {
        let (long, short): (Vec<u32>, Vec<u32>) = rows.iter().copied().unzip();
        let mut levels = Levels::default();
        levels.count(&long, &short).expect("few levels");
        levels
    }

    #[test]
    fn singletons_go_until_there_are_none() {
        // Level 2 is alone; then short level 3 has one row left, whose long level loses a part.
        let mut levels = levels(&[(0, 0), (0, 1), (0, 3), (1, 0), (1, 1), (2, 3)]);
        assert_eq!(levels.drop_singletons(2), (2, true));
        assert!(!levels.uses(0, 3) && !levels.uses(2, 3) && levels.uses(0, 1));
        assert_eq!((levels.rows(), Levels::used(&levels.long), Levels::used(&levels.short)), (4, 2, 2));
    }

    #[test]
    fn parts_and_repeated_rows() {
        let levels = levels(&[(0, 0), (0, 1), (1, 1), (2, 2), (2, 2)]);
        assert_eq!(levels.parts().1, 2);
        assert_eq!(levels.repeated(), Some((2, 2)));
    }

    #[test]
    fn the_inverse_solves_the_normal_equations_of_each_part() {
        let levels = levels(&[(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 2), (3, 3), (3, 4), (4, 4), (4, 3)]);
        let inverse = levels.inverse().expect("regular");
        // S = diag(n) - Σ n n'/n_i, so that S S⁻ S = S.
        let mut s: Mat<f64> = Mat::zeros(5, 5);
        for t in 0..5 {
            s[(t, t)] = f64::from(levels.short[t]);
        }
        for i in 0..5 {
            for a in 0..5 {
                for b in 0..5 {
                    let n = |t: usize| f64::from(levels.cells(i)[t]);
                    s[(a, b)] -= n(a) * n(b) / f64::from(levels.long[i]);
                }
            }
        }
        let back = &s * &inverse * &s;
        for a in 0..5 {
            for b in 0..5 {
                assert!((back[(a, b)] - s[(a, b)]).abs() < 1e-14, "{a} {b}");
            }
        }
    }
}
