//! Three-step mediation of one or several terms in x (Baron & Kenny 1986).

use crate::after::bootstrap::{BootstrapSummary, Resampling, bootstrap};
use crate::coefficients::{Coefficients, Derived, standard_error};
use crate::error::{Error, Result};
use crate::fit::result::Estimate;
use crate::outcome::{TestOutcome, TestStat};

/// The three estimates of a mediation analysis.
///
/// 1. y on x (total effects c), 2. m on x (effects a), 3. y on x and m (direct effects c′, effect b of the mediator).
#[derive(Debug, Clone, Copy)]
pub struct MediationSteps<'a> {
    /// y on x.
    pub total: Coefficients<'a>,
    /// m on x.
    pub mediator: Coefficients<'a>,
    /// y on x and m.
    pub outcome: Coefficients<'a>,
    /// Whether the three share sample, controls and effects, so that c = c′ + ab must hold exactly for OLS.
    pub common_sample: bool,
}

/// Mediation of one term of x.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MediatedTerm {
    /// Its name.
    pub term: String,
    /// c.
    pub total: f64,
    /// c′.
    pub direct: f64,
    /// a.
    pub a: Derived,
    /// ab.
    pub indirect: f64,
    /// c − c′ − ab; rounding only, on a common sample.
    pub gap: f64,
    /// ab/c.
    pub share: f64,
    /// z with se² = a²s_b² + b²s_a² (Sobel 1982).
    pub sobel: TestOutcome,
    /// z with se² = a²s_b² + b²s_a² + s_a²s_b² (Aroian 1947).
    pub aroian: TestOutcome,
    /// z with se² = a²s_b² + b²s_a² − s_a²s_b² (Goodman 1960); not available where this is not positive.
    pub goodman: TestOutcome,
}

/// Result of [`mediate`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Mediation {
    /// The terms, in the order asked for.
    pub terms: Vec<MediatedTerm>,
    /// b, the effect of the mediator given x.
    pub b: Derived,
    /// Whether the identity has to hold.
    pub common_sample: bool,
    curve: Curve,
}

/// The effects on the mediator of x and its square, about the centre of x where it lies far from zero.
#[derive(Debug, Clone)]
struct Curve {
    slopes: Vec<f64>,
    covariance: faer::Mat<f64>,
    center: f64,
}

/// Total, direct and indirect effects of the terms `x` (such as `["Va", "Va^2"]`) through the mediator.
///
/// a and b are taken as independent across equations, as Sobel (1982) does.
///
/// # Errors
/// [`Error::UnknownOption`] for a term that is not in its equation.
pub fn mediate(steps: &MediationSteps<'_>, x: &[&str], mediator: &str) -> Result<Mediation> {
    let (total, _) = steps.total.pick(x)?;
    let (a, a_covariance) = steps.mediator.pick(x)?;
    let (slopes, covariance, centres) = steps.mediator.pick_centred(x, x.get(..1).unwrap_or_default())?;
    let curve = Curve { slopes, covariance, center: centres.first().copied().unwrap_or(0.0) };
    let (direct, _) = steps.outcome.pick(x)?;
    let (b, b_variance) = steps.outcome.pick(&[mediator])?;
    let b = Derived::new(b[0], &[1.0], b_variance.as_ref(), steps.outcome.df);
    let null = |term: &str| format!("the effect of {term} through {mediator} is zero");
    let terms = x
        .iter()
        .enumerate()
        .map(|(j, &term)| {
            let se = standard_error(a_covariance[(j, j)]).unwrap_or(f64::NAN);
            let a = Derived { value: a[j], se, df: steps.mediator.df };
            let indirect = a.value * b.value;
            let plain = (a.value * b.se).powi(2) + (b.value * a.se).powi(2);
            let product = (a.se * b.se).powi(2);
            let test = |name: &str, variance: f64| match standard_error(variance) {
                Ok(se) => TestStat::z(name, null(term), indirect / se).into(),
                Err(_) if a.se.is_nan() || b.se.is_nan() => TestOutcome::not_available(
                    name,
                    "the effect on the mediator, or that of the mediator, has no standard error",
                ),
                Err(_) => TestOutcome::not_available(name, "its variance is not positive"),
            };
            MediatedTerm {
                term: term.to_owned(),
                total: total[j],
                direct: direct[j],
                a,
                indirect,
                gap: total[j] - direct[j] - indirect,
                share: indirect / total[j],
                sobel: test("Sobel", plain),
                aroian: test("Aroian", plain + product),
                goodman: test("Goodman", plain - product),
            }
        })
        .collect();
    Ok(Mediation { terms, b, common_sample: steps.common_sample, curve })
}

/// Bootstrap of the indirect effects: the three equations of [`mediate`] are fitted again on the same resamples.
#[derive(Debug, Clone, Copy)]
pub struct MediationBootstrap<'a> {
    /// Terms of x, such as `["Va", "Va^2"]`.
    pub x: &'a [&'a str],
    /// The mediator.
    pub mediator: &'a str,
    /// Values of x at which the instantaneous effect is wanted.
    pub at: &'a [f64],
    /// What is drawn.
    pub resampling: Resampling<'a>,
    /// How many resamples.
    pub replications: usize,
    /// Seed; replication r uses stream r.
    pub seed: u64,
}

impl MediationBootstrap<'_> {
    /// Draws of ab for each term, then of the instantaneous indirect effect at each value of `at`; their intervals come
    /// from the summary ([`BootstrapSummary::bias_corrected`] is the usual one, Hayes & Preacher 2010).
    ///
    /// # Errors
    /// [`Error::Specification`] when the equations do not share their sample; else as [`bootstrap`].
    pub fn run(&self, total: &Estimate, mediator_equation: &Estimate, outcome: &Estimate) -> Result<BootstrapSummary> {
        let equations = [total, mediator_equation, outcome];
        if equations.iter().any(|equation| equation.rows != total.rows) {
            return Err(Error::Specification("the equations of a mediation bootstrap need one common sample".into()));
        }
        let statistics = |[total, mediator_equation, outcome]: [&Estimate; 3]| -> Result<Vec<f64>> {
            let steps = MediationSteps {
                total: total.coefficients(),
                mediator: mediator_equation.coefficients(),
                outcome: outcome.coefficients(),
                common_sample: true,
            };
            let mediation = mediate(&steps, self.x, self.mediator)?;
            let indirect = mediation.terms.iter().map(|term| term.indirect);
            Ok(indirect.chain(self.at.iter().map(|&x| mediation.instantaneous(x).value)).collect())
        };
        let rows = total.rows.len();
        bootstrap(rows, &self.resampling, self.replications, self.seed, |resample| match resample {
            None => statistics(equations),
            Some(resample) => {
                let [a, b, c] = equations.map(|equation| equation.refit(&self.resampling, resample));
                statistics([&a?, &b?, &c?])
            }
        })
    }
}

impl Mediation {
    /// Checks total = direct + indirect for every term, to `tolerance` relative to the largest part.
    ///
    /// For OLS with one sample, the same controls and effects this is an algebraic identity.
    ///
    /// # Errors
    /// [`Error::Specification`] where the equations share no sample, or naming the first term that fails, with both sides.
    pub fn check_identity(&self, tolerance: f64) -> Result<()> {
        if !self.common_sample {
            return Err(Error::Specification("total = direct + indirect holds on a common sample only".into()));
        }
        for term in &self.terms {
            let size = term.total.abs().max(term.direct.abs()).max(term.indirect.abs());
            if term.gap.is_nan() || term.gap.abs() > tolerance * size {
                return Err(Error::Specification(format!(
                    "{}: the total effect {} is not the direct {} plus the indirect {}; the equations differ in sample, \
                     controls or estimator",
                    term.term, term.total, term.direct, term.indirect
                )));
            }
        }
        Ok(())
    }

    /// Instantaneous indirect effect of x with terms x and x² at a value of x, (a₁ + 2a₂x)b
    /// (Hayes & Preacher 2010, eq. 7); se² = b²Var(a₁+2a₂x) + (a₁+2a₂x)²s_b².
    ///
    /// The first two terms are taken as x and x²; with a single term the effect is a₁b everywhere.
    #[must_use]
    pub fn instantaneous(&self, x: f64) -> Derived {
        let h = 2.0 * (x - self.curve.center);
        let v = &self.curve.covariance;
        let (slope, variance) = match self.curve.slopes.as_slice() {
            [one, two, ..] => (one + h * two, v[(0, 0)] + h * h * v[(1, 1)] + 2.0 * h * v[(0, 1)]),
            [one] => (*one, v[(0, 0)]),
            [] => (0.0, 0.0),
        };
        let variance = self.b.value.powi(2) * variance + (slope * self.b.se).powi(2);
        let se = standard_error(variance).unwrap_or(f64::NAN);
        Derived { value: slope * self.b.value, se, df: f64::INFINITY }
    }
}
