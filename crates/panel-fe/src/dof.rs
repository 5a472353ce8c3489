//! Degrees of freedom and small-sample multipliers, one rule per program.
//!
//! N observations, k slopes (with the intercept where there are no fixed effects), L_f levels of effect f.
//! M_f is the number of connected components of effect f with an earlier effect that is charged, too (the largest over
//! pairs), 0 for the first. *Nested* effects are constant within a cluster key.
//!
//! | rule | K_fe | K* under clusters | iid, HC1 | clusters | t |
//! |---|---|---|---|---|---|
//! | fixest 0.14 | Σ L_f - (F-1) | non-nested effects and one constant | N/(N-K) | (N-1)/(N-K*) · G/(G-1) | N-K; min G - 1 |
//! | reghdfe 6 | Σ (L_f - M_f) | the same, M_f ≥ 1 beside a nested effect | N/(N-K) | (N-1)/(N-K*) · G/(G-1) | N-K; min G - 1 |
//! | xtreg, fe | N_g, others as regressors | the panel effect is free, the constant counts | N/(N-K) | (N-1)/(N-K*) · G/(G-1) | N-K; G - 1 |
//! | ivreghdfe 1 | as reghdfe, at least 1 | nested effects free, the constant too | N/(N-K) | (N-1)/(N-K*) · G/(G-1) | N-K; min G - 1 |
//! | xtivreg2, fe | d = N_g | – | N/(N-d) | 1 | normal |
//!
//! Sources: fixest `VCOV.R`, reghdfe `DoF.mata` and `Regression.mata`, ivreghdfe.ado lines 1286-1292, Stata \[XT\] xtreg;
//! multipliers re-derived from their output.

use crate::vcov::{Covariance, Structure, Vcov};

pub use crate::like::Like;

/// A sum over its degrees of freedom; missing where none is left, as rules that charge nested effects in full can leave
/// none although coefficients have some.
pub(crate) fn per_degree(sum: f64, degrees: f64) -> f64 {
    if degrees > 0.0 { sum / degrees } else { f64::NAN }
}

/// One absorbed term as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsorbedTerm {
    /// As it is written in the formula.
    pub name: String,
    /// Levels L_f.
    pub levels: usize,
    /// Whether it has an intercept per level.
    pub intercept: bool,
    /// Slopes per level.
    pub slopes: usize,
    /// Of all levels' slopes, those whose variable does not vary within the level (is zero, where the level has no
    /// intercept): reghdfe does not charge them (`dof(continuous)`), fixest does.
    pub idle_slopes: usize,
    /// Connected components with each earlier term; 0 where either has no intercepts.
    pub components: Vec<usize>,
    /// Whether it is the entity key of the panel.
    pub is_entity: bool,
}

impl AbsorbedTerm {
    fn intercepts(&self) -> usize {
        if self.intercept { self.levels } else { 0 }
    }

    fn all_slopes(&self) -> usize {
        self.levels * self.slopes
    }
}

/// Slopes that vary, and intercepts of the terms that are not free, less the redundant ones that pairs of them reveal,
/// at least `least` per term. Being nested in clusters frees intercepts, not slopes.
fn pairwise_count(terms: &[AbsorbedTerm], free: &[bool], least: usize) -> usize {
    let is_free = |f: usize| free.get(f) == Some(&true);
    let intercepts = |f: usize| {
        let term = &terms[f];
        let earlier = term.components.iter().enumerate().filter(|(g, _)| !is_free(*g)).map(|(_, count)| *count);
        let redundant = earlier.max().unwrap_or(0).max(least);
        term.intercepts().saturating_sub(redundant)
    };
    let slopes: usize = terms.iter().map(|term| term.all_slopes() - term.idle_slopes).sum();
    slopes + (0..terms.len()).filter(|f| !is_free(*f)).map(intercepts).sum::<usize>()
}

/// All absorbed terms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Absorbed {
    /// In formula order.
    pub terms: Vec<AbsorbedTerm>,
    /// Rank of their stacked dummies (and slopes).
    pub rank: usize,
    /// Whether the rank is exact; if not, it is the upper bound Σ (L_f - M_f).
    pub rank_exact: bool,
}

/// Multiplier, parameters and degrees of freedom of one covariance.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SmallSample {
    /// c in V = c·BMB; for iid, V = c·(u'Wu/N)·B.
    pub multiplier: f64,
    /// Parameters counted by the rule when nothing is nested: K.
    pub k: usize,
    /// Parameters counted in the multiplier: K*.
    pub k_star: usize,
    /// Cluster count that enters: min G, or T.
    pub groups: Option<usize>,
    /// Degrees of freedom of t and of the denominator of F; infinite for the normal.
    pub df_t: f64,
    /// Divisor of the residual sum of squares in the root mean squared error.
    pub df_rmse: f64,
    /// Parameters in the adjusted R².
    pub k_adjusted: usize,
}

/// The degrees-of-freedom state of a sample: everything but the slopes and the covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Dof {
    /// Whose rule.
    pub like: Like,
    /// N: rows, or the sum of frequency weights.
    pub n_obs: usize,
    /// What was absorbed.
    pub absorbed: Absorbed,
}

impl Dof {
    /// A sample of `n_obs` observations without fixed effects.
    #[must_use]
    pub fn new(like: Like, n_obs: usize) -> Self {
        Self { like, n_obs, absorbed: Absorbed { rank_exact: true, ..Absorbed::default() } }
    }

    /// K_fe of the rule with nothing nested.
    #[must_use]
    pub fn absorbed_count(&self) -> usize {
        let terms = &self.absorbed.terms;
        match self.like {
            Like::Fixest => {
                let with_intercept = terms.iter().filter(|term| term.intercept).count();
                let all: usize = terms.iter().map(|term| term.intercepts() + term.all_slopes()).sum();
                all - with_intercept.saturating_sub(1)
            }
            Like::Reghdfe | Like::Xtreg | Like::Xtivreg2 => pairwise_count(terms, &[], 0),
            Like::Ivreghdfe if terms.is_empty() => 0,
            Like::Ivreghdfe => pairwise_count(terms, &[], 0).max(1),
        }
    }

    /// ivreg2's `dofminus` d, which enters σ² and every large-sample statistic: N_g under xtivreg2, else 0.
    #[must_use]
    pub fn dofminus(&self) -> usize {
        match self.like {
            Like::Xtivreg2 => self.entity_levels(),
            _ => 0,
        }
    }

    /// ivreg2's `sdofminus`, which enters small-sample statistics only: the absorbed count under `covariance`, less
    /// [`Dof::dofminus`].
    #[must_use]
    pub fn sdofminus(&self, covariance: &Covariance) -> usize {
        match self.like {
            Like::Xtivreg2 => self.absorbed_count() - self.entity_levels(),
            _ => self.clustered_count(covariance).unwrap_or_else(|| self.absorbed_count()),
        }
    }

    /// Levels of the entity effect, or of the first one if none is the entity.
    fn entity_levels(&self) -> usize {
        let terms = &self.absorbed.terms;
        terms.iter().find(|term| term.is_entity).or(terms.first()).map_or(0, |term| term.levels)
    }

    /// Terms whose intercepts a clustered covariance frees by the rule; `None` where it frees none.
    fn freed(&self, covariance: &Covariance) -> Option<Vec<bool>> {
        if !matches!(covariance.meat.structure, Structure::Cluster(_)) {
            return None;
        }
        let terms = &self.absorbed.terms;
        let by_rule: Vec<bool> = match self.like {
            // fixest frees by name where every key is an effect, by nesting elsewhere.
            Like::Fixest if covariance.keys_absorbed => covariance.is_key.clone(),
            Like::Xtreg | Like::Xtivreg2 => {
                let entity = terms.iter().position(|term| term.is_entity).unwrap_or(0);
                (0..terms.len()).map(|f| f == entity && covariance.nested.get(f) == Some(&true)).collect()
            }
            _ => covariance.nested.clone(),
        };
        let free: Vec<bool> =
            terms.iter().enumerate().map(|(f, term)| term.intercept && by_rule.get(f) == Some(&true)).collect();
        free.contains(&true).then_some(free)
    }

    /// Absorbed parameters, the constant included, that a clustered covariance counts; `None` where nothing is freed.
    fn clustered_count(&self, covariance: &Covariance) -> Option<usize> {
        let free = self.freed(covariance)?;
        let terms = &self.absorbed.terms;
        Some(match self.like {
            Like::Fixest => {
                let charged = || terms.iter().zip(&free).filter(|(_, free)| !**free).map(|(term, _)| term);
                let with_intercept = charged().filter(|term| term.intercept).count();
                let slopes: usize = terms.iter().map(AbsorbedTerm::all_slopes).sum();
                let intercepts: usize = charged().map(AbsorbedTerm::intercepts).sum();
                slopes + if with_intercept == 0 { 1 } else { intercepts - (with_intercept - 1) }
            }
            Like::Ivreghdfe => pairwise_count(terms, &free, 1).max(1),
            Like::Reghdfe | Like::Xtreg | Like::Xtivreg2 => pairwise_count(terms, &free, 1) + 1,
        })
    }

    /// Multiplier and degrees of freedom for `slopes` slopes (the intercept included where there is no fixed effect).
    #[must_use]
    pub fn small_sample(&self, slopes: usize, covariance: &Covariance) -> SmallSample {
        let n = self.n_obs as f64;
        let k = slopes + self.absorbed_count();
        let k_star = slopes + self.clustered_count(covariance).unwrap_or_else(|| self.absorbed_count());
        let left = |k: usize| n - k as f64;
        let groups = covariance.min_groups();
        let per_group = groups.map_or(1.0, |g| g as f64 / (g as f64 - 1.0));
        let large_sample = self.like == Like::Xtivreg2;
        let d = self.dofminus();
        let (multiplier, df_t) = match (&covariance.spec, &covariance.meat.structure) {
            (Vcov::Hc2 | Vcov::Hc3, _) => (1.0, left(k)),
            (_, Structure::Cluster(_) | Structure::DriscollKraay { .. }) if large_sample => (1.0, f64::INFINITY),
            (_, _) if large_sample => (n / left(d), f64::INFINITY),
            (_, Structure::Cluster(_)) => {
                let df = groups.map_or(f64::NAN, |g| g as f64 - 1.0);
                let df = if self.like == Like::Reghdfe { df.min(left(k_star)) } else { df };
                ((n - 1.0) / left(k_star) * per_group, df)
            }
            (_, Structure::DriscollKraay { .. }) => {
                ((n - 1.0) / left(k) * per_group, groups.map_or(f64::NAN, |t| t as f64 - 1.0))
            }
            (_, Structure::NeweyWest { .. }) if self.like == Like::Fixest => {
                ((n - 1.0) / left(k) * per_group, groups.map_or(f64::NAN, |t| t as f64 - 1.0))
            }
            _ => (n / left(k), left(k)),
        };
        let df_t = if large_sample { f64::INFINITY } else { df_t };
        // reghdfe's used_df_r adds the nested intercepts to what its clusters count: mobility groups among the others only.
        let used = match self.freed(covariance) {
            Some(free) if self.like == Like::Reghdfe => {
                let terms = self.absorbed.terms.iter().zip(&free).filter(|(_, free)| **free);
                k_star - 1 + terms.map(|(term, _)| term.levels).sum::<usize>()
            }
            _ => k,
        };
        let df_rmse = match self.like {
            Like::Fixest => n,
            Like::Reghdfe => left(used),
            Like::Xtreg | Like::Ivreghdfe => left(k_star),
            Like::Xtivreg2 => left(d),
        };
        let k_adjusted = if self.like == Like::Xtreg { k_star } else { used };
        SmallSample { multiplier, k, k_star, groups, df_t, df_rmse, k_adjusted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcov::{Groups, Meat};

    fn term(name: &str, levels: usize, components: &[usize], is_entity: bool) -> AbsorbedTerm {
        let components = components.to_vec();
        AbsorbedTerm { name: name.into(), levels, intercept: true, slopes: 0, idle_slopes: 0, components, is_entity }
    }

    fn grunfeld(like: Like) -> Dof {
        let terms = vec![term("firm", 10, &[], true), term("year", 20, &[1], false)];
        Dof { like, n_obs: 200, absorbed: Absorbed { terms, rank: 29, rank_exact: true } }
    }

    fn by_firm() -> Covariance {
        let firm = Groups::new(&(0..200).map(|i| i / 20).collect::<Vec<_>>());
        Covariance {
            nested: vec![true, false],
            is_key: vec![true, false],
            keys_absorbed: true,
            ..Covariance::new(Vcov::cluster("firm"), Meat::new(Structure::Cluster(vec![firm])))
        }
    }

    // K* of fixest 0.14.2 for inv ~ value + capital | firm + year; ivreghdfe counts one less.
    #[test]
    fn grunfeld_counts() {
        let k_star = |like: Like| grunfeld(like).small_sample(2, &by_firm()).k_star;
        assert_eq!(k_star(Like::Fixest), 22);
        assert_eq!(k_star(Like::Reghdfe), 22);
        assert_eq!(k_star(Like::Xtreg), 22);
        assert_eq!(k_star(Like::Ivreghdfe), 21);
        let clustered = grunfeld(Like::Fixest).small_sample(2, &by_firm());
        assert!((clustered.multiplier - 1.242_197_253_43).abs() < 1e-10);
        let iid = grunfeld(Like::Reghdfe).small_sample(2, &Covariance::iid());
        assert_eq!((iid.k, iid.df_t), (31, 169.0));
        assert_eq!(grunfeld(Like::Xtivreg2).small_sample(2, &Covariance::iid()).multiplier, 200.0 / 190.0);
    }
}
