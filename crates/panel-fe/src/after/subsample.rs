//! Do coefficients differ between subsamples? Wald and Chow tests, Fisher's permutation test.

use crate::coefficients::Coefficients;
use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};
use crate::wald::Wald;
use panel_core::interrupt;
use panel_core::random::{Stream, check_replications};
use rayon::prelude::*;

/// Wald test that the named coefficients are equal in two separately estimated, disjoint samples:
/// d'(V₁+V₂)⁻¹d ~ χ²(q), d = b₁ − b₂; F(q, min df) of d'(V₁+V₂)⁻¹d/q where the estimates use t.
///
/// The samples count as independent, so clusters must not cross them (Chow's test with own variances).
///
/// # Errors
/// [`Error::UnknownOption`] for a name that one of the estimates does not have.
pub fn equal_coefficients(one: &Coefficients<'_>, other: &Coefficients<'_>, names: &[&str]) -> Result<TestOutcome> {
    let name = "equality of coefficients";
    let null = format!("{} are equal in both samples", names.join(", "));
    let ((b1, v1), (b2, v2)) = (one.pick(names)?, other.pick(names)?);
    let difference: Vec<f64> = b1.iter().zip(&b2).map(|(a, b)| a - b).collect();
    Ok(Wald::new(name, null, one.df.min(other.df)).test(&difference, (v1 + v2).as_ref()))
}

/// Chow's (1960) F: ((RSS − RSS₁ − RSS₂)/q) / ((RSS₁ + RSS₂)/df), df the residual degrees of freedom of both together.
///
/// `restrictions` q is the number of parameters that the pooled regression holds equal.
#[must_use]
pub fn chow(pooled_rss: f64, rss: [f64; 2], restrictions: usize, df: f64) -> TestOutcome {
    let name = "Chow F";
    let null = "all parameters are equal in both samples";
    if df.is_nan() || df <= 0.0 || restrictions == 0 {
        return TestOutcome::not_available(name, format!("{restrictions} restrictions, {df} degrees of freedom"));
    }
    let q = restrictions as f64;
    let apart = rss[0] + rss[1];
    TestStat::f(name, null, (pooled_rss - apart) / q / (apart / df), q, df).into()
}

/// Result of [`permutation_test`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PermutationTest {
    /// Difference between the groups as they are.
    pub difference: f64,
    /// Differences under permuted membership.
    pub draws: Vec<f64>,
    /// (1 + number of |d*| ≥ |d|)/(1 + B), two-sided.
    pub p: f64,
    /// Permutations whose estimation failed.
    pub failed: usize,
}

/// Fisher's permutation test of the difference of a statistic between two groups of entities (as `bdiff` for Stata).
///
/// `member` says which entities belong to the first group; whole entities are permuted, the sizes of the groups stay.
/// `difference` estimates both groups and returns the difference of the statistic. Permutation r uses stream r of the
/// seed.
///
/// # Errors
/// Of `difference` on the true groups; [`Error::Specification`] when a group is empty; [`Error::Interrupted`].
pub fn permutation_test(
    member: &[bool],
    permutations: usize,
    seed: u64,
    difference: impl Fn(&[bool]) -> Result<f64> + Sync,
) -> Result<PermutationTest> {
    check_replications(permutations).map_err(Error::Specification)?;
    let first = member.iter().filter(|&&m| m).count();
    if first == 0 || first == member.len() {
        return Err(Error::Specification(format!("{first} of {} entities in the first group", member.len())));
    }
    let observed = difference(member)?;
    let all: Vec<Option<f64>> = (0..permutations)
        .into_par_iter()
        .map(|permutation| {
            interrupt::check().ok()?;
            let mut shuffled = member.to_vec();
            Stream::new(seed, permutation as u64).shuffle(&mut shuffled, member.len());
            difference(&shuffled).ok().filter(|d| d.is_finite())
        })
        .collect();
    interrupt::check()?;
    let draws: Vec<f64> = all.into_iter().flatten().collect();
    let extreme = draws.iter().filter(|d| d.abs() >= observed.abs() * (1.0 - 1e-12)).count();
    Ok(PermutationTest {
        difference: observed,
        p: (1 + extreme) as f64 / (1 + draws.len()) as f64,
        failed: permutations - draws.len(),
        draws,
    })
}

/// All pairs of [`equal_coefficients`] over several samples, as an upper triangle in order of the samples.
///
/// # Errors
/// As [`equal_coefficients`].
pub fn pairwise(samples: &[Coefficients<'_>], names: &[&str]) -> Result<Vec<(usize, usize, TestOutcome)>> {
    let mut out = Vec::new();
    for i in 0..samples.len() {
        for j in i + 1..samples.len() {
            out.push((i, j, equal_coefficients(&samples[i], &samples[j], names)?));
        }
    }
    Ok(out)
}
