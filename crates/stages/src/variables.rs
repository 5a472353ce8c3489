//! Stage `variables`, and the filters of samples.

use panel_core::expr::{Expr, Mask};
use panel_core::{Diagnostic, Diagnostics, Panel};
use study::{Error, Parsed, Result};

/// The rows of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Whether each row of the panel is kept.
    pub keep: Vec<bool>,
    /// What the filter's evaluation remarked, and how many rows it cannot decide.
    pub diagnostics: Diagnostics,
}

/// The rows that a `sample` keeps; all where there is none.
///
/// # Errors
/// Those of its evaluation.
pub fn sample(panel: &Panel, filter: Option<&Parsed<Expr>>, stage: &str) -> Result<Sample> {
    let Some(filter) = filter else {
        return Ok(Sample { keep: vec![true; panel.n_rows()], diagnostics: Diagnostics::new() });
    };
    let failed = |error: panel_core::Error| Error::stage(stage, format!("sample `{filter}`: {error}"));
    let mask = filter.eval_filter(panel).map_err(failed)?;
    let diagnostics = remarks(&format!("sample `{filter}`"), &mask);
    Ok(Sample { keep: mask.keep, diagnostics })
}

/// What is to be said of a filter, each sentence with the filter it belongs to.
pub(crate) fn remarks(what: &str, mask: &Mask) -> Diagnostics {
    let named = |remark: &Diagnostic| Diagnostic { message: format!("{what}: {}", remark.message), ..remark.clone() };
    let mut remarks: Diagnostics = mask.diagnostics.iter().map(named).collect();
    if mask.n_missing > 0 {
        let message =
            format!("{what}: a value that it compares is missing in {} rows; they are left out", mask.n_missing);
        remarks.push(Diagnostic::note("filter-missing", message));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_says_what_it_cannot_decide_and_what_it_does_not_know() {
        let panel = Panel::builder("city", "year")
            .keys(["a", "b", "c"], ["1", "1", "1"])
            .column("x", vec![1.0, f64::NAN, 3.0])
            .column("region", panel_core::TextColumn::new(&[Some("East"), Some("West"), Some("East")]))
            .build()
            .unwrap();
        let all = sample(&panel, None, "t").unwrap();
        assert!(all.keep == [true; 3] && all.diagnostics.is_empty());
        let some = sample(&panel, Some(&"x > 1".parse().unwrap()), "t").unwrap();
        assert_eq!(some.keep, [false, false, true]);
        assert!(some.diagnostics[0].message.contains("missing in 1 rows"), "{:?}", some.diagnostics);
        let odd = sample(&panel, Some(&"region != \"Est\"".parse().unwrap()), "t").unwrap();
        assert_eq!(odd.keep, [true; 3]);
        assert!(odd.diagnostics.iter().any(|remark| remark.code == "unknown-value"), "{:?}", odd.diagnostics);
    }
}
