//! The readings: sums by level, products, scores.

use crate::error::Result;
use crate::linalg;
use crate::streaming::Blocks;
use crate::streaming::levels::Levels;
use crate::streaming::source::{Of, Rows, Source};
use faer::Mat;

/// The first reading: rows and sums by level of the long effect.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// The first row: sums are taken about it.
    pub(super) shift: Vec<f64>,
    /// By long level and column.
    pub(super) sums: Vec<f64>,
}

impl Sums {
    /// Reads the rows; with `levels` known, only those that they use.
    pub(super) fn read(
        source: &mut Source<'_>,
        blocks: &mut dyn Blocks,
        mut count: Option<&mut Levels>,
        used: Option<&Levels>,
    ) -> Result<Self> {
        let p = source.columns();
        let mut read = Self::default();
        source.each(blocks, |rows| {
            if read.shift.is_empty() {
                read.shift = rows.values.iter().map(|column| column[0]).collect();
            }
            if let Some(levels) = &mut count {
                levels.count(&rows.long, &rows.short)?;
            }
            let most = rows.long.iter().max().map_or(0, |most| *most as usize + 1);
            if read.sums.len() < most * p {
                read.sums.resize(most * p, 0.0);
            }
            for (j, column) in rows.values.iter().enumerate() {
                for ((value, &i), &t) in column.iter().zip(&rows.long).zip(&rows.short) {
                    if used.is_none_or(|levels| levels.uses(i, t)) {
                        read.sums[i as usize * p + j] += value - read.shift[j];
                    }
                }
            }
            Ok(())
        })?;
        Ok(read)
    }

    /// Σ of a column over the levels.
    fn total(&self, levels: &Levels, p: usize, j: usize) -> f64 {
        levels.long.iter().enumerate().filter(|(_, rows)| **rows > 0).map(|(i, _)| self.sums[i * p + j]).sum()
    }

    /// The means by level in the place of the sums, and the mean of the response.
    pub(super) fn into_effects(mut self, levels: &Levels, columns: usize) -> (Effects, f64) {
        let mean = self.shift[0] + self.total(levels, columns, 0) / levels.rows() as f64;
        for (sums, rows) in self.sums.chunks_exact_mut(columns).zip(&levels.long) {
            sums.iter_mut().for_each(|sum| *sum /= f64::from((*rows).max(1)));
        }
        let short = Mat::zeros(levels.short.len(), columns);
        (Effects { shift: self.shift, long: self.sums, short }, mean)
    }
}

/// What is taken off each column: v - shift - long effect - short effect is its part outside the effects.
#[derive(Debug)]
pub(super) struct Effects {
    shift: Vec<f64>,
    /// By long level and column.
    long: Vec<f64>,
    /// By short level and column.
    short: Mat<f64>,
}

impl Effects {
    /// Takes off effects of the short levels, too, and what they have in common with the long ones.
    pub(super) fn add_short(&mut self, gamma: &Mat<f64>, levels: &Levels) {
        let p = self.shift.len();
        for (i, long) in self.long.chunks_exact_mut(p).enumerate().filter(|(i, _)| levels.long[*i] > 0) {
            for (j, long) in long.iter_mut().enumerate() {
                *long -= levels.mean(i, |t| gamma[(t, j)]);
            }
        }
        self.short += gamma;
    }

    /// Every column less its effects, row by row.
    fn each_row(&self, rows: &Rows, levels: &Levels, mut take: impl FnMut(usize, &[f64])) {
        let p = self.shift.len();
        let short: Vec<f64> = (0..self.short.nrows()).flat_map(|t| (0..p).map(move |j| self.short[(t, j)])).collect();
        let mut z = vec![0.0; p];
        for row in 0..rows.long.len() {
            let (i, t) = (rows.long[row], rows.short[row]);
            if !levels.uses(i, t) {
                continue;
            }
            let (long, short) = (&self.long[i as usize * p..][..p], &short[t as usize * p..][..p]);
            for (j, z) in z.iter_mut().enumerate() {
                *z = rows.values[j][row] - self.shift[j] - long[j] - short[j];
            }
            take(row, &z);
        }
    }
}

/// The second reading: products of the columns outside the long effect, and what the rest of a fit needs to know of its
/// sample.
#[derive(Debug)]
pub(super) struct Products {
    /// Z'Z.
    pub(super) gram: Mat<f64>,
    /// Σ z by short level.
    pub(super) by_short: Mat<f64>,
    /// Σ v² of each column.
    pub(super) squares: Vec<f64>,
    /// Largest |v| of each column.
    pub(super) largest: Vec<f64>,
    /// Σ(y - ȳ)².
    pub(super) total: f64,
    /// Whether each long level, and each short one, lies in one cluster.
    pub(super) nested: (bool, bool),
    /// Clusters, entities and periods of the sample.
    pub(super) clusters: usize,
    pub(super) entities: usize,
    pub(super) periods: usize,
}

impl Products {
    pub(super) fn read(
        source: &mut Source<'_>,
        blocks: &mut dyn Blocks,
        levels: &Levels,
        effects: &Effects,
        mean: f64,
    ) -> Result<Self> {
        let p = source.columns();
        let mut gram = vec![0.0; p * p];
        let mut by_short: Mat<f64> = Mat::zeros(levels.short.len(), p);
        let mut squares = vec![0.0; p];
        let mut largest = vec![0.0_f64; p];
        let (mut first, mut second) = (0.0, 0.0);
        let mut inside = (Within::new(levels.long.len()), Within::new(levels.short.len()));
        let mut seen = [Seen::default(), Seen::default(), Seen::default()];
        source.each(blocks, |rows| {
            let mut part = vec![0.0; p * p];
            let mut here = [0.0; 2];
            let mut sizes = vec![0.0; p];
            effects.each_row(rows, levels, |row, z| {
                for (j, zj) in z.iter().enumerate() {
                    part[j * p..=j * p + j].iter_mut().zip(z).for_each(|(sum, zi)| *sum += zi * zj);
                    by_short[(rows.short[row] as usize, j)] += zj;
                    sizes[j] += rows.values[j][row] * rows.values[j][row];
                    largest[j] = largest[j].max(rows.values[j][row].abs());
                }
                let distance = rows.values[0][row] - mean;
                here[0] += distance;
                here[1] += distance * distance;
                if let Some(&cluster) = rows.cluster.get(row) {
                    inside.0.note(rows.long[row], cluster);
                    inside.1.note(rows.short[row], cluster);
                    seen[0].note(cluster);
                }
                seen[1].note(rows.entity[row]);
                seen[2].note(rows.time[row]);
            });
            gram.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
            squares.iter_mut().zip(&sizes).for_each(|(sum, part)| *sum += part);
            first += here[0];
            second += here[1];
            Ok(())
        })?;
        let n = levels.rows() as f64;
        Ok(Self {
            gram: symmetric(&gram, p),
            by_short,
            squares,
            largest,
            total: second - first * first / n,
            nested: (inside.0.nested, inside.1.nested),
            clusters: seen[0].count,
            entities: seen[1].count,
            periods: seen[2].count,
        })
    }
}

/// Whether every level lies in one cluster.
struct Within {
    cluster: Vec<u32>,
    nested: bool,
}

impl Within {
    fn new(levels: usize) -> Self {
        Self { cluster: vec![u32::MAX; levels], nested: true }
    }

    #[inline]
    fn note(&mut self, level: u32, cluster: u32) {
        let known = &mut self.cluster[level as usize];
        self.nested &= *known == u32::MAX || *known == cluster;
        *known = cluster;
    }
}

/// How many codes there are.
#[derive(Default)]
struct Seen {
    codes: Vec<bool>,
    count: usize,
}

impl Seen {
    #[inline]
    fn note(&mut self, code: u32) {
        let code = code as usize;
        if code >= self.codes.len() {
            self.codes.resize(code + 1, false);
        }
        self.count += usize::from(!std::mem::replace(&mut self.codes[code], true));
    }
}

/// Which products of scores make the meat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meat {
    None,
    Rows,
    Clusters,
}

/// The last reading: residuals u = ỹ - X̃b of the regressors `kept`, row by row.
#[derive(Debug)]
pub(super) struct Scores {
    /// X̃'X̃.
    pub(super) gram: Mat<f64>,
    /// X̃'u.
    pub(super) gradient: Vec<f64>,
    /// u'u.
    pub(super) ssr: f64,
    pub(super) meat: Mat<f64>,
    /// Σ of every column outside its effects by short level: zero but for rounding.
    pub(super) by_short: Mat<f64>,
}

impl Scores {
    pub(super) fn read(
        source: &mut Source<'_>,
        blocks: &mut dyn Blocks,
        levels: &Levels,
        effects: &Effects,
        (kept, b): (&[usize], &[f64]),
        meat: Meat,
    ) -> Result<Self> {
        let (p, k) = (source.columns(), kept.len());
        let clusters = match &source.cluster {
            Some(Of::Long) => levels.long.len(),
            Some(Of::Short) => levels.short.len(),
            Some(Of::Own(coding)) => coding.levels(),
            None => 0,
        };
        let mut sums = vec![0.0; clusters * k];
        let (mut gram, mut of_rows) = (vec![0.0; k * k], vec![0.0; k * k]);
        let (mut gradient, mut ssr) = (vec![0.0; k], 0.0);
        let mut by_short: Mat<f64> = Mat::zeros(levels.short.len(), p);
        let mut x = vec![0.0; k];
        source.each(blocks, |rows| {
            let (mut part, mut robust) = (vec![0.0; k * k], vec![0.0; k * k]);
            let (mut slope, mut square) = (vec![0.0; k], 0.0);
            effects.each_row(rows, levels, |row, z| {
                z.iter().enumerate().for_each(|(j, z)| by_short[(rows.short[row] as usize, j)] += z);
                x.iter_mut().zip(kept).for_each(|(x, &j)| *x = z[1 + j]);
                let u = z[0] - x.iter().zip(b).map(|(x, b)| x * b).sum::<f64>();
                square += u * u;
                for (j, xj) in x.iter().enumerate() {
                    slope[j] += xj * u;
                    part[j * k..=j * k + j].iter_mut().zip(&x).for_each(|(sum, xi)| *sum += xi * xj);
                }
                match meat {
                    Meat::None => {}
                    Meat::Rows => {
                        for (j, xj) in x.iter().enumerate() {
                            let factor = u * u * xj;
                            robust[j * k..=j * k + j].iter_mut().zip(&x).for_each(|(sum, xi)| *sum += xi * factor);
                        }
                    }
                    Meat::Clusters => {
                        let sums = &mut sums[rows.cluster[row] as usize * k..][..k];
                        sums.iter_mut().zip(&x).for_each(|(sum, x)| *sum += x * u);
                    }
                }
            });
            gram.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
            of_rows.iter_mut().zip(&robust).for_each(|(sum, part)| *sum += part);
            gradient.iter_mut().zip(&slope).for_each(|(sum, part)| *sum += part);
            ssr += square;
            Ok(())
        })?;
        for sums in sums.chunks_exact(k.max(1)) {
            for (j, sj) in sums.iter().enumerate() {
                of_rows[j * k..=j * k + j].iter_mut().zip(sums).for_each(|(sum, si)| *sum += si * sj);
            }
        }
        Ok(Self { gram: symmetric(&gram, k), gradient, ssr, meat: symmetric(&of_rows, k), by_short })
    }
}

/// The symmetric matrix whose rows up to the diagonal are given.
fn symmetric(lower: &[f64], p: usize) -> Mat<f64> {
    let mut matrix = Mat::from_fn(p, p, |i, j| if i <= j { lower[j * p + i] } else { 0.0 });
    linalg::mirror_upper(&mut matrix);
    matrix
}
