//! Powers and products of variables far from zero, formed about their centres.
//!
//! x² of an x near 1.6·10¹² keeps three digits of the curvature in double precision: what distinguishes it from a line
//! is eleven digits down. With d = x - c, which is exact for a c amid the values, the regression on d and d² is the
//! same one, since x² = d² + 2c·d + c², and loses nothing. Its coefficients γ and their covariance are mapped back:
//!
//! Πᵢ(xᵢ - cᵢ)^pᵢ = Σ_q Πᵢ C(pᵢ, qᵢ)(-cᵢ)^(pᵢ-qᵢ) xᵢ^qᵢ, so β = S'γ and V_β = S'V_γ S with the rows of S so expanded.
//!
//! That takes every lower product to be in the model (and a constant, or effects that hold one). A term for which one is
//! missing is formed as Πxᵢ - Πcᵢ, without the cancellation of that difference.

use crate::formula::{Factor, Term};
use crate::sample::variable::Variable;
use faer::Mat;
use panel_core::Floats;
use std::sync::Arc;

/// A variable is far from zero when its standard deviation is below this share of its mean.
const FAR: f64 = 0.01;

/// How powers and products of far variables are handed to the estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As products of centred variables: coefficients are those of [`Centred::map`].
    Centred,
    /// As written, less a constant: coefficients are those of the formula, with fewer digits.
    Plain,
}

/// A far variable of the formula and its centre.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Centre {
    /// The variable as its linear term is written, `x` or `ln(x)`.
    pub(crate) name: String,
    /// c.
    pub(crate) value: f64,
}

/// One term in both forms.
#[derive(Debug, Clone, PartialEq)]
struct Forms {
    centred: Arc<[f64]>,
    plain: Arc<[f64]>,
}

/// The terms of a sample that are formed about centres.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Centred {
    /// By variable: exogenous, endogenous, instruments.
    forms: Vec<Option<Forms>>,
    /// Row j of S over the regressors (exogenous, endogenous): the centred regressor j in those of the formula.
    rows: Vec<Vec<(usize, f64)>>,
    /// The far variables.
    pub(crate) centres: Vec<Centre>,
}

/// A monomial: powers of the distinct factors, by their place in the list of factors.
type Monomial = Vec<(usize, u32)>;

/// The distinct factors of the formula on the sample.
struct Factors {
    known: Vec<Factor>,
    values: Vec<Floats>,
    centres: Vec<f64>,
}

impl Factors {
    fn monomial(&self, term: &Term) -> Monomial {
        let mut powers: Monomial = Vec::new();
        for factor in &term.factors {
            let Some(place) = self.known.iter().position(|known| same_factor(known, factor)) else { continue };
            match powers.iter_mut().find(|(other, _)| *other == place) {
                Some((_, power)) => *power += factor.power,
                None => powers.push((place, factor.power)),
            }
        }
        powers.sort_unstable();
        powers
    }

    fn is_far(&self, place: usize) -> bool {
        self.centres[place] != 0.0
    }

    /// The expansion of a centred monomial in monomials of the variables: (monomial, factor), the constant included.
    fn expand(&self, monomial: &Monomial) -> Vec<(Monomial, f64)> {
        let mut terms: Vec<(Monomial, f64)> = vec![(Vec::new(), 1.0)];
        for &(place, power) in monomial {
            let center = self.centres[place];
            let mut next = Vec::new();
            for (partial, factor) in terms {
                let lowest = if center == 0.0 { power } else { 0 };
                for q in lowest..=power {
                    let mut product = partial.clone();
                    if q > 0 {
                        product.push((place, q));
                    }
                    next.push((product, factor * binomial(power, q) * (-center).powi((power - q) as i32)));
                }
            }
            terms = next;
        }
        terms
    }

    /// Πᵢ(xᵢ - cᵢ)^pᵢ, row by row.
    fn centred(&self, monomial: &Monomial) -> Arc<[f64]> {
        let rows = self.values[monomial[0].0].len();
        let product = |row: usize| -> f64 {
            monomial.iter().map(|&(f, power)| (self.values[f][row] - self.centres[f]).powi(power as i32)).product()
        };
        (0..rows).map(product).collect()
    }

    /// Πᵢxᵢ^pᵢ - Πᵢcᵢ^pᵢ: with x = c + d, each further factor turns Δ into Δ·x + C·d.
    fn plain(&self, monomial: &Monomial) -> Arc<[f64]> {
        let rows = self.values[monomial[0].0].len();
        let difference = |row: usize| -> f64 {
            let (mut delta, mut constant) = (0.0, 1.0);
            for &(f, power) in monomial {
                let (x, c) = (self.values[f][row], self.centres[f]);
                for _ in 0..power {
                    delta = delta * x + constant * (x - c);
                    constant *= c;
                }
            }
            delta
        };
        (0..rows).map(difference).collect()
    }
}

fn same_factor(a: &Factor, b: &Factor) -> bool {
    a.column == b.column && a.function == b.function
}

fn binomial(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1))
}

/// Mean, if the standard deviation is a small share of it, else 0.
fn far_center(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let first = values.first().copied().unwrap_or(0.0);
    // About the first value, so that the variance keeps its digits.
    let mean = values.iter().map(|v| v - first).sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - first - mean).powi(2)).sum::<f64>() / n;
    let center = first + mean;
    if variance > 0.0 && variance.sqrt() < FAR * center.abs() { center } else { 0.0 }
}

impl Centred {
    /// Looks for powers and products of far variables among the terms (exogenous, endogenous, instruments); `values_of`
    /// evaluates a factor to the first power on the rows of the sample. `regressors` are the exogenous (with the
    /// intercept, if it is one) and the endogenous ones, `None` where the model holds no constant: nothing can be centred
    /// then. `None` where nothing has to be.
    pub(crate) fn find<E>(
        regressors: Option<[&[Variable]; 2]>,
        terms: [&[Term]; 3],
        values_of: impl Fn(&Factor) -> Result<Floats, E>,
    ) -> Result<Option<Arc<Self>>, E> {
        let degree = |term: &Term| term.factors.iter().map(|factor| factor.power).sum::<u32>();
        let all = || terms.iter().copied().flatten();
        let Some(regressors) = regressors.filter(|_| all().any(|term| degree(term) > 1)) else { return Ok(None) };
        let mut factors = Factors { known: Vec::new(), values: Vec::new(), centres: Vec::new() };
        for factor in all().filter(|term| degree(term) > 1).flat_map(|term| &term.factors) {
            if factors.known.iter().any(|known| same_factor(known, factor)) {
                continue;
            }
            let values = values_of(&Factor { power: 1, ..factor.clone() })?;
            factors.centres.push(far_center(&values));
            factors.known.push(factor.clone());
            factors.values.push(values);
        }
        if factors.centres.iter().all(|center| *center == 0.0) {
            return Ok(None);
        }
        Ok(Some(Arc::new(Self::form(regressors, terms, &factors))))
    }

    fn form([exog, endog]: [&[Variable]; 2], terms: [&[Term]; 3], factors: &Factors) -> Self {
        // An intercept among the regressors comes before those of the formula.
        let offset = exog.len() - terms[0].len();
        let n_regressors = exog.len() + endog.len();
        let mut monomials: Vec<Option<Monomial>> = vec![None; offset];
        for term in terms.iter().copied().flatten() {
            let known = |factor: &Factor| factors.known.iter().any(|known| same_factor(known, factor));
            monomials.push(term.factors.iter().all(known).then(|| factors.monomial(term)));
        }
        let place_of =
            |monomial: &Monomial, among: usize| (0..among).find(|&place| monomials[place].as_ref() == Some(monomial));
        let mut forms = vec![None; monomials.len()];
        let mut rows: Vec<Vec<(usize, f64)>> = (0..n_regressors).map(|j| vec![(j, 1.0)]).collect();
        for (j, monomial) in monomials.iter().enumerate() {
            let Some(monomial) = monomial else { continue };
            if !monomial.iter().any(|&(f, _)| factors.is_far(f)) {
                continue;
            }
            // Instruments only have to span the same space, with each other and the exogenous regressors.
            let among = if j < n_regressors { n_regressors } else { monomials.len() };
            let expansion = factors.expand(monomial);
            let closed = expansion.iter().all(|(part, _)| part.is_empty() || place_of(part, among).is_some());
            let all_far = monomial.iter().all(|&(f, _)| factors.is_far(f));
            let plain = if all_far { factors.plain(monomial) } else { product(factors, monomial) };
            let centred = if closed { factors.centred(monomial) } else { plain.clone() };
            if j < n_regressors {
                let mut row = if closed {
                    let known = expansion.iter().filter(|(part, _)| !part.is_empty());
                    known.filter_map(|(part, factor)| Some((place_of(part, among)?, *factor))).collect()
                } else {
                    vec![(j, 1.0)]
                };
                if offset > 0 {
                    let constant = if closed {
                        expansion.iter().find(|(part, _)| part.is_empty()).map_or(0.0, |(_, factor)| *factor)
                    } else if all_far {
                        -monomial.iter().map(|&(f, power)| factors.centres[f].powi(power as i32)).product::<f64>()
                    } else {
                        0.0
                    };
                    row.push((0, constant));
                }
                rows[j] = row;
            }
            forms[j] = Some(Forms { centred, plain });
        }
        let names = factors.known.iter().zip(&factors.centres).filter(|(_, center)| **center != 0.0);
        let centres = names
            .filter_map(|(factor, &value)| {
                let place = factors.known.iter().position(|known| same_factor(known, factor))?;
                let linear = place_of(&vec![(place, 1)], n_regressors)?;
                let variable = exog.iter().chain(endog).nth(linear)?;
                Some(Centre { name: variable.name.clone(), value })
            })
            .collect();
        Self { forms, rows, centres }
    }

    /// The columns of a sample, the response first, in a form.
    pub(crate) fn columns<'a>(
        &'a self,
        y: &'a Variable,
        [exog, endog, instruments]: [&'a [Variable]; 3],
        form: Form,
    ) -> Vec<&'a [f64]> {
        let variables = exog.iter().chain(endog).chain(instruments);
        let column = |(variable, forms): (&'a Variable, &'a Option<Forms>)| -> &'a [f64] {
            match (forms, form) {
                (None, _) => &variable.values,
                (Some(forms), Form::Centred) => &forms.centred,
                (Some(forms), Form::Plain) => &forms.plain,
            }
        };
        std::iter::once(&*y.values).chain(variables.zip(&self.forms).map(column)).collect()
    }

    /// Whether the coefficients of the regressors kept can be mapped back: none of the centred ones, or of those in
    /// their expansions, was left out.
    pub(crate) fn survives(&self, kept: &[usize]) -> bool {
        let touched = |row: &&Vec<(usize, f64)>| row.len() > 1 || row.first().is_some_and(|(_, factor)| *factor != 1.0);
        let needed = self.rows.iter().filter(touched).flatten();
        needed.map(|(place, _)| place).all(|place| kept.contains(place))
    }

    /// S for the regressors at `places` (of exogenous, then endogenous).
    pub(crate) fn map(&self, places: &[usize]) -> Mat<f64> {
        let mut s = Mat::zeros(places.len(), places.len());
        for (j, place) in places.iter().enumerate() {
            for (other, factor) in &self.rows[*place] {
                if let Some(k) = places.iter().position(|place| place == other) {
                    s[(j, k)] += factor;
                }
            }
        }
        s
    }

    /// The same terms on some of the rows, repeated as often as they are named.
    pub(crate) fn take(&self, rows: &[usize]) -> Self {
        let pick = |values: &Arc<[f64]>| rows.iter().map(|&row| values[row]).collect::<Arc<[f64]>>();
        let forms = self.forms.iter().map(|forms| {
            forms.as_ref().map(|forms| Forms { centred: pick(&forms.centred), plain: pick(&forms.plain) })
        });
        Self { forms: forms.collect(), rows: self.rows.clone(), centres: self.centres.clone() }
    }
}

/// Πᵢxᵢ^pᵢ.
fn product(factors: &Factors, monomial: &Monomial) -> Arc<[f64]> {
    let rows = factors.values[monomial[0].0].len();
    let at = |row: usize| monomial.iter().map(|&(f, power)| factors.values[f][row].powi(power as i32)).product();
    (0..rows).map(at).collect()
}
