//! `[[compare]]`: the columns it names, and what the study file alone can say of them.

use super::{ColumnSpec, CompareSpec, CompareTest, Study, Terms};
use panel_core::random::check_replications;
use panel_core::suggest;

/// The path of a key, and what is wrong with it.
type Mistake = (String, String);

/// A column of a comparison.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// Id of its table.
    pub table: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The column.
    pub column: &'a ColumnSpec,
}

impl CompareSpec {
    /// The columns that are compared.
    ///
    /// # Errors
    /// A sentence that names a column that is not there, and the nearest one.
    pub fn columns<'a>(&'a self, study: &'a Study) -> Result<Vec<Compared<'a>>, Mistake> {
        let one = |written: &'a String| {
            let (table, name) = written.split_once(':').ok_or_else(|| {
                let all = || {
                    study.tables.iter().flat_map(|table| {
                        table.named_columns().map(|(name, _)| format!("{}:{name}", table.id)).collect::<Vec<_>>()
                    })
                };
                let known: Vec<String> = all().collect();
                let near = suggest::nearest(written, known.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.said("columns", format!("`{written}`: expected `table:column`, such as `t6:(1)`{near}"))
            })?;
            let (_, column) =
                study.column(table, name).map_err(|error| self.said("columns", format!("`{written}`: {error}")))?;
            Ok(Compared { table, name, column })
        };
        self.columns.iter().map(one).collect()
    }

    /// Checks what the study file alone can say: the columns are there and fit one regression, the terms are theirs, and
    /// no option is without effect.
    ///
    /// # Errors
    /// A sentence that names the key, the wrong word and what was expected.
    pub fn check(&self, study: &Study) -> Result<(), Mistake> {
        let columns = self.columns(study)?;
        let Some((first, others)) = columns.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Err(self.said("columns", format!("expected two or more, got {}", columns.len())));
        };
        for (place, written) in self.columns.iter().enumerate() {
            if self.columns[..place].contains(written) {
                return Err(self.said("columns", format!("`{written}` stands twice")));
            }
        }
        for other in others {
            if let Some(what) = differs(first.column, other.column) {
                return Err(self.said("columns", format!(
                    "`{}:{}` and `{}:{}` differ in their {what}; a comparison needs columns that differ in `sample` alone",
                    first.table, first.name, other.table, other.name
                )));
            }
        }
        if let Some(place) = columns.iter().find(|compared| compared.column.spatial.is_some()) {
            return Err(self.said(
                "columns",
                format!("`{}:{}` is a spatial regression, which has no such test", place.table, place.name),
            ));
        }
        self.check_terms(first.column)?;
        if self.test == CompareTest::Permutation && self.term.is_none() && self.turning_point.is_none() {
            return Err(self.said("test", "a permutation needs `term` or `turning_point`".into()));
        }
        if self.test == CompareTest::Chow {
            for (key, given) in [("draws", self.draws.is_some()), ("seed", self.seed.is_some())] {
                if given {
                    return Err(self.said(key, "it belongs to test = \"permutation\"".into()));
                }
            }
        }
        check_replications(self.draws()).map_err(|message| self.said("draws", message))?;
        if self.draws == Some(0) {
            return Err(self.said("draws", "expected at least 1".into()));
        }
        Ok(())
    }

    fn check_terms(&self, column: &ColumnSpec) -> Result<(), Mistake> {
        let formula = &column.formula;
        let absorbed = formula.effects.iter().any(|effect| effect.intercept);
        let constant = (formula.intercept && !absorbed).then_some("(Intercept)");
        let terms = formula.regressors.iter().chain(&formula.endogenous).map(|term| term.name.as_str());
        let known: Vec<&str> = terms.chain(constant).collect();
        let lacks = |key: &str, name: &str| {
            let near = suggest::nearest(name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            self.said(key, format!("no term `{name}` in `{formula}`{}", near.unwrap_or_default()))
        };
        if let Some(x) = &self.turning_point {
            if self.term.is_some() {
                return Err(self.said("turning_point", "it stands in place of `term`; give one of them".into()));
            }
            if let Some(lacking) = [x.clone(), format!("{x}^2")].iter().find(|name| !known.contains(&name.as_str())) {
                return Err(lacks("turning_point", lacking));
            }
        }
        let names = self.term.as_ref().map(Terms::names);
        if names.is_some_and(<[String]>::is_empty) {
            return Err(self.said("term", "expected a term".into()));
        }
        let names = names.unwrap_or_default();
        for (place, name) in names.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(lacks("term", name));
            }
            if names[..place].contains(name) {
                return Err(self.said("term", format!("`{name}` stands twice")));
            }
        }
        Ok(())
    }

    fn said(&self, key: &str, what: String) -> Mistake {
        (format!("compare.\"{}\".{key}", self.id), format!("[[compare]] `{}`, {key}: {what}", self.id))
    }
}

/// What two columns do not share beside their sample.
fn differs(one: &ColumnSpec, other: &ColumnSpec) -> Option<&'static str> {
    let (a, b) = (&one.formula, &other.formula);
    let names = |terms: &[panel_fe::formula::Term]| terms.iter().map(|term| term.name.clone()).collect::<Vec<_>>();
    let same_formula = a.response.name == b.response.name
        && a.effect_names() == b.effect_names()
        && a.intercept == b.intercept
        && names(&a.regressors) == names(&b.regressors)
        && names(&a.endogenous) == names(&b.endogenous)
        && names(&a.instruments) == names(&b.instruments);
    let pairs = [
        (same_formula, "formulas"),
        (*one.vcov == *other.vcov, "`vcov`"),
        (*one.like == *other.like, "`like`"),
        (one.options() == other.options(), "options"),
    ];
    pairs.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
}
