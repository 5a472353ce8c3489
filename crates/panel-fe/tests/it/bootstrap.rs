//! Wild cluster, cluster and block bootstrap.

use faer::Mat;
use panel_fe::bootstrap::{Resampling, WildBootstrap, WildProblem, WildWeights, bootstrap};
use panel_fe::vcov::Groups;

const GROUPS: usize = 6;

/// 6 clusters of unequal size, two regressors and a constant.
fn sample() -> (Vec<f64>, Mat<f64>, Groups) {
    let sizes = [3, 7, 4, 9, 5, 6];
    let codes: Vec<u32> = sizes.iter().enumerate().flat_map(|(g, &n)| std::iter::repeat_n(g as u32, n)).collect();
    let wave = |i: usize, a: f64| (i as f64 * a).sin() + 0.3 * (i as f64 * a * 1.7).cos();
    let n = codes.len();
    let x = Mat::from_fn(n, 3, |i, j| match j {
        0 => wave(i, 1.3),
        1 => wave(i, 0.37) + 0.4 * f64::from(codes[i]),
        _ => 1.0,
    });
    let y = (0..n).map(|i| 0.2 * x[(i, 0)] - x[(i, 1)] + wave(i, 2.9) + 0.5 * wave(codes[i] as usize, 5.1)).collect();
    (y, x, Groups::new(&codes))
}

fn solve(x: &Mat<f64>, y: &[f64]) -> (Vec<f64>, Vec<f64>, Mat<f64>) {
    use faer::linalg::solvers::Solve;
    let y = Mat::from_fn(y.len(), 1, |i, _| y[i]);
    let inverse = (x.transpose() * x).partial_piv_lu().solve(Mat::<f64>::identity(x.ncols(), x.ncols()));
    let b = &inverse * (x.transpose() * &y);
    let u = &y - x * &b;
    ((0..b.nrows()).map(|i| b[(i, 0)]).collect(), (0..u.nrows()).map(|i| u[(i, 0)]).collect(), inverse)
}

/// The clustered t statistic of coefficient 0, from scratch.
fn t_statistic(x: &Mat<f64>, y: &[f64], clusters: &Groups, null: f64) -> f64 {
    let (b, u, inverse) = solve(x, y);
    let mut sums = vec![0.0; clusters.count()];
    for i in 0..y.len() {
        let w: f64 = (0..x.ncols()).map(|j| inverse[(0, j)] * x[(i, j)]).sum();
        sums[clusters.codes()[i] as usize] += w * u[i];
    }
    (b[0] - null) / sums.iter().map(|s| s * s).sum::<f64>().sqrt()
}

#[test]
fn enumeration_equals_re_estimating_every_sign_vector() {
    let (y, x, clusters) = sample();
    for null in [0.0, 0.15] {
        let problem = WildProblem { y: &y, x: x.as_ref(), root_weight: None, clusters: &clusters, absorb: None };
        let got = problem.test(0, null, &WildBootstrap::default()).expect("regular");
        assert!(got.enumerated && got.replications == 1 << GROUPS);
        let t = t_statistic(&x, &y, &clusters, null);
        assert!((got.t - t).abs() < 1e-10);
        // Restricted estimates: the other columns explain y − null·x₀.
        let others = Mat::from_fn(y.len(), 2, |i, j| x[(i, j + 1)]);
        let left: Vec<f64> = (0..y.len()).map(|i| y[i] - null * x[(i, 0)]).collect();
        let (_, u, _) = solve(&others, &left);
        let mut above = 0;
        for mask in 0..1_u32 << GROUPS {
            let star: Vec<f64> = (0..y.len())
                .map(|i| {
                    let sign = if mask >> clusters.codes()[i] & 1 == 1 { -1.0 } else { 1.0 };
                    y[i] - u[i] + sign * u[i]
                })
                .collect();
            let t_star = t_statistic(&x, &star, &clusters, null);
            above += usize::from(t_star.abs() > t.abs() * (1.0 + 1e-9));
        }
        assert!((got.p - above as f64 / f64::from(1 << GROUPS)).abs() < 1e-12, "{} {above}", got.p);
    }
}

#[test]
fn absorbing_effects_that_cross_clusters_equals_dummies() {
    let (y, x, clusters) = sample();
    // Five periods that cross the clusters, as dummies or absorbed.
    let n = y.len();
    let period = |i: usize| (i * 3) % 5;
    let dummies = Mat::from_fn(n, 7, |i, j| if j < 2 { x[(i, j)] } else { f64::from(u8::from(period(i) == j - 2)) });
    let with = WildProblem { y: &y, x: dummies.as_ref(), root_weight: None, clusters: &clusters, absorb: None };
    let want = with.test(0, 0.0, &WildBootstrap::default()).expect("regular");
    let demean = |m: &Mat<f64>| -> Mat<f64> {
        let mut out = m.clone();
        for j in 0..m.ncols() {
            for t in 0..5 {
                let rows: Vec<usize> = (0..n).filter(|&i| period(i) == t).collect();
                let mean = rows.iter().map(|&i| m[(i, j)]).sum::<f64>() / rows.len() as f64;
                for &i in &rows {
                    out[(i, j)] -= mean;
                }
            }
        }
        out
    };
    let y_matrix = demean(&Mat::from_fn(n, 1, |i, _| y[i]));
    let y_absorbed: Vec<f64> = (0..n).map(|i| y_matrix[(i, 0)]).collect();
    let x_absorbed = demean(&x.subcols(0, 2).to_owned());
    let absorb = |m: &Mat<f64>| Ok(demean(m));
    let problem = WildProblem {
        y: &y_absorbed,
        x: x_absorbed.as_ref(),
        root_weight: None,
        clusters: &clusters,
        absorb: Some(&absorb),
    };
    let got = problem.test(0, 0.0, &WildBootstrap::default()).expect("regular");
    assert!((got.estimate - want.estimate).abs() < 1e-12 && (got.t - want.t).abs() < 1e-10);
    assert_eq!(got.p, want.p);
    let ((a, b), (c, d)) = (got.interval.expect("found"), want.interval.expect("found"));
    assert!((a - c).abs() < 1e-6 && (b - d).abs() < 1e-6);
}

#[test]
fn the_interval_inverts_the_test_and_seeds_decide() {
    let (y, x, clusters) = sample();
    let problem = WildProblem { y: &y, x: x.as_ref(), root_weight: None, clusters: &clusters, absorb: None };
    let options =
        WildBootstrap { weights: WildWeights::Webb, replications: 999, seed: 7, level: 0.9, ..Default::default() };
    let one = problem.test(0, 0.0, &options).expect("regular");
    assert_eq!(one, problem.test(0, 0.0, &options).expect("regular"));
    let (low, high) = one.interval.expect("found");
    assert!(low < one.estimate && one.estimate < high);
    let width = high - low;
    assert!(problem.test(0, high + 0.05 * width, &options).expect("regular").p <= 0.1 + 1e-12);
    assert!(problem.test(0, high - 0.05 * width, &options).expect("regular").p >= 0.1 - 0.02);
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(one, single.install(|| problem.test(0, 0.0, &options)).expect("regular"));
}

#[test]
fn resampling_clusters_of_the_mean_has_the_textbook_standard_error() {
    // Balanced clusters, statistic = mean: the variance of the cluster bootstrap is Σ(m_g − m̄)²/G².
    let clusters = Groups::new(&(0..200_u32).map(|i| i / 4).collect::<Vec<_>>());
    let y: Vec<f64> = (0..200).map(|i| (i as f64 * 0.7).sin() + (f64::from(i / 4) * 1.9).cos()).collect();
    let statistic = |resample: Option<&panel_fe::bootstrap::Resample>| {
        let rows: Vec<usize> = resample.map_or_else(|| (0..200).collect(), |r| r.rows.clone());
        Ok(vec![rows.iter().map(|&i| y[i]).sum::<f64>() / rows.len() as f64])
    };
    let summary = bootstrap(200, &Resampling::Clusters(&clusters), 4000, 3, statistic).expect("design");
    let means: Vec<f64> = (0..50).map(|g| y[4 * g..4 * g + 4].iter().sum::<f64>() / 4.0).collect();
    let grand = means.iter().sum::<f64>() / 50.0;
    let want = (means.iter().map(|m| (m - grand).powi(2)).sum::<f64>()).sqrt() / 50.0;
    let se = summary.se(0).expect("draws");
    assert!((se / want - 1.0).abs() < 0.03, "{se} against {want}");
    let (low, high) = summary.percentile(0, 0.95).expect("draws");
    assert!((low - (grand - 1.96 * want)).abs() < 0.15 * want && (high - (grand + 1.96 * want)).abs() < 0.15 * want);
    let (bc_low, bc_high) = summary.bias_corrected(0, 0.95).expect("draws");
    assert!((bc_low - low).abs() < 0.3 * want && (bc_high - high).abs() < 0.3 * want);
    assert_eq!(summary.failed, 0);
}

#[test]
fn blocks_keep_periods_whole_and_copies_apart() {
    // 3 units × 10 periods, rows by unit.
    let periods = Groups::new(&(0..30_u32).map(|i| i % 10).collect::<Vec<_>>());
    let statistic = |resample: Option<&panel_fe::bootstrap::Resample>| {
        if let Some(r) = resample {
            assert_eq!(r.rows.len(), 30);
            // Each draw of a period brings its three units.
            let mut counts = [0_usize; 10];
            for &row in &r.rows {
                counts[row % 10] += 1;
            }
            assert!(counts.iter().all(|c| c % 3 == 0));
            assert_eq!(r.draw.iter().max(), Some(&3));
        }
        Ok(vec![0.0])
    };
    let design = Resampling::Periods { periods: &periods, length: 3 };
    bootstrap(30, &design, 50, 1, statistic).expect("design");
    assert!(bootstrap(30, &Resampling::Periods { periods: &periods, length: 11 }, 1, 1, statistic).is_err());
}
