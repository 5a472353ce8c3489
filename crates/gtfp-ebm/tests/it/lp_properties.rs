//! The built-in simplex on thousands of random technologies: certificates close, HiGHS agrees, units do not matter.

use gtfp_ebm::lp::{
    Activities, CERTIFICATE_TOLERANCE, LpSolver, Program, Simplex, Solution, Solver, Status, solve_each,
};
use proptest::prelude::*;

/// A random technology: inputs, goods and bads per unit, values over several orders of magnitude.
#[derive(Debug, Clone)]
pub(crate) struct Technology {
    pub(crate) inputs: usize,
    pub(crate) goods: usize,
    pub(crate) bads: usize,
    pub(crate) units: usize,
    /// One unit after the other.
    pub(crate) columns: Vec<f64>,
}

impl Technology {
    pub(crate) fn rows(&self) -> usize {
        self.inputs + self.goods + self.bads
    }

    pub(crate) fn is_good(&self, i: usize) -> bool {
        i >= self.inputs && i < self.inputs + self.goods
    }

    pub(crate) fn unit(&self, o: usize) -> &[f64] {
        &self.columns[o * self.rows()..(o + 1) * self.rows()]
    }

    /// Columns with a row of ones appended.
    pub(crate) fn with_ones(&self) -> Vec<f64> {
        self.columns.chunks_exact(self.rows()).flat_map(|c| c.iter().copied().chain([1.0])).collect()
    }
}

/// Lognormal units of mixed sizes; some are copies, multiples or slightly worse versions of others.
pub(crate) fn technology() -> impl Strategy<Value = Technology> {
    (1..=3_usize, 1..=2_usize, 0..=3_usize, 2..=40_usize).prop_flat_map(|(inputs, goods, bads, units)| {
        let rows = inputs + goods + bads;
        let entry = (-2.0..2.0_f64, 0..12_u8);
        (prop::collection::vec(entry, rows * units), prop::collection::vec((-3.0..3.0_f64, 0..10_u8), units)).prop_map(
            move |(entries, sizes)| {
                let mut columns = vec![0.0; rows * units];
                for j in 0..units {
                    let (size, kind) = sizes[j];
                    for i in 0..rows {
                        let (e, round) = entries[j * rows + i];
                        let value = (e + size).exp();
                        // Whole numbers make ties, and ties make degenerate vertices.
                        columns[j * rows + i] = if round < 4 { value.ceil() } else { value };
                    }
                    if kind < 3 && j > 0 {
                        let scale = if kind == 0 { 1.0 } else { size.exp() };
                        for i in 0..rows {
                            let worse = if kind == 2 && i < inputs { 1.0 + entries[j * rows + i].0.abs() } else { 1.0 };
                            columns[j * rows + i] = columns[i] * scale * worse;
                        }
                    }
                }
                Technology { inputs, goods, bads, units, columns }
            },
        )
    })
}

/// The programs tried: what the models of this crate look like to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Sbm,
    SbmVrs,
    EbmBounded,
    EbmFree,
    RadialVrs,
    DdfWeak,
}

pub(crate) const FORMS: [Form; 6] =
    [Form::Sbm, Form::SbmVrs, Form::EbmBounded, Form::EbmFree, Form::RadialVrs, Form::DdfWeak];

impl Form {
    pub(crate) fn has_ones(self) -> bool {
        matches!(self, Self::SbmVrs | Self::RadialVrs)
    }

    pub(crate) fn program(self, technology: &Technology) -> Program {
        let m = technology.rows();
        let extra = usize::from(self.has_ones());
        let others = (m - technology.inputs) as f64;
        let mut p;
        match self {
            Self::Sbm | Self::SbmVrs => {
                // z: t, slacks
                p = Program::new(m + extra, 1, 1 + m);
                let norm = m + extra;
                p.set_cost(0, 1.0).set(norm, 0, 1.0).set_rhs(norm, 1.0);
                for i in 0..m {
                    p.set(i, 0, -1.0).set(i, 1 + i, if technology.is_good(i) { -1.0 } else { 1.0 });
                    if i < technology.inputs {
                        p.set_cost(1 + i, -1.0 / technology.inputs as f64);
                    } else {
                        p.set(norm, 1 + i, 1.0 / others);
                    }
                }
                if extra == 1 {
                    p.set(m, 0, -1.0);
                }
            }
            Self::EbmBounded => {
                // z: t, u, v, slacks; theta = (t - u) / t, phi = (t + v) / t
                p = Program::new(m, 1, 3 + m);
                p.set_cost(0, 1.0).set_cost(1, -1.0).set(m, 0, 1.0).set(m, 2, 1.0).set_rhs(m, 1.0);
                for i in 0..m {
                    p.set(i, 0, -1.0).set(i, 3 + i, if technology.is_good(i) { -1.0 } else { 1.0 });
                    if i < technology.inputs {
                        p.set(i, 1, 1.0).set_cost(3 + i, -0.3 / technology.inputs as f64);
                    } else {
                        p.set(i, 2, -1.0).set(m, 3 + i, 0.2 / others);
                    }
                }
            }
            Self::EbmFree => {
                // z: T, F free, slacks
                p = Program::new(m, 1, 2 + m);
                p.set_cost(0, 1.0).set(m, 1, 1.0).set_rhs(m, 1.0);
                p.set_bounds(0, f64::NEG_INFINITY, f64::INFINITY).set_bounds(1, f64::NEG_INFINITY, f64::INFINITY);
                for i in 0..m {
                    p.set(i, 2 + i, if technology.is_good(i) { -1.0 } else { 1.0 });
                    if i < technology.inputs {
                        p.set(i, 0, -1.0).set_cost(2 + i, -0.3 / technology.inputs as f64);
                    } else {
                        p.set(i, 1, -1.0).set(m, 2 + i, 0.2 / others);
                    }
                }
            }
            Self::RadialVrs => {
                // z: theta free, slacks
                p = Program::new(m + 1, 0, 1 + m);
                p.set_cost(0, 1.0).set_bounds(0, f64::NEG_INFINITY, f64::INFINITY).set_rhs(m, 1.0);
                for i in 0..m {
                    p.set(i, 1 + i, if technology.is_good(i) { -1.0 } else { 1.0 });
                    if i < technology.inputs {
                        p.set(i, 0, -1.0);
                    } else {
                        p.set_rhs(i, 1.0);
                    }
                }
            }
            Self::DdfWeak => {
                // z: beta in [0, inf), slacks of inputs and goods; bads are equalities
                p = Program::new(m, 0, 1 + m);
                p.set_cost(0, -1.0);
                for i in 0..m {
                    p.set_rhs(i, 1.0);
                    if technology.is_good(i) {
                        p.set(i, 0, -1.0).set(i, 1 + i, -1.0);
                    } else if i < technology.inputs {
                        p.set(i, 1 + i, 1.0);
                    } else {
                        p.set(i, 0, 1.0).set_bounds(1 + i, 0.0, 0.0);
                    }
                }
            }
        }
        p
    }

    pub(crate) fn activities(self, technology: &Technology) -> Activities {
        if self.has_ones() {
            Activities::new(technology.rows() + 1, technology.units, &technology.with_ones()).expect("finite")
        } else {
            Activities::new(technology.rows(), technology.units, &technology.columns).expect("finite")
        }
    }
}

pub(crate) fn set_unit(technology: &Technology, o: usize, program: &mut Program) {
    for (i, value) in technology.unit(o).iter().enumerate() {
        program.set_row_scale(i, *value);
    }
}

/// Status and objective of every unit.
pub(crate) fn solve(
    form: Form,
    technology: &Technology,
    activities: &Activities,
    solver: Solver,
) -> Vec<(Status, f64, f64)> {
    let units: Vec<usize> = (0..technology.units).collect();
    let program = form.program(technology);
    let (results, _) = solve_each(
        activities,
        &program,
        &units,
        solver,
        |o, p| set_unit(technology, o, p),
        |_, _, s| (s.status, s.objective, s.certificate.worst()),
    )
    .expect("well formed");
    results
}

pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// Four units are multiples of one, and the fifth is but for its input. It is off the hull of the others by 10⁻¹⁸ of its bad
/// output: in exact arithmetic its score is 1, where it is that much worse 0.482 (its multiple's input over its own).
/// Rounding counts as a tie, whatever unit of measurement has rounded last, and a tie as dominated.
#[test]
fn a_tie_of_one_rounding() {
    let ray = [15.0, 25.0, 75.0, 2.897_421_994_231_405];
    let columns = [
        ray,
        [214.314_493_769_487_97, 357.190_822_949_146_6, 1_071.572_468_847_439_7, 41.397_301_862_018_92],
        [2.002_832_304_253_867_6, 3.338_053_840_423_113, 10.014_161_521_269_338, 0.386_870_024_606_821_4],
        [193.217_554_755_128_3, 322.029_257_925_213_87, 966.087_773_775_641_5, 37.322_186_187_941_3],
        [366.959_843_484_664_36, 295.016_678_753_379_15, 885.050_036_260_137_4, 34.191_512_547_405_66],
    ]
    .concat();
    let technology = Technology { inputs: 1, goods: 2, bads: 1, units: 5, columns };
    let multiple = 15.0 / 25.0 * 295.016_678_753_379_15 / 366.959_843_484_664_36;
    for power in -20..=20 {
        let mut scaled = technology.clone();
        scaled.columns.iter_mut().skip(3).step_by(4).for_each(|bad| *bad *= 10_f64.powi(power));
        let activities = Form::SbmVrs.activities(&scaled);
        let warm = solve(Form::SbmVrs, &scaled, &activities, Solver::Simplex)[4].1;
        let (mut program, mut cold) = (Form::SbmVrs.program(&scaled), Solution::default());
        set_unit(&scaled, 4, &mut program);
        Simplex::new(&activities).solve(&program, &mut cold).expect("well formed");
        for found in [warm, cold.objective] {
            assert!((found - multiple).abs() < 1e-12, "10^{power}: {found}, a tie is {multiple}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn certificates_close_without_help(technology in technology()) {
        for form in FORMS {
            let activities = form.activities(&technology);
            for (o, (status, _, worst)) in solve(form, &technology, &activities, Solver::Simplex).into_iter().enumerate() {
                prop_assert_eq!(status, Status::Optimal, "{:?}, unit {}", form, o);
                prop_assert!(worst <= CERTIFICATE_TOLERANCE, "{:?}, unit {}: {}", form, o, worst);
            }
        }
    }

    #[test]
    fn power_of_ten_units_change_nothing(
        technology in technology(),
        powers in prop::collection::vec(-9..=9_i32, 8),
    ) {
        let mut other = technology.clone();
        let rows = technology.rows();
        for column in other.columns.chunks_exact_mut(rows) {
            for (value, power) in column.iter_mut().zip(&powers) {
                *value *= 10_f64.powi(*power);
            }
        }
        for form in FORMS {
            let a = solve(form, &technology, &form.activities(&technology), Solver::Simplex);
            let b = solve(form, &other, &form.activities(&other), Solver::Simplex);
            for (o, (a, b)) in a.into_iter().zip(b).enumerate() {
                prop_assert_eq!(a.0, b.0);
                let near = (a.1 - b.1).abs() <= 1e-10 * a.1.abs().max(1.0);
                prop_assert!(near, "{:?}, unit {}: {} {}", form, o, a.1, b.1);
            }
        }
    }

    #[test]
    fn a_warm_start_changes_no_optimum(technology in technology()) {
        for form in FORMS {
            let activities = form.activities(&technology);
            let warm = solve(form, &technology, &activities, Solver::Simplex);
            let mut program = form.program(&technology);
            let mut solution = Solution::default();
            for (o, warm) in warm.into_iter().enumerate() {
                set_unit(&technology, o, &mut program);
                Simplex::new(&activities).solve(&program, &mut solution).expect("well formed");
                prop_assert_eq!(solution.status, warm.0);
                prop_assert!(close(solution.objective, warm.1), "{:?}, unit {}: {} {}", form, o, solution.objective, warm.1);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_excluded_column_is_a_missing_column(technology in technology()) {
        for form in [Form::Sbm, Form::EbmFree, Form::RadialVrs, Form::DdfWeak] {
            let all = form.activities(&technology);
            let mut program = form.program(&technology);
            let (mut a, mut b) = (Solution::default(), Solution::default());
            let mut warm = Simplex::new(&all);
            for o in 0..technology.units {
                set_unit(&technology, o, &mut program);
                warm.solve(&program, &mut a).expect("well formed");
                program.set_excluded(&[o]);
                warm.solve(&program, &mut a).expect("well formed");
                program.set_excluded(&[]);
                let others: Vec<usize> = (0..technology.units).filter(|j| *j != o).collect();
                let without = all.select(&others).expect("in range");
                Simplex::new(&without).solve(&program, &mut b).expect("well formed");
                prop_assert_eq!(a.status, b.status, "{:?}, unit {}", form, o);
                prop_assert!(a.lambda.iter().all(|(j, _)| *j != o));
                prop_assert!(a.certificate.closes(), "{:?}, unit {}: {:?}", form, o, a.certificate);
                if a.status == Status::Optimal {
                    prop_assert!(close(a.objective, b.objective), "{:?}, unit {}: {} {}", form, o, a.objective, b.objective);
                }
            }
        }
    }
}

/// Many copies of a small technology, each slightly worse: more columns than are priced directly.
fn crowded(technology: &Technology, copies: usize) -> Technology {
    let mut many = technology.clone();
    for c in 1..copies {
        for (k, value) in technology.columns.iter().enumerate() {
            let i = k % technology.rows();
            let loss = 1.0 + 0.01 * ((k * 31 + c * 17) % 23) as f64;
            many.columns.push(if technology.is_good(i) { value / loss } else { value * loss });
        }
    }
    many.units = technology.units * copies;
    many
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_working_set_finds_the_same_optimum(technology in technology()) {
        let many = crowded(&technology, 1000_usize.div_ceil(technology.units));
        for form in [Form::Sbm, Form::SbmVrs, Form::EbmBounded, Form::EbmFree, Form::RadialVrs] {
            let few = solve(form, &technology, &form.activities(&technology), Solver::Simplex);
            let all = solve(form, &many, &form.activities(&many), Solver::Simplex);
            for (o, (a, b)) in few.iter().zip(&all).enumerate() {
                prop_assert_eq!(b.0, Status::Optimal);
                prop_assert!(close(a.1, b.1), "{:?}, unit {}: {} {}", form, o, a.1, b.1);
            }
            prop_assert!(all.iter().all(|s| s.2 <= CERTIFICATE_TOLERANCE));
        }
    }
}

#[test]
fn any_number_of_rows_is_certified() {
    // 22, 42, 62, 82 and 142 rows: the last is beyond the fast engine.
    for inputs in [20, 40, 60, 80, 140] {
        let units = 30;
        let columns = (0..units * (inputs + 1)).map(|k| 1.0 + ((k * 7919) % 101) as f64).collect();
        let technology = Technology { inputs, goods: 1, bads: 0, units, columns };
        let activities = Form::EbmBounded.activities(&technology);
        let results = solve(Form::EbmBounded, &technology, &activities, Solver::Simplex);
        for (o, (status, score, certificate)) in results.into_iter().enumerate() {
            assert!(status == Status::Optimal && certificate <= CERTIFICATE_TOLERANCE, "{inputs} inputs, unit {o}");
            assert!(score > 0.0 && score <= 1.0 + 1e-9, "{inputs} inputs, unit {o}: {score}");
        }
    }
}

/// Without HiGHS compiled in, whoever asks for it hears the one thing to do.
#[cfg(not(feature = "highs"))]
#[test]
fn asking_for_highs_names_the_feature() {
    let activities = Activities::new(1, 1, &[1.0]).expect("finite");
    let program = Program::new(1, 0, 1);
    let refused = solve_each(&activities, &program, &[0], Solver::Highs, |_, _| {}, |_, _, _| ());
    let error = refused.expect_err("not compiled in");
    assert!(matches!(error, gtfp_ebm::lp::LpError::NeedsHighs { .. }), "{error}");
    assert!(error.to_string().contains("needs the feature `highs`"), "{error}");
}

#[test]
fn a_malformed_program_is_an_error() {
    let activities = Activities::new(2, 1, &[1.0, 2.0]).expect("finite");
    let mut solution = Solution::default();
    let mut simplex = Simplex::new(&activities);
    assert!(simplex.solve(&Program::new(1, 0, 1), &mut solution).is_err());
    let bad = |change: fn(&mut Program)| {
        let mut program = Program::new(2, 0, 1);
        change(&mut program);
        program.validate(&activities).is_err()
    };
    assert!(bad(|p| {
        p.set_row_scale(0, 0.0);
    }));
    assert!(bad(|p| {
        p.set_cost(0, f64::NAN);
    }));
    assert!(bad(|p| {
        p.set_bounds(0, 1.0, 0.0);
    }));
    assert!(bad(|p| {
        p.set_excluded(&[1]);
    }));
}

#[cfg(feature = "highs")]
mod against_highs {
    use super::*;
    use gtfp_ebm::lp::Highs;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn engines_agree(technology in technology()) {
            for form in FORMS {
                let activities = form.activities(&technology);
                let ours = solve(form, &technology, &activities, Solver::Simplex);
                let theirs = solve(form, &technology, &activities, Solver::Highs);
                for (o, (a, b)) in ours.into_iter().zip(theirs).enumerate() {
                    // HiGHS now and then ends with an error of its own; the built-in engine decides and proves every program.
                    prop_assert!(a.0 != Status::Failed, "{:?}, unit {}", form, o);
                    if b.0 == Status::Failed {
                        continue;
                    }
                    prop_assert_eq!(a.0, b.0, "{:?}, unit {}", form, o);
                    prop_assert!(close(a.1, b.1), "{:?}, unit {}: {} {}", form, o, a.1, b.1);
                }
            }
        }
    }

    /// A hundred inputs and outputs, far more than any study has: the built-in engine certifies every program by itself, and
    /// HiGHS finds the same optimum wherever it ends at one.
    #[test]
    fn a_hundred_rows_need_no_other_engine() {
        let (inputs, goods, bads, units) = (90, 6, 4, 150);
        let columns =
            (0..units * (inputs + goods + bads)).map(|k| 1.0 + ((k * 7919) % 10_007) as f64 / 500.0).collect();
        let technology = Technology { inputs, goods, bads, units, columns };
        for form in [Form::EbmBounded, Form::SbmVrs, Form::RadialVrs] {
            let activities = form.activities(&technology);
            let rows = form.program(&technology).rows();
            assert!(rows >= 100, "{form:?}: {rows} rows");
            let timed = |solver| {
                let start = std::time::Instant::now();
                (solve(form, &technology, &activities, solver), start.elapsed())
            };
            let ((ours, own_time), (theirs, highs_time)) = (timed(Solver::Simplex), timed(Solver::Highs));
            println!("{form:?}, {rows} rows, {units} programs: built in {own_time:?}, HiGHS {highs_time:?}");
            let mut undecided = 0;
            for (o, (a, b)) in ours.into_iter().zip(theirs).enumerate() {
                assert_eq!(a.0, Status::Optimal, "{form:?}, unit {o}");
                assert!(a.2 <= CERTIFICATE_TOLERANCE, "{form:?}, unit {o}: {}", a.2);
                undecided += usize::from(b.0 != Status::Optimal);
                assert!(b.0 != Status::Optimal || close(a.1, b.1), "{form:?}, unit {o}: {} {}", a.1, b.1);
            }
            println!("{form:?}: HiGHS leaves {undecided} of {units} open");
            assert!(10 * undecided < units, "{form:?}: HiGHS leaves {undecided} of {units} open");
        }
    }

    /// λ = −1 has no solution with λ ≥ 0, and y = −1 proves it: y'α = −1 ≤ 0 < 1 = y'r.
    #[test]
    fn an_infeasible_verdict_carries_its_proof() {
        let activities = Activities::new(1, 1, &[1.0]).expect("finite");
        let mut program = Program::new(1, 0, 1);
        program.set_rhs(0, -1.0);
        let mut solution = Solution::default();
        Highs::new(&activities).solve(&program, &mut solution).expect("well formed");
        assert_eq!(solution.status, Status::Infeasible);
        assert!(solution.certificate.closes(), "{:?}", solution.certificate);
        assert!(solution.duals[0] < 0.0, "{:?}", solution.duals);
    }

    /// Small programs of no economic meaning: bounds of all kinds, free variables, infeasible and unbounded ones.
    #[derive(Debug, Clone)]
    struct Odd {
        technology_rows: usize,
        rows: usize,
        columns: Vec<f64>,
        entries: Vec<f64>,
        rhs: Vec<f64>,
        z: Vec<(f64, u8, f64)>,
    }

    fn odd() -> impl Strategy<Value = Odd> {
        (1..=6_usize, 0..=2_usize, 0..=8_usize, 1..=6_usize).prop_flat_map(|(technology_rows, extra, n, k)| {
            let rows = technology_rows + extra;
            // Small integers: many ties and exact dependencies.
            let small = (-3..=3_i32).prop_map(f64::from);
            (
                prop::collection::vec(small.clone(), technology_rows * n),
                prop::collection::vec(small.clone(), rows * k),
                prop::collection::vec(small.clone(), rows),
                prop::collection::vec((small, 0..6_u8, 0.0..4.0_f64), k),
            )
                .prop_map(move |(columns, entries, rhs, z)| Odd {
                    technology_rows,
                    rows,
                    columns,
                    entries,
                    rhs,
                    z,
                })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn odd_programs_end_alike(odd in odd()) {
            let n = odd.columns.len() / odd.technology_rows;
            let activities = Activities::new(odd.technology_rows, n, &odd.columns).expect("finite");
            let mut program = Program::new(odd.technology_rows, odd.rows - odd.technology_rows, odd.z.len());
            for (i, r) in odd.rhs.iter().enumerate() {
                program.set_rhs(i, *r);
            }
            for (k, (cost, kind, width)) in odd.z.iter().enumerate() {
                program.set_cost(k, *cost);
                let (lower, upper) = match kind {
                    0 => (0.0, f64::INFINITY),
                    1 => (f64::NEG_INFINITY, f64::INFINITY),
                    2 => (-1.0, width - 1.0),
                    3 => (f64::NEG_INFINITY, *width),
                    4 => (1.0, 1.0),
                    _ => (0.0, *width),
                };
                program.set_bounds(k, lower, upper);
                for i in 0..odd.rows {
                    program.set(i, k, odd.entries[k * odd.rows + i]);
                }
            }
            let (mut ours, mut theirs) = (Solution::default(), Solution::default());
            Simplex::new(&activities).solve(&program, &mut ours).expect("well formed");
            Highs::new(&activities).solve(&program, &mut theirs).expect("well formed");
            // HiGHS gives up on a few unbounded ones.
            if theirs.status != Status::Failed {
                prop_assert_eq!(ours.status, theirs.status);
            }
            match ours.status {
                Status::Optimal => {
                    prop_assert!(ours.certificate.closes(), "{:?}", ours.certificate);
                    let agree = theirs.status == Status::Failed || close(ours.objective, theirs.objective);
                    prop_assert!(agree, "{} {}", ours.objective, theirs.objective);
                }
                Status::Infeasible => {
                    prop_assert!(ours.certificate.closes(), "{:?}", ours.certificate);
                    // HiGHS does not always have a ray (none without coefficients); its verdict is then unproved.
                    let proof = theirs.certificate;
                    prop_assert!(proof.closes() || proof.gap.is_infinite(), "{proof:?}");
                }
                // An unbounded program of ours may carry its ray; HiGHS returns none, so that nothing proves its ends.
                _ => prop_assert!(!theirs.certificate.closes(), "{:?}", theirs.certificate),
            }
        }
    }
}
