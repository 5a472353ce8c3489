//! Names beside a formula as the formula writes them: `utest = "GDP (yuan)"` is the term in backquotes.

use super::{ColumnSpec, Study, TableSpec};

/// The name as the terms have it: a name with other signs may stand without its backquotes, as in `[labels]`.
pub(super) fn spelled(name: &str, is_known: impl Fn(&str) -> bool) -> String {
    let quoted = format!("`{name}`");
    if !is_known(name) && is_known(&quoted) { quoted } else { name.to_owned() }
}

/// Whether the product of two variables is a term, in either order.
pub(super) fn has_product(x: &str, z: &str, is_term: impl Fn(&str) -> bool) -> bool {
    is_term(&format!("{x}:{z}")) || is_term(&format!("{z}:{x}"))
}

fn spell(name: &mut String, terms: &[String]) {
    *name = spelled(name, |name| has(terms, name));
}

fn has(terms: &[String], name: &str) -> bool {
    terms.iter().any(|term| term == name)
}

impl ColumnSpec {
    fn term_names(&self) -> Vec<String> {
        let formula = &self.formula;
        let terms = formula.regressors.iter().chain(&formula.endogenous).chain(&formula.instruments);
        terms.map(|term| term.name.clone()).collect()
    }

    fn spell_names(&mut self) {
        let terms = self.term_names();
        let lists = [&mut self.orthogonality, &mut self.endogeneity, &mut self.redundancy];
        let coefficients = self.inference.iter_mut().flat_map(|inference| &mut inference.of);
        let single = self.utest.iter_mut().chain(&mut self.two_lines);
        lists.into_iter().flatten().chain(coefficients).chain(single).for_each(|name| spell(name, &terms));
        if let Some(moderation) = &mut self.moderation {
            spell(&mut moderation.x, &terms);
            let moderates = |z: &str| has_product(&moderation.x, z, |name| has(&terms, name));
            moderation.moderator = spelled(&moderation.moderator, moderates);
        }
    }
}

impl TableSpec {
    fn spell_names(&mut self) {
        self.columns.iter_mut().for_each(ColumnSpec::spell_names);
        let terms: Vec<String> = self.columns.iter().flat_map(ColumnSpec::term_names).collect();
        self.show.iter_mut().flatten().for_each(|name| spell(name, &terms));
    }
}

impl Study {
    /// Spells names beside formulas as those do.
    pub(super) fn spell_names(&mut self) {
        self.tables.iter_mut().for_each(TableSpec::spell_names);
        if let Some(curve) = &mut self.curve {
            let terms = curve.column_in(&self.tables).map(ColumnSpec::term_names).unwrap_or_default();
            spell(&mut curve.x, &terms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_other_signs_needs_no_backquotes() {
        let text = "formula = \"y ~ `a (%)` + `a (%)`^2 + x + x:`m, n` | city\"\nutest = \"a (%)\"\n\
            moderation = { x = \"x\", moderator = \"m, n\" }\n";
        let mut column: ColumnSpec = toml::from_str(text).unwrap();
        assert!(column.check().unwrap_err().contains("no term `a (%)`"));
        column.spell_names();
        assert_eq!(column.check(), Ok(()));
        assert_eq!(column.utest.as_deref(), Some("`a (%)`"));
        assert_eq!(column.moderation.unwrap().moderator, "`m, n`");
    }
}
