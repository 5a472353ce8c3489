//! Public data: numpy 2.4.6, scipy 1.17.1, estimates checked with R 4.2.2's lm. Read from outside the repository.

use crate::tools::{Csv, close, json, numbers, shared};
use panel_multiverse::attribution::{Cells, attribute};
use panel_multiverse::joint::{Design, Effect, JointOptions, JointResult, Plan, Problem, Target, joint_tests};
use panel_multiverse::kernel::{Blocks, Meat, Regression, Rows, SmallSample, Subsets, Term, estimate_subsets};
use std::path::Path;

/// Rows drawn by the generator that the golden's README names.
fn row_draws(seed: u64, rows: usize, draws: usize) -> (Vec<Vec<f64>>, Vec<(usize, usize)>) {
    let mut state = seed;
    let mut next = || {
        state = state * 16807 % 2_147_483_647;
        (state as f64 / 2_147_483_647.0 * rows as f64) as usize
    };
    (0..draws)
        .map(|_| {
            let drawn: Vec<usize> = (0..rows).map(|_| next()).collect();
            let mut weights = vec![0.0; rows];
            drawn.iter().for_each(|&row| weights[row] += 1.0);
            (weights, (drawn[0], drawn[rows - 1]))
        })
        .unzip()
}

fn check_draws(folder: &Path, result: &JointResult, ends: &[(usize, usize)], z_tolerance: f64) {
    let drawn = Csv::read(&folder.join("draws.csv"));
    let column = |name: &str| drawn.numbers(name);
    let (median, share, stouffer) = (column("median"), column("share"), column("stouffer"));
    for (draw, got) in result.draws[0].iter().enumerate() {
        assert_eq!((ends[draw].0 as f64, ends[draw].1 as f64), (column("first_row")[draw], column("last_row")[draw]));
        close("median", got.median, median[draw], 1e-9);
        close("share", got.share, share[draw], 1e-12);
        close("stouffer", got.stouffer, stouffer[draw], z_tolerance);
    }
    let want = &json(&folder.join("expected.json"))["joint"];
    let tests = &result.panels[0];
    for (key, test) in [("median", &tests.median), ("share", &tests.share), ("stouffer", &tests.stouffer)] {
        close(key, test.observed, want[key]["observed"].as_f64().unwrap(), 1e-9);
        assert_eq!(want[key]["at_least"], test.at_least, "{key}");
        assert_eq!(want[key]["ties"], test.ties, "{key}");
        close(key, test.p, want[key]["p"].as_f64().unwrap(), 1e-15);
        let quantiles = want[key]["null_quantiles"].as_object().unwrap().values();
        test.null_quantiles
            .iter()
            .zip(quantiles)
            .for_each(|(got, want)| close(key, *got, want.as_f64().unwrap(), 1e-9));
    }
}

fn check_shares(got: &panel_multiverse::attribution::Shares, want: &serde_json::Value) {
    close("variance", got.variance, want["variance"].as_f64().unwrap(), 1e-9);
    for (name, got) in [("first", &got.first), ("total", &got.total), ("shapley", &got.shapley)] {
        got.iter().zip(numbers(&want[name])).for_each(|(got, want)| close(name, *got, want, 1e-9));
    }
}

fn subsets_of_controls(name: &str, outcome: &str, scale: f64, focal: &str, fixed: &[&str], seed: u64, draws: usize) {
    let Some(folder) = shared(name, name) else { return };
    let data = Csv::read(&folder.join("data.csv"));
    let expected = json(&folder.join("expected.json"));
    let optional: Vec<String> =
        expected["optional"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let y: Vec<f64> = data.numbers(outcome).iter().map(|value| value * scale).collect();
    let n = y.len();
    let mut columns = vec![data.numbers(focal), vec![1.0; n]];
    columns.extend(fixed.iter().map(|name| data.numbers(name)));
    let first = columns.len();
    columns.extend(optional.iter().map(|name| data.numbers(name)));
    let x: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let rows: Vec<u32> = (0..n as u32).collect();
    let blocks = [Blocks::new(&x, &[&y], &rows, n).unwrap()];
    let subsets = Subsets {
        outcome: 0,
        focal: vec![0],
        fixed: (1..first).collect(),
        optional: (first..columns.len()).map(|column| vec![column]).collect(),
    };
    let found = estimate_subsets(&blocks[0], &subsets, &SmallSample::iid(0.0)).unwrap();
    let want = Csv::read(&folder.join("specifications.csv"));
    let (b, se, hc1) = (want.numbers("b"), want.numbers("se_iid"), want.numbers("se_hc1"));
    let industry = (name == "nlsw88").then(|| {
        let codes: Vec<u32> = data.numbers("industry").iter().map(|&code| code as u32).collect();
        (codes, want.numbers("se_cluster"))
    });
    for (bits, found) in found.iter().enumerate() {
        let found = found.as_ref().unwrap();
        close("b", found.b[0], b[bits], 1e-9);
        close("iid", found.v[0].sqrt() / se[bits], 1.0, 1e-10);
        let controls: Vec<usize> =
            (1..first).chain((first..columns.len()).filter(|column| bits >> (column - first) & 1 == 1)).collect();
        let k = controls.len() as f64 + 1.0;
        let n = n as f64;
        let mut meats = vec![Meat { terms: vec![(n / (n - k), Term::Rows)], df: n - k }];
        if let Some((codes, _)) = &industry {
            let factor = (n - 1.0) / (n - k) * 12.0 / 11.0;
            meats.push(Meat { terms: vec![(factor, Term::Groups(codes, 13))], df: 11.0 });
        }
        let regression = Regression { outcome: 0, focal: vec![0], controls };
        let robust = Rows { x: &x, y: &[&y] }.fit(&regression, &meats).unwrap();
        close("HC1", robust[0].v[0].sqrt() / hc1[bits], 1.0, 1e-10);
        if let Some((_, clustered)) = &industry {
            close("cluster", robust[1].v[0].sqrt() / clustered[bits], 1.0, 1e-10);
        }
    }
    let levels: Vec<u16> =
        (0..found.len()).flat_map(|bits| (0..optional.len()).map(move |i| 1 + (bits >> i & 1) as u16)).collect();
    let cells = Cells::new(levels, optional.len(), vec![vec![]; optional.len()], vec![1.0; found.len()]).unwrap();
    let effects: Vec<f64> = found.iter().map(|found| found.as_ref().unwrap().b[0]).collect();
    let t: Vec<f64> = found.iter().map(|found| found.as_ref().unwrap().combination(&[1.0]).2).collect();
    let shares = attribute(&cells, &[&effects, &t]).unwrap();
    check_shares(shares[0].as_ref().unwrap(), &expected["anova_of_b"]);
    check_shares(shares[1].as_ref().unwrap(), &expected["anova_of_t_iid"]);
    let designs: Vec<Design> = (0..found.len())
        .map(|bits| Design {
            blocks: 0,
            focal: vec![0],
            controls: (1..first).chain((first..columns.len()).filter(|c| bits >> (c - first) & 1 == 1)).collect(),
            range: None,
            sorted_x: Vec::new(),
        })
        .collect();
    let targets = targets(found.len());
    let (weights, ends) = row_draws(seed, n, draws);
    let panels = [(0..found.len() as u32).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { draws, ..JointOptions::default() };
    let result = joint_tests(&problem, &Plan::GivenWeights(weights), &options).unwrap();
    check_draws(&folder, &result, &ends, 1e-9);
}

fn targets(count: usize) -> Vec<Target> {
    let effect = Effect::Combination(vec![1.0]);
    (0..count)
        .map(|design| Target { design, outcome: 0, effect: effect.clone(), small: SmallSample::iid(0.0) })
        .collect()
}

#[test]
fn nlsw88() {
    subsets_of_controls("nlsw88", "lnwage", 1.0, "union", &["age"], 4712, 199);
}

#[test]
fn mortgage() {
    subsets_of_controls("mortgage", "accept", 100.0, "female", &[], 4711, 299);
}

fn standardised(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let sd = crate::synthetic_grid::sd(values);
    values.iter().map(|value| (value - mean) / sd).collect()
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// 432 universes of 94 storms: the effect is a linear combination of coefficients, standard errors are iid, rows are drawn.
#[test]
fn hurricane() {
    let Some(folder) = shared("hurricane", "hurricane") else { return };
    let data = Csv::read(&folder.join("data.csv"));
    let n = data.text("name").len();
    let y: Vec<f64> = data.numbers("death").iter().map(|death| (death + 1.0).ln()).collect();
    let z = |name: &str| standardised(&data.numbers(name));
    let (zcat, zwin) = (z("category"), z("wind"));
    let zmin: Vec<f64> = z("pressure").iter().map(|z| -z).collect();
    let z3: Vec<f64> = (0..n).map(|i| (zmin[i] + zcat[i] + zwin[i]) / 3.0).collect();
    let post: Vec<f64> = data.numbers("year").iter().map(|&year| f64::from(u8::from(year > 1979.0))).collect();
    let damage = [data.numbers("dam"), data.numbers("dam").iter().map(|dam| dam.ln()).collect()];
    let predictors: [(&[Vec<f64>], bool, bool); 6] = [
        (&[], true, true),
        (&[data.numbers("pressure")], true, true),
        (&[zwin], true, true),
        (&[zcat], true, true),
        (&[z3.clone()], true, true),
        (&[z3], false, false),
    ];
    let covariates = [None, Some(data.numbers("year")), Some(post)];
    let storms = ["Katrina", "Audrey", "Sandy", "Andrew", "Donna"];
    let (mut blocks, mut designs, mut targets, mut levels) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for dropped in 0..=5 {
        let rows: Vec<u32> =
            (0..n).filter(|&i| !storms[..dropped].contains(&data.text("name")[i].as_str())).map(|i| i as u32).collect();
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row as usize]).collect::<Vec<f64>>();
        for (femininity, (name, low, high)) in [("female", 0.0, 1.0), ("masfem", 2.53, 8.29)].into_iter().enumerate() {
            let fem = data.numbers(name);
            for (which, damage) in damage.iter().enumerate() {
                for (place, (main, with_damage, with_main)) in predictors.iter().enumerate() {
                    for (covariate, by_damage) in covariates.iter().enumerate() {
                        // Columns are centred, which the intercept undoes: the effect at the means of the interacted
                        // variables is then the coefficient of femininity, and nothing is nearly collinear.
                        let centred = |column: &[f64]| {
                            let kept = pick(column);
                            let mean = kept.iter().sum::<f64>() / kept.len() as f64;
                            column.iter().map(|value| value - mean).collect::<Vec<f64>>()
                        };
                        let (mut x, mut weights) = (vec![centred(&fem)], vec![1.0]);
                        let interacted =
                            with_damage.then_some(damage).into_iter().chain(main.iter().filter(|_| *with_main));
                        for term in interacted {
                            x.push(times(&centred(&fem), &centred(term)));
                            weights.push(0.0);
                        }
                        let focal = x.len();
                        x.extend([vec![1.0; n], centred(damage)]);
                        x.extend(main.iter().map(|term| centred(term)));
                        x.extend(by_damage.iter().map(|covariate| centred(&times(covariate, damage))));
                        let kept: Vec<Vec<f64>> = x.iter().map(|column| pick(column)).collect();
                        let columns: Vec<&[f64]> = kept.iter().map(Vec::as_slice).collect();
                        let design = blocks.len();
                        blocks.push(Blocks::new(&columns, &[&pick(&y)], &rows, n).unwrap());
                        designs.push(Design {
                            blocks: design,
                            focal: (0..focal).collect(),
                            controls: (focal..columns.len()).collect(),
                            range: None,
                            sorted_x: Vec::new(),
                        });
                        weights.iter_mut().for_each(|weight| *weight *= high - low);
                        let effect = Effect::Combination(weights);
                        targets.push(Target { design, outcome: 0, effect, small: SmallSample::iid(0.0) });
                        levels.extend([dropped, femininity, which, place, covariate].map(|level| level as u16 + 1));
                    }
                }
            }
        }
    }
    let (weights, ends) = row_draws(4713, n, 199);
    let panels = [(0..432).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { draws: 199, ..JointOptions::default() };
    let result = joint_tests(&problem, &Plan::GivenWeights(weights), &options).unwrap();
    let want = Csv::read(&folder.join("specifications.csv"));
    for (place, (effect, t)) in result.effects.iter().enumerate() {
        close("theta", *effect, want.numbers("theta")[place], 1e-9);
        close("iid", effect / t / want.numbers("se_iid")[place], 1.0, 1e-9);
    }
    // Draws solve normal equations, which lose the square of a condition number: in one resample of these skewed damages
    // 8e-9 of a sum of 432 z are lost (numpy's QR of the same centred columns meets the golden to 3e-10).
    check_draws(&folder, &result, &ends, 1e-8);
    let cells = Cells::new(levels, 5, vec![vec![]; 5], vec![1.0; 432]).unwrap();
    let (effects, t): (Vec<f64>, Vec<f64>) = result.effects.iter().copied().unzip();
    let expected = json(&folder.join("expected.json"));
    let shares = attribute(&cells, &[&effects, &t]).unwrap();
    check_shares(shares[0].as_ref().unwrap(), &expected["anova_of_theta"]);
    check_shares(shares[1].as_ref().unwrap(), &expected["anova_of_t_iid"]);
}
