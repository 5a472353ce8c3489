//! Row-wise functions with a domain.

/// Values of a function, and the rows where the argument was there but outside the domain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapped {
    /// Values; `NaN` where the argument is missing or outside the domain.
    pub values: Vec<f64>,
    /// Rows outside the domain. Their loss is worth a word to the user, since it is silent in most programs.
    pub undefined: Vec<usize>,
}

impl Mapped {
    pub(crate) fn of(arguments: &[f64], function: impl Fn(f64) -> f64) -> Self {
        let mut mapped = Self { values: Vec::with_capacity(arguments.len()), undefined: Vec::new() };
        for (row, &argument) in arguments.iter().enumerate() {
            let value = function(argument);
            if value.is_finite() {
                mapped.values.push(value);
            } else {
                if !argument.is_nan() {
                    mapped.undefined.push(row);
                }
                mapped.values.push(f64::NAN);
            }
        }
        mapped
    }
}

/// ln x; zero and negative values are missing and listed.
#[must_use]
pub fn ln(x: &[f64]) -> Mapped {
    Mapped::of(x, f64::ln)
}

/// ln(1 + x), exact near zero; values of −1 and below are missing and listed.
#[must_use]
pub fn ln1p(x: &[f64]) -> Mapped {
    Mapped::of(x, f64::ln_1p)
}

/// x / y row by row; where y is zero (or the quotient overflows) the value is missing and the row listed.
///
/// The result is as long as the shorter of the two.
#[must_use]
pub fn ratio(x: &[f64], y: &[f64]) -> Mapped {
    let mut mapped = Mapped { values: Vec::with_capacity(x.len()), undefined: Vec::new() };
    for (row, (&x, &y)) in x.iter().zip(y).enumerate() {
        let value = x / y;
        if value.is_finite() {
            mapped.values.push(value);
        } else {
            if !x.is_nan() && !y.is_nan() {
                mapped.undefined.push(row);
            }
            mapped.values.push(f64::NAN);
        }
    }
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_the_domain_are_listed() {
        let logs = ln(&[1.0, 0.0, -1.0, f64::NAN]);
        assert_eq!((logs.values[0], logs.undefined), (0.0, vec![1, 2]));
        let quotients = ratio(&[1.0, 0.0, f64::NAN], &[0.0, 2.0, 0.0]);
        assert_eq!((quotients.values[1], quotients.undefined), (0.0, vec![0]));
    }
}
