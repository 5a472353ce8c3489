//! Critical values of Stock and Yogo (2005), Tables 5.1 and 5.2, for two-stage least squares.

/// What a critical value bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StockYogo {
    /// Endogenous regressors.
    pub endogenous: usize,
    /// Excluded instruments.
    pub instruments: usize,
    /// Whether it bounds the size of a nominal 5 % Wald test (otherwise the bias relative to OLS).
    pub size: bool,
    /// The bound, such as 0.10.
    pub level: f64,
    /// The critical value.
    pub value: f64,
}

type Rows = &'static [(usize, usize, [f64; 4])];

// 6.28 is a critical value, not 2π.
#[allow(clippy::approx_constant)]
/// Size of a nominal 5 % Wald test at most 10, 15, 20, 25 %: (endogenous, instruments, values).
const SIZE: Rows = &[
    (1, 1, [16.38, 8.96, 6.66, 5.53]),
    (1, 2, [19.93, 11.59, 8.75, 7.25]),
    (1, 3, [22.30, 12.83, 9.54, 7.80]),
    (1, 4, [24.58, 13.96, 10.26, 8.31]),
    (1, 5, [26.87, 15.09, 10.98, 8.84]),
    (2, 2, [7.03, 4.58, 3.95, 3.63]),
    (2, 3, [13.43, 8.18, 6.40, 5.45]),
    (2, 4, [16.87, 9.93, 7.54, 6.28]),
    (2, 5, [19.45, 11.22, 8.38, 6.89]),
];

/// Bias at most 5, 10, 20, 30 % of that of OLS.
const BIAS: Rows = &[
    (1, 3, [13.91, 9.08, 6.46, 5.39]),
    (1, 4, [16.85, 10.27, 6.71, 5.34]),
    (1, 5, [18.37, 10.83, 6.77, 5.25]),
    (2, 4, [11.04, 7.56, 5.57, 4.73]),
    (2, 5, [13.97, 8.78, 5.91, 4.79]),
];

/// All tabulated values for up to two endogenous regressors and five instruments.
#[must_use]
pub fn stock_yogo() -> Vec<StockYogo> {
    let expand = |rows: Rows, size: bool, levels: [f64; 4]| {
        rows.iter().flat_map(move |&(endogenous, instruments, values)| {
            levels.into_iter().zip(values).map(move |(level, value)| StockYogo {
                endogenous,
                instruments,
                size,
                level,
                value,
            })
        })
    };
    expand(SIZE, true, [0.10, 0.15, 0.20, 0.25]).chain(expand(BIAS, false, [0.05, 0.10, 0.20, 0.30])).collect()
}
