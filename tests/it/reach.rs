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

fn refused(name: &str, keys: &str) -> String {
    column(name, keys).expect_err("refused")
}

fn close(got: &Value, want: f64, tolerance: f64) {
    // Reading a number of a file may miss its last bit.
    let got = got.as_f64().unwrap();
    assert!(got == want || (got / want - 1.0).abs() < tolerance, "{got} for {want}");
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
        like = \"ivreghdfe\"\n";
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
    close(&coef(&record, "value")["ci_low"], own.coef[0].ci_low, 1e-15);
    assert_eq!(record["level"], 0.9);
    let error = refused("level-95", "formula = \"inv ~ value\"\nlevel = 95.0");
    assert!(error.contains("line 11") && error.contains("level = 95, expected a number between 0 and 1"), "{error}");
}

/// R 4.2.2, car 3.1-1: `linearHypothesis(lm(inv ~ value + capital + factor(firm) + factor(year)), …, test = "F")`.
#[test]
fn joint_tests_of_coefficients() {
    let r: Value = serde_json::from_str(&golden("r.json")).unwrap();
    let keys = "formula = \"inv ~ value + capital | firm + year\"\n\
        tests = [\"value = capital = 0\", \"value = 0.5*capital\", \"value - 0.5 * capital = 0\"]";
    let (record, table) = column("wald", keys).unwrap();
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

/// What no row of a table holds stands under it: the numbers are those of the record.
#[test]
fn sets_and_single_observations_are_said_under_the_table() {
    let keys =
        "formula = \"inv ~ capital | firm | value ~ lag(value)\"\ndiagnostics = [\"anderson_rubin_set\"]\nlevel = 0.9";
    let (record, table) = column("ar-set", keys).unwrap();
    let ends = record["diagnostics"]["anderson_rubin_set"]["intervals"][0].as_array().unwrap();
    let [low, high] = [0, 1].map(|end| ends[end].as_f64().unwrap());
    let note = format!("Column (1), 90 % Anderson-Rubin set: value [{low:.3}, {high:.3}].");
    let coef = record["coef"][0]["estimate"].as_f64().unwrap();
    assert!(low < coef && coef < high && table.contains(&note), "{coef}: {note}\n{table}");

    // Two endogenous regressors: a set for each, and one for the turning point of x and x².
    let keys = "formula = \"inv ~ 1 | firm | value + value^2 ~ lag(value) + lag(value)^2 + lag(capital)\"\n\
        diagnostics = [\"anderson_rubin_set\"]";
    let (record, table) = column("ar-sets", keys).unwrap();
    let sets = record["diagnostics"]["anderson_rubin_set"]["sets"].as_array().unwrap();
    assert_eq!(sets.len(), 3);
    assert!(table.contains("95 % Anderson-Rubin set: value ") && table.contains("; turning point "), "{table}");

    let (record, table) =
        column("influence", "formula = \"inv ~ value | firm\"\ndiagnostics = [\"influence\"]").unwrap();
    let influence = &record["diagnostics"]["influence"];
    let (cook, above) = (influence["max_cook"].as_f64().unwrap(), influence["above_4_over_n"].as_u64().unwrap());
    let note = format!("largest Cook's distance {cook:.3} ({above} of 200 observations above 4/N)");
    assert!(above > 0 && table.contains(&note), "{note}\n{table}");
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
        close(&got["p"], own.p, 1e-15);
        close(&got["ci_low"], own.interval.unwrap().0, 1e-15);
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
    close(&got[0]["se"], own.se(0).unwrap(), 1e-15);
    close(&got[0]["ci_high"], own.percentile(0, 0.95).unwrap().1, 1e-15);
    assert!(table.contains("clusters of firm drawn"), "{table}");

    // Without `by` what the column clusters by is drawn.
    let (usual, table) = column("pairs-vcov", &with("pairs = 99, of = [\"value\"], seed = 3")).unwrap();
    assert_eq!(usual["inference"], record["inference"]);
    assert!(table.contains("clusters of firm drawn"), "{table}");
    let keys = with("pairs = 99, of = [\"value\"]");
    let (record, table) = column("pairs-iid", &keys.replace("cluster:firm", "hc1")).unwrap();
    assert!(record["inference"]["clusters"].is_null() && table.contains("observations drawn"), "{table}");

    let (record, _) = column("block", &with("block = 49, length = 4")).unwrap();
    assert!(coef(&record["inference"], "value")["se"].as_f64().unwrap() > 0.0);

    for (place, (keys, says)) in [
        (with("pairs = 99, weights = \"webb\""), "`weights` has no effect without `wild`"),
        (with("wild = 99, of = [\"vlaue\"]"), "did you mean `value`?"),
        (with("wild = 99").replace("cluster:firm", "hc1"), "`wild` needs clusters"),
        (with("pairs = 99").replace("cluster:firm", "cluster:firm,year"), "has several; write which in `by`"),
        (format!("formula = \"{IV}\"\nvcov = \"cluster:firm\"\ninference = {{ wild = 99 }}"), "without instruments"),
    ]
    .into_iter()
    .enumerate()
    {
        let error = refused(&format!("inference-{place}"), &keys);
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
    close(&record["weak_id_robust"]["stat"], weak, 1e-15);
    assert_eq!(
        record["diagnostics"]["anderson_rubin"]["stat"].as_f64(),
        iv.anderson_rubin.f.available().map(|test| test.stat)
    );
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
        "{GRUNFELD}[defaults]\nvcov = \"cluster:firm\"\nlike = \"xtreg\"\n[terms]\nboth = \"{BOTH}\"\n\
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
    let keys = "formula = \"inv ~ lag(value) + capital | firm\"\nsave = [\"residuals\", \"fitted\", \"effects\"]";
    let text = format!("{GRUNFELD}[[table]]\nid = \"t\"\n[[table.column]]\n{keys}\n");
    let data = golden("grunfeld.csv");
    let rows = csv(&ran("save", &data, &text).unwrap()("data/fits.csv"));
    let own = Model::new("inv ~ lag(value) + capital | firm").unwrap().fit(&grunfeld()).unwrap();
    assert_eq!(rows.len(), 200);
    let mut place = 0;
    for (row, source) in rows.iter().zip(csv(&data)) {
        assert_eq!((&row["firm"], &row["year"]), (&source["firm"], &source["year"]));
        if row["year"] == "1935" {
            assert_eq!(row["t (1) residuals"], "", "no lag in the first year");
            continue;
        }
        let number = |name: &str| row[&format!("t (1) {name}")].parse::<f64>().unwrap();
        assert_eq!(number("residuals"), own.residuals()[place]);
        let inv: f64 = source["inv"].parse().unwrap();
        assert!((number("residuals") + number("fitted") - inv).abs() < 1e-9);
        assert_eq!(number("effects"), own.effect_sum()[place]);
        place += 1;
    }
    assert_eq!(place, 190);
}

/// What a study file calls each public method of an estimate, or why it calls none.
const METHODS: [(&str, Result<&str, &str>); 43] = [
    ("with_vcov", Err("a covariance is that of its column")),
    ("with_vcov_from", Err("a covariance is that of its column")),
    ("coefficient", Err("a part of every record")),
    ("coefficients", Err("a part of every record")),
    ("intervals", Ok("level")),
    ("with_response", Err("another outcome is another column")),
    ("esample", Err("data/sample.csv holds it of every column")),
    ("sample_range", Err("what the U test reads")),
    ("sample_values", Err("what the U test reads")),
    ("options", Err("the keys of the column")),
    ("frame", Err("the sample, data/sample.csv")),
    ("wald_test", Ok("tests")),
    ("wald_restrictions", Ok("tests")),
    ("hausman_test", Ok("diagnostics")),
    ("mundlak_test", Ok("diagnostics")),
    ("cross_section_test", Ok("diagnostics")),
    ("groupwise_test", Ok("diagnostics")),
    ("serial_test", Ok("diagnostics")),
    ("anderson_rubin_at", Ok("anderson_rubin_at")),
    ("anderson_rubin_set", Ok("diagnostics")),
    ("anderson_rubin_projections", Ok("diagnostics")),
    ("residuals", Ok("save")),
    ("orthogonality_test", Ok("orthogonality")),
    ("endogeneity_test", Ok("endogeneity")),
    ("redundancy_test", Ok("redundancy")),
    ("reduced_forms", Ok("diagnostics")),
    ("liml_over_identification", Ok("diagnostics")),
    ("basmann_test", Ok("diagnostics")),
    ("wu_hausman_test", Ok("diagnostics")),
    ("random_effects", Err("what Hausman's and Mundlak's tests compare with; tables are of fixed effects")),
    ("influence", Ok("save")),
    ("variance_inflation", Ok("diagnostics")),
    ("linear_prediction", Err("fitted less effects, both of `save`")),
    ("fitted", Ok("save")),
    ("effect_sum", Ok("save")),
    ("fixed_effects", Err("single levels are identified up to constants; their sum is saved")),
    ("bootstrap", Ok("inference")),
    ("wild_bootstrap", Ok("inference")),
    ("clusters_of", Err("what the program draws by for a bootstrap")),
    ("nothing_left", Err("why a fit has no inference; its remark says it")),
    ("utest", Ok("utest")),
    ("two_lines", Ok("two_lines")),
    ("moderation", Ok("moderation")),
];

/// The keys that `[[table.column]]` has.
fn column_keys() -> Vec<String> {
    let error = refused("keys", "formula = \"inv ~ value\"\nno_such_key = 1");
    let (_, listed) = error.split_once("expected one of").unwrap_or_else(|| panic!("{error}"));
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_option_has_a_key_or_a_reason() {
    let keys = column_keys();
    let has = |key: &str| keys.iter().any(|known| known == key);
    // A key of `panel_fe::Options`, as its own reader names them.
    let error = serde_json::from_str::<Options>(r#"{"no_such_key": 1}"#).unwrap_err().to_string();
    let (_, listed) = error.split_once("expected one of").unwrap();
    let options: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
    assert!(options.len() >= 12, "{error}");
    for option in options {
        assert!(has(option), "`{option}` of panel_fe::Options has no key");
    }
    for (method, key) in METHODS {
        assert!(key.map_or(true, has), "{method}: no key {key:?}");
    }
    // Every public method of an estimate stands on the list.
    let mut open = vec![workspace().join("crates/panel-fe/src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let own = text.split("\nimpl Estimate {").skip(1).map(|rest| rest.split("\n}\n").next().unwrap());
        for line in own.flat_map(str::lines) {
            let Some(rest) = line.strip_prefix("    pub fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap();
            assert!(METHODS.iter().any(|(known, _)| *known == name), "{}: `{name}` is on no list", path.display());
        }
    }
}

#[test]
fn lines_curves_and_what_is_saved_beside_them() {
    let data = grunfeld();
    let line = "formula = \"inv ~ value + capital + value:capital | firm\"\nvcov = \"cluster:firm\"\nlevel = 0.9\n\
        moderation = { x = \"value\", moderator = \"capital\" }";
    let (record, table) = column("line", line).unwrap();
    let own = Model::new("inv ~ value + capital + value:capital | firm")
        .unwrap()
        .options(Options { level: 0.9, vcov: "cluster:firm".parse().unwrap(), ..Options::default() })
        .fit(&data)
        .unwrap();
    let model = panel_fe::moderation::Moderation::linear(&own.coefficients(), "value", "value:capital").unwrap();
    let slopes = &record["slopes"];
    let z = slopes["at"][1]["moderator"].as_f64().unwrap();
    let (b, g) = (own.coefficient("value").unwrap().estimate, own.coefficient("value:capital").unwrap().estimate);
    close(&slopes["at"][1]["slope"]["estimate"], b + g * z, 1e-9);
    close(&slopes["at"][1]["slope"]["se"], model.slope(0.0, z).se, 1e-12);
    // At an end of the region the slope is as far from zero as the critical value says.
    let end = slopes["insignificant"]["low"].as_f64().or(slopes["insignificant"]["high"].as_f64()).unwrap();
    let critical = panel_core::distribution::t_critical(0.9, own.df_t);
    assert!((model.slope(0.0, end).t().abs() - critical).abs() < 1e-6);
    assert!(table.contains("Johnson-Neyman") && table.contains("at 10 %"), "{table}");

    let curve = "formula = \"inv ~ value + value^2 + capital | firm\"\nvcov = \"hc1\"\ntwo_lines = \"value\"";
    let (record, table) = column("two-lines", curve).unwrap();
    let own =
        Model::new("inv ~ value + value^2 + capital | firm").unwrap().vcov("hc1".parse().unwrap()).fit(&data).unwrap();
    let lines = own.two_lines("value", Some(&data)).unwrap();
    assert_eq!(record["two_lines"]["breakpoint"].as_f64().unwrap(), lines.breakpoint);
    assert_eq!(record["two_lines"]["left"]["slope"].as_f64().unwrap(), lines.left.slope);
    assert!(table.contains("Two-lines test (value)"), "{table}");
}

#[test]
fn effects_alone_levels_and_the_constant() {
    let (record, table) = column("effects-only", "formula = \"inv ~ 1 | firm + year\"\nsave = [\"effects\"]").unwrap();
    assert_eq!(record["coef"].as_array().unwrap().len(), 0);
    assert!(record["r2"].as_f64().unwrap() > 0.5 && table.contains("200"), "{table}");
    let (_, table) = column("constant", "formula = \"inv ~ value\"").unwrap();
    assert!(table.contains("Constant"), "{table}");
    let (record, table) = column("levels", "formula = \"inv ~ value + capital + i(year) | firm\"").unwrap();
    close(&coef(&record, "value")["estimate"], 0.117_715_855_082_606, 1e-9);
    assert!(table.contains("year = 1936"), "{table}");
}

#[test]
fn what_is_written_for_many() {
    let data = golden("grunfeld.csv");
    let run = |name: &str, text: &str| ran(name, &data, &format!("{GRUNFELD}{text}"));
    let two = "[[table.column]]\nformula = \"inv ~ value + capital | firm\"\n\
        [[table.column]]\nformula = \"inv ~ capital | firm | value ~ lag(value) + lag(value, 2)\"\n";
    // A column's own key comes before its table's, that before [defaults].
    let read = run(
        "levels-of-keys",
        &format!(
            "[defaults]\nvcov = \"hc1\"\nestimator = \"liml\"\nlevel = 0.8\n[[table]]\nid = \"t\"\nvcov = \"iid\"\n{two}\
             level = 0.99\n[[table]]\nid = \"u\"\n[[table.column]]\nformula = \"inv ~ value | firm\"\n"
        ),
    )
    .unwrap();
    let estimates = read("results/estimates.json");
    let (one, other) = (estimate_in(&estimates, "t", "(1)"), estimate_in(&estimates, "t", "(2)"));
    assert_eq!(
        (one["vcov"].as_str(), one["level"].as_f64(), one["estimator"].as_str()),
        (Some("iid"), Some(0.8), None)
    );
    assert_eq!((other["level"].as_f64(), other["estimator"].as_str()), (Some(0.99), Some("liml")));
    for (name, text, says) in [
        ("idle-default", "[defaults]\ntwo_lines = \"nothing\"\n[[table]]\nid = \"t\"\n", "`two_lines` has no effect"),
        ("idle-table", "[[table]]\nid = \"t\"\nlat = \"y\"\n", "`lat` has no effect on the columns of the table"),
        ("table-key", "[[table]]\nid = \"t\"\nvocv = \"iid\"\n", "did you mean `vcov`?"),
        ("statistic", "[[table]]\nid = \"t\"\ndiagnostics = [\"hausmann\"]\n", "did you mean `hausman`?"),
        ("stats", "[[table]]\nid = \"t\"\nstats = [\"influence\"]\n", "more than a number"),
        ("stats-word", "[report]\nstats = [\"r3\"]\n[[table]]\nid = \"t\"\n", "no statistic `r3`; did you mean `r2`?"),
    ] {
        let error = run(name, &format!("{text}{two}")).err().unwrap();
        assert!(error.contains(says) && error.contains("line "), "{name}: {error}");
    }
    for (keys, says) in [
        ("diagnostics = [\"over_id\"]", "no effect without instruments"),
        ("diagnostics = [\"r2\"]", "computed anyway"),
        ("orthogonality = [\"value\"]", "no effect without instruments"),
        ("gaps = \"calendar\"", "no effect without lags"),
        ("weight_kind = \"frequency\"", "no effect without `weights`"),
        ("absorption = { tolerance = 1e-12 }", "no effect without fixed effects"),
        ("save = [\"effects\"]", "no effect without fixed effects"),
        ("save = [\"residual\"]", "did you mean `residuals`?"),
        ("two_lines = \"valeu\"", "did you mean `value`?"),
        ("stepwise = []", "expected a list of terms"),
        ("stepwise = [\"x ~ y\"]", "no sum of exogenous terms"),
    ] {
        let error = refused("idle", &format!("formula = \"inv ~ value\"\n{keys}"));
        assert!(error.contains(says) && error.contains("line "), "{keys}: {error}");
    }
}
