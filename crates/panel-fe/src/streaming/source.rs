//! The columns of a formula on blocks of rows.

use crate::error::{Error, Result};
use crate::formula::{Effect, Formula, Function, Term};
use crate::sample::terms::term_values;
use crate::streaming::Blocks;
use crate::streaming::coding::Coding;
use crate::vcov::Vcov;
use panel_core::expr::Expr;
use panel_core::{Floats, Panel};

/// Which codes a key has.
#[derive(Debug)]
pub(super) enum Of {
    /// Those of the long effect.
    Long,
    /// Those of the short effect.
    Short,
    /// Its own.
    Own(Coding),
}

/// What a formula reads of each row.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The response, then the regressors.
    terms: Vec<&'a Term>,
    pub(super) long: Coding,
    pub(super) short: Option<Coding>,
    /// Clusters, entities and periods.
    pub(super) cluster: Option<Of>,
    pub(super) entity: Of,
    pub(super) time: Of,
    /// Rows seen in the last reading, and those of them that miss a value.
    pub(super) seen: usize,
    pub(super) missing: usize,
}

/// The complete rows of a block.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By column.
    pub(super) values: Vec<Vec<f64>>,
    pub(super) long: Vec<u32>,
    /// Zero where there is one effect.
    pub(super) short: Vec<u32>,
    /// Empty where there are no clusters.
    pub(super) cluster: Vec<u32>,
    pub(super) entity: Vec<u32>,
    pub(super) time: Vec<u32>,
}

impl<'a> Source<'a> {
    /// The long effect is that of the entity where there is one, else the first.
    pub(super) fn new(formula: &'a Formula, vcov: &Vcov, [entity, time]: [&str; 2]) -> Result<Self> {
        let effects = &formula.effects;
        let is_entity = |effect: &&Effect| effect.columns == [entity];
        let coding = |effect: &Effect| Coding::new(&effect.name, &effect.columns);
        let Some(long) = effects.iter().find(is_entity).or(effects.first()) else {
            return Err(refused("a regression without fixed effects (absorb a column of ones)"));
        };
        let short = effects.iter().find(|effect| effect.name != long.name);
        let key = |name: &str| {
            // A cross-section has no column of periods: all rows are in one.
            let columns: Vec<String> = match name {
                "" => Vec::new(),
                name => name.split('^').map(|part| part.trim().to_owned()).collect(),
            };
            if long.columns == columns {
                Of::Long
            } else if short.is_some_and(|short| short.columns == columns) {
                Of::Short
            } else {
                Of::Own(Coding::new(name, &columns))
            }
        };
        let cluster = match vcov {
            Vcov::Iid | Vcov::Hc1 => None,
            Vcov::Cluster(keys) if keys.len() == 1 => Some(key(&keys[0])),
            other => return Err(refused(&format!("vcov = \"{other}\" (expected iid, hc1 or one cluster key)"))),
        };
        Ok(Self {
            terms: std::iter::once(&formula.response).chain(&formula.regressors).collect(),
            cluster,
            entity: key(entity),
            time: key(time),
            long: coding(long),
            short: short.map(coding),
            seen: 0,
            missing: 0,
        })
    }

    /// Columns.
    pub(super) fn columns(&self) -> usize {
        self.terms.len()
    }

    pub(super) fn name(&self, column: usize) -> &str {
        &self.terms[column].name
    }

    /// Whether a column is a power or a product of variables.
    pub(super) fn is_product(&self, column: usize) -> bool {
        self.terms[column].factors.iter().map(|factor| factor.power).sum::<u32>() > 1
    }

    /// Hands out the complete rows of every block, in order.
    pub(super) fn each(&mut self, blocks: &mut dyn Blocks, mut take: impl FnMut(&Rows) -> Result<()>) -> Result<()> {
        (self.seen, self.missing) = (0, 0);
        blocks.each(&mut |panel| {
            panel_core::interrupt::check()?;
            let rows = self.rows(panel)?;
            if rows.long.is_empty() { Ok(()) } else { take(&rows) }
        })
    }

    fn rows(&mut self, panel: &Panel) -> Result<Rows> {
        let n = panel.n_rows();
        let inside = |_: usize| true;
        let terms = self.terms.iter();
        let values: Vec<Floats> =
            terms.map(|term| Ok(term_values(panel, term, &inside)?.values)).collect::<Result<_>>()?;
        let mut keep = vec![true; n];
        for column in &values {
            keep.iter_mut().zip(column).for_each(|(keep, value)| *keep &= !value.is_nan());
        }
        let own = [self.cluster.as_ref(), Some(&self.entity), Some(&self.time)].into_iter().flatten();
        let own = own.filter_map(|key| if let Of::Own(coding) = key { Some(coding) } else { None });
        for coding in [&self.long].into_iter().chain(&self.short).chain(own) {
            coding.keep_complete(panel, &mut keep)?;
        }
        let rows: Vec<u32> = (0..n as u32).filter(|&row| keep[row as usize]).collect();
        self.seen += n;
        self.missing += n - rows.len();
        let taken = |column: Floats| match rows.len() == n {
            true => column.into_vec(),
            false => rows.iter().map(|&row| column[row as usize]).collect(),
        };
        let long = self.long.codes(panel, &rows)?;
        let short = match &mut self.short {
            Some(short) => short.codes(panel, &rows)?,
            None => vec![0; rows.len()],
        };
        let mut codes = |key: &mut Of| match key {
            Of::Long => Ok(long.clone()),
            Of::Short => Ok(short.clone()),
            Of::Own(coding) => coding.codes(panel, &rows),
        };
        Ok(Rows {
            cluster: self.cluster.as_mut().map_or(Ok(Vec::new()), &mut codes)?,
            entity: codes(&mut self.entity)?,
            time: codes(&mut self.time)?,
            values: values.into_iter().map(taken).collect(),
            long,
            short,
        })
    }
}

/// Refuses what needs other rows than its own, or what a reading by parts has no way for.
///
/// # Errors
/// [`Error::Unsupported`] with what was asked for.
pub(super) fn check(formula: &Formula) -> Result<()> {
    if formula.is_iv() {
        return Err(refused("instruments"));
    }
    if formula.effects.len() > 2 || formula.effects.iter().any(|effect| !effect.slopes.is_empty() || !effect.intercept)
    {
        return Err(refused("more than two fixed effects, or slopes by level"));
    }
    for term in std::iter::once(&formula.response).chain(&formula.regressors) {
        for factor in &term.factors {
            let beyond = match &factor.function {
                Function::Lag(_) => Some("a lag".to_owned()),
                Function::Levels(_) | Function::Level(_) => Some("i(…)".to_owned()),
                Function::Calculated(_) => {
                    Expr::parse(&factor.column)?.beyond_its_row().map(|name| format!("{name}()"))
                }
                _ => None,
            };
            if let Some(beyond) = beyond {
                return Err(refused(&format!("{beyond} in `{}`, which looks at other rows", term.name)));
            }
        }
    }
    Ok(())
}

pub(super) fn refused(what: &str) -> Error {
    Error::Unsupported(format!(
        "streaming reads the rows part by part and has no way for {what}; a file that fits into memory is read whole \
         without `streaming`"
    ))
}
