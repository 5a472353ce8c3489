//! The smoothed bootstrap: reproducible, on the right side, and nearer the truth where the truth is known.

use gtfp_ebm::{
    BadsConvention, BootstrapSpec, Disposability, Error, Index, Model, Orientation, PanelData, PanelSpec, Reference,
    Rts, bootstrap,
};
use panel_core::interrupt::Interrupt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};

/// Units of y = (x1 x2)^(1/2) θ, with a bad that falls with θ; θ = exp(-u).
struct Sample {
    columns: [Vec<f64>; 4],
    truth: Vec<f64>,
    entity: Vec<u32>,
    time: Vec<i64>,
}

fn sample(entities: u32, periods: i64) -> Sample {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut s = Sample { columns: [vec![], vec![], vec![], vec![]], truth: vec![], entity: vec![], time: vec![] };
    for entity in 0..entities {
        let base: f64 = -rng.random::<f64>().ln() * 0.25;
        for time in 0..periods {
            let (x1, x2) = (1.0 + rng.random::<f64>(), 1.0 + rng.random::<f64>());
            let theta = (-(base + 0.05 * rng.random::<f64>())).exp();
            let y = (x1 * x2).sqrt() * theta;
            for (column, value) in s.columns.iter_mut().zip([x1, x2, y, y * (1.5 - 0.5 * theta)]) {
                column.push(value);
            }
            s.truth.push(theta);
            s.entity.push(entity);
            s.time.push(time);
        }
    }
    s
}

fn run(s: &Sample, bads: bool, spec: &PanelSpec, options: &BootstrapSpec) -> Result<gtfp_ebm::BootstrapResult, Error> {
    let [x1, x2, y, b] = &s.columns;
    let all = [("b", b.as_slice())];
    let data = PanelData {
        inputs: &[("x1", x1), ("x2", x2)],
        goods: &[("y", y)],
        bads: if bads { &all } else { &[] },
        entity: &s.entity,
        time: &s.time,
        group: None,
        label: &|row| row.to_string(),
    };
    bootstrap(&data, spec, options, &|_| {})
}

fn radial() -> PanelSpec {
    PanelSpec {
        model: Model::Radial,
        orientation: Some(Orientation::Input),
        rts: Rts::Crs,
        malmquist: Some(Index::None),
        ..PanelSpec::default()
    }
}

const FEW: BootstrapSpec = BootstrapSpec { replications: 40, seed: 3, level: 0.95, bandwidth: None };

#[test]
fn the_bias_has_the_right_sign_and_correction_helps() {
    let s = sample(60, 1);
    let options = BootstrapSpec { replications: 200, ..FEW };
    let result = run(&s, false, &radial(), &options).expect("valid");
    assert!(result.bandwidth > 0.0 && result.bandwidth < 2.0);
    let (mut raw, mut corrected, mut covered) = (0.0, 0.0, 0);
    for (row, record) in result.rows.iter().enumerate() {
        let i = record.score.expect("scored");
        assert!(i.bias >= -1e-12, "row {row}: the pseudo-technology lies inside, so replications are higher");
        assert!(i.low <= i.high && i.high <= i.estimate + 1e-9, "row {row}");
        raw += (i.estimate - s.truth[row]).powi(2);
        corrected += (i.corrected - s.truth[row]).powi(2);
        covered += usize::from(i.low <= s.truth[row] && s.truth[row] <= i.high);
    }
    assert!(corrected < raw, "squared errors: raw {raw}, corrected {corrected}");
    assert!(covered >= 40, "{covered} of 60 intervals hold the truth");
}

#[test]
fn seeds_and_threads() {
    let s = sample(20, 3);
    let spec = PanelSpec { malmquist: Some(Index::Malmquist), ..radial() };
    let options = BootstrapSpec { replications: 12, ..FEW };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    let a = one.install(|| run(&s, false, &spec, &options)).expect("valid");
    let b = three.install(|| run(&s, false, &spec, &options)).expect("valid");
    assert_eq!(a, b);
    let c = run(&s, false, &spec, &BootstrapSpec { seed: 4, ..options }).expect("valid");
    assert_ne!(a.rows, c.rows);
}

#[test]
fn every_model_has_intervals_of_its_index() {
    let s = sample(15, 3);
    let base = PanelSpec::default();
    for spec in [
        base.clone(),
        PanelSpec { bounded: Some(false), ..base.clone() },
        PanelSpec { model: Model::Sbm, ..base.clone() },
        PanelSpec { model: Model::Sbm, rts: Rts::Vrs, ..base.clone() },
        PanelSpec { model: Model::Ddf, disposability: Disposability::Strong, ..base.clone() },
        PanelSpec {
            reference: Reference::Contemporaneous,
            malmquist: Some(Index::Malmquist),
            bads_convention: BadsConvention::Input,
            ..radial()
        },
    ] {
        let result = run(&s, true, &spec, &FEW).expect("valid");
        for (row, record) in result.rows.iter().enumerate() {
            assert!(record.score.is_some(), "{:?} row {row}", spec.model);
            assert_eq!(record.index.is_some(), s.time[row] > 0, "{:?} row {row}", spec.model);
            if let Some(i) = record.index {
                assert!(i.se >= 0.0 && i.low <= i.high && i.replications >= 20);
            }
        }
    }
}

#[test]
fn requests_without_a_meaning_are_refused() {
    let s = sample(5, 1);
    for (spec, options) in [
        (radial(), BootstrapSpec { replications: 1, ..FEW }),
        (radial(), BootstrapSpec { level: 1.0, ..FEW }),
        (PanelSpec { super_efficiency: true, ..radial() }, FEW),
        (PanelSpec { rts: Rts::Vrs, ..PanelSpec::default() }, FEW),
        (PanelSpec { model: Model::NonRadialDdf, ..PanelSpec::default() }, FEW),
    ] {
        assert!(matches!(run(&s, true, &spec, &options), Err(Error::Specification(_))));
    }
}

/// Hours of linear programs end soon after they were interrupted, with an error that says so.
#[test]
fn an_interrupt_ends_linear_programs() {
    let interrupt = Interrupt::default();
    let obeyed = interrupt.clone();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).start_handler(move |_| obeyed.obey()).build();
    let pool = pool.expect("two threads");
    let s = sample(300, 3);
    let many = BootstrapSpec { replications: 100_000, ..BootstrapSpec::default() };
    let start = Instant::now();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            interrupt.ask();
        });
        pool.install(|| run(&s, true, &PanelSpec::default(), &many))
    });
    assert!(matches!(error, Err(Error::Interrupted(_))), "{:?}", error.err());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
