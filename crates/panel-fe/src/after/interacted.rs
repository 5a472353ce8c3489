//! One formula on two samples at once: the pooled regression in which every regressor and every fixed effect is
//! interacted with the sample. Its coefficients are those of the two samples, its covariance holds both.

use crate::coefficients::Derived;
use crate::error::{Error, Result};
use crate::fit::model::Model;
use crate::fit::result::Estimate;
use crate::formula::{Effect, Factor, Formula, Function, Term};
use crate::like::Like;
use crate::outcome::{TestOutcome, TestStat};
use crate::spec::Options;
use panel_core::{Panel, TextColumn};

/// The columns that the pooled regression adds to the panel: two indicators and the key that interacts fixed effects.
const COLUMNS: [&str; 3] = ["first sample", "second sample", "either sample"];

/// A formula fitted on two disjoint samples in one regression.
///
/// y = d₁(x'β₁ + effects₁) + d₂(x'β₂ + effects₂) + ε, with d the indicators of the samples; endogenous regressors and
/// instruments are interacted alike. With errors that are iid the joint test of all coefficients is Chow's (1960) F; with
/// any other covariance it is the Wald test that follows `xtreg y c.x##i.g i.g#i.year, fe` and the like, which
/// holds where clusters cross the samples, too.
#[derive(Debug, Clone)]
pub struct Interacted {
    fit: Estimate,
}

impl Interacted {
    /// Fits it; `first` and `second` say which rows of the panel belong to which sample.
    ///
    /// # Errors
    /// [`Error::Specification`] when a row is in both samples; else those of [`Model::fit_where`].
    pub fn fit(formula: &Formula, options: &Options, panel: &Panel, first: &[bool], second: &[bool]) -> Result<Self> {
        let both = first.iter().zip(second).filter(|(a, b)| **a && **b).count();
        if both > 0 {
            return Err(Error::Specification(format!(
                "{both} row{} in both samples; a comparison needs samples that share none",
                if both == 1 { " is" } else { "s are" }
            )));
        }
        if let Some(name) = COLUMNS.iter().find(|name| panel.has(name)) {
            return Err(Error::Specification(format!(
                "a comparison makes a column `{name}`, and the panel has one; rename it"
            )));
        }
        let apart = entities_apart(panel, first, second);
        let entity = panel.entity_name().to_owned();
        let has_entity = formula.effects.iter().any(|effect| effect.columns == [entity.as_str()]);
        if has_entity && !apart && matches!(options.like, Like::Xtreg | Like::Xtivreg2) {
            return Err(Error::Unsupported(format!(
                "a comparison by the rule `{}` where entities are in both samples: it knows one effect per entity; \
                 `like = \"reghdfe\"` knows more",
                options.like
            )));
        }
        let kept = apart.then_some(entity.as_str());
        let mut panel = panel.clone();
        let [one, two, key] = COLUMNS;
        let number = |mask: &[bool]| mask.iter().map(|&inside| f64::from(u8::from(inside))).collect::<Vec<f64>>();
        panel.set(one, number(first))?;
        panel.set(two, number(second))?;
        let of_row: Vec<Option<&str>> =
            first.iter().zip(second).map(|(a, b)| if *a { Some(one) } else { b.then_some(two) }).collect();
        panel.set(key, TextColumn::new(&of_row))?;
        let either: Vec<bool> = first.iter().zip(second).map(|(a, b)| *a || *b).collect();
        let fit = Model::from(interacted(formula, kept)).options(options.clone()).fit_where(&panel, Some(&either))?;
        Ok(Self { fit })
    }

    /// The pooled regression.
    #[must_use]
    pub fn estimate(&self) -> &Estimate {
        &self.fit
    }

    /// Names of the coefficients that both samples have, the constant included where it is not absorbed.
    #[must_use]
    pub fn common(&self) -> Vec<&str> {
        let suffix = [format!(":{}", COLUMNS[0]), format!(":{}", COLUMNS[1])];
        let of_first = self.fit.names.iter().filter_map(|name| name.strip_suffix(suffix[0].as_str()));
        of_first.filter(|name| self.fit.names.contains(&format!("{name}{}", suffix[1]))).collect()
    }

    /// A coefficient in the first and in the second sample.
    ///
    /// # Errors
    /// As [`Interacted::difference`].
    pub fn values(&self, name: &str) -> Result<[f64; 2]> {
        self.both(&[name]).map(|(b, _)| [b[0], b[1]])
    }

    /// A coefficient in the first sample less that in the second, with the standard error of the pooled covariance.
    ///
    /// # Errors
    /// [`Error::UnknownOption`] or [`Error::Specification`] for a coefficient that one of the samples does not have.
    pub fn difference(&self, name: &str) -> Result<Derived> {
        let (b, v) = self.both(&[name])?;
        Ok(Derived::new(b[0] - b[1], &[1.0, -1.0], v.as_ref(), self.fit.df_t))
    }

    /// Wald test that the named coefficients are equal in both samples: F(q, df) of R b, or χ²(q) for infinite df.
    ///
    /// # Errors
    /// As [`Interacted::difference`].
    pub fn equality(&self, names: &[&str]) -> Result<TestOutcome> {
        let [one, two] = names_in(names);
        self.both(names)?;
        let equal = |(a, b): (&String, &String)| (vec![(a.clone(), 1.0), (b.clone(), -1.0)], 0.0);
        let named: Vec<(Vec<(String, f64)>, f64)> = one.iter().zip(&two).map(equal).collect();
        let rows: Vec<(Vec<(&str, f64)>, f64)> = named
            .iter()
            .map(|(terms, value)| (terms.iter().map(|(name, factor)| (name.as_str(), *factor)).collect(), *value))
            .collect();
        let null =
            format!("{} {} equal in both samples", names.join(", "), if names.len() == 1 { "is" } else { "are" });
        Ok(match self.fit.wald_restrictions(&rows)? {
            TestOutcome::Available(stat) => TestStat { name: "Chow".into(), null, ..stat }.into(),
            other => other,
        })
    }

    /// Turning points −b₁/(2b₂) of `x` in the first and the second sample.
    ///
    /// # Errors
    /// [`Error::Specification`] where a square is zero; else as [`Interacted::difference`].
    pub fn turning_points(&self, x: &str) -> Result<[f64; 2]> {
        let (b, _) = self.both(&[x, &format!("{x}^2")])?;
        for (which, square) in [("first", b[1]), ("second", b[3])] {
            if square == 0.0 || !square.is_finite() {
                return Err(Error::Specification(format!(
                    "a turning point needs a squared term, its coefficient in the {which} sample is {square}"
                )));
            }
        }
        Ok([-0.5 * b[0] / b[1], -0.5 * b[2] / b[3]])
    }

    /// The turning point in the first sample less that in the second; se² = g'Vg with
    /// g = (−1/(2b₂), b₁/(2b₂²), 1/(2c₂), −c₁/(2c₂²)) (delta method).
    ///
    /// # Errors
    /// As [`Interacted::turning_points`].
    pub fn turning_point_difference(&self, x: &str) -> Result<Derived> {
        let [one, two] = self.turning_points(x)?;
        let (b, v) = self.both(&[x, &format!("{x}^2")])?;
        let gradient = [-0.5 / b[1], 0.5 * b[0] / (b[1] * b[1]), 0.5 / b[3], -0.5 * b[2] / (b[3] * b[3])];
        Ok(Derived::new(one - two, &gradient, v.as_ref(), self.fit.df_t))
    }

    /// The named coefficients of the first sample, then those of the second, with their covariance.
    fn both(&self, names: &[&str]) -> Result<(Vec<f64>, faer::Mat<f64>)> {
        let all = names_in(names).concat();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.fit.coefficients().pick(&all)
    }
}

/// The names of coefficients in the first and in the second sample.
fn names_in(names: &[&str]) -> [Vec<String>; 2] {
    [COLUMNS[0], COLUMNS[1]].map(|sample| names.iter().map(|name| format!("{name}:{sample}")).collect())
}

/// Whether no entity has rows in both samples.
fn entities_apart(panel: &Panel, first: &[bool], second: &[bool]) -> bool {
    let mut seen = vec![[false; 2]; panel.n_entities()];
    for (row, &entity) in panel.entity_of_row().iter().enumerate() {
        let sides = &mut seen[entity as usize];
        sides[0] |= first[row];
        sides[1] |= second[row];
    }
    seen.iter().all(|sides| !(sides[0] && sides[1]))
}

/// The formula with every term in each sample, and every fixed effect by sample; the effect of the key `kept` is that
/// already.
fn interacted(formula: &Formula, kept: Option<&str>) -> Formula {
    let [one, two, key] = COLUMNS;
    let indicator = |column: &str| Factor { column: column.to_owned(), function: Function::Identity, power: 1 };
    let times = |term: &Term, sample: &str| Term {
        name: format!("{}:{sample}", term.name),
        factors: term.factors.iter().cloned().chain([indicator(sample)]).collect(),
        span: term.span,
    };
    let twice = |terms: &[Term]| -> Vec<Term> {
        [one, two].iter().flat_map(|sample| terms.iter().map(|term| times(term, sample))).collect()
    };
    let by_sample = |effect: &Effect| match (effect.columns.as_slice(), kept) {
        ([column], Some(kept)) if column == kept => effect.clone(),
        _ => Effect {
            name: format!("{}^{key}", effect.name),
            columns: effect.columns.iter().cloned().chain([key.to_owned()]).collect(),
            ..effect.clone()
        },
    };
    let mut regressors = twice(&formula.regressors);
    let absorbed = formula.effects.iter().any(|effect| effect.intercept);
    if formula.intercept && !absorbed {
        let constant = |sample: &str| Term {
            name: format!("(Intercept):{sample}"),
            factors: vec![indicator(sample)],
            span: formula.response.span,
        };
        regressors.extend([one, two].map(constant));
    }
    Formula {
        source: format!("{}, by sample", formula.source),
        response: formula.response.clone(),
        regressors,
        intercept: false,
        effects: formula.effects.iter().map(by_sample).collect(),
        endogenous: twice(&formula.endogenous),
        instruments: twice(&formula.instruments),
    }
}
