//! Do borders segment markets?

use crate::error::{Error, Result};
use crate::pairwise::pair_variances;
use crate::prices::PriceChanges;
use crate::relations::{LogDistance, Relations};
use crate::spec::SegSpec;
use panel_core::geo::MetricName;
use panel_core::random::{Stream, check_replications};
use panel_core::sum::{CompensatedSum, compensated_sum};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Segmentation between groups against within them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BorderEffect {
    /// Pairs within a group.
    pub within_pairs: usize,
    /// Pairs between groups.
    pub between_pairs: usize,
    /// Mean over pairs within of the pair's mean variance over periods.
    pub within: f64,
    /// The same between groups.
    pub between: f64,
    /// between - within.
    pub difference: f64,
    /// between / within.
    pub ratio: f64,
    /// Coefficient of the border dummy when ln distance is held constant; `None` without coordinates or distances.
    pub adjusted: Option<f64>,
    /// Pairs of known distance, which that coefficient is from; the figures without distance have all pairs.
    pub adjusted_pairs: Option<usize>,
    /// Permutation p of the difference being this large or larger.
    pub p_difference: f64,
    /// Permutation p of the adjusted coefficient being this large or larger.
    pub p_adjusted: Option<f64>,
    /// Number of permutations.
    pub permutations: usize,
}

/// Choices of [`border_effect`]; pairs and demeaning are those of the index.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BorderSpec {
    /// Permutations of the test.
    pub permutations: usize,
    /// Seed.
    pub seed: u64,
    /// How distances between coordinates are measured.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = crate::keys::words::<MetricName>())))]
    pub distance: MetricName,
    /// Shorter distances count as this one, km; without it two places nearer than 100 m are an error.
    pub min_km: Option<f64>,
}

impl Default for BorderSpec {
    fn default() -> Self {
        Self { permutations: 999, seed: 1, distance: MetricName::default(), min_km: None }
    }
}

/// Border effect with a permutation test: group labels are dealt out anew among the entities, which keeps the
/// dependence among the pairs of one entity (a quadratic assignment test).
///
/// Pairs within a province are also nearer to each other; with coordinates or distances the effect is given with
/// ln distance held constant, too: the coefficient b of V̄_ij = a + b border_ij + c ln d_ij, by least squares.
/// p = (1 + number of permutations with an effect at least as large) / (1 + permutations), one-sided.
///
/// The pairs and the demeaning are those of `spec`; weights are not used. Entities without a group are in no pair, pairs
/// of unknown distance are in all figures but the adjusted one.
///
/// # Errors
/// As [`segmentation`](crate::segmentation()); [`Error::Missing`] without groups; [`Error::Specification`] when there is
/// no pair within or none between groups; [`Error::NoLogDistance`] for two places that are one; [`Error::Idle`] for a
/// choice that has no effect.
///
/// **Source**: Engel & Rogers (1996), American Economic Review 86, 1112–1125; Parsley & Wei (2001); for the test Hubert (1987).
pub fn border_effect(
    changes: &PriceChanges,
    relations: &Relations<'_>,
    spec: &SegSpec,
    choices: &BorderSpec,
) -> Result<BorderEffect> {
    let BorderSpec { permutations, seed, .. } = *choices;
    check_replications(permutations).map_err(Error::Specification)?;
    if permutations == 0 && seed != BorderSpec::default().seed {
        return Err(Error::idle("seed", "border of permutations = 0", "permutations"));
    }
    let ln_km = LogDistance::new("border", (choices.distance, choices.min_km), relations)?;
    let Some(group) = relations.group else {
        return Err(Error::Missing { option: "border effect".into(), needs: "a group of each entity" });
    };
    let grouped = |i: u32| group[i as usize] != Relations::NO_GROUP;
    let (mut pairs, mut placed) = (Vec::new(), Vec::new());
    for pair in pair_variances(changes, relations, &spec.unweighted())?.over_time() {
        if !(grouped(pair.entity) && grouped(pair.partner)) {
            continue;
        }
        let (i, j) = (pair.entity as usize, pair.partner as usize);
        pairs.push(Pair { i, j, variance: pair.mean, ln_km: 0.0 });
        // A pair of unknown distance has no place in the regression.
        if let Some(ln_km) = ln_km.of(relations, (i, j), changes.entities())? {
            placed.push(Pair { i, j, variance: pair.mean, ln_km });
        }
    }
    let adjust = !placed.is_empty();
    let with_distance = Fixed::new(&placed);
    let adjusted = |labels: &[u32]| {
        if adjust { with_distance.adjusted(&with_distance.split(&placed, labels)) } else { None }
    };
    let fixed = Fixed::new(&pairs);
    let observed = fixed.split(&pairs, group);
    if observed.within == 0.0 || observed.between == 0.0 {
        return Err(Error::Specification(format!(
            "border effect: {} pairs within and {} between groups, expected some of both",
            observed.within, observed.between
        )));
    }
    let movable: Vec<usize> = (0..group.len()).filter(|&i| group[i] != Relations::NO_GROUP).collect();
    let simulated: Vec<(f64, Option<f64>)> = (0..permutations)
        .into_par_iter()
        .map(|unit| {
            let mut labels: Vec<u32> = movable.iter().map(|&i| group[i]).collect();
            let all = labels.len();
            Stream::new(seed, unit as u64).shuffle(&mut labels, all);
            let mut dealt = group.to_vec();
            movable.iter().zip(labels).for_each(|(&i, label)| dealt[i] = label);
            (fixed.split(&pairs, &dealt).difference(), adjusted(&dealt))
        })
        .collect();
    let share = |large: usize| (large + 1) as f64 / (permutations + 1) as f64;
    let adjusted = adjusted(group);
    Ok(BorderEffect {
        within_pairs: observed.within as usize,
        between_pairs: observed.between as usize,
        within: observed.within_mean,
        between: observed.between_mean,
        difference: observed.difference(),
        ratio: observed.between_mean / observed.within_mean,
        adjusted,
        adjusted_pairs: adjust.then_some(placed.len()),
        p_difference: share(simulated.iter().filter(|draw| draw.0 >= observed.difference()).count()),
        p_adjusted: adjusted.map(|b| share(simulated.iter().filter(|draw| draw.1.is_some_and(|x| x >= b)).count())),
        permutations,
    })
}

struct Pair {
    i: usize,
    j: usize,
    variance: f64,
    ln_km: f64,
}

/// What permutations do not change.
struct Fixed {
    n: f64,
    mean_variance: f64,
    mean_km: f64,
    /// Σ of squared deviations of ln distance.
    km_km: f64,
    /// Σ of products of deviations, ln distance and variance.
    km_variance: f64,
}

struct Split {
    within: f64,
    between: f64,
    within_mean: f64,
    between_mean: f64,
    /// Σ over pairs between groups of deviations of ln distance and of the variance from their means.
    border_km: f64,
    border_variance: f64,
}

impl Split {
    fn difference(&self) -> f64 {
        self.between_mean - self.within_mean
    }
}

impl Fixed {
    fn new(pairs: &[Pair]) -> Self {
        let n = pairs.len() as f64;
        let mean = |f: &dyn Fn(&Pair) -> f64| compensated_sum(pairs.iter().map(f)) / n;
        let (mean_variance, mean_km) = (mean(&|pair| pair.variance), mean(&|pair| pair.ln_km));
        let km = |pair: &Pair| pair.ln_km - mean_km;
        Self {
            n,
            mean_variance,
            mean_km,
            km_km: compensated_sum(pairs.iter().map(|pair| km(pair) * km(pair))),
            km_variance: compensated_sum(pairs.iter().map(|pair| km(pair) * (pair.variance - mean_variance))),
        }
    }

    fn split(&self, pairs: &[Pair], group: &[u32]) -> Split {
        let mut count = [0.0; 2];
        let mut sums = [CompensatedSum::new(); 2];
        let (mut km, mut variance) = (CompensatedSum::new(), CompensatedSum::new());
        for pair in pairs {
            let border = usize::from(group[pair.i] != group[pair.j]);
            count[border] += 1.0;
            sums[border].add(pair.variance);
            if border == 1 {
                km.add(pair.ln_km - self.mean_km);
                variance.add(pair.variance - self.mean_variance);
            }
        }
        Split {
            within: count[0],
            between: count[1],
            within_mean: sums[0].value() / count[0],
            between_mean: sums[1].value() / count[1],
            border_km: km.value(),
            border_variance: variance.value(),
        }
    }

    /// Coefficient of the border dummy by Cramer's rule on the centred normal equations.
    fn adjusted(&self, split: &Split) -> Option<f64> {
        let border_border = split.between * split.within / self.n;
        let determinant = border_border * self.km_km - split.border_km * split.border_km;
        (determinant > 1e-12 * border_border * self.km_km)
            .then(|| (split.border_variance * self.km_km - split.border_km * self.km_variance) / determinant)
    }
}
