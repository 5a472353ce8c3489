//! A program of one model, ready to be set to unit after unit, and what its columns mean.

use crate::data::{Dimensions, Group};
use crate::lp::Program;
use crate::spec::Rts;

/// How the optimum of a program becomes the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// Score = constant + objective.
    Ratio {
        /// Part of the objective that does not depend on the variables.
        constant: f64,
    },
    /// Score = 1 / (constant − objective): output orientation maximises, programs minimise.
    Reciprocal {
        /// Part of the objective that does not depend on the variables.
        constant: f64,
    },
    /// Score = −objective, a distance: 0 on the frontier, larger further inside.
    Distance,
}

impl Reading {
    /// The score of an objective.
    pub(crate) fn score(self, objective: f64) -> f64 {
        match self {
            Self::Ratio { constant } => constant + objective,
            Self::Reciprocal { constant } => 1.0 / (constant - objective),
            // `+ 0.0` turns a negative zero into zero.
            Self::Distance => -objective + 0.0,
        }
    }

    /// Whether the score is a distance rather than an efficiency.
    pub(crate) fn is_distance(self) -> bool {
        matches!(self, Self::Distance)
    }
}

/// Where a factor stands among the variables of a program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// Not a variable: 1.
    One,
    /// The variable itself.
    At(usize),
    /// t − z: a factor bounded above by 1 in a program multiplied by t.
    Below(usize),
    /// t + z: a factor bounded below by 1 in a program multiplied by t.
    Above(usize),
}

/// The program of a model, and how it follows the evaluated unit.
#[derive(Debug, Clone)]
pub(crate) struct Formulation {
    pub(crate) dims: Dimensions,
    pub(crate) program: Program,
    pub(crate) reading: Reading,
    /// Row of ones, where returns to scale are not constant.
    pub(crate) convexity: Option<usize>,
    /// Whether the technology has unit-specific abatement columns.
    pub(crate) abatement: bool,
    /// Charnes-Cooper multiplier t; none where the program is linear as it stands.
    pub(crate) multiplier: Option<usize>,
    /// Whether the program is multiplied by t although t itself dropped out (θ and φ known up to a factor only).
    pub(crate) homogeneous: bool,
    pub(crate) theta: Place,
    pub(crate) phi: Place,
    /// Column of β, or of the first of several (one per data column with a positive weight).
    pub(crate) beta: Vec<(usize, usize)>,
    /// Slack of each data column; none in an equality.
    pub(crate) slacks: Vec<Option<usize>>,
    /// +1 where the slack is what the unit has too much (or too little) of; −1 in super-efficiency programs.
    pub(crate) slack_sign: f64,
    /// Entries that are multiples of the unit's own value: (data column, variable, base).
    pub(crate) own: Vec<(usize, usize, f64)>,
    /// Right-hand sides that are multiples of the unit's own value: (data column, base).
    pub(crate) own_rhs: Vec<(usize, f64)>,
    /// Entries that follow a direction: (data column, variable, sign). Set per unit.
    pub(crate) directed: Vec<(usize, usize, f64)>,
    /// Direction of each data column.
    pub(crate) direction: Vec<DirectionValue>,
    /// Whether some evaluated unit has a zero, so that multiples of own values must be written for every unit.
    pub(crate) zeros: bool,
    /// Scale of a row whose own value is zero.
    pub(crate) fallback: Vec<f64>,
    /// Cap rows of bad outputs: (row, data column, cap); the row reads β g/s + slack = (cap − b)/s, reversed.
    pub(crate) caps: Vec<(usize, usize, f64)>,
}

/// A direction resolved against the reference set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DirectionValue {
    /// The unit's own value.
    Own,
    /// A number in the column's unit.
    Fixed(f64),
    /// The way to a number in the column's unit.
    Toward(f64),
}

impl DirectionValue {
    /// The direction of a unit with this value.
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Own => value,
            Self::Fixed(g) => g,
            Self::Toward(best) => (best - value).abs(),
        }
    }
}

impl Formulation {
    /// An empty formulation over `extra_rows` rows beside the technology and `z` variables.
    pub(crate) fn new(dims: Dimensions, rts: Rts, extra_rows: usize, z: usize, reading: Reading) -> Self {
        let convexity = (rts != Rts::Crs).then_some(dims.total());
        let technology_rows = dims.total() + usize::from(convexity.is_some());
        Self {
            dims,
            program: Program::new(technology_rows, extra_rows, z),
            reading,
            convexity,
            abatement: false,
            multiplier: None,
            homogeneous: false,
            theta: Place::One,
            phi: Place::One,
            beta: Vec::new(),
            slacks: vec![None; dims.total()],
            slack_sign: 1.0,
            own: Vec::new(),
            own_rhs: Vec::new(),
            directed: Vec::new(),
            direction: Vec::new(),
            zeros: false,
            fallback: vec![1.0; dims.total()],
            caps: Vec::new(),
        }
    }

    /// Adds a multiple of the unit's own value in the row of data column `k`.
    pub(crate) fn own(&mut self, k: usize, z: usize, base: f64) {
        let current = self.program.z_column(z)[k];
        self.program.set(k, z, current + base);
        match self.own.iter_mut().find(|(row, column, _)| *row == k && *column == z) {
            Some(entry) => entry.2 += base,
            None => self.own.push((k, z, base)),
        }
    }

    /// Sets the right-hand side of data column `k` to a multiple of the unit's own value.
    pub(crate) fn own_rhs(&mut self, k: usize, base: f64) {
        self.program.set_rhs(k, base);
        self.own_rhs.push((k, base));
    }

    /// Adds the slack of data column `k` as variable `z`: +s for inputs and bads (use may exceed what is needed), −s
    /// for goods.
    pub(crate) fn slack(&mut self, k: usize, z: usize) {
        let sign = if self.dims.group(k) == Group::Good { -1.0 } else { 1.0 };
        self.program.set(k, z, sign);
        self.slacks[k] = Some(z);
    }

    /// Writes the rule on Σλ into the convexity row: `total` is the variable that stands for 1, or none for the number
    /// 1; `z` the slack of an inequality.
    pub(crate) fn returns(&mut self, rts: Rts, total: Option<usize>, z: Option<usize>) {
        let Some(row) = self.convexity else { return };
        match total {
            Some(t) => self.program.set(row, t, -1.0),
            None => self.program.set_rhs(row, 1.0),
        };
        match (rts, z) {
            (Rts::Nirs, Some(z)) => self.program.set(row, z, 1.0),
            (Rts::Ndrs, Some(z)) => self.program.set(row, z, -1.0),
            _ => &mut self.program,
        };
    }

    /// Number of slack variables a rule on Σλ needs.
    pub(crate) fn returns_slacks(rts: Rts) -> usize {
        usize::from(matches!(rts, Rts::Nirs | Rts::Ndrs))
    }

    /// Writes the evaluated unit into `program`, a copy of this formulation's own.
    pub(crate) fn set_unit(&self, program: &mut Program, values: &[f64]) {
        for (k, &value) in values.iter().enumerate() {
            program.set_row_scale(k, if value > 0.0 { value } else { self.fallback[k] });
        }
        if self.zeros {
            let relative = |k: usize| if values[k] > 0.0 { 1.0 } else { values[k] / self.fallback[k] };
            for &(k, z, base) in &self.own {
                program.set(k, z, base * relative(k));
            }
            for &(k, base) in &self.own_rhs {
                program.set_rhs(k, base * relative(k));
            }
        }
        for &(k, z, sign) in &self.directed {
            let scale = if values[k] > 0.0 { values[k] } else { self.fallback[k] };
            program.set(k, z, sign * self.direction[k].of(values[k]) / scale);
        }
        self.close_where_best(program, values);
        for &(row, k, cap) in &self.caps {
            let scale = if values[k] > 0.0 { values[k] } else { self.fallback[k] };
            let g = self.direction[k].of(values[k]);
            // b − β g ≤ cap, divided by the scale: −β g + slack = cap − b.
            for &(_, z) in &self.beta {
                program.set(row, z, -g / scale);
            }
            program.set_rhs(row, (cap - values[k]) / scale);
        }
    }

    /// A β that no column directs any more, because the unit is the best there, is zero.
    fn close_where_best(&self, program: &mut Program, values: &[f64]) {
        if !self.direction.iter().any(|direction| matches!(direction, DirectionValue::Toward(_))) {
            return;
        }
        for &(_, z) in &self.beta {
            let own = self.directed.iter().filter(|(_, beta, _)| *beta == z);
            let open = own.into_iter().any(|&(k, _, _)| self.direction[k].of(values[k]) > 0.0);
            let (lower, upper) = (self.program.lower()[z], self.program.upper()[z]);
            if open {
                program.set_bounds(z, lower, upper)
            } else {
                program.set_bounds(z, 0.0, 0.0)
            };
        }
    }
}
