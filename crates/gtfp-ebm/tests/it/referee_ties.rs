//! The rule of ties, stated a second time and applied without rounding.
//!
//! A row may be missed by 2e-13 of the unit's own value, at a price. The lowest price at which the misses of the optimum are that
//! small decides; where there is none, the program as it stands; a program without a solution has one where its smallest misses
//! are that small.

use crate::rational::{Linear, Point, Relation, Verdict};

/// The most that a row may be missed by.
const MISS: f64 = 2e-13;

/// Prices per unit of a miss: at the first, one unit in the last place of a double is worth 1e-11.
const PRICES: [f64; 3] = [1e-11 / f64::EPSILON, 1e-8 / f64::EPSILON, 1e-5 / f64::EPSILON];

/// A price at which the misses are as small as they can be.
const LAST: f64 = 1e-2 / f64::EPSILON;

/// A program whose rows may be missed: by multiples of their own sizes, or (size zero) not at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tied {
    pub(crate) linear: Linear,
    sizes: Vec<f64>,
}

impl Tied {
    pub(crate) fn new(variables: usize) -> Self {
        Self { linear: Linear { cost: vec![0.0; variables], rows: Vec::new() }, sizes: Vec::new() }
    }

    pub(crate) fn row(&mut self, a: Vec<f64>, relation: Relation, b: f64, size: f64) {
        self.linear.row(a, relation, b);
        self.sizes.push(size);
    }

    /// The optimum at a price, where its misses are small.
    fn at(&self, price: f64) -> Option<Point> {
        let mut linear = self.linear.clone();
        for (row, &size) in self.sizes.iter().enumerate().filter(|(_, size)| **size > 0.0) {
            for sign in [1.0, -1.0] {
                linear.cost.push(price);
                for (i, (a, _, _)) in linear.rows.iter_mut().enumerate() {
                    a.push(if i == row { sign * size } else { 0.0 });
                }
            }
        }
        linear.point().ok().filter(|point| point.is_within(self.linear.cost.len(), MISS))
    }

    /// The answer, and whether a miss made it.
    pub(crate) fn solve(&self) -> (Verdict, bool) {
        let point = PRICES.iter().find_map(|price| self.at(*price));
        let answer = |point: &Point| Verdict::Optimal(point.objective(&self.linear.cost));
        if let Some(point) = point.as_ref().filter(|point| point.is_zero(self.linear.cost.len())) {
            return (answer(point), false);
        }
        match (self.linear.solve(), point) {
            (Verdict::Infeasible, point) => self
                .at(LAST)
                .map_or((Verdict::Infeasible, false), |last| (answer(point.as_ref().unwrap_or(&last)), true)),
            (Verdict::Optimal(_), Some(point)) => (answer(&point), true),
            (verdict, _) => (verdict, false),
        }
    }
}

/// One unit makes a little less than its double: dominated up to a miss of 2e-13, efficient beyond.
#[test]
fn the_rule_knows_ties() {
    let solved = |less: f64, relation: Relation| {
        let mut tied = Tied::new(3);
        tied.linear.cost[2] = 1.0;
        tied.row(vec![4.0, 2.0, -4.0], relation, 0.0, 4.0);
        tied.row(vec![1.0, 1.0 - less, 0.0], relation, 1.0, 1.0);
        tied.row(vec![1.0, 1.0, 0.0], Relation::Equal, 1.0, 1.0);
        tied.solve()
    };
    for less in [1e-16, 1e-14, 1.9e-13] {
        let (verdict, missed) = solved(less, Relation::Equal);
        assert!(matches!(verdict, Verdict::Optimal(value) if (value - 0.5).abs() < 1e-12), "{less:e}: {verdict:?}");
        assert!(missed);
    }
    for less in [2.1e-13, 1e-9, 1e-3] {
        assert_eq!(solved(less, Relation::Equal), (Verdict::Optimal(1.0), false), "{less:e}");
    }
    assert_eq!(solved(0.0, Relation::Equal), (Verdict::Optimal(0.5), false));
    // One thing twice, and 1 is to be 1 + d.
    for (d, verdict) in [(1e-13, Verdict::Optimal(0.0)), (1e-12, Verdict::Infeasible)] {
        let mut tied = Tied::new(1);
        tied.row(vec![1.0], Relation::Equal, 1.0, 1.0);
        tied.row(vec![1.0], Relation::Equal, 1.0 + d, 1.0);
        assert_eq!(tied.solve().0, verdict, "{d:e}");
        // Rows without a size are not missed.
        let mut exact = Tied::new(1);
        exact.row(vec![1.0], Relation::Equal, 1.0, 0.0);
        exact.row(vec![1.0], Relation::Equal, 1.0 + d, 0.0);
        assert_eq!(exact.solve(), (Verdict::Infeasible, false), "{d:e}");
    }
}
