//! What a reader sees of the results: files, figures and pages. Nothing here estimates.

pub mod figures;
pub mod files;
pub mod pages;

use report::Lang;
use report::numfmt::{Format, number};

/// A count: thousands are set apart in English.
pub(crate) fn count(n: usize, lang: Lang) -> String {
    number(n as f64, if lang == Lang::En { Format::Grouped } else { Format::Integer })
}
