//! The programs whose conventions can be followed.

use crate::words::words;

/// Whose degrees-of-freedom rule is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Like {
    /// reghdfe 6.
    #[default]
    Reghdfe,
    /// fixest 0.14, default `ssc()`.
    Fixest,
    /// Stata's `xtreg, fe`.
    Xtreg,
    /// ivreghdfe 1 (ivreg2 with `absorb()`, `small`).
    Ivreghdfe,
    /// xtivreg2, fe without `small`.
    Xtivreg2,
}

words!(
    Like,
    "like",
    Reghdfe = "reghdfe",
    Fixest = "fixest",
    Xtreg = "xtreg",
    Ivreghdfe = "ivreghdfe",
    Xtivreg2 = "xtivreg2",
);

impl Like {
    /// Whether lags of Driscoll-Kraay and Newey-West follow the calendar by default.
    #[must_use]
    pub fn calendar_lags(self) -> bool {
        matches!(self, Self::Ivreghdfe | Self::Xtivreg2 | Self::Xtreg)
    }
}
