//! A simplex in exact rational arithmetic, for the few programs that 32 digits cannot decide.
//!
//! Doubles are integers times powers of two, so a program of doubles has an exact answer: three near-copies of one unit
//! make bases of condition 1e18 and more, in which 32 digits leave too few to tell a tie from a step. Here a tie is a tie,
//! the least-index rule ends, and a verdict is its own proof: the certificate is zero.
//!
//! Rows are multiplied by their unit's quantities instead of divided by them, bounded variables are shifted to zero, and
//! a finite upper bound becomes a row with a slack. A first phase minimises the row violations. Slow, and rarely reached.

mod dyadic;
mod tableau;
#[cfg(test)]
mod tests;

use super::activities::power_of_two;
use super::{Activities, Certificate, Program, Solution, Status};
use dyadic::{Dyadic, integers, quotient};
use num_bigint::{BigInt, Sign};
use tableau::{End, Tableau};

/// Solves a program, whatever its size.
pub(super) fn solve(activities: &Activities, program: &Program, solution: &mut Solution) {
    let mut exact = Exact::new(activities, program);
    let status = exact.run();
    exact.write(status, solution);
}

/// A column of the tableau that stands for a variable z: z = shift + sign · column.
#[derive(Debug, Clone, Copy)]
struct Part {
    z: usize,
    falls: bool,
}

/// One program as a tableau: columns of λ, parts of z, slacks of upper bounds, one artificial per row, right-hand side.
struct Exact<'a> {
    program: &'a Program,
    /// The columns of activities that may be used.
    used: Vec<usize>,
    parts: Vec<Part>,
    /// Slacks, which are also rows after those of the program.
    slacks: usize,
    /// Per row of the program: the integers are (row · scale) / 2^exponent, negated where the right-hand side asks for it.
    exponents: Vec<i64>,
    negated: Vec<bool>,
    /// Weight of each row's violation in the first phase.
    weights: Vec<BigInt>,
    cost_exponent: i64,
    tableau: Tableau,
}

/// The bound at which a variable counts as zero.
fn shift(lower: f64, upper: f64) -> f64 {
    if lower.is_finite() {
        lower
    } else if upper.is_finite() {
        upper
    } else {
        0.0
    }
}

fn row_scale(program: &Program, i: usize) -> f64 {
    program.row_scale().get(i).copied().unwrap_or(1.0)
}

/// Parts of all z, and which of them have a slack.
fn parts(program: &Program) -> (Vec<Part>, Vec<usize>) {
    let (mut parts, mut bounded) = (Vec::new(), Vec::new());
    for (z, (&lower, &upper)) in program.lower().iter().zip(program.upper()).enumerate() {
        match (lower.is_finite(), upper.is_finite()) {
            (true, true) => {
                if lower < upper {
                    bounded.push(parts.len());
                    parts.push(Part { z, falls: false });
                }
            }
            (true, false) => parts.push(Part { z, falls: false }),
            (false, true) => parts.push(Part { z, falls: true }),
            (false, false) => parts.extend([Part { z, falls: false }, Part { z, falls: true }]),
        }
    }
    (parts, bounded)
}

impl<'a> Exact<'a> {
    fn new(activities: &Activities, program: &'a Program) -> Self {
        let m = program.rows();
        let used: Vec<usize> = (0..activities.cols()).filter(|j| !program.excluded().contains(j)).collect();
        let (parts, bounded) = parts(program);
        let mut exact = Self {
            program,
            exponents: Vec::with_capacity(m),
            negated: Vec::with_capacity(m),
            weights: Vec::new(),
            cost_exponent: 0,
            slacks: bounded.len(),
            tableau: Tableau {
                entries: Vec::new(),
                width: used.len() + parts.len() + bounded.len() + m + 1,
                basis: Vec::new(),
                denominator: BigInt::from(1),
                pivots: 0,
            },
            used,
            parts,
        };
        for i in 0..m {
            exact.add_row(activities, i);
        }
        for (slack, &part) in bounded.iter().enumerate() {
            exact.add_bound(slack, part);
        }
        exact.add_objectives();
        exact
    }

    /// Columns before the artificial ones.
    fn usable(&self) -> usize {
        self.used.len() + self.parts.len() + self.slacks
    }

    fn signed(part: Part, value: Dyadic) -> Dyadic {
        if part.falls { value.negated() } else { value }
    }

    fn add_row(&mut self, activities: &Activities, i: usize) {
        let program = self.program;
        let scale = Dyadic::from(row_scale(program, i));
        let technology = i < program.technology_rows();
        let mut right = Dyadic::from(program.rhs()[i]).times(&scale);
        for (z, (&lower, &upper)) in program.lower().iter().zip(program.upper()).enumerate() {
            let term = Dyadic::from(program.z_column(z)[i]).times(&Dyadic::from(shift(lower, upper)));
            right = right.minus(&term.times(&scale));
        }
        let quantity = |&j: &usize| if technology { Dyadic::from(activities.get(i, j)) } else { Dyadic::zero() };
        let mut values: Vec<Dyadic> = self.used.iter().map(quantity).collect();
        values.extend(
            self.parts.iter().map(|&part| Self::signed(part, Dyadic::from(program.z_column(part.z)[i]).times(&scale))),
        );
        let negated = right.is_negative();
        values.push(right);
        let (mut integers, exponent) = integers(&values);
        if negated {
            for value in &mut integers {
                *value = -std::mem::take(value);
            }
        }
        let right = integers.pop().unwrap_or_default();
        integers.resize(self.tableau.width, BigInt::ZERO);
        integers[self.tableau.width - 1] = right;
        let artificial = self.usable() + i;
        integers[artificial] = BigInt::from(1);
        self.tableau.entries.extend(integers);
        self.tableau.basis.push(artificial);
        self.exponents.push(exponent);
        self.negated.push(negated);
    }

    /// The row column + slack = upper - lower.
    fn add_bound(&mut self, slack: usize, part: usize) {
        let z = self.parts[part].z;
        let span = Dyadic::from(self.program.upper()[z]).minus(&Dyadic::from(self.program.lower()[z]));
        let (mut integers, _) = integers(&[Dyadic::from(1.0), span]);
        let mut row = vec![BigInt::ZERO; self.tableau.width];
        let column = self.used.len() + self.parts.len() + slack;
        row[self.tableau.width - 1] = integers.pop().unwrap_or_default();
        row[self.used.len() + part] = integers.pop().unwrap_or_default();
        row[column] = BigInt::from(1);
        self.tableau.entries.extend(row);
        self.tableau.basis.push(column);
    }

    /// The row of costs, and that of the weighted row violations.
    fn add_objectives(&mut self) {
        let (m, width) = (self.program.rows(), self.tableau.width);
        let costs: Vec<Dyadic> =
            self.parts.iter().map(|&part| Self::signed(part, Dyadic::from(self.program.cost()[part.z]))).collect();
        let (costs, exponent) = integers(&costs);
        self.cost_exponent = exponent;
        let mut row = vec![BigInt::ZERO; width];
        for (entry, cost) in row[self.used.len()..].iter_mut().zip(costs) {
            *entry = cost;
        }
        self.tableau.entries.extend(row);
        // An integer unit of a row is 2^exponent / scale of the program's: to a power of two.
        let unit = |i: usize| Dyadic::from(1.0 / power_of_two(row_scale(self.program, i))).shifted(self.exponents[i]);
        self.weights = integers(&(0..m).map(unit).collect::<Vec<_>>()).0;
        let mut row = vec![BigInt::ZERO; width];
        let usable = self.usable();
        for (i, weight) in self.weights.iter().enumerate() {
            for (j, entry) in row.iter_mut().enumerate() {
                if j < usable || j == width - 1 {
                    *entry -= weight * self.tableau.at(i, j);
                }
            }
        }
        self.tableau.entries.extend(row);
    }

    fn costs(&self) -> usize {
        self.tableau.basis.len()
    }

    fn violations(&self) -> usize {
        self.tableau.basis.len() + 1
    }

    fn run(&mut self) -> Status {
        let usable = self.usable();
        // Violations are bounded below, so this ends with an optimum.
        self.tableau.minimise(self.violations(), usable);
        if self.tableau.right_side(self.violations()).sign() != Sign::NoSign {
            return Status::Infeasible;
        }
        self.drive_out();
        match self.tableau.minimise(self.costs(), usable) {
            End::Optimal => Status::Optimal,
            End::Unbounded => Status::Unbounded,
        }
    }

    /// Exchanges artificial variables, which are at zero now, for others; where none is left their row is redundant.
    fn drive_out(&mut self) {
        let usable = self.usable();
        for row in 0..self.tableau.basis.len() {
            if self.tableau.basis[row] >= usable {
                let column = (0..usable).find(|&j| self.tableau.at(row, j).sign() != Sign::NoSign);
                if let Some(column) = column {
                    self.tableau.pivot(row, column);
                }
            }
        }
    }

    /// Multiplier of row `i` of the program, of the costs or of the violations.
    fn dual(&self, i: usize, infeasible: bool) -> f64 {
        let column = self.usable() + i;
        let tableau = &self.tableau;
        // Reduced cost of the artificial variable = its cost - multiplier.
        let (value, exponent) = if infeasible {
            (&self.weights[i] * &tableau.denominator - tableau.at(self.violations(), column), 0)
        } else {
            (-tableau.at(self.costs(), column), self.cost_exponent)
        };
        let value = quotient(&value, &tableau.denominator, exponent - self.exponents[i]) * row_scale(self.program, i);
        if self.negated[i] { -value } else { value }
    }

    /// Writes the solution in the program's units.
    fn write(&self, status: Status, solution: &mut Solution) {
        let program = self.program;
        let bounds = || program.lower().iter().zip(program.upper());
        solution.z.clear();
        solution.z.extend(bounds().map(|(l, u)| shift(*l, *u)));
        solution.lambda.clear();
        let denominator = &self.tableau.denominator;
        for (row, &variable) in self.tableau.basis.iter().enumerate() {
            let value = quotient(self.tableau.right_side(row), denominator, 0);
            if let Some(&j) = self.used.get(variable) {
                if value > 0.0 {
                    solution.lambda.push((j, value));
                }
            } else if let Some(part) = self.parts.get(variable - self.used.len()) {
                solution.z[part.z] += if part.falls { -value } else { value };
            }
        }
        for (z, (l, u)) in solution.z.iter_mut().zip(bounds()) {
            *z = z.clamp(*l, *u);
        }
        solution.lambda.sort_unstable_by_key(|(j, _)| *j);
        solution.duals.clear();
        solution.duals.extend((0..program.rows()).map(|i| self.dual(i, status == Status::Infeasible)));
        solution.status = status;
        solution.iterations += self.tableau.pivots;
        solution.objective = if status == Status::Optimal {
            program.cost().iter().zip(&solution.z).map(|(c, z)| c * z).sum()
        } else {
            0.0
        };
        solution.certificate = Certificate::default();
    }
}
