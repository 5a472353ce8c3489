//! Stata 13's `ivregress` on housing data and simulated data (linearmodels' reference output): 2SLS, LIML and GMM.

use crate::golden_files::{Csv, close, goldens, number};
use faer::Mat;
use panel_fe::iv::{Estimator, IvData, IvDof, IvSystem, MomentCovariance, fit, goodness, over_identification};
use panel_fe::vcov::{Groups, Kernel, Meat, Periods, Structure};
use panel_fe::{SampleWeights, WeightKind};
use std::collections::BTreeMap;
use std::path::Path;

/// Coefficients, statistics and variances of one section of an `estout` file.
#[derive(Debug, Default)]
struct Section {
    coef: Vec<(String, Printed)>,
    stats: BTreeMap<String, Printed>,
    vcov: Vec<Vec<Printed>>,
}

/// A printed number and half a unit of its last digit.
#[derive(Debug, Clone, Copy)]
struct Printed {
    value: f64,
    half: f64,
}

impl Printed {
    fn new(cell: &str) -> Option<Self> {
        let value = number(cell)?;
        let (mantissa, exponent) = cell.split_once('e').unwrap_or((cell, "0"));
        let decimals = mantissa.split_once('.').map_or(0, |(_, d)| d.len() as i32);
        Some(Self { value, half: 0.51 * 10_f64.powi(exponent.parse::<i32>().ok()? - decimals) })
    }
}

fn sections(path: &Path) -> Vec<(String, Section)> {
    let text = std::fs::read_to_string(path).expect("readable");
    let mut out: Vec<(String, Section)> = Vec::new();
    let mut part = 0;
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        if let Some(name) = line.strip_prefix("########## !") {
            out.push((name.trim_end_matches("! ##########").to_owned(), Section::default()));
            part = 0;
        } else if line.contains("* Variance *") {
            part = 1;
        } else if line.contains("* GMM Weight *") {
            part = 2;
        } else if let (Some((_, section)), [name, rest @ ..]) = (out.last_mut(), cells.as_slice()) {
            let numbers: Vec<Printed> = rest.iter().filter_map(|cell| Printed::new(cell)).collect();
            let known = ["r2", "r2_a", "mss", "rss", "rmse", "kappa", "J", "F", "chi2", "p"];
            match part {
                0 if name.is_empty() || numbers.len() != 1 => {}
                0 if known.contains(name) => drop(section.stats.insert((*name).to_owned(), numbers[0])),
                0 => section.coef.push(((*name).to_owned(), numbers[0])),
                1 if !numbers.is_empty() => section.vcov.push(numbers),
                _ => {}
            }
        }
    }
    out
}

struct Tally {
    failures: Vec<String>,
    checked: usize,
}

impl Tally {
    /// To 1e-9, or to the digits printed.
    fn number(&mut self, name: &str, what: &str, got: f64, want: Printed) {
        self.checked += 1;
        let Printed { value, half } = want;
        if !((got - value).abs() <= half || close(got, value, 1e-9, 0.0)) {
            self.failures.push(format!("{name} {what}: {got:e} against {value:e}, {:.1e}", got / value - 1.0));
        }
    }
}

struct Request<'a> {
    name: &'a str,
    estimator: Estimator,
    covariance: MomentCovariance<'a>,
    small: bool,
    constant: bool,
    weights: Option<&'a [f64]>,
}

impl Request<'_> {
    /// Σ w(u − ū)², weights summing to the number of rows.
    fn centred_rss(&self, u: &[f64]) -> f64 {
        let total: f64 = self.weights.map_or(u.len() as f64, |w| w.iter().sum());
        let w = |i: usize| self.weights.map_or(1.0, |w| w[i] * u.len() as f64 / total);
        let mean = u.iter().enumerate().map(|(i, u)| w(i) * u).sum::<f64>() / u.len() as f64;
        u.iter().enumerate().map(|(i, u)| w(i) * (u - mean).powi(2)).sum()
    }
}

fn compare(system: &IvSystem, request: &Request<'_>, want: &Section, tally: &mut Tally) {
    let Request { name, .. } = *request;
    let dof = IvDof { small: request.small, ..IvDof::default() };
    let got = fit(system, request.estimator, &request.covariance, &dof, false).expect("identified");
    let names: Vec<&String> = system.endog_names().iter().chain(system.exog_names()).collect();
    let place =
        |term: &str| names.iter().position(|n| *n == term).unwrap_or_else(|| panic!("{name}: {term} in {names:?}"));
    let gmm = request.estimator == Estimator::Gmm2s;
    for (row, (term, b)) in want.coef.iter().enumerate() {
        let j = place(term);
        tally.number(name, &format!("coef {term}"), got.coef[j], *b);
        // `ivregress gmm` puts the covariance of moments at the second-step residuals into a sandwich; ours is that of
        // the efficient estimator, as in ivreg2.
        if !gmm {
            for (column, v) in want.vcov[row].iter().enumerate() {
                let k = place(&want.coef[column].0);
                tally.number(name, &format!("V {row} {column}"), got.vcov[(j, k)], *v);
            }
        }
    }
    let good = goodness(system, &got, request.constant);
    // A negative R² is not printed.
    for (what, value) in [("rss", got.rss), ("r2", good.r2), ("r2_a", good.r2_adjusted), ("rmse", good.rmse)] {
        if let Some(printed) = want.stats.get(what) {
            tally.number(name, what, value, *printed);
        }
    }
    if let (Some(kappa), Some(excess)) = (want.stats.get("kappa"), got.kappa_minus_one) {
        tally.number(name, "kappa", 1.0 + excess, *kappa);
    }
    if let Some(j) = want.stats.get("J").filter(|_| system.l() > system.k()) {
        let test = over_identification(system, &got, &request.covariance, &dof).expect("supported");
        let mut got_j = test.available().expect("over-identified").stat;
        if request.covariance.is_iid() && !request.constant {
            // Stata centres the residuals in σ² even where the model has no constant; ivreg2 and we do not.
            got_j *= got.rss / request.centred_rss(&got.residuals);
        }
        tally.number(name, "J", got_j, *j);
    }
}

#[test]
fn housing() {
    let Some(folder) = goldens().map(|g| g.join("stata_linearmodels")) else { return };
    let csv = Csv::read(&folder.join("housing.csv")).expect("data");
    let column = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.expect("complete")).collect() };
    let text = |name: &str| -> Vec<String> { (0..csv.rows.len()).map(|i| csv.text(i, name).to_owned()).collect() };
    let (y, d, w, faminc, region) =
        (column("rent"), column("hsngval"), column("pcturban"), column("faminc"), text("region"));
    let mut regions = region.clone();
    regions.sort();
    regions.dedup();
    let n = y.len();
    let endog = Mat::from_fn(n, 1, |i, _| d[i]);
    let exog = Mat::from_fn(n, 2, |i, j| if j == 0 { w[i] } else { 1.0 });
    let excluded =
        Mat::from_fn(
            n,
            regions.len(),
            |i, j| if j == 0 { faminc[i] } else { f64::from(u8::from(region[i] == regions[j])) },
        );
    let own = |list: &[&str]| -> Vec<String> { list.iter().map(|&s| s.to_owned()).collect() };
    let system = IvSystem::new(&IvData {
        y: &y,
        endog: endog.as_ref(),
        exog: exog.as_ref(),
        excluded: excluded.as_ref(),
        weights: None,
        endog_names: &own(&["hsngval"]),
        exog_names: &own(&["pcturban", "_cons"]),
        excluded_names: &regions.iter().map(|r| format!("region {r}")).collect::<Vec<_>>(),
    })
    .expect("identified");
    let division = text("division");
    let mut labels = division.clone();
    labels.sort();
    labels.dedup();
    let codes: Vec<u32> = division.iter().map(|d| labels.binary_search(d).expect("known") as u32).collect();
    let robust = Meat::new(Structure::Independent);
    let cluster = Meat::new(Structure::Cluster(vec![Groups::new(&codes)]));
    let mut tally = Tally { failures: Vec::new(), checked: 0 };
    for (name, section) in sections(&folder.join("stata-iv-housing-results.txt")) {
        let parts: Vec<&str> = name.split('-').collect();
        let small = parts[2] == "small";
        let covariance = match parts[1] {
            "robust" => MomentCovariance::Meat(&robust),
            "cluster" => MomentCovariance::Meat(&cluster),
            _ => MomentCovariance::Iid,
        };
        let estimator = estimator(parts[0]);
        let request = Request { name: &name, estimator, covariance, small, constant: true, weights: None };
        compare(&system, &request, &section, &mut tally);
    }
    assert!(tally.failures.is_empty(), "{} of {}:\n{}", tally.failures.len(), tally.checked, tally.failures.join("\n"));
}

fn estimator(method: &str) -> Estimator {
    match method {
        "liml" => Estimator::Liml,
        "gmm" => Estimator::Gmm2s,
        _ => Estimator::TwoStage,
    }
}

#[test]
fn simulated() {
    let Some(folder) = goldens().map(|g| g.join("stata_linearmodels")) else { return };
    let csv = Csv::read(&folder.join("simulated-data.csv")).expect("data");
    let column = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.expect("complete")).collect() };
    let n = csv.rows.len();
    let block = |names: &[&str], constant: bool| -> Mat<f64> {
        let columns: Vec<Vec<f64>> = names.iter().map(|name| column(name)).collect();
        Mat::from_fn(n, names.len() + usize::from(constant), |i, j| columns.get(j).map_or(1.0, |c| c[i]))
    };
    let own = |list: &[&str]| -> Vec<String> { list.iter().map(|&s| s.to_owned()).collect() };
    let weights = column("weights");
    let analytic = SampleWeights { values: weights.clone(), kind: WeightKind::Analytic };
    let clusters = Groups::from_keys(&column("cluster_id").iter().map(|c| c.to_bits()).collect::<Vec<_>>());
    let robust = Meat::new(Structure::Independent);
    let cluster = Meat::new(Structure::Cluster(vec![clusters]));
    let times: Vec<i64> = column("time").iter().map(|&t| t as i64).collect();
    // Stata counts lags here, ivreg2 lags plus one.
    let hac = Meat::new(Structure::NeweyWest {
        units: Groups::new(&vec![0; n]),
        periods: Periods::calendar(&times),
        kernel: Kernel::Bartlett,
        bandwidth: 13.0,
    });
    let mut tally = Tally { failures: Vec::new(), checked: 0 };
    let (mut used, mut centred) = (0, 0);
    for (name, section) in sections(&folder.join("stata-iv-simulated-results.txt")) {
        if name.contains("center") {
            // Centred weights are not offered.
            centred += 1;
            continue;
        }
        let has = |what: &str| name.contains(what);
        let small = has("small");
        let constant = !has("noconstant");
        let (y, covariance) = if has("(robust)") {
            ("y_robust", MomentCovariance::Meat(&robust))
        } else if has("cluster") {
            ("y_clustered", MomentCovariance::Meat(&cluster))
        } else if has("hac") {
            ("y_kernel", MomentCovariance::Meat(&hac))
        } else {
            ("y_unadjusted", MomentCovariance::Iid)
        };
        let endog: &[&str] = if has("num_endog_2") { &["x1", "x2"] } else { &["x1"] };
        let exog: &[&str] = if has("num_exog_3") { &["x3", "x4", "x5"] } else { &[] };
        let inst: &[&str] = if has("num_instr_2") { &["z1", "z2"] } else { &["z1"] };
        let mut exog_names = own(exog);
        if constant {
            exog_names.push("_cons".into());
        }
        let system = IvSystem::new(&IvData {
            y: &column(y),
            endog: block(endog, false).as_ref(),
            exog: block(exog, constant).as_ref(),
            excluded: block(inst, false).as_ref(),
            weights: has("weighted_True").then_some(&analytic),
            endog_names: &own(endog),
            exog_names: &exog_names,
            excluded_names: &own(inst),
        })
        .expect("identified");
        let estimator = estimator(name.split('-').next().expect("a method"));
        let request = Request {
            name: &name,
            estimator,
            covariance,
            small,
            constant,
            weights: has("weighted_True").then_some(weights.as_slice()),
        };
        compare(&system, &request, &section, &mut tally);
        used += 1;
    }
    eprintln!("{used} configurations, {} numbers; {centred} with centred weights not compared", tally.checked);
    let shown: Vec<&String> = tally.failures.iter().take(60).collect();
    assert!(tally.failures.is_empty(), "{} of {}:\n{shown:#?}", tally.failures.len(), tally.checked);
}
