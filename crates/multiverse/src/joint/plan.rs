//! Draws of clusters: signs, multiplicities, permutations. One plan serves every universe.

use crate::declaration::{JointSpec, Resample, Signs};
use panel_core::random::Stream;
use std::collections::BTreeMap;

/// Where draws come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Signs by cluster, mean 0 and variance 1, one stream per draw.
    Wild {
        /// Seed.
        seed: u64,
        /// Distribution.
        signs: Signs,
    },
    /// Clusters with replacement.
    Pairs {
        /// Seed.
        seed: u64,
    },
    /// Permutations of entities within exchangeable groups.
    Permute {
        /// Seed.
        seed: u64,
        /// Group of each entity, see [`exchangeable_groups`].
        groups: Vec<u32>,
    },
    /// Signs as given, one list per draw.
    GivenSigns(Vec<Vec<f64>>),
    /// How often each cluster is drawn, one list per draw.
    GivenWeights(Vec<Vec<f64>>),
    /// Whose path each entity receives, one list per draw.
    GivenPermutations(Vec<Vec<u32>>),
}

impl Plan {
    /// The plan of a declaration: Webb's signs below twelve clusters unless it says otherwise; `groups` as of
    /// [`exchangeable_groups`], for permutations.
    #[must_use]
    pub fn of(spec: &JointSpec, clusters: usize, groups: Vec<u32>) -> Self {
        const FEW: usize = 12;
        let seed = spec.seed;
        match spec.resample {
            Resample::Wild => {
                let signs = spec.signs.unwrap_or(if clusters < FEW { Signs::Webb } else { Signs::Rademacher });
                Self::Wild { seed, signs }
            }
            Resample::Pairs => Self::Pairs { seed },
            Resample::Permute => Self::Permute { seed, groups },
        }
    }

    /// Draws that the plan holds; `None` where it makes as many as are wanted.
    pub(crate) fn limit(&self) -> Option<usize> {
        match self {
            Self::GivenSigns(draws) | Self::GivenWeights(draws) => Some(draws.len()),
            Self::GivenPermutations(draws) => Some(draws.len()),
            _ => None,
        }
    }

    /// Whether paths change places.
    pub(crate) fn permutes(&self) -> bool {
        matches!(self, Self::Permute { .. } | Self::GivenPermutations(_))
    }

    /// Whether clusters are drawn with replacement.
    pub(crate) fn weighs(&self) -> bool {
        matches!(self, Self::Pairs { .. } | Self::GivenWeights(_))
    }

    /// Signs or multiplicities of a draw.
    pub(crate) fn numbers(&self, draw: usize, clusters: usize) -> Vec<f64> {
        match self {
            Self::Wild { seed, signs } => wild(&mut Stream::new(*seed, draw as u64), *signs, clusters),
            Self::Pairs { seed } => {
                let mut rng = Stream::new(*seed, draw as u64);
                let mut weights = vec![0.0; clusters];
                (0..clusters).for_each(|_| weights[rng.below(clusters)] += 1.0);
                weights
            }
            Self::GivenSigns(draws) | Self::GivenWeights(draws) => draws[draw].clone(),
            Self::Permute { .. } | Self::GivenPermutations(_) => Vec::new(),
        }
    }

    /// Whose path each entity receives.
    pub(crate) fn sources(&self, draw: usize) -> Vec<u32> {
        match self {
            Self::Permute { seed, groups } => {
                let mut rng = Stream::new(*seed, draw as u64);
                let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
                (0_u32..).zip(groups).for_each(|(entity, &group)| members.entry(group).or_default().push(entity));
                let mut sources: Vec<u32> = (0..groups.len() as u32).collect();
                for entities in members.values() {
                    let mut shuffled = entities.clone();
                    let count = shuffled.len();
                    rng.shuffle(&mut shuffled, count);
                    entities.iter().zip(shuffled).for_each(|(&entity, source)| sources[entity as usize] = source);
                }
                sources
            }
            Self::GivenPermutations(draws) => draws[draw].clone(),
            _ => Vec::new(),
        }
    }
}

fn wild(rng: &mut Stream, signs: Signs, clusters: usize) -> Vec<f64> {
    match signs {
        Signs::Rademacher => {
            let (mut bits, mut left) = (0, 0);
            (0..clusters)
                .map(|_| {
                    if left == 0 {
                        (bits, left) = (rng.next_u64(), 64);
                    }
                    let sign = if bits & 1 == 1 { 1.0 } else { -1.0 };
                    (bits, left) = (bits >> 1, left - 1);
                    sign
                })
                .collect()
        }
        Signs::Webb => {
            let points = [-(1.5_f64.sqrt()), -1.0, -(0.5_f64.sqrt()), 0.5_f64.sqrt(), 1.0, 1.5_f64.sqrt()];
            (0..clusters).map(|_| points[rng.below(6)]).collect()
        }
    }
}

/// Entities that were observed in the same periods, as groups numbered by first appearance: the paths of x of two entities
/// can change places within a group only. `entity` and `time` are codes by row.
#[must_use]
pub fn exchangeable_groups(entity: &[u32], time: &[u32], entities: usize) -> Vec<u32> {
    let mut observed: Vec<Vec<u32>> = vec![Vec::new(); entities];
    entity.iter().zip(time).for_each(|(&entity, &time)| observed[entity as usize].push(time));
    let mut numbers: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    observed
        .into_iter()
        .map(|mut times| {
            times.sort_unstable();
            let next = numbers.len() as u32;
            *numbers.entry(times).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_mean_zero_and_variance_one() {
        for signs in [Signs::Rademacher, Signs::Webb] {
            let v = wild(&mut Stream::new(3, 0), signs, 60_000);
            let (mean, square) = (v.iter().sum::<f64>() / 6e4, v.iter().map(|v| v * v).sum::<f64>() / 6e4);
            assert!(mean.abs() < 0.012 && (square - 1.0).abs() < 0.012, "{signs}: {mean} {square}");
        }
    }

    #[test]
    fn few_clusters_get_six_points() {
        let signs = |clusters, signs| match Plan::of(&JointSpec { signs, ..JointSpec::default() }, clusters, vec![]) {
            Plan::Wild { signs, .. } => signs,
            other => panic!("{other:?}"),
        };
        assert_eq!((signs(11, None), signs(12, None)), (Signs::Webb, Signs::Rademacher));
        assert_eq!(signs(5, Some(Signs::Rademacher)), Signs::Rademacher);
    }

    #[test]
    fn paths_stay_among_entities_with_the_same_periods() {
        let groups = exchangeable_groups(&[0, 0, 1, 2, 2, 3], &[1, 2, 1, 2, 1, 1], 4);
        assert_eq!(groups, [0, 1, 0, 1]);
        let plan = Plan::Permute { seed: 5, groups: groups.clone() };
        for draw in 0..20 {
            let sources = plan.sources(draw);
            assert!(sources.iter().enumerate().all(|(to, &from)| groups[to] == groups[from as usize]));
        }
    }
}
