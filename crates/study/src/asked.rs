//! Whether what a column asks for belongs to its formula, and no key is without effect beside the others.

use super::statistic::Has;
use super::{ColumnSpec, Method, ModerationSpec, Parsed, Saved, Statistic, TableSpec};
use panel_core::suggest;
use panel_fe::formula::Term;
use panel_fe::{Singletons, Vcov};

/// What a key needs that the column does not have.
const INSTRUMENTS: &str = "instruments: formula = \"y ~ x | effects | d ~ z\"";

impl ColumnSpec {
    /// What a column can ask for beside its coefficients and their errors: key, and whether it does.
    pub(crate) fn asked_beside_coefficients(&self) -> [(&'static str, bool); 16] {
        [
            ("utest", self.utest.is_some()),
            ("weights", self.weights.is_some()),
            ("first_stages", !self.first_stages.is_empty()),
            ("moderation", self.moderation.is_some()),
            ("estimator", self.estimator.is_some()),
            ("collinearity", self.collinearity.is_some()),
            ("absorption", self.absorption.is_some()),
            ("tests", !self.tests.is_empty()),
            ("orthogonality", !self.orthogonality.is_empty()),
            ("endogeneity", !self.endogeneity.is_empty()),
            ("redundancy", !self.redundancy.is_empty()),
            ("anderson_rubin_at", !self.anderson_rubin_at.is_empty()),
            ("diagnostics", !self.diagnostics.is_empty()),
            ("two_lines", self.two_lines.is_some()),
            ("inference", self.inference.is_some()),
            ("save", !self.save.is_empty()),
        ]
    }

    /// Mistakes of the keys that choose an estimator, tests, diagnostics or a bootstrap: key and sentence.
    #[must_use]
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        let mut note = |key: &'static str, result: Result<(), String>| {
            wrong.extend(result.err().map(|message| (key, message)));
        };
        note("estimator", self.check_estimator());
        note("weight_kind", self.check_idle("weight_kind"));
        note("gaps", self.check_idle("gaps"));
        note("lat", self.check_idle("lat"));
        note("lon", self.check_idle("lon"));
        note("level", share("level", self.level));
        note("collinearity", share("collinearity", self.collinearity));
        note("absorption", self.check_absorption());
        note("singletons", self.check_singletons());
        note("moderation", self.check_slopes());
        note("tests", self.check_tests());
        for (key, names) in self.of_instruments() {
            note(key, self.check_instruments(key, names));
        }
        note("anderson_rubin_at", self.check_null());
        note("diagnostics", self.check_diagnostics());
        note("two_lines", self.check_two_lines());
        note("inference", self.check_inference());
        note("save", self.check_saved());
        wrong
    }

    /// Whether instruments estimate it: those of its formula, or spatial lags.
    #[must_use]
    pub fn has_instruments(&self) -> bool {
        self.formula.is_iv() || self.spatial.as_ref().is_some_and(|spatial| spatial.by_instruments(&self.formula))
    }

    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.formula.regressors.iter().chain(&self.formula.endogenous)
    }

    fn check_estimator(&self) -> Result<(), String> {
        match &self.estimator {
            Some(estimator) if !self.has_instruments() => {
                Err(format!("estimator = \"{estimator}\" has no effect without {INSTRUMENTS}"))
            }
            _ => Ok(()),
        }
    }

    fn check_idle(&self, key: &str) -> Result<(), String> {
        let lags = "lags: vcov = \"dk:L\", \"nw:L\" or \"conley:KM:L\"";
        let conley = matches!(*self.vcov, Vcov::Conley { .. });
        let (given, idle, needs) = match key {
            "weight_kind" => (self.weight_kind.is_some(), self.weights.is_none(), "`weights`"),
            "gaps" => (self.gaps.is_some(), !self.vcov.has_lags(), lags),
            "lat" => (self.lat.is_some(), !conley, "vcov = \"conley:KM\""),
            _ => (self.lon.is_some(), !conley, "vcov = \"conley:KM\""),
        };
        if given && idle { Err(format!("`{key}` has no effect without {needs}")) } else { Ok(()) }
    }

    fn check_absorption(&self) -> Result<(), String> {
        match &self.absorption {
            Some(_) if self.formula.effects.is_empty() => {
                Err("`absorption` has no effect without fixed effects".to_owned())
            }
            Some(settings) => share("absorption: tolerance", Some(settings.tolerance)),
            None => Ok(()),
        }
    }

    /// A unit of one row is a singleton of an effect; without effects there is none to keep.
    fn check_singletons(&self) -> Result<(), String> {
        let kept = *self.singletons != Singletons::default();
        if kept && self.formula.effects.is_empty() && self.spatial.is_none() {
            let word = &self.singletons;
            return Err(format!("singletons = \"{word}\" has no effect without fixed effects"));
        }
        Ok(())
    }

    /// A line has its slope and the region of it anyway.
    fn check_slopes(&self) -> Result<(), String> {
        match &self.moderation {
            Some(ModerationSpec { x, slopes: true, .. }) if !self.terms().any(|term| term.name == format!("{x}^2")) => {
                Err(format!(
                    "moderation: `slopes` has no effect without `{x}^2` in the formula: a line has its slopes anyway; leave it out"
                ))
            }
            _ => Ok(()),
        }
    }

    fn check_tests(&self) -> Result<(), String> {
        for tested in &self.tests {
            tested.names().into_iter().try_for_each(|name| self.has_term(&format!("tests: \"{tested}\""), name))?;
        }
        Ok(())
    }

    /// Whether the formula has a coefficient of this name; one of levels (`i(region)::East`) depends on the data.
    fn has_term(&self, what: &str, name: &str) -> Result<(), String> {
        let known: Vec<&str> = self.terms().map(|term| term.name.as_str()).collect();
        let constant = name == "(Intercept)" && self.formula.has_intercept_column();
        if constant || name.contains("::") || known.contains(&name) {
            return Ok(());
        }
        let near = suggest::nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
        Err(format!("{what}: the formula has no term `{name}`{}", near.unwrap_or_default()))
    }

    fn of_instruments(&self) -> [(&'static str, &[String]); 3] {
        [("orthogonality", &self.orthogonality), ("endogeneity", &self.endogeneity), ("redundancy", &self.redundancy)]
    }

    fn check_instruments(&self, key: &str, names: &[String]) -> Result<(), String> {
        if names.is_empty() {
            return Ok(());
        }
        let formula = &self.formula;
        if !formula.is_iv() {
            return Err(format!("`{key}` has no effect without {INSTRUMENTS}"));
        }
        let term_names = |terms: &[Term]| terms.iter().map(|term| term.name.clone()).collect::<Vec<String>>();
        let (what, known) = match key {
            "orthogonality" => (
                "instrument or exogenous regressor",
                [term_names(&formula.instruments), term_names(&formula.regressors)].concat(),
            ),
            "endogeneity" => ("endogenous regressor", term_names(&formula.endogenous)),
            _ => ("instrument", term_names(&formula.instruments)),
        };
        let Some(name) = names.iter().find(|name| !known.contains(name)) else { return Ok(()) };
        let near = suggest::nearest(name, known.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(format!("{key}: the formula has no {what} `{name}`{near}"))
    }

    fn check_null(&self) -> Result<(), String> {
        let (given, known) = (self.anderson_rubin_at.len(), self.formula.endogenous.len());
        if given > 0 && known == 0 {
            return Err(format!("`anderson_rubin_at` has no effect without {INSTRUMENTS}"));
        }
        if given > 0 && given != known {
            return Err(format!(
                "anderson_rubin_at has {given} numbers, and the formula {known} endogenous regressors"
            ));
        }
        Ok(())
    }

    fn check_diagnostics(&self) -> Result<(), String> {
        let asked = || self.diagnostics.iter().map(|asked| **asked);
        if let Some(fit) = asked().find(|asked| asked.is_fit()) {
            return Err(format!("diagnostics: `{fit}` is computed anyway; `stats` of the table shows it"));
        }
        match asked().find(|asked| !asked.is_of(self.has_instruments())) {
            Some(other) if other.has() == Has::Instruments => {
                Err(format!("diagnostics: `{other}` has no effect without {INSTRUMENTS}"))
            }
            Some(other) => Err(format!("diagnostics: `{other}` is of least squares; the formula has instruments")),
            None => Ok(()),
        }
    }

    fn check_two_lines(&self) -> Result<(), String> {
        let Some(x) = &self.two_lines else { return Ok(()) };
        let refused = |why: &str| Err(format!("two_lines = \"{x}\": the test is for regressions {why}"));
        if self.has_instruments() {
            return refused("without instruments");
        }
        if self.weights.is_some() {
            return refused("without weights");
        }
        if matches!(*self.vcov, Vcov::Hc2 | Vcov::Hc3) {
            return refused("with another covariance, such as vcov = \"hc1\" or clusters");
        }
        self.has_term(&format!("two_lines = \"{x}\""), x)
    }

    fn check_inference(&self) -> Result<(), String> {
        let Some(inference) = &self.inference else { return Ok(()) };
        inference.of.iter().try_for_each(|name| self.has_term("inference: of", name))?;
        if let (Method::Pairs, None, Vcov::Cluster(keys)) = (inference.method, &inference.by, &*self.vcov)
            && keys.len() > 1
        {
            return Err(format!(
                "inference: `pairs` draws the clusters of one key, and vcov = \"{}\" has several; write which in `by`",
                self.vcov
            ));
        }
        if !matches!(inference.method, Method::Wild { .. }) {
            return Ok(());
        }
        if self.has_instruments() {
            return Err("inference: `wild` is for regressions without instruments; write `pairs` for those with them"
                .to_owned());
        }
        match inference.cluster_key(&self.vcov) {
            Some(_) => Ok(()),
            None => Err(format!(
                "inference: `wild` needs clusters: vcov = \"cluster:KEY\" with one key, or `by`; vcov is \"{}\"",
                self.vcov
            )),
        }
    }

    fn check_saved(&self) -> Result<(), String> {
        let effects = !self.formula.effects.is_empty();
        for saved in &self.save {
            match saved {
                Saved::Effects if !effects => {
                    return Err("save: `effects` has no effect without fixed effects".to_owned());
                }
                Saved::Leverage | Saved::Studentized | Saved::Cook if self.has_instruments() => {
                    return Err(format!("save: `{}` is of least squares; the formula has instruments", saved.name()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The statistics that a table shows, each a number.
///
/// # Errors
/// A sentence that names the word and where it goes.
pub(super) fn check_stats(stats: Option<&[Parsed<Statistic>]>) -> Result<(), String> {
    match stats.into_iter().flatten().find(|statistic| !statistic.is_number()) {
        Some(other) => Err(format!("stats: `{other}` is more than a number; `diagnostics` of a column asks for it")),
        None => Ok(()),
    }
}

/// Statistics of a table that none of its columns has.
///
/// # Errors
/// A sentence that names the word and what it needs.
pub(super) fn check_stats_of(table: &TableSpec) -> Result<(), String> {
    for statistic in table.stats.iter().flatten().filter(|statistic| !statistic.is_fit()) {
        if table.columns.iter().any(|column| statistic.is_of(column.has_instruments())) {
            continue;
        }
        return Err(match statistic.has() {
            Has::Instruments => {
                format!("table `{}`: stats: `{statistic}` has no effect: no column has {INSTRUMENTS}", table.id)
            }
            _ => format!(
                "table `{}`: stats: `{statistic}` has no effect: it is of least squares, and every column has instruments",
                table.id
            ),
        });
    }
    Ok(())
}

fn share(key: &str, value: Option<f64>) -> Result<(), String> {
    match value {
        Some(value) if !(value > 0.0 && value < 1.0) => {
            Err(format!("{key} = {value}, expected a number between 0 and 1"))
        }
        _ => Ok(()),
    }
}
