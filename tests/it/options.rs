//! Options of the study file reach what they are options of.

use crate::small::{HEAD, contents, folder, study, table};
use crate::support::{csv, run_study};
use std::collections::BTreeMap;

/// Runs a study of the small panel; gives a reader of its files, or the error.
fn ran(name: &str, text: &str) -> Result<impl Fn(&str) -> String + use<>, String> {
    let folder = folder(&format!("options-{name}"));
    let out = folder.join("out");
    run_study(&study(&folder, &format!("{HEAD}{text}")), &out, Some(1)).map_err(|error| error.to_string())?;
    Ok(move |file: &str| std::fs::read_to_string(out.join(file)).unwrap())
}

fn rows(read: &impl Fn(&str) -> String, file: &str) -> Vec<BTreeMap<String, String>> {
    csv(&read(file))
}

#[test]
fn the_own_weight_of_virtual_agglomeration() {
    let va = "[va]\nsector = \"k\"\ntotal = \"l\"\n";
    let own = rows(&ran("own", &format!("{va}own = \"excluded\"\n")).unwrap(), "results/va.csv");
    let usual = rows(&ran("usual", va).unwrap(), "results/va.csv");
    for (own, usual) in own.iter().zip(&usual) {
        let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<f64>().unwrap();
        let sum = number(own, "va") + number(own, "location_quotient");
        assert!((sum / number(usual, "va") - 1.0).abs() < 1e-12, "{own:?} {usual:?}");
    }
    let radius = format!("{va}own = \"radius\"\n");
    assert!(ran("radius", &radius).err().unwrap().contains("needs area"));
    let within = rows(&ran("area", &format!("{radius}area = \"lon\"\n")).unwrap(), "results/va.csv");
    assert!(within.iter().all(|row| row["va"].parse::<f64>().is_ok_and(f64::is_finite)));
    assert!(ran("word", &format!("{va}own = \"none\"\n")).err().unwrap().contains("excluded, unit, radius"));
    // Farther than any two cities are apart: all spillovers weigh the same.
    let far = rows(&ran("far", &format!("{va}min_km = 20000.0\n")).unwrap(), "results/va.csv");
    assert!(far[0]["spillover"].parse::<f64>().unwrap() < usual[0]["spillover"].parse::<f64>().unwrap());
}

#[test]
fn lag_goods_and_demeaning_of_segmentation() {
    let market = "[market]\nprices = [\"price_a\", \"price_b\"]\n";
    let seg = |name: &str, more: &str| -> Vec<Option<f64>> {
        let read = ran(name, &format!("{market}{more}")).unwrap();
        rows(&read, "results/segmentation.csv").iter().map(|row| row["seg"].parse().ok()).collect()
    };
    let two_back = seg("lag", "kind = \"level\"\nlag = 2\n");
    assert_eq!(two_back.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true].repeat(3));
    assert!(seg("goods", "min_goods = 3\n").iter().all(Option::is_none), "there are two goods");
    assert_ne!(seg("demeaned", ""), seg("raw", "demean = \"none\"\n"));
    assert!(
        ran("demean", &format!("{market}demean = \"al-pairs\"\n")).err().unwrap().contains("did you mean `all-pairs`")
    );
}

#[test]
fn weights_coordinates_and_samples_of_tables() {
    let weighted = |kind: &str| table("y ~ x | city", &format!("weights = \"k\"\n{kind}"));
    let n = |name: &str, text: &str| -> u64 {
        let estimates = ran(name, text).unwrap()("results/estimates.json");
        let estimates: serde_json::Value = serde_json::from_str(&estimates).unwrap();
        estimates[0]["n_obs"].as_u64().unwrap()
    };
    assert_eq!(n("analytic", &weighted("")), 9);
    assert_eq!(n("frequency", &weighted("weight_kind = \"frequency\"\n")), 76, "the sum of k");
    let error = ran("kind", &weighted("weight_kind = \"sampling\"\n")).err().unwrap();
    assert!(error.contains("expected one of analytic, frequency, importance"), "{error}");

    let conley = |more: &str| table("y ~ x", &format!("vcov = \"conley:500\"\n{more}"));
    assert_eq!(n("conley", &conley("")), 9);
    let error = ran("lat", &conley("lat = \"latitude\"\n")).err().unwrap();
    assert!(error.contains("unknown column `latitude`"), "{error}");

    let described = "[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"y\"]\nsample = \"year == 2013\"\n";
    let read = ran("described", described).unwrap();
    assert!(read("tables/d.csv").contains("\ny,3,25.000,"), "{}", read("tables/d.csv"));
    let misplaced = weighted("").replace("id = \"t\"", "id = \"t\"\nsample = \"x > 1\"");
    assert!(ran("misplaced", &misplaced).err().unwrap().contains("belongs to its columns"));
}

#[test]
fn the_page_leads_to_files_that_are_there_whatever_the_formats() {
    let text = format!("{}[report]\npanel = [\"parquet\"]\n", table("y ~ x | city", ""));
    let folder = folder("options-page");
    let out = folder.join("out");
    run_study(&study(&folder, &format!("{HEAD}{text}")), &out, Some(1)).unwrap();
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    for link in page.split("href=\"").skip(1).filter_map(|part| part.split('"').next()) {
        assert!(link.starts_with('#') || out.join(link).is_file(), "{link}");
    }
    assert!(page.contains("href=\"data/panel.parquet\"") && !page.contains("data/panel.csv"));
    assert!(std::fs::read_to_string(out.join("README.md")).unwrap().contains("`data/panel.parquet`"));
    assert!(std::fs::read(out.join("data/panel.parquet")).unwrap().starts_with(b"PAR1"));
    // The log has every stage, the last one included, once.
    let log = std::fs::read_to_string(out.join("log/run.jsonl")).unwrap();
    for stage in ["data", "variables", "tables", "quality", "report"] {
        assert_eq!(log.matches(&format!("\"stage\":\"{stage}\"")).count(), 1, "{log}");
    }
    assert!(contents(&out).iter().all(|(path, _)| !path.ends_with("UNFINISHED")));
}

/// A published R² is compared with the R² that a column shows, whether it has fixed effects or none.
#[test]
fn a_published_r2_has_its_counterpart() {
    let folder = folder("options-r2");
    let lines =
        "table,column,depvar,sample,row,coef,se,stars,n,r2,other\n1,(1),y,,x,,,,9,0.999,\n1,(2),y,,x,,,,9,0.999,\n";
    std::fs::write(folder.join("printed.csv"), lines).unwrap();
    let tables =
        table("y ~ x", "[[table.column]]\nformula = \"y ~ x | city\"").replace("\"t\"", "\"t\"\npublished = \"1\"");
    let out = folder.join("out");
    run_study(&study(&folder, &format!("{HEAD}[published]\nfile = \"printed.csv\"\n{tables}")), &out, Some(1)).unwrap();
    let cells = csv(&std::fs::read_to_string(out.join("compare/compare.csv")).unwrap());
    let r2: Vec<_> = cells.iter().filter(|cell| cell["stat"] == "r2").collect();
    assert!(r2.len() == 2 && r2.iter().all(|cell| !cell["replicated"].is_empty()), "{cells:?}");
}

/// What a program was built without ends with exit code 3 and the command that adds it, from a run as from a check.
#[test]
fn a_feature_that_is_not_there_is_named_with_the_command_that_adds_it() {
    use clap::Parser;
    let folder = folder("options-feature");
    let study = study(&folder, &format!("{HEAD}{}[report]\nfigures = [\"png\"]\n", table("y ~ x | city", "")));
    let study = study.to_str().unwrap();
    let out = folder.join("out");
    for line in
        [&["panelstudy", "run", study, "--quiet", "--out", out.to_str().unwrap()][..], &["panelstudy", "check", study]]
    {
        let cli = panelstudy::cli::Cli::try_parse_from(line).unwrap();
        let error = panelstudy::cli::execute(&cli).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{error}");
        let message = error.to_string();
        assert!(message.starts_with("[report] figures with \"png\": this needs the feature `png`"), "{message}");
        assert!(message.contains("`cargo xtask replicate --study STUDY` adds it"), "{message}");
        assert!(message.contains("panelstudy --features png`"), "{message}");
    }
    assert!(!out.exists());
}
