//! Critical values of Stock & Yogo (2005) for the Cragg-Donald statistic: estimators compare with them, and audits look
//! them up.

mod table;

/// What a critical value bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StockYogoTable {
    /// Bias of 2SLS relative to OLS, at most 5, 10, 20 or 30 %.
    TwoStageBias(u8),
    /// Size of a nominal 5 % Wald test under 2SLS, at most 10, 15, 20 or 25 %.
    TwoStageSize(u8),
    /// Size under LIML, at most 10, 15, 20 or 25 %.
    LimlSize(u8),
    /// Relative bias of Fuller(1), at most 5, 10, 20 or 30 %.
    FullerRelativeBias(u8),
    /// Maximal bias of Fuller(1), at most 5, 10, 20 or 30 %.
    FullerMaximumBias(u8),
}

impl StockYogoTable {
    /// All twenty tables.
    pub const ALL: [Self; 20] = [
        Self::TwoStageBias(5),
        Self::TwoStageBias(10),
        Self::TwoStageBias(20),
        Self::TwoStageBias(30),
        Self::TwoStageSize(10),
        Self::TwoStageSize(15),
        Self::TwoStageSize(20),
        Self::TwoStageSize(25),
        Self::LimlSize(10),
        Self::LimlSize(15),
        Self::LimlSize(20),
        Self::LimlSize(25),
        Self::FullerRelativeBias(5),
        Self::FullerRelativeBias(10),
        Self::FullerRelativeBias(20),
        Self::FullerRelativeBias(30),
        Self::FullerMaximumBias(5),
        Self::FullerMaximumBias(10),
        Self::FullerMaximumBias(20),
        Self::FullerMaximumBias(30),
    ];

    /// What the value bounds, in words.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::TwoStageBias(p) => format!("{p}% maximal IV relative bias"),
            Self::TwoStageSize(p) => format!("{p}% maximal IV size"),
            Self::LimlSize(p) => format!("{p}% maximal LIML size"),
            Self::FullerRelativeBias(p) => format!("{p}% maximal Fuller relative bias"),
            Self::FullerMaximumBias(p) => format!("{p}% Fuller maximum bias"),
        }
    }

    /// Number of excluded instruments at which the lists start, and the lists by number of endogenous regressors.
    fn lists(self) -> Option<(usize, &'static [&'static [u16]])> {
        use table::*;
        Some(match self {
            Self::TwoStageBias(5) => (3, &[IVBIAS_05_K1, IVBIAS_05_K2, IVBIAS_05_K3]),
            Self::TwoStageBias(10) => (3, &[IVBIAS_10_K1, IVBIAS_10_K2, IVBIAS_10_K3]),
            Self::TwoStageBias(20) => (3, &[IVBIAS_20_K1, IVBIAS_20_K2, IVBIAS_20_K3]),
            Self::TwoStageBias(30) => (3, &[IVBIAS_30_K1, IVBIAS_30_K2, IVBIAS_30_K3]),
            Self::TwoStageSize(10) => (1, &[IVSIZE_10_K1, IVSIZE_10_K2]),
            Self::TwoStageSize(15) => (1, &[IVSIZE_15_K1, IVSIZE_15_K2]),
            Self::TwoStageSize(20) => (1, &[IVSIZE_20_K1, IVSIZE_20_K2]),
            Self::TwoStageSize(25) => (1, &[IVSIZE_25_K1, IVSIZE_25_K2]),
            Self::LimlSize(10) => (1, &[LIMLSIZE_10_K1, LIMLSIZE_10_K2]),
            Self::LimlSize(15) => (1, &[LIMLSIZE_15_K1, LIMLSIZE_15_K2]),
            Self::LimlSize(20) => (1, &[LIMLSIZE_20_K1, LIMLSIZE_20_K2]),
            Self::LimlSize(25) => (1, &[LIMLSIZE_25_K1, LIMLSIZE_25_K2]),
            Self::FullerRelativeBias(5) => (1, &[FULLREL_05_K1, FULLREL_05_K2]),
            Self::FullerRelativeBias(10) => (1, &[FULLREL_10_K1, FULLREL_10_K2]),
            Self::FullerRelativeBias(20) => (1, &[FULLREL_20_K1, FULLREL_20_K2]),
            Self::FullerRelativeBias(30) => (1, &[FULLREL_30_K1, FULLREL_30_K2]),
            Self::FullerMaximumBias(5) => (1, &[FULLMAX_05_K1, FULLMAX_05_K2]),
            Self::FullerMaximumBias(10) => (1, &[FULLMAX_10_K1, FULLMAX_10_K2]),
            Self::FullerMaximumBias(20) => (1, &[FULLMAX_20_K1, FULLMAX_20_K2]),
            Self::FullerMaximumBias(30) => (1, &[FULLMAX_30_K1, FULLMAX_30_K2]),
            _ => return None,
        })
    }
}

/// Critical value of the Cragg-Donald F for `endogenous` regressors and `instruments` excluded instruments.
///
/// `None` where the tables have no value: more than two endogenous regressors (three for the bias of 2SLS), too few
/// over-identifying restrictions, more than 100 instruments, or a percentage that was not tabulated. The tables are
/// for iid errors; for the Kleibergen-Paap F they are a convention.
/// Source: Stock & Yogo (2005), tables 5.1-5.4, extended to 100 instruments, as in `ivreg2` 4.1.
#[must_use]
pub fn stock_yogo(which: StockYogoTable, endogenous: usize, instruments: usize) -> Option<f64> {
    let (start, lists) = which.lists()?;
    let list = lists.get(endogenous.checked_sub(1)?)?;
    let first = start + endogenous - 1;
    list.get(instruments.checked_sub(first)?).map(|&hundredths| f64::from(hundredths) / 100.0)
}

/// All values there are for a model, with their tables.
#[must_use]
pub fn stock_yogo_all(endogenous: usize, instruments: usize) -> Vec<(StockYogoTable, f64)> {
    StockYogoTable::ALL.iter().filter_map(|&t| stock_yogo(t, endogenous, instruments).map(|v| (t, v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Stock & Yogo (2005), table 5.2: the values most papers quote.
    #[test]
    fn the_values_most_papers_quote() {
        assert_eq!(stock_yogo(StockYogoTable::TwoStageSize(10), 1, 1), Some(16.38));
        assert_eq!(stock_yogo(StockYogoTable::TwoStageSize(10), 2, 2), Some(7.03));
        assert_eq!(stock_yogo(StockYogoTable::TwoStageBias(5), 3, 5), Some(9.53));
        assert_eq!(stock_yogo(StockYogoTable::TwoStageBias(5), 1, 2), None);
        assert_eq!(stock_yogo(StockYogoTable::LimlSize(25), 2, 1), None);
        assert_eq!(stock_yogo(StockYogoTable::TwoStageSize(11), 1, 1), None);
        assert_eq!(stock_yogo(StockYogoTable::TwoStageSize(10), 1, 101), None);
    }
}
