//! What a reader sees of the results: files, figures and pages. Nothing here estimates.

pub mod figures;
pub mod files;
pub mod pages;

use report::numfmt::{Format, number, whole_percent};
use report::{Lang, Text};

/// A count: thousands are set apart in English.
pub(crate) fn count(n: usize, lang: Lang) -> String {
    number(n as f64, if lang == Lang::En { Format::Grouped } else { Format::Integer })
}

/// How much of the sample lies beyond a turning point, as a clause after it; empty where that is not known.
pub(crate) fn beyond_turning_point(share: Option<f64>) -> Text {
    let share = share.map(whole_percent);
    Text::build(|lang| match (&share, lang) {
        (None, _) => String::new(),
        (Some(share), Lang::Zh) => format!("，其右侧有 {share} 的观测"),
        (Some(share), Lang::En) => format!("; {share} of observations lie beyond it"),
    })
}
