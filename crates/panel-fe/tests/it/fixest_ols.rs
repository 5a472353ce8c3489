//! Least squares with fixed effects against R fixest 0.14.2 (`ols_fixest.json`) and peers.

use crate::golden_files::{Csv, close, goldens, number};
use panel_core::{Column, Panel};
use panel_fe::vcov::{ConleyDistance, ConleyKernel, Gaps, Vcov};
use panel_fe::{Estimate, Like, Model, Options, Singletons, WeightKind, Weights};
use serde_json::Value;

/// A golden data set as a panel; squares named `x2` and the few derived columns of the calls are added.
pub(crate) fn panel(csv: &Csv, entity: &str, time: &str) -> Panel {
    let rows: Vec<String> = (0..csv.rows.len()).map(|row| row.to_string()).collect();
    let has = |name: &str| csv.header.iter().any(|h| h == name);
    let key = |name: &str| -> Vec<String> {
        if has(name) { csv.rows.iter().map(|row| row[csv.place(name)].clone()).collect() } else { rows.clone() }
    };
    let mut builder = Panel::builder(entity, time).keys(key(entity), key(time));
    for name in &csv.header {
        let cells: Vec<&str> = csv.rows.iter().map(|row| row[csv.place(name)].as_str()).collect();
        let is_number = cells.iter().all(|cell| number(cell).is_some() || cell.is_empty() || *cell == "NA");
        let column: Column = if is_number {
            cells.iter().map(|cell| number(cell).unwrap_or(f64::NAN)).collect::<Vec<f64>>().into()
        } else {
            cells.iter().map(|cell| (!cell.is_empty() && *cell != "NA").then_some(*cell)).collect::<Vec<_>>().into()
        };
        builder = builder.column(name.clone(), column);
    }
    let values = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.unwrap_or(f64::NAN)).collect() };
    for base in ["age", "ttl_exp", "tenure"] {
        if has(base) && !has(&format!("{base}2")) {
            builder = builder.column(format!("{base}2"), values(base).iter().map(|v| v * v).collect::<Vec<f64>>());
        }
    }
    if has("race") {
        let black: Vec<f64> =
            values("race").iter().map(|&v| if v.is_nan() { v } else { f64::from(u8::from(v == 2.0)) }).collect();
        builder = builder.column("race == 2", black);
    }
    if has("period") && has("treat") {
        let (period, treat) = (values("period"), values("treat"));
        for k in 1..=10 {
            let dummy: Vec<f64> =
                period.iter().zip(&treat).map(|(&p, &t)| if p == f64::from(k) { t } else { 0.0 }).collect();
            builder = builder.column(format!("period::{k}:treat"), dummy);
        }
    }
    builder.build().expect("the golden data are a panel")
}

pub(crate) fn keys_of(data: &str) -> (&'static str, &'static str) {
    match data.rsplit('/').next().unwrap_or(data) {
        "grunfeld.csv" | "empluk.csv" => ("firm", "year"),
        "cigar.csv" | "produc_latlon.csv" => ("state", "year"),
        "wages.csv" => ("id", "time"),
        "base_did.csv" => ("id", "period"),
        "nlswork.csv" => ("idcode", "year"),
        "crime.csv" => ("county", "year"),
        _ => ("row", "row2"),
    }
}

/// The formula of a fixest call in our notation, and its options.
fn translate(call: &str) -> (String, Options) {
    let inner = call.strip_prefix("feols(").and_then(|c| c.strip_suffix(')')).expect("a feols call");
    let (formula, arguments) = inner.split_once(", DATA").expect("data");
    let dynamic: Vec<String> = (1..=10).filter(|k| *k != 5).map(|k| format!("`period::{k}:treat`")).collect();
    let formula = formula
        .replace("I(value^2)", "value^2")
        .replace("(race==2)", "`race == 2`")
        .replace("i(period, treat, 5)", &dynamic.join(" + "));
    let mut options = Options { like: Like::Fixest, ..Options::default() };
    if arguments.contains("'none'") {
        options.singletons = Singletons::Keep;
    }
    if arguments.contains("weights = ~hours") {
        options.weights = Some(Weights { column: "hours".into(), kind: WeightKind::Importance });
    }
    (formula, options)
}

fn vcov_of(name: &str, request: &Value) -> Option<Vcov> {
    if let Some(conley) = name.strip_prefix("conley") {
        let mut parts = conley.split('_');
        let cutoff_km = parts.next()?.parse().ok()?;
        let distance = match parts.next() {
            None => ConleyDistance::FixestTriangular,
            Some("sph") => ConleyDistance::FixestSpherical,
            // Pixels are an approximation that is not offered.
            Some(_) => return None,
        };
        return Some(Vcov::Conley { cutoff_km, kernel: ConleyKernel::Uniform, distance, serial_lags: None });
    }
    let request = request.as_str()?.trim_matches('"');
    let lags = || request.split(['(', ')']).nth(1).and_then(|lags| lags.parse().ok());
    Some(match name {
        "iid" => Vcov::Iid,
        "hetero" => Vcov::Hc1,
        _ if name.starts_with("NW") => Vcov::NeweyWest { lags: lags() },
        _ if name.starts_with("DK") => Vcov::DriscollKraay { lags: lags() },
        _ => Vcov::Cluster(request.trim_start_matches('~').split('+').map(|key| key.trim().to_owned()).collect()),
    })
}

fn golden_name(name: &str) -> String {
    match name {
        "value^2" => "I(value^2)".into(),
        _ => name.trim_matches('`').replace("race == 2", "race == 2TRUE"),
    }
}

struct Tally {
    compared: usize,
    failures: Vec<String>,
}

impl Tally {
    fn check(&mut self, what: &str, got: f64, want: Option<f64>, tolerance: f64) {
        let Some(want) = want else { return };
        self.compared += 1;
        if !close(got, want, tolerance, 1e-300) {
            self.failures.push(format!("{what}: {got:.15e} against {want:.15e} ({:.1e})", (got / want - 1.0).abs()));
        }
    }
}

fn check_table(tally: &mut Tally, id: &str, estimate: &Estimate, golden: &Value) {
    for row in &estimate.coef {
        let name = golden_name(&row.name);
        for (what, got) in [("se", row.se), ("t", row.t), ("p", row.p)] {
            // p of fixest is computed by pt(); its last digits are its own.
            let tolerance = if what == "p" { 1e-6 } else { 1e-8 };
            let want = golden[what][&name]
                .as_f64()
                .or(golden[what][format!("I({name})")].as_f64())
                .filter(|p| what != "p" || *p > 1e-290);
            tally.check(&format!("{id} {name} {what}"), got, want, tolerance);
        }
    }
}

#[test]
fn every_ols_case_of_fixest() {
    let Some(folder) = goldens() else { return };
    let text = std::fs::read_to_string(folder.join("ols_fixest.json")).expect("readable");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("json");
    let mut tally = Tally { compared: 0, failures: Vec::new() };
    for case in &cases {
        let id = case["id"].as_str().expect("id");
        let data = case["data"].as_str().expect("data");
        let csv = Csv::read(&folder.join(data)).expect("data");
        let (entity, time) = keys_of(data);
        let panel = panel(&csv, entity, time);
        let (formula, mut options) = translate(case["call"].as_str().expect("call"));
        options.coordinates.lon = if csv.header.iter().any(|h| h == "long") { "long".into() } else { "lon".into() };
        let estimate = panel_fe::fit(&panel, &formula, &options, None).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(estimate.n_obs as u64, case["n_obs_used"].as_u64().expect("n"), "{id}");
        for row in &estimate.coef {
            let nested = format!("I({})", golden_name(&row.name));
            let want = case["coef"][golden_name(&row.name)].as_f64().or(case["coef"][nested].as_f64());
            assert!(want.is_some() || row.name == "(Intercept)", "{id}: {}", row.name);
            tally.check(&format!("{id} {}", row.name), row.estimate, want, 1e-9);
            assert!(estimate.error_bound < 1e-9, "{id}: bound {:e}", estimate.error_bound);
        }
        for (what, got) in [
            ("r2", Some(estimate.r2.overall)),
            ("ar2", Some(estimate.r2.adjusted)),
            ("wr2", estimate.r2.within),
            ("rmse", Some(estimate.rmse)),
            ("ssr", Some(estimate.ssr)),
        ] {
            if let Some(got) = got {
                tally.check(&format!("{id} {what}"), got, case[what].as_f64(), 1e-9);
            }
        }
        if let Some(wald) = estimate.wald.available() {
            tally.check(&format!("{id} wald"), wald.stat, case["wald_iid"]["stat"].as_f64(), 1e-8);
        }
        for (name, golden) in case["vcov"].as_object().expect("vcov") {
            let Some(vcov) = vcov_of(name, &golden["request"]) else { continue };
            let default = &golden["ssc_default"];
            let other =
                estimate.with_vcov_from(&vcov, Like::Fixest, &panel).unwrap_or_else(|e| panic!("{id} {name}: {e}"));
            check_table(&mut tally, &format!("{id} {name}"), &other, default);
            tally.check(&format!("{id} {name} df"), other.df_t, default["df_t"].as_f64(), 1e-12);
            // reghdfe's rule gives the same numbers, but for Newey-West and where pairs of effects reveal redundant
            // levels that fixest counts.
            let redundant = ["produc_3fe_redundant", "produc_region_year", "empluk_sector_year"].contains(&id);
            if !redundant
                && !name.starts_with("NW")
                && !["trade_4fe", "trade_pairyear", "nlswork_3fe_int"].contains(&id)
            {
                let other = estimate.with_vcov_from(&vcov, Like::Reghdfe, &panel).expect("the same structure");
                for row in &other.coef {
                    let want = default["se"][golden_name(&row.name)].as_f64();
                    tally.check(&format!("{id} {name} reghdfe {}", row.name), row.se, want, 1e-8);
                }
            }
        }
    }
    assert!(
        tally.failures.is_empty(),
        "{} of {}:\n{}",
        tally.failures.len(),
        tally.compared,
        tally.failures.join("\n")
    );
    assert!(tally.compared > 1000, "only {} numbers compared", tally.compared);
}

/// What `peer_se_crosscheck.csv` says where programs differ: reghdfe's rule (econhdfe) with a redundant effect, and
/// calendar lags over the gaps of nlswork.
#[test]
fn where_peers_differ() {
    let Some(folder) = goldens() else { return };
    let produc = panel(&Csv::read(&folder.join("data/produc_latlon.csv")).expect("data"), "state", "year");
    let formula = "log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp | state + year + region";
    let fit = Model::new(formula).expect("formula").fit(&produc).expect("fits");
    assert_eq!((fit.dof.absorbed.rank, fit.dof.absorbed.rank_exact, fit.dof.absorbed_count()), (64, true, 64));
    for (vcov, want) in [
        ("iid", 0.001_138_837_420_239_502),
        ("hc1", 0.001_414_371_430_724_385),
        ("cluster:state", 0.003_211_583_577_700_949),
        ("cluster:year", 0.001_833_293_578_989_516_4),
        ("cluster:state,year", 0.003_425_938_233_573_793),
        ("dk:1", 0.002_142_499_805_811_901_5),
    ] {
        let other = fit.with_vcov_from(&vcov.parse().expect("known"), Like::Reghdfe, &produc).expect("resolves");
        let se = other.coefficient("unemp").expect("there").se;
        assert!(close(se, want, 1e-8, 0.0), "{vcov}: {se} against {want}");
    }
    let nlswork = panel(&Csv::read(&folder.join("data/nlswork.csv")).expect("data"), "idcode", "year");
    let mut options = Options { vcov: Vcov::DriscollKraay { lags: Some(1) }, ..Options::default() };
    let formula = "ln_wage ~ age2 + ttl_exp + ttl_exp2 + tenure + tenure2 + not_smsa + south | idcode + year";
    for (gaps, want) in [(Gaps::Reindex, 0.003_853_210_776_809), (Gaps::Calendar, 0.003_566_523_707_853_981_4)] {
        options.gaps = Some(gaps);
        let fit = panel_fe::fit(&nlswork, formula, &options, None).expect("fits");
        let se = fit.coefficient("ttl_exp").expect("there").se;
        assert!(close(se, want, 1e-8, 0.0), "{gaps:?}: {se} against {want}");
    }
}

/// Grunfeld's ten firms, from the crate's own files.
fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

// R fixest 0.14.2, feols(inv ~ value + capital | …, vcov = …): standard errors of value and capital, degrees of freedom.
const FIXEST_ON_GRUNFELD: [(&str, &str, f64, f64, f64); 21] = [
    ("| firm + year", "iid", 0.0137512830036482, 0.0227190108825725, 169.0),
    ("| firm + year", "hc1", 0.0191799205213116, 0.0544026642585443, 169.0),
    ("| firm + year", "cluster:firm", 0.0108244294768637, 0.0478483965925889, 9.0),
    ("| firm + year", "cluster:year", 0.0191638299075307, 0.052539020361993, 19.0),
    ("| firm + year", "cluster:firm,year", 0.0112657888568618, 0.0451912828895723, 9.0),
    ("| firm + year", "nw:1", 0.021560312769014, 0.0623746055632883, 19.0),
    ("| firm + year", "nw", 0.0225077367157428, 0.0638998819746942, 19.0),
    ("| firm + year", "dk:1", 0.0213734166958172, 0.0620026933217222, 19.0),
    ("| firm + year", "dk", 0.022752238959023, 0.0621351762965525, 19.0),
    ("| firm", "iid", 0.0118566942140438, 0.0173545027755526, 188.0),
    ("| firm", "hc1", 0.0193780332907792, 0.0427950056185063, 188.0),
    ("| firm", "cluster:firm", 0.0151944939427174, 0.0527517717587761, 9.0),
    ("| firm", "cluster:year", 0.0173279151804288, 0.0322788808308177, 19.0),
    ("| firm", "cluster:firm,year", 0.0117111787566236, 0.0435899896044779, 9.0),
    ("| firm", "dk:2", 0.0186687927748671, 0.0367549985199855, 19.0),
    ("", "iid", 0.00583570955722064, 0.0254758014765089, 197.0),
    ("", "hc1", 0.00681095445687199, 0.0488655395343422, 197.0),
    ("", "cluster:firm", 0.0158943366870588, 0.0849671126355403, 9.0),
    ("", "cluster:firm,year", 0.0163517539919943, 0.0784739139920786, 9.0),
    ("", "nw:2", 0.0100427557587237, 0.0647817506471577, 19.0),
    ("", "dk:2", 0.0118820123831618, 0.0498836094674858, 19.0),
];

#[test]
fn grunfeld_under_every_covariance_of_fixest() {
    let data = grunfeld();
    for (effects, vcov, value, capital, df) in FIXEST_ON_GRUNFELD {
        let model = Model::new(&format!("inv ~ value + capital {effects}")).expect("a formula").like(Like::Fixest);
        let fit = model.vcov(vcov.parse().expect("known")).fit(&data).expect("fits");
        for (name, want) in [("value", value), ("capital", capital)] {
            let got = fit.coefficient(name).expect("there").se;
            assert!(close(got, want, 1e-11, 0.0), "{effects} {vcov} {name}: {got} for {want}");
        }
        assert_eq!(fit.df_t, df, "{effects} {vcov}");
    }
}
