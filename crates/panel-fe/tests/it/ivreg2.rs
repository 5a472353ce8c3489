//! Every fixture of real Stata `ivreg2` 4.1 output (restatr/ivreg2r 8c666db): coefficients, covariances, diagnostics,
//! first stages, reduced forms, orthogonality tests and automatic bandwidths.

use crate::golden_files::{Csv, close, goldens};
use crate::ivreg2_cases::{Case, VcovKind, WeightKind, cases};
use faer::Mat;
use panel_fe::SampleWeights;
use panel_fe::TestOutcome;
use panel_fe::iv::{
    self, Estimator, IvData, IvDof, IvFit, IvSystem, MomentCovariance, anderson_rubin, automatic_bandwidth,
    cragg_donald, endogeneity, first_stages, fit, goodness, kleibergen_paap_f, liml_overidentification, orthogonality,
    over_identification, reduced_form, stock_wright, under_identification, wald_f,
};
use panel_fe::vcov::{Groups, Kernel, Meat, Periods, Structure};
use std::collections::BTreeMap;
use std::path::Path;

/// Agreement with Stata, relative.
const COEFFICIENT: f64 = 1e-9;
const P_VALUE: f64 = 1e-8;

/// Outcome of the comparison of one configuration.
#[derive(Default)]
struct Tally {
    checked: usize,
    failures: Vec<String>,
}

impl Tally {
    fn number(&mut self, what: &str, got: Option<f64>, want: Option<f64>, tolerance: f64, floor: f64) {
        let Some(want) = want else { return };
        self.checked += 1;
        // A p-value in the far tail moves by the error of its statistic times |ln p|.
        let tolerance =
            if tolerance == P_VALUE { P_VALUE * (10.0 + want.abs().max(1e-300).ln().abs()) } else { tolerance };
        match got {
            Some(got) if close(got, want, tolerance, floor) => {}
            Some(got) => {
                self.failures.push(format!("{what}: {got:e}, Stata {want:e}, relative {:.1e}", got / want - 1.0))
            }
            None => self.failures.push(format!("{what}: not available, Stata {want:e}")),
        }
    }
}

/// Cells that Stata prints and that are not reproduced, each with its reason.
fn exempt(case: &Case, file: &str, field: &str) -> Option<&'static str> {
    let clustered = matches!(case.vcov, VcovKind::Cluster(_));
    if file == "rf" && clustered && ["rf_f_p", "rf_f_df2"].contains(&field) {
        return Some(
            "Stata's stored reduced form carries N-L degrees of freedom under clustering, its F test elsewhere G-1",
        );
    }
    let wald = [
        "F_stat", "F_p", "F_df1", "F_df2", "rf_f", "rf_f_df1", "arf", "arfp", "archi2", "archi2p", "widstat", "idstat",
        "idp",
    ];
    let first = file == "firststage" && !["rmse", "sheapr2", "pr2", "SWr2", "APr2"].contains(&field);
    if clustered && case.cluster_is_binary && (wald.contains(&field) || first) {
        return Some("two clusters: Stata inverts a covariance of rank one or two and prints rounding noise");
    }
    if INDEFINITE.contains(&case.name().as_str()) && field.starts_with("model_f") {
        return Some("the kernel covariance is not positive semidefinite: a Wald statistic from it means nothing");
    }
    None
}

/// Configurations whose covariance of the slopes has a negative eigenvalue.
const INDEFINITE: [&str; 3] = ["ts_hac tent_bw4", "wp_dk tru2_overid", "wp_ck par4_overid"];

#[test]
fn every_configuration_agrees_with_stata() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let mut seen: Vec<String> = Vec::new();
    let (mut checked, mut failures, mut configurations) = (0, Vec::new(), 0);
    let mut exemptions: BTreeMap<&'static str, usize> = BTreeMap::new();
    for case in cases() {
        let mut tally = Tally::default();
        compare(&folder, &case, &mut tally, &mut seen, &mut exemptions);
        assert!(tally.checked > 0, "{} compares nothing", case.name());
        configurations += 1;
        checked += tally.checked;
        failures.extend(tally.failures.into_iter().map(|f| format!("{}: {f}", case.name())));
    }
    let mut unread: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".csv") && !name.ends_with("_data.csv") && !seen.contains(name))
        .collect();
    unread.sort();
    eprintln!("{configurations} configurations, {} files, {checked} numbers compared", seen.len());
    for (reason, count) in &exemptions {
        eprintln!("{count} numbers not compared: {reason}");
    }
    assert!(unread.is_empty(), "files without a configuration: {unread:?}");
    assert!(failures.is_empty(), "{} of {checked} differ:\n{}", failures.len(), failures.join("\n"));
}

struct Problem {
    system: IvSystem,
    constant: Option<usize>,
    clusters: Vec<Vec<i64>>,
    units: Vec<i64>,
    times: Vec<i64>,
    frequency: Option<Vec<f64>>,
}

fn load(folder: &Path, case: &Case) -> Problem {
    let csv = Csv::read(&folder.join(case.data)).expect("data file");
    let mut used: Vec<&str> = vec![case.y];
    used.extend(case.endog);
    used.extend(case.exog);
    used.extend(case.instruments);
    let weight = match case.weights {
        WeightKind::None => None,
        WeightKind::Analytic(name) | WeightKind::Frequency(name) => Some(name),
    };
    used.extend(weight);
    let complete: Vec<usize> =
        (0..csv.rows.len()).filter(|&i| used.iter().all(|name| csv.number(i, name).is_some())).collect();
    // Stata exported single-precision variables at eight digits: the float is what it computed with.
    let column = |name: &str| -> Vec<f64> {
        let all = csv.column(name);
        complete.iter().map(|&i| f64::from(all[i].expect("complete") as f32)).collect()
    };
    let integers = |name: &str| -> Vec<i64> { column(name).iter().map(|&v| v as i64).collect() };
    let block = |names: &[&str], constant: bool| -> Mat<f64> {
        let columns: Vec<Vec<f64>> = names.iter().map(|name| column(name)).collect();
        Mat::from_fn(complete.len(), names.len() + usize::from(constant), |i, j| columns.get(j).map_or(1.0, |c| c[i]))
    };
    let y = column(case.y);
    let (endog, exog, excluded) =
        (block(case.endog, false), block(case.exog, case.constant), block(case.instruments, false));
    let strings = |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
    let mut exog_names = strings(case.exog);
    if case.constant {
        exog_names.push("_cons".into());
    }
    let (endog_names, excluded_names) = (strings(case.endog), strings(case.instruments));
    let values = weight.map(column);
    let kind = match case.weights {
        WeightKind::Frequency(_) => panel_fe::WeightKind::Frequency,
        _ => panel_fe::WeightKind::Analytic,
    };
    let weights = values.clone().map(|values| SampleWeights { values, kind });
    let data = IvData {
        y: &y,
        endog: endog.as_ref(),
        exog: exog.as_ref(),
        excluded: excluded.as_ref(),
        weights: weights.as_ref(),
        endog_names: &endog_names,
        exog_names: &exog_names,
        excluded_names: &excluded_names,
    };
    let clusters = match case.vcov {
        VcovKind::Cluster(names) => names.iter().map(|name| integers(name)).collect(),
        _ => Vec::new(),
    };
    let optional = |name: &str| -> Vec<i64> { if name.is_empty() { vec![0; complete.len()] } else { integers(name) } };
    Problem {
        system: IvSystem::new(&data).expect("identified"),
        constant: case.constant.then_some(case.exog.len()),
        clusters,
        units: optional(case.unit),
        times: optional(case.time),
        frequency: if matches!(case.weights, WeightKind::Frequency(_)) { values } else { None },
    }
}

fn groups(codes: &[i64]) -> Groups {
    Groups::from_keys(&codes.iter().map(|&c| c as u64).collect::<Vec<_>>())
}

/// The meats that a covariance refers to.
struct Meats {
    main: Meat,
    unit: Meat,
    both: Meat,
}

fn meats(problem: &Problem, case: &Case, kernel: Kernel, bandwidth: f64) -> Meats {
    let periods = Periods::calendar(&problem.times);
    let units = groups(&problem.units);
    let lagged = Structure::NeweyWest { units: units.clone(), periods: periods.clone(), kernel, bandwidth };
    let main = match case.vcov {
        VcovKind::Iid | VcovKind::Robust => Structure::Independent,
        VcovKind::Cluster(_) => Structure::Cluster(problem.clusters.iter().map(|codes| groups(codes)).collect()),
        VcovKind::Hac(..) | VcovKind::Ac(..) | VcovKind::Kiefer => lagged.clone(),
        VcovKind::DriscollKraay(..) | VcovKind::UnitAndTime(..) => {
            Structure::DriscollKraay { periods, kernel, bandwidth }
        }
    };
    let mut main = Meat::new(main);
    main.frequency = problem.frequency.clone();
    Meats { main, unit: Meat::new(Structure::Cluster(vec![units])), both: Meat::new(lagged) }
}

fn covariance<'a>(case: &Case, meats: &'a Meats) -> MomentCovariance<'a> {
    match case.vcov {
        VcovKind::Iid => MomentCovariance::Iid,
        VcovKind::Ac(..) | VcovKind::Kiefer => MomentCovariance::Autocorrelation(&meats.main),
        VcovKind::UnitAndTime(..) => {
            MomentCovariance::UnitAndTime { unit: &meats.unit, time: &meats.main, both: &meats.both }
        }
        _ => MomentCovariance::Meat(&meats.main),
    }
}

fn compare(
    folder: &Path,
    case: &Case,
    tally: &mut Tally,
    seen: &mut Vec<String>,
    exemptions: &mut BTreeMap<&'static str, usize>,
) {
    let problem = load(folder, case);
    let system = &problem.system;
    let dof = IvDof { dofminus: case.dofminus, sdofminus: case.sdofminus, small: case.small, ..IvDof::default() };
    let mut file = |kind: &str| -> Option<Csv> {
        if !case.kinds.is_empty() && !case.kinds.contains(&kind) {
            return None;
        }
        let name = format!("{}_{kind}_{}.csv", case.prefix, case.suffix);
        let csv = Csv::read(&folder.join(&name))?;
        if !csv.rows.is_empty() {
            seen.push(name);
            return Some(csv);
        }
        None
    };
    let span = (problem.times.iter().max().unwrap_or(&0) - problem.times.iter().min().unwrap_or(&0)) as f64;
    let (kernel, bandwidth) = match case.vcov {
        VcovKind::Hac(kernel, bw)
        | VcovKind::Ac(kernel, bw)
        | VcovKind::DriscollKraay(kernel, bw)
        | VcovKind::UnitAndTime(kernel, bw) => (kernel, bw),
        VcovKind::Kiefer => (Kernel::Truncated, span + 1.0),
        _ => (Kernel::Bartlett, 1.0),
    };
    let first_fit = fit(system, Estimator::TwoStage, &MomentCovariance::Iid, &dof, false).expect("identified");
    // Bandwidth 0 stands for `auto`.
    let bandwidth = if bandwidth == 0.0 {
        let periods = Periods::calendar(&problem.times);
        let bw = automatic_bandwidth(system, &first_fit, problem.constant, &periods, kernel).expect("supported");
        let printed = file("bw").and_then(|csv| csv.number(0, "bw"));
        tally.number("bw", Some(bw), printed, 1e-7, 1.0);
        // Stata goes on with the bandwidth as it prints it, at seven digits.
        printed.unwrap_or(bw)
    } else {
        bandwidth
    };
    let meats_main = meats(&problem, case, kernel, bandwidth);
    let covariance_main = covariance(case, &meats_main);
    // ivreg2 hands its rank tests the bandwidth but never the kernel: they always use Bartlett's; of Kiefer nothing.
    let meats_rank = meats(&problem, case, Kernel::Bartlett, bandwidth);
    let covariance_rank = match case.vcov {
        VcovKind::Kiefer => MomentCovariance::Iid,
        _ => covariance(case, &meats_rank),
    };
    let fitted = fit(system, case.estimator, &covariance_main, &dof, case.coviv).expect("identified");

    if INDEFINITE.contains(&case.name().as_str()) {
        let slopes = fitted.vcov.submatrix(0, 0, system.k() - 1, system.k() - 1);
        let eigenvalues = slopes.self_adjoint_eigenvalues(faer::Side::Lower).expect("symmetric");
        assert!(eigenvalues[0] < 0.0, "{}: {eigenvalues:?}", case.name());
    }
    let names: Vec<String> = system.endog_names().iter().chain(system.exog_names()).cloned().collect();
    let place =
        |term: &str| names.iter().position(|n| n == term).unwrap_or_else(|| panic!("no term {term} in {names:?}"));
    let mut order: Vec<usize> = Vec::new();
    if let Some(csv) = file("coef") {
        for row in 0..csv.rows.len() {
            let j = place(csv.text(row, "term"));
            order.push(j);
            let term = &names[j];
            let se = fitted.vcov[(j, j)].sqrt();
            // Relative to the estimate, or to its standard error where the estimate is near zero.
            let floor = if se.is_nan() { 0.0 } else { se };
            tally.number(
                &format!("coef {term}"),
                Some(fitted.coef[j]),
                csv.number(row, "estimate"),
                COEFFICIENT,
                floor,
            );
            tally.number(&format!("se {term}"), Some(se), csv.number(row, "std_error"), case.tolerance, 0.0);
        }
    }
    if let Some(csv) = file("vcov") {
        for row in 0..csv.rows.len() {
            let cells = csv.rows[row].iter().filter(|cell| cell.parse::<f64>().is_ok());
            for (column, cell) in cells.enumerate() {
                let (i, j) = (order[row], order[column]);
                let scale = (fitted.vcov[(i, i)] * fitted.vcov[(j, j)]).sqrt();
                tally.number(
                    &format!("V[{row},{column}]"),
                    Some(fitted.vcov[(i, j)]),
                    cell.parse().ok(),
                    case.tolerance,
                    scale,
                );
            }
        }
    }
    if let Some(csv) = file("diagnostics") {
        let got = diagnostics(&problem, case, &fitted, &covariance_main, &covariance_rank, &dof);
        for (field, want) in csv.first_row() {
            // Exactly identified: Stata prints 0 with 0 degrees of freedom, here it is not available.
            let none = ["sargan", "j", "sargandf", "jdf", "overid_stat", "overid_df", "small", "cstat", "cstatdf"];
            if none.contains(&field.as_str()) && (want == 0.0 || field == "small") {
                continue;
            }
            if let Some(reason) = exempt(case, "diagnostics", &field) {
                *exemptions.entry(reason).or_default() += 1;
                continue;
            }
            let got =
                got.get(field.as_str()).copied().unwrap_or_else(|| panic!("{}: unknown field {field}", case.name()));
            let (tolerance, floor) = if is_p(&field) { (P_VALUE, 1e-300) } else { (case.tolerance, 1e-6) };
            tally.number(&field, got, Some(want), tolerance, floor);
        }
    }
    if let Some(csv) = file("firststage") {
        let stages = first_stages(system, &covariance_main, &dof).expect("supported");
        for row in 0..csv.rows.len() {
            let statistic = csv.text(row, "statistic").to_owned();
            if let Some(reason) = exempt(case, "firststage", &statistic) {
                *exemptions.entry(reason).or_default() += 1;
                continue;
            }
            for stage in &stages {
                let got = first_stage(stage, &statistic);
                let (tolerance, floor) = if is_p(&statistic) { (P_VALUE, 1e-300) } else { (case.tolerance, 1e-12) };
                tally.number(
                    &format!("{} {statistic}", stage.endog),
                    got,
                    csv.number(row, &stage.endog),
                    tolerance,
                    floor,
                );
            }
        }
    }
    reduced_forms(&mut file, system, &covariance_main, &dof, case, tally, exemptions);
    if let Some(csv) = file("orthog") {
        let tested: Vec<String> = case.orthog.iter().map(|&name| name.to_owned()).collect();
        let c = orthogonality(system, &fitted, &tested, &covariance_main, &dof).expect("known names");
        if csv.number(0, "cstat") == Some(0.0) {
            // Stata's zero stands for "cannot be computed".
            assert!(c.available().is_none(), "{}", case.name());
            tally.checked += 1;
        } else {
            tally.number("cstat", stat(&c), csv.number(0, "cstat"), case.tolerance, 1e-6);
            tally.number("cstatp", p(&c), csv.number(0, "cstatp"), P_VALUE, 1e-300);
            tally.number("cstatdf", df(&c), csv.number(0, "cstatdf"), 0.0, 1.0);
        }
        let j = over_identification(system, &fitted, &covariance_main, &dof).expect("supported");
        tally.number("j", stat(&j), csv.number(0, "j"), case.tolerance, 1e-6);
        tally.number("jp", p(&j), csv.number(0, "jp"), P_VALUE, 1e-300);
    }
}

fn is_p(field: &str) -> bool {
    [
        "F_p",
        "sarganp",
        "jp",
        "idp",
        "arfp",
        "archi2p",
        "cstatp",
        "estatp",
        "sstatp",
        "overid_p",
        "underid_p",
        "model_f_p",
        "endog_p",
        "pvalue",
        "SWFp",
        "SWchi2p",
        "APFp",
        "APchi2p",
        "arubinp",
        "arubin_linp",
        "rf_f_p",
        "ar_f_p",
        "ar_chi2_p",
        "sw_p",
    ]
    .contains(&field)
}

fn stat(outcome: &TestOutcome) -> Option<f64> {
    outcome.available().map(|t| t.stat)
}

fn p(outcome: &TestOutcome) -> Option<f64> {
    outcome.available().and_then(|t| t.p)
}

fn df(outcome: &TestOutcome) -> Option<f64> {
    outcome.available().map(|t| t.df)
}

fn df2(outcome: &TestOutcome) -> Option<f64> {
    outcome.available().and_then(|t| t.df2)
}

fn diagnostics(
    problem: &Problem,
    case: &Case,
    fitted: &IvFit,
    covariance: &MomentCovariance<'_>,
    rank: &MomentCovariance<'_>,
    dof: &IvDof,
) -> BTreeMap<&'static str, Option<f64>> {
    let system = &problem.system;
    let good = goodness(system, fitted, case.constant);
    let slopes: Vec<usize> =
        (0..system.k()).filter(|&j| Some(j) != problem.constant.map(|c| c + system.k1())).collect();
    let f = wald_f(&fitted.coef, fitted.vcov.as_ref(), &slopes, system.n(), dof, covariance.clusters());
    let mut out: BTreeMap<&'static str, Option<f64>> = BTreeMap::new();
    let mut put = |names: &[&'static str], value: Option<f64>| {
        for name in names {
            out.insert(name, value);
        }
    };
    put(&["N"], Some(system.n()));
    put(&["K"], Some(system.k() as f64));
    put(&["L"], Some(system.l() as f64));
    put(&["r2"], Some(good.r2));
    put(&["r2_a"], Some(good.r2_adjusted));
    put(&["r2u"], Some(good.r2_uncentered));
    put(&["r2c"], Some(good.r2_centered));
    put(&["rss"], Some(fitted.rss));
    put(&["rmse", "sigma"], Some(good.rmse));
    put(&["sigmasq"], Some(fitted.sigma2));
    put(&["F_stat", "model_f"], stat(&f));
    put(&["F_p", "model_f_p"], p(&f));
    put(&["F_df1", "model_f_df1"], df(&f));
    put(&["F_df2", "model_f_df2"], df2(&f));
    put(&["N_clust"], covariance.clusters());
    let count = |codes: Option<&Vec<i64>>| codes.map(|codes| groups(codes).count() as f64);
    put(&["N_clust1"], count(problem.clusters.first()));
    put(&["N_clust2"], count(problem.clusters.get(1)));
    put(&["kclass"], fitted.k);
    put(&["lambda"], fitted.kappa_minus_one.map(|e| 1.0 + e));
    put(&["fuller"], if let Estimator::Fuller(a) = case.estimator { Some(a) } else { None });
    if case.endog.is_empty() {
        return out;
    }
    let over = over_identification(system, fitted, covariance, dof).expect("supported");
    put(&["sargan", "j", "overid_stat"], stat(&over));
    put(&["sarganp", "jp", "overid_p"], p(&over));
    put(&["sargandf", "jdf", "overid_df"], Some((system.l() - system.k()) as f64));
    let under = under_identification(system, rank, dof).expect("supported");
    put(&["idstat", "underid_stat"], stat(&under));
    put(&["idp", "underid_p"], p(&under));
    put(&["iddf", "underid_df"], Some((system.l1() - system.k1() + 1) as f64));
    let cd = cragg_donald(system, dof).expect("supported");
    put(&["cdf", "weak_id_cd_f"], stat(&cd));
    let weak = if rank.is_iid() { cd } else { kleibergen_paap_f(system, rank, dof).expect("supported") };
    put(&["widstat", "weak_id_kp_f", "first_stage_f"], stat(&weak));
    let ar = anderson_rubin(system, None, covariance, dof).expect("supported");
    put(&["arf", "ar_f"], stat(&ar.f));
    put(&["arfp", "ar_f_p"], p(&ar.f));
    put(&["archi2", "ar_chi2"], stat(&ar.chi2));
    put(&["archi2p", "ar_chi2_p"], p(&ar.chi2));
    put(&["ardf", "ar_f_df1"], Some(system.l1() as f64));
    put(
        &["ardf_r", "ar_f_df2"],
        Some(
            covariance.clusters().map_or(system.n() - system.l() as f64 - case.dofminus - case.sdofminus, |g| g - 1.0),
        ),
    );
    let s = stock_wright(system, covariance, dof).expect("supported");
    put(&["sstat", "sw_stat"], stat(&s));
    put(&["sstatp", "sw_p"], p(&s));
    put(&["sstatdf", "sw_df"], Some(system.l1() as f64));
    let e = endogeneity(system, system.endog_names(), covariance, dof).expect("supported");
    put(&["estat", "endog_stat"], stat(&e));
    put(&["estatp", "endog_p"], p(&e));
    put(&["estatdf", "endog_df"], Some(system.k1() as f64));
    let liml = liml_overidentification(system, fitted, dof);
    put(&["arubin"], stat(&liml.likelihood_ratio).or(Some(0.0)));
    put(&["arubinp"], p(&liml.likelihood_ratio));
    put(&["arubin_lin"], stat(&liml.linearized).or(Some(0.0)));
    put(&["arubin_linp"], p(&liml.linearized));
    put(&["arubindf"], Some((system.l() - system.k()) as f64));
    out
}

fn first_stage(stage: &iv::FirstStage, statistic: &str) -> Option<f64> {
    match statistic {
        "rmse" => Some(stage.rmse),
        "sheapr2" => Some(stage.shea_r2),
        "pr2" => Some(stage.partial_r2),
        "F" => stat(&stage.f),
        "df" => df(&stage.f),
        "df_r" => df2(&stage.f),
        "pvalue" => p(&stage.f),
        "SWF" => stat(&stage.sanderson_windmeijer),
        "SWFdf1" => df(&stage.sanderson_windmeijer),
        "SWFdf2" => df2(&stage.sanderson_windmeijer),
        "SWFp" => p(&stage.sanderson_windmeijer),
        "SWchi2" => stat(&stage.sanderson_windmeijer_chi2),
        "SWchi2p" => p(&stage.sanderson_windmeijer_chi2),
        "SWr2" => Some(stage.sanderson_windmeijer_r2),
        "APF" => stat(&stage.angrist_pischke),
        "APFdf1" => df(&stage.angrist_pischke),
        "APFdf2" => df2(&stage.angrist_pischke),
        "APFp" => p(&stage.angrist_pischke),
        "APchi2" => stat(&stage.angrist_pischke_chi2),
        "APchi2p" => p(&stage.angrist_pischke_chi2),
        "APr2" => Some(stage.angrist_pischke_r2),
        other => panic!("unknown first-stage statistic {other}"),
    }
}

fn reduced_forms(
    file: &mut impl FnMut(&str) -> Option<Csv>,
    system: &IvSystem,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
    case: &Case,
    tally: &mut Tally,
    exemptions: &mut BTreeMap<&'static str, usize>,
) {
    let names: Vec<&str> = case.instruments.iter().chain(case.exog).copied().chain(["_cons"]).collect();
    let place = |term: &str| names.iter().position(|&n| n == term).unwrap_or_else(|| panic!("no term {term}"));
    let forms = reduced_form(system, covariance, dof).expect("supported");
    if let Some(csv) = file("rf") {
        for row in 0..csv.rows.len() {
            let j = place(csv.text(row, "term"));
            let se = forms[0].vcov[(j, j)].sqrt();
            tally.number(
                &format!("rf {}", names[j]),
                Some(forms[0].coef[j]),
                csv.number(row, "estimate"),
                COEFFICIENT,
                se,
            );
            tally.number(&format!("rf se {}", names[j]), Some(se), csv.number(row, "std_error"), case.tolerance, 0.0);
            tally.number("rf rmse", Some(forms[0].rmse), csv.number(row, "rmse"), case.tolerance, 1e-8);
        }
        for (field, got) in [
            ("rf_f", stat(&forms[0].f)),
            ("rf_f_p", p(&forms[0].f)),
            ("rf_f_df1", df(&forms[0].f)),
            ("rf_f_df2", df2(&forms[0].f)),
        ] {
            match exempt(case, "rf", field) {
                Some(reason) => *exemptions.entry(reason).or_default() += 1,
                None => tally.number(
                    field,
                    got,
                    csv.number(0, field),
                    if field == "rf_f_p" { P_VALUE } else { case.tolerance },
                    1e-300,
                ),
            }
        }
    }
    if let Some(csv) = file("system") {
        for row in 0..csv.rows.len() {
            let equation = csv.text(row, "eq").to_owned();
            let e = if equation == case.y {
                0
            } else {
                1 + case.endog.iter().position(|&n| n == equation).expect("an equation")
            };
            let j = place(csv.text(row, "term"));
            let se = forms[e].vcov[(j, j)].sqrt();
            tally.number(
                &format!("system {equation} {}", names[j]),
                Some(forms[e].coef[j]),
                csv.number(row, "estimate"),
                COEFFICIENT,
                se,
            );
            tally.number(
                &format!("system se {equation} {}", names[j]),
                Some(se),
                csv.number(row, "std_error"),
                case.tolerance,
                0.0,
            );
        }
    }
}
