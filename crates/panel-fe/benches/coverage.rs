//! Coverage of nominal 95 % intervals by seeded simulation: `cargo xtask bench fe-coverage [replications]`.
//!
//! y = b₁x + b₂x² + b₃xz + b₄x²z + b₅z + city + year + u with errors that are correlated and heteroskedastic within
//! cities; two-way fixed effects, standard errors clustered by city, t(G - 1). Columns: the slope dy/dx at (0, 0), the
//! turning point at z = 0 by the delta method and by Fieller, its shift dx*/dz at z = 0, and its numerator b₁b₄ - b₂b₃.
#![allow(missing_docs, clippy::print_stdout)]

use panel_fe::absorb::FixedEffect;
use panel_fe::coefficients::Derived;
use panel_fe::frame::{Frame, Variable};
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::{FiellerSet, turning_point};
use panel_fe::vcov::Groups;
use panel_fe::{Like, Options, Vcov, fit_frame};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::f64::consts::PI;

const SEED: u64 = 20_130_279;
const LEVEL: f64 = 0.95;
const YEARS: usize = 8;

struct Design {
    name: &'static str,
    cities: usize,
    /// b₁ … b₅.
    b: [f64; 5],
    /// Standard deviation of the errors.
    noise: f64,
}

const DESIGNS: [Design; 5] = [
    Design { name: "279 cities, strong curvature", cities: 279, b: [-1.0, 0.5, 0.3, 0.1, 0.2], noise: 1.0 },
    Design { name: "279 cities, weak curvature", cities: 279, b: [-0.2, 0.1, 0.05, 0.02, 0.2], noise: 1.5 },
    Design { name: "279 cities, hardly any curvature", cities: 279, b: [-0.05, 0.02, 0.02, 0.01, 0.2], noise: 1.5 },
    Design { name: "40 cities, strong curvature", cities: 40, b: [-1.0, 0.5, 0.3, 0.1, 0.2], noise: 1.0 },
    Design { name: "15 cities, strong curvature", cities: 15, b: [-1.0, 0.5, 0.3, 0.1, 0.2], noise: 1.0 },
];

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let mut uniform = || ((rng.next_u64() >> 11) as f64 + 0.5) * 0.5_f64.powi(53);
    (-2.0 * uniform().ln()).sqrt() * (2.0 * PI * uniform()).cos()
}

fn draw(design: &Design, replication: u64) -> Frame {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(replication);
    let n = design.cities * YEARS;
    let (mut y, mut x, mut z) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let years: Vec<f64> = (0..YEARS).map(|_| normal(&mut rng)).collect();
    let [b1, b2, b3, b4, b5] = design.b;
    for city in 0..design.cities {
        let (level, effect) = (normal(&mut rng), normal(&mut rng));
        let mut error = normal(&mut rng);
        let moderator = normal(&mut rng);
        for year in 0..YEARS {
            let i = city * YEARS + year;
            x[i] = 1.0 + 0.6 * level + 0.8 * normal(&mut rng);
            z[i] = 0.6 * moderator + 0.8 * normal(&mut rng);
            error = 0.6 * error + 0.8 * normal(&mut rng);
            let u = design.noise * error * (0.5 + 0.5 * x[i].abs());
            y[i] = b1 * x[i] + b2 * x[i] * x[i] + b3 * x[i] * z[i] + b4 * x[i] * x[i] * z[i] + b5 * z[i];
            y[i] += effect + 0.5 * level + years[year] + u;
        }
    }
    let column = |name: &str, values: Vec<f64>| Variable { name: name.into(), values: values.into() };
    let product = |f: &dyn Fn(usize) -> f64| (0..n).map(f).collect::<Vec<f64>>();
    let exog = vec![
        column("x", x.clone()),
        column("x^2", product(&|i| x[i] * x[i])),
        column("x:z", product(&|i| x[i] * z[i])),
        column("x^2:z", product(&|i| x[i] * x[i] * z[i])),
        column("z", z.clone()),
    ];
    let codes = |f: &dyn Fn(usize) -> usize| (0..n).map(|i| f(i) as u32).collect::<Vec<u32>>();
    let (city, year) = (codes(&|i| i / YEARS), codes(&|i| i % YEARS));
    let effects = vec![
        ("city".to_owned(), FixedEffect::intercepts(city.clone(), design.cities)),
        ("year".to_owned(), FixedEffect::intercepts(year.clone(), YEARS)),
    ];
    let times = year.iter().map(|&t| i64::from(t)).collect();
    Frame::from_columns(column("y", y), exog, effects)
        .expect("one length")
        .with_panel_keys(("city".into(), Groups::new(&city)), ("year".into(), times))
}

/// Whether each interval holds the truth, and whether the Fieller set is unbounded.
fn trial(design: &Design, replication: u64) -> [bool; 6] {
    let options = Options { vcov: Vcov::cluster("city"), like: Like::Reghdfe, ..Options::default() };
    let estimate = fit_frame(draw(design, replication), &options).expect("fits");
    let coefficients = estimate.coefficients();
    let moderation =
        Moderation::new(&coefficients, "x", "x^2", "x:z", Some("x^2:z")).expect("all five terms are there");
    let [b1, b2, b3, b4, _] = design.b;
    let holds = |derived: Derived, truth: f64| {
        let (low, high) = derived.interval(LEVEL);
        low <= truth && truth <= high
    };
    let (b, v) = coefficients.pick(&["x", "x^2"]).expect("there");
    let point = turning_point(b[0], b[1], v.as_ref(), coefficients.df, LEVEL).expect("a squared term");
    let truth = -b1 / (2.0 * b2);
    let q = b1 * b4 - b2 * b3;
    [
        holds(moderation.slope(0.0, 0.0), b1),
        point.delta.0 <= truth && truth <= point.delta.1,
        point.fieller.contains(truth),
        holds(moderation.at(0.0).shift, q / (2.0 * b2 * b2)),
        holds(moderation.shift_numerator(), q),
        !matches!(point.fieller, FiellerSet::Interval { .. }),
    ]
}

fn main() {
    let replications: u64 = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(4000);
    let error = 100.0 * (LEVEL * (1.0 - LEVEL) / replications as f64).sqrt();
    println!("{replications} replications, seed {SEED}; standard error of a share near 95 %: {error:.2} points\n");
    println!(
        "| design | slope | turning point, delta | turning point, Fieller | shift | shift numerator | Fieller unbounded |"
    );
    println!("|---|---|---|---|---|---|---|");
    for design in &DESIGNS {
        let trials: Vec<[bool; 6]> = (0..replications).into_par_iter().map(|r| trial(design, r)).collect();
        let share = |k: usize| {
            let count = trials.iter().filter(|trial| trial[k]).count();
            format!("{:.1} %", 100.0 * count as f64 / replications as f64)
        };
        let cells: Vec<String> = (0..6).map(share).collect();
        println!("| {} | {} |", design.name, cells.join(" | "));
    }
}
