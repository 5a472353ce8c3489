//! What a study file asks of a column reaches the estimator: numbers beside those of R, of textbooks, and of the
//! estimator called by itself.

use crate::support::{coef, csv, estimate_in, run_study, scratch, workspace};
use panel_fe::bootstrap::{Resampling, WildBootstrap, WildWeights};
use panel_fe::{Like, Model, Options, Panel, Singletons};
use serde_json::Value;

/// Investment of ten firms in twenty years (Grunfeld 1958).
const GRUNFELD: &str = "[study]\ntitle = \"G\"\nentity = \"firm\"\ntime = \"year\"\n[[source]]\nfile = \"data.csv\"\n";

/// The same on its lags, two endogenous regressors and three instruments.
const IV: &str = "inv ~ 1 | firm | value + capital ~ lag(value) + lag(capital) + lag(value, 2)";

fn golden(name: &str) -> String {
    std::fs::read_to_string(workspace().join("crates/panel-fe/tests/golden").join(name)).unwrap()
}

fn grunfeld() -> Panel {
    let rows = csv(&golden("grunfeld.csv"));
    let text = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    let number = |name: &str| rows.iter().map(|row| row[name].parse().unwrap()).collect::<Vec<f64>>();
    let mut builder = Panel::builder("firm", "year").keys(text("firm"), text("year"));
    for name in ["inv", "value", "capital"] {
        builder = builder.column(name, number(name));
    }
    builder.build().unwrap()
}

/// Runs a study of the data; gives a reader of its files, or the error.
fn ran(name: &str, data: &str, text: &str) -> Result<impl Fn(&str) -> String + use<>, String> {
    let folder = scratch(&format!("reach-{name}"));
    std::fs::write(folder.join("data.csv"), data).unwrap();
    let (study, out) = (folder.join("study.toml"), folder.join("out"));
    std::fs::write(&study, text).unwrap();
    run_study(&study, &out, Some(1)).map_err(|error| error.to_string())?;
    Ok(move |file: &str| std::fs::read_to_string(out.join(file)).unwrap())
}

/// The first column of table `t` of a study of the firms, and the table.
fn column(name: &str, column: &str) -> Result<(Value, String), String> {
    let text = format!("{GRUNFELD}[[table]]\nid = \"t\"\n[[table.column]]\n{column}\n");
    let read = ran(name, &golden("grunfeld.csv"), &text)?;
    Ok((estimate_in(&read("results/estimates.json"), "t", "(1)"), read("tables/t.md")))
}

fn refused(name: &str, words: &str) -> String {
    column(name, words).expect_err("refused")
}

fn close(got: &Value, want: f64, tolerance: f64) {
    let got = got.as_f64().unwrap();
    assert!((got / want - 1.0).abs() < tolerance, "{got} for {want}");
}

/// Klein's consumption function by LIML, as the manual of SAS's SYSLIN and econometrics texts print it.
#[test]
fn the_estimator_of_instruments() {
    let series = golden("klein.csv");
    let mut lines = series.lines();
    let mut data = format!("country,trend,{}\n", lines.next().unwrap());
    for (t, line) in lines.enumerate() {
        data += &format!("US,{},{line}\n", t as f64 - 11.0);
    }
    let text = "[study]\ntitle = \"K\"\nentity = \"country\"\ntime = \"year\"\n[[source]]\nfile = \"data.csv\"\n\
        [variables]\nw = \"wp + wg\"\n[[table]]\nid = \"t\"\n[[table.column]]\n\
        formula = \"c ~ lag(p) | p + w ~ wg + t + g + trend + k_lag + lag(x)\"\nestimator = \"liml\"\n\
        like = \"ivreghdfe\"\nsingletons = \"keep\"\n";
    let read = ran("klein", &data, text).unwrap();
    let liml = estimate_in(&read("results/estimates.json"), "t", "(1)");
    assert_eq!(liml["estimator"], "liml");
    for (name, b) in [("(Intercept)", 17.14765), ("p", -0.222_513), ("lag(p)", 0.396_027), ("w", 0.822_559)] {
        close(&coef(&liml, name)["estimate"], b, 3e-6);
    }
    assert!(
        refused("estimator-ols", "formula = \"inv ~ value\"\nestimator = \"liml\"").contains("has no effect without")
    );
    let slip = refused("estimator-slip", &format!("formula = \"{IV}\"\nestimator = \"fulller:2\""));
    assert!(slip.contains("did you mean `fuller:2`?"), "{slip}");
}

#[test]
fn the_level_of_intervals() {
    let (record, _) = column("level", "formula = \"inv ~ value + capital | firm\"\nlevel = 0.9").unwrap();
    let own = Model::new("inv ~ value + capital | firm")
        .unwrap()
        .options(Options { level: 0.9, ..Options::default() })
        .fit(&grunfeld())
        .unwrap();
    assert_eq!(coef(&record, "value")["ci_low"].as_f64().unwrap(), own.coef[0].ci_low);
    assert_eq!(record["level"], 0.9);
    let error = refused("level-95", "formula = \"inv ~ value\"\nlevel = 95.0");
    assert!(error.contains("line 12") && error.contains("level = 95, expected a number between 0 and 1"), "{error}");
}

/// R 4.2.2, car 3.1-1: `linearHypothesis(lm(inv ~ value + capital + factor(firm) + factor(year)), …, test = "F")`.
#[test]
fn joint_tests_of_coefficients() {
    let r: Value = serde_json::from_str(&golden("r.json")).unwrap();
    let words = "formula = \"inv ~ value + capital | firm + year\"\n\
        tests = [\"value = capital = 0\", \"value = 0.5*capital\", \"value - 0.5 * capital = 0\"]";
    let (record, table) = column("wald", words).unwrap();
    let tests = record["tests"].as_array().unwrap();
    close(&tests[0]["stat"], r["wald_iid"][0].as_f64().unwrap(), 1e-9);
    assert_eq!((tests[0]["df"].as_f64(), tests[0]["df2"].as_f64()), (Some(2.0), Some(169.0)));
    for test in &tests[1..] {
        close(&test["stat"], r["restriction"][0].as_f64().unwrap(), 1e-9);
        close(&test["p"], r["restriction"][1].as_f64().unwrap(), 1e-8);
    }
    assert_eq!(tests[1]["null"], "value = 0.5*capital");
    assert!(table.contains("Wald test: value = 0.5*capital") && table.contains("9.195"), "{table}");
    let base = "formula = \"inv ~ value + capital | firm\"";
    let error = refused("wald-term", &format!("{base}\ntests = [\"value = captial\"]"));
    assert!(error.contains("no term `captial`; did you mean `capital`?"), "{error}");
    assert!(refused("wald-equal", &format!("{base}\ntests = [\"value\"]")).contains("expected `=`"));
}

#[test]
fn bootstraps_beside_the_covariance() {
    let base = "formula = \"inv ~ value + capital | firm + year\"\nvcov = \"cluster:firm\"";
    let with = |more: &str| format!("{base}\ninference = {{ {more} }}");
    let data = grunfeld();
    let fit = Model::new("inv ~ value + capital | firm + year").unwrap().fit(&data).unwrap();

    let (record, table) = column("wild", &with("wild = 499, weights = \"webb\", seed = 7")).unwrap();
    let options = WildBootstrap { weights: WildWeights::Webb, replications: 499, seed: 7, ..WildBootstrap::default() };
    for name in ["value", "capital"] {
        let own = fit.wild_bootstrap(name, 0.0, "firm", &options, None).unwrap();
        let got = coef(&record["inference"], name);
        assert_eq!(got["p"].as_f64().unwrap(), own.p);
        assert_eq!(got["ci_low"].as_f64().unwrap(), own.interval.unwrap().0);
    }
    assert_eq!((&record["inference"]["clusters"], &record["inference"]["used"]), (&"firm".into(), &499.into()));
    assert!(
        table.contains("wild cluster bootstrap (Webb weights, clustered by firm, 499 replications, seed 7)"),
        "{table}"
    );

    let (record, table) = column("pairs", &with("pairs = 99, by = \"firm\", of = [\"value\"], seed = 3")).unwrap();
    let own =
        fit.bootstrap(&Resampling::Clusters(&fit.frame().entity.1), 99, 3, |fit| Ok(vec![fit.estimates[0]])).unwrap();
    let got = record["inference"]["coef"].as_array().unwrap();
    assert_eq!(got.len(), 1);
    assert_eq!(got[0]["se"].as_f64().unwrap(), own.se(0).unwrap());
    assert_eq!(got[0]["ci_high"].as_f64().unwrap(), own.percentile(0, 0.95).unwrap().1);
    assert!(table.contains("clusters of firm drawn"), "{table}");

    let (record, _) = column("block", &with("block = 49, length = 4")).unwrap();
    assert!(coef(&record["inference"], "value")["se"].as_f64().unwrap() > 0.0);

    for (place, (words, says)) in [
        (with("pairs = 99, weights = \"webb\""), "`weights` has no effect without `wild`"),
        (with("wild = 99, of = [\"vlaue\"]"), "did you mean `value`?"),
        (with("wild = 99").replace("cluster:firm", "hc1"), "`wild` needs clusters"),
        (format!("formula = \"{IV}\"\nvcov = \"cluster:firm\"\ninference = {{ wild = 99 }}"), "without instruments"),
    ]
    .into_iter()
    .enumerate()
    {
        let error = refused(&format!("inference-{place}"), &words);
        assert!(error.contains(says), "{error}");
    }
}

/// R 4.2.2, AER 1.2-10: `summary(ivreg(inv ~ value + capital + factor(firm) | …), diagnostics = TRUE)`.
#[test]
fn tests_of_instruments() {
    let r: Value = serde_json::from_str(&golden("r.json")).unwrap();
    let stats = "[report]\nstats = [\"r2\", \"wu_hausman\", \"anderson_rubin\", \"endogeneity\"]\n";
    let study = |vcov: &str| {
        format!(
            "{GRUNFELD}{stats}[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"{IV}\"\nvcov = \"{vcov}\"\n\
             singletons = \"keep\"\n"
        )
    };
    let read = ran("iv-iid", &golden("grunfeld.csv"), &study("iid")).unwrap();
    let record = estimate_in(&read("results/estimates.json"), "t", "(1)");
    close(&record["diagnostics"]["wu_hausman"]["stat"], r["iv"]["wu_hausman"][2].as_f64().unwrap(), 1e-8);
    close(&record["over_id"]["stat"], r["iv"]["sargan"][1].as_f64().unwrap(), 1e-8);
    assert!(!read("tables/t.md").contains("Hansen"), "iid errors have no Hansen J");

    let read = ran("iv-cluster", &golden("grunfeld.csv"), &study("cluster:firm")).unwrap();
    let (record, table) = (estimate_in(&read("results/estimates.json"), "t", "(1)"), read("tables/t.md"));
    let own = Model::new(IV)
        .unwrap()
        .vcov("cluster:firm".parse().unwrap())
        .like(Like::default())
        .singletons(Singletons::Keep)
        .fit(&grunfeld())
        .unwrap();
    let iv = &own.iv.as_ref().unwrap().diagnostics;
    let weak = iv.weak_id_robust.available().unwrap().stat;
    assert_eq!(record["weak_id_robust"]["stat"].as_f64().unwrap(), weak);
    assert_eq!(record["diagnostics"]["anderson_rubin"]["stat"].as_f64(), iv.anderson_rubin.f.available().map(|test| test.stat));
    let shown = ["Kleibergen-Paap rk Wald F", "(Hansen J)", "(Kleibergen-Paap rk LM)", "Anderson-Rubin Wald F"];
    for row in shown.into_iter().chain([format!("{weak:.2}").as_str()]) {
        assert!(table.contains(row), "{row}: {table}");
    }
}

const BOTH: &str = "capital + lag(value)";

/// What is written once stands where it is used: the same numbers as when everything is spelled out.
#[test]
fn defaults_terms_and_steps() {
    let written = format!(
        "{GRUNFELD}[defaults]\nvcov = \"cluster:firm\"\nlike = \"xtreg\"\nestimator = \"liml\"\n[terms]\nboth = \"{BOTH}\"\n\
         [[table]]\nid = \"t\"\n[[table.column]]\nformula = \"inv ~ value | firm\"\n\
         stepwise = [\"1\", \"+ capital\", \"+ lag(value)\"]\n[[table.column]]\nformula = \"inv ~ value + {{both}} | firm\"\n\
         vcov = \"iid\"\n"
    );
    let spelled = |formula: &str, vcov: &str| {
        format!("[[table.column]]\nformula = \"{formula}\"\nlike = \"xtreg\"\nvcov = \"{vcov}\"\n")
    };
    let cluster = "cluster:firm";
    let long = format!(
        "{GRUNFELD}[[table]]\nid = \"t\"\n{}{}{}{}",
        spelled("inv ~ value | firm", cluster),
        spelled("inv ~ value + capital | firm", cluster),
        spelled("inv ~ value + capital + lag(value) | firm", cluster),
        spelled(&format!("inv ~ value + {BOTH} | firm"), "iid")
    );
    let data = golden("grunfeld.csv");
    let (short, long) = (ran("short", &data, &written).unwrap(), ran("long", &data, &long).unwrap());
    for file in ["results/estimates.json", "tables/t.md", "tables/t.csv"] {
        assert_eq!(short(file), long(file), "{file}");
    }

    let refused = |name: &str, from: &str, to: &str| {
        let changed = written.replacen(from, to, 1);
        assert_ne!(changed, written);
        ran(name, &data, &changed).err().expect("refused")
    };
    assert!(refused("brace", "{both}", "{bth}").contains("did you mean `{both}`?"));
    assert!(refused("unused", "{both}", "capital").contains("`both` is used by no formula"));
    let unknown = refused("unknown", "vcov = \"cluster:firm\"\nlike", "vocv = \"iid\"\nlike");
    assert!(
        unknown.contains("unknown key `vocv` of [defaults]") && unknown.contains("did you mean `vcov`?"),
        "{unknown}"
    );
    let named = refused("named", "stepwise", "name = \"a\"\nstepwise");
    assert!(named.contains("named by their places"), "{named}");
}

#[test]
fn numbers_of_fits_are_written() {
    let words = "formula = \"inv ~ lag(value) + capital | firm\"\nsave = [\"residuals\", \"fitted\", \"effects\"]";
    let text = format!("{GRUNFELD}[[table]]\nid = \"t\"\n[[table.column]]\n{words}\n");
    let data = golden("grunfeld.csv");
    let rows = csv(&ran("save", &data, &text).unwrap()("data/fits.csv"));
    let own = Model::new("inv ~ lag(value) + capital | firm").unwrap().fit(&grunfeld()).unwrap();
    assert_eq!(rows.len(), 200);
    let mut place = 0;
    for (row, of) in rows.iter().zip(csv(&data)) {
        assert_eq!((&row["firm"], &row["year"]), (&of["firm"], &of["year"]));
        if row["year"] == "1935" {
            assert_eq!(row["t (1) residuals"], "", "no lag in the first year");
            continue;
        }
        let number = |name: &str| row[&format!("t (1) {name}")].parse::<f64>().unwrap();
        assert_eq!(number("residuals"), own.residuals[place]);
        let inv: f64 = of["inv"].parse().unwrap();
        assert!((number("residuals") + number("fitted") - inv).abs() < 1e-9);
        assert_eq!(number("effects"), own.effect_sum()[place]);
        place += 1;
    }
    assert_eq!(place, 190);
}
