//! The indices of a study: stages between its data and its tables that each make variables of the panel.
//!
//! | section | stage | variables |
//! |---|---|---|
//! | `[va]`, `[[va]]` | `va`, `va-<id>` | location quotient, spillover, virtual agglomeration |
//! | `[[gtfp]]` | `gtfp-<id>` | efficiency and productivity |
//! | `[market]`, `[[market]]` | `market`, `market-<id>` | segmentation, integration |
//! | `[[concentration]]` | `concentration-<id>` | location quotients, specialisation; concentration by period |
//! | `lag_w(…)` in `[variables]` | `lag_w-<name>` | spatial lags |
//!
//! A further index is a file here with a section and its [`Index`], and a line in [`Indices`]: plan, cache, `--only`,
//! `--check`, files and the figure of stages follow from it.

pub mod by_period;
pub mod concentration;
pub mod gtfp;
pub mod lag_w;
mod linked;
pub mod market;
pub mod part;
pub mod va;

pub use part::Part;
pub use part::{as_codes, places};

use crate::Parsed;
use crate::error::Result;
use crate::section::{Section, Wrong, elements};
use crate::spatial::section::WeightsSection;
use panel_core::Diagnostics;
use panel_core::expr::Expr;
use report::numfmt::{Format, number};
use report::{Lang, Text};
use std::any::Any;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// One index: a stage that makes variables from columns of the panel.
pub trait Index: Debug + Send + Sync {
    /// Name of the stage, as `--only` and the log have it.
    fn stage(&self) -> String;
    /// Name of the stage in a diagram; the stage's own where it has none.
    fn label(&self) -> Text {
        Text::from(self.stage())
    }
    /// Name of its files in `results/`, without an extension.
    fn file(&self) -> String {
        self.stage()
    }
    /// Id of its table by period, where it has one.
    fn table(&self) -> Option<String> {
        None
    }
    /// Variables that it makes.
    fn makes(&self) -> Vec<&str>;
    /// Those of its variables that are ratios of change, whose mean is a geometric one.
    fn ratios(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Columns that it is made from, but for those of its sample.
    fn needs(&self) -> Vec<String>;
    /// The entity set, as a filter of rows.
    fn sample(&self) -> Option<&Parsed<Expr>>;
    /// Checks the choices, before any data are read.
    ///
    /// # Errors
    /// A sentence that names the key.
    fn check(&self) -> Result<(), String>;
    /// Everything that its values depend on, but for the columns.
    fn key(&self) -> String;
    /// The part of [`Index::key`] that what it solves depends on. Indices that differ in the rest alone share it.
    fn solved(&self) -> String {
        self.key()
    }
    /// Its variables, out of what an index with the same [`Index::solved`] has made on the same entity set.
    ///
    /// # Errors
    /// Those of [`Index::compute`].
    fn variables(&self, _part: &Part<'_>, solved: &Made) -> Result<Vec<Vec<f64>>> {
        Ok(solved.variables.clone())
    }
    /// Computes it on its entity set.
    ///
    /// # Errors
    /// Data that it cannot use.
    fn compute(&self, part: &Part<'_>) -> Result<Made>;
    /// Whether [`Index::compute_variables`] costs less than [`Index::compute`], and is all that [`Index::variables`] needs.
    fn is_light(&self) -> bool {
        false
    }
    /// Its variables, and what [`Index::variables`] of others like it needs, without files, summary and what only those hold.
    ///
    /// # Errors
    /// Those of [`Index::compute`], as far as these variables meet them.
    fn compute_variables(&self, part: &Part<'_>) -> Result<Made> {
        self.compute(part)
    }
    /// Number of replications of a bootstrap, where one is asked for.
    fn replications(&self) -> Option<(usize, u64)> {
        None
    }
    /// Bootstrap intervals of what [`Index::compute`] makes; `done` is told how many replications are done.
    ///
    /// # Errors
    /// Those of [`Index::compute`], and models that have no bootstrap.
    fn intervals(&self, _part: &Part<'_>, _done: &(dyn Fn(usize) + Sync)) -> Result<Files> {
        Ok(Files::new())
    }
}

/// What a stage has made. Columns have a value for every row of the panel, `NaN` outside the entity set.
#[derive(Debug, Clone)]
pub struct Made {
    /// Name of the stage.
    pub stage: String,
    /// Values of the variables that [`Index::makes`] names.
    pub variables: Vec<Vec<f64>>,
    /// Rows of the entity set.
    pub rows: Vec<usize>,
    /// Columns of the stage's file, in order.
    pub columns: Vec<(&'static str, Series)>,
    /// Further files: what follows the stage's name in theirs, and their bytes.
    pub files: Files,
    /// What was computed beside columns, as the method gives it.
    pub details: Arc<dyn Details>,
    /// What the stage did, for a diagram.
    pub detail: Text,
    /// What the stage did, for the log.
    pub sentence: String,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

impl Made {
    /// A column of the stage's file.
    #[must_use]
    pub fn column(&self, name: &str) -> &[f64] {
        match self.columns.iter().find(|(known, _)| *known == name) {
            Some((_, Series::Numbers(values))) => values,
            _ => &[],
        }
    }

    /// What was computed beside columns, where it is of this type.
    #[must_use]
    pub fn details<T: 'static>(&self) -> Option<&T> {
        self.details.as_any().downcast_ref()
    }
}

/// A column of a stage's file.
#[derive(Debug, Clone)]
pub enum Series {
    /// Numbers, one for every row of the panel.
    Numbers(Vec<f64>),
    /// Words, one for every row of the entity set.
    Words(Vec<&'static str>),
}

impl Series {
    /// Whether it holds numbers.
    #[must_use]
    pub fn is_numbers(&self) -> bool {
        matches!(self, Self::Numbers(_))
    }
}

/// Further files of a stage: what follows the stage's name in theirs, and their bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Results of a method that are no columns.
pub trait Details: Debug + Send + Sync {
    /// For a view of the type behind the trait.
    fn as_any(&self) -> &dyn Any;
    /// The JSON file of the stage, where it has one.
    fn json(&self) -> Option<String> {
        None
    }
}

impl Details for () {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Name of a stage or file: that of its section, followed by the id where there is one.
fn stage(section: &str, id: &Option<String>) -> String {
    id.as_ref().map_or_else(|| section.to_owned(), |id| format!("{section}-{id}"))
}

/// Name of a variable where the study gives none: the usual one in the first index of a section, with the id in others.
fn usual(name: &str, id: &Option<String>, place: usize) -> String {
    match (id, place) {
        (Some(id), 1..) => format!("{name}_{id}"),
        _ => name.to_owned(),
    }
}

/// The mean of the values that are there.
fn mean(values: &[f64]) -> f64 {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    present.iter().sum::<f64>() / present.len() as f64
}

/// A count: thousands are set apart in English.
fn count(n: usize, lang: Lang) -> String {
    number(n as f64, if lang == Lang::En { Format::Grouped } else { Format::Integer })
}

/// Declares the sections of a study that are indices, in the order in which they run.
macro_rules! indices {
    ($($(#[$doc:meta])* $section:ident: $spec:ty,)+) => {
        /// The indices of a study by section.
        #[derive(Debug, Clone, Default)]
        pub struct Indices { $($(#[$doc])* pub $section: Vec<$spec>,)+ }

        impl Indices {
            /// Names of the sections.
            pub const SECTIONS: &'static [&'static str] = &[$(stringify!($section)),+];

            /// Takes the sections out of a document; mistakes go to their list.
            pub(crate) fn take(document: &mut DeTable<'_>, wrong: &mut Vec<Wrong>) -> Self {
                if let Err(mistake) = lag_w::take_from_variables(document) {
                    wrong.push(mistake);
                }
                Self {
                    $($section: elements(stringify!($section), document).unwrap_or_else(|mistake| {
                        wrong.push(mistake);
                        Vec::new()
                    }),)+
                }
            }

            /// Puts sections of other indices in the place of its own.
            pub(crate) fn replace(&mut self, sections: &[&str], other: Self) {
                $(if sections.contains(&stringify!($section)) {
                    self.$section = other.$section;
                })+
            }

            /// All of them, in the order in which they run.
            #[must_use]
            pub fn iter(&self) -> Vec<&dyn Index> {
                let mut all: Vec<&dyn Index> = Vec::new();
                $(all.extend(self.$section.iter().map(|spec| spec as &dyn Index));)+
                all
            }

            /// Every choice spelled out.
            ///
            /// # Errors
            /// A value that TOML cannot hold.
            pub fn resolved(&self) -> Result<toml::Table, toml::ser::Error> {
                let mut table = toml::Table::new();
                $(if !self.$section.is_empty() {
                    table.insert(stringify!($section).into(), <$spec>::resolved(&self.$section)?);
                })+
                Ok(table)
            }
        }
    };
}

indices! {
    /// Location quotients and virtual agglomeration.
    va: va::Va,
    /// Efficiency and productivity.
    gtfp: gtfp::Gtfp,
    /// Segmentation and integration.
    market: market::Market,
    /// Quotients without coordinates, specialisation, concentration by period.
    concentration: concentration::Concentration,
    /// Spatial lags of variables.
    lag_w: lag_w::LagW,
}

impl Indices {
    /// Gives the indices that need them the weights of their study, and the folder of its files.
    pub fn with_weights(&mut self, sections: &[WeightsSection], folder: &Path) {
        self.va.iter_mut().for_each(|va| va.among(sections, folder));
        self.market.iter_mut().for_each(|market| market.among(sections, folder));
        self.lag_w.iter_mut().for_each(|lag| lag.among(sections, folder));
    }
}
