//! Files of productivity: columns are called what they hold, none is empty, and details list no rounding.

use crate::small::{GTFP, HEAD, folder, study};
use crate::support::{csv, run_study, scratch, workspace};
use std::collections::BTreeMap;
use std::path::Path;

fn ran(name: &str, text: &str) -> Result<impl Fn(&str) -> String + use<>, String> {
    let folder = folder(&format!("columns-{name}"));
    let path = study(&folder, &format!("{HEAD}{text}"));
    run_study(&path, &folder.join("out"), Some(1)).map_err(|error| error.to_string())?;
    Ok(move |file: &str| std::fs::read_to_string(folder.join("out").join(file)).unwrap())
}

/// The numbers of a file before `status`.
fn numbers(text: &str) -> Vec<String> {
    let header: Vec<String> = text.lines().next().unwrap().split(',').skip(2).map(str::to_owned).collect();
    let end = header.iter().position(|name| name == "status").unwrap();
    let rows = csv(text);
    for name in &header {
        assert!(rows.iter().any(|row| !row[name].is_empty()), "{name} is empty: {header:?}");
    }
    header[..end].to_vec()
}

#[test]
fn columns_are_called_what_they_hold() {
    let radial = GTFP.replace("bads = [\"so2\"]\n", "model = \"radial\"\nreference = \"contemporaneous\"\n");
    let part = |kind: &str| format!("{radial}malmquist = \"malmquist\"\nrts = \"vrs\"\ndecomposition = \"{kind}\"\n");
    let ddf = format!("{GTFP}model = \"ddf\"\nreference = \"contemporaneous\"\n");
    let meta = "reference = \"metafrontier\"\ngroup = \"region\"\n";
    for (name, text, wanted) in [
        ("global", GTFP.to_owned(), "score_global score_contemporaneous gml ec tc gtfp"),
        ("none", format!("{GTFP}malmquist = \"none\"\n"), "score_global score_contemporaneous gtfp"),
        ("adjacent", format!("{radial}malmquist = \"malmquist\"\n"), "score score_contemporaneous index ec tc gtfp"),
        ("ml", format!("{ddf}malmquist = \"ml\"\n"), "score score_contemporaneous index ec tc gtfp"),
        ("luenberger", format!("{ddf}malmquist = \"luenberger\"\n"), "score score_contemporaneous index ec tc gtfp"),
        ("base", part("ray-desli-base"), "score score_contemporaneous index tc gtfp"),
        ("window", format!("{GTFP}reference = \"window\"\nmalmquist = \"none\"\n"), "score score_contemporaneous gtfp"),
        ("meta", format!("{GTFP}{meta}malmquist = \"none\"\n"), "score score_contemporaneous gtfp"),
    ] {
        let text = ran(name, &text).unwrap()("results/gtfp-main.csv");
        assert_eq!(numbers(&text).join(" "), wanted, "{name}");
    }
}

/// Names that a study asks for, panel values by another rule and tables of calibrations go by the same names.
#[test]
fn later_stages_follow_the_names() {
    let adjacent = format!("{GTFP}reference = \"contemporaneous\"\nmodel = \"ddf\"\nmalmquist = \"ml\"\n");
    let other = adjacent.replace("main", "other");
    let text = format!(
        "{adjacent}names = {{ index = \"Ml\", score = \"Score\" }}\n{other}panel_value = \"drop-first\"\n\
         [[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"Ml\", \"Score\", \"gtfp_other\"]\n"
    );
    let read = ran("names", &text).unwrap();
    let (results, panel) = (csv(&read("results/gtfp-main.csv")), csv(&read("data/panel.csv")));
    assert_eq!(results.len(), panel.len());
    for (result, row) in results.iter().zip(&panel) {
        assert_eq!((&result["index"], &result["score"]), (&row["Ml"], &row["Score"]));
        let growth = if row["year"] == "2013" { "" } else { result["index"].as_str() };
        assert_eq!(row["gtfp_other"], growth);
    }
    let error = ran("gml", &format!("{adjacent}names = {{ gml = \"Gml\" }}\n")).err().unwrap();
    assert!(error.contains("no column `gml`") && error.contains("score_contemporaneous, index, ec, tc"), "{error}");
    let window = GTFP.to_owned() + "reference = \"sequential\"\nmalmquist = \"none\"\n";
    let table = "[[table]]\nid = \"c\"\nkind = \"calibration\"\nvariables = [\"main\"]\n";
    let page = ran("calibration", &format!("{window}{table}")).unwrap()("tables/c.csv");
    assert!(!page.contains('–'), "{page}");
    let figures = ran(
        "figures",
        &format!(
            "{}reference = \"contemporaneous\"\nmalmquist = \"malmquist\"\n",
            GTFP.replace("bads = [\"so2\"]\n", "model = \"radial\"\n")
        ),
    )
    .unwrap();
    assert!(figures("figures/gtfp-cumulative.csv").lines().count() > 3);
}

/// Details of programs whose optimum has peers and slacks of rounding.
#[test]
fn details_list_no_rounding() {
    let out = scratch("columns-details");
    let keys = std::fs::read_to_string(workspace().join("tests/studies/keys.csv")).unwrap();
    std::fs::write(out.join("keys.csv"), keys).unwrap();
    let quantities =
        "inputs = [\"k\", \"l\"]\ngoods = [\"y\"]\nbads = [\"so2\"]\nmalmquist = \"none\"\ndetails = true\n";
    let mut text = "[study]\ntitle = \"D\"\nentity = \"place\"\ntime = \"year\"\n[[source]]\nfile = \"keys.csv\"\nmissing = [\"-\"]\n".to_owned();
    let specs = [
        ("super", "model = \"sbm\"\nsuper_efficiency = true\nreference = \"contemporaneous\"\n"),
        ("sbm", "model = \"sbm\"\n"),
        ("ddf", "model = \"ddf\"\n"),
        ("nddf", "model = \"non-radial-ddf\"\n"),
        ("ebm", ""),
    ];
    for (id, model) in specs {
        text += &format!("[[gtfp]]\nid = \"{id}\"\n{model}{quantities}");
    }
    std::fs::write(out.join("study.toml"), text).unwrap();
    run_study(&out.join("study.toml"), &out.join("out"), Some(1)).unwrap();
    let read = |path: &Path| csv(&std::fs::read_to_string(path).unwrap());
    let data = read(&out.join("keys.csv"));
    let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<f64>().unwrap();
    let row_of =
        |place: &str, year: &str| data.iter().find(|row| row["place"] == place && row["year"] == year).unwrap();
    for (id, _) in specs {
        let peers = read(&out.join(format!("out/results/gtfp-{id}-peers.csv")));
        assert!(!peers.is_empty());
        for peer in &peers {
            let (own, other) = (row_of(&peer["place"], &peer["year"]), row_of(&peer["peer_place"], &peer["peer_year"]));
            let given =
                ["k", "l", "y", "so2"].map(|name| number(peer, "lambda") * number(other, name) / number(own, name));
            assert!(given.iter().any(|share| *share > 1e-12), "{id}: {peer:?}");
        }
        for row in read(&out.join(format!("out/results/gtfp-{id}-details.csv"))) {
            if row["slack_k"].is_empty() {
                continue;
            }
            let own = row_of(&row["place"], &row["year"]);
            for name in ["k", "l", "y", "so2"] {
                let slack = number(&row, &format!("slack_{name}"));
                assert!(slack == 0.0 || slack > 1e-12 * number(own, name), "{id}: slack_{name} {slack:e}");
            }
            // Beyond the frontier a good falls short of its value by its slack.
            if id == "super" && number(&row, "slack_y") > 0.0 && number(&row, "slack_k") > 0.0 {
                let (y, k) = (number(own, "y"), number(own, "k"));
                let beyond = (number(&row, "target_y") - (y - number(&row, "slack_y"))).abs() < 1e-9 * y;
                let inside = (number(&row, "target_y") - (y + number(&row, "slack_y"))).abs() < 1e-9 * y;
                let sign = if beyond { 1.0 } else { -1.0 };
                assert!(beyond != inside, "{row:?}");
                assert!((number(&row, "target_k") - (k + sign * number(&row, "slack_k"))).abs() < 1e-9 * k, "{row:?}");
            }
        }
    }
}
