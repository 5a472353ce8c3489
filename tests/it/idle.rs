//! Keys that would change nothing, values that are one per entity, places that are one: each is said.

use crate::small::{self, HEAD, study};
use crate::support::run_study;
use std::path::Path;

/// Columns of the small panel for weights of two neighbours.
const W: &str = "[[weights]]\nid = \"W\"\nkind = \"knn\"\nk = 1\n";

const MARKET: &str = "[market]\nprices = [\"price_a\", \"price_b\"]\n";

fn refused(folder: &Path, text: &str) -> String {
    match run_study(&study(folder, text), &folder.join("out"), Some(1)) {
        Ok(report) => panic!("an error was expected of\n{text}\n{}", report.summary),
        Err(error) => error.to_string(),
    }
}

fn column(formula: &str, more: &str) -> String {
    format!("{W}[[table]]\nid = \"t\"\n[[table.column]]\nname = \"a\"\nformula = \"{formula}\"\n{more}\n")
}

#[test]
fn keys_without_effect_are_errors_that_say_why() {
    let folder = small::folder("idle-keys");
    let market = |more: &str| format!("{MARKET}{more}\n");
    let spatial = |formula: &str, keys: &str| column(formula, &format!("spatial = {{ weights = \"W\", {keys} }}"));
    let multiverse = |more: &str| {
        let choice = "choice = [{ id = \"c\", kind = \"equivalent\", option = [{ id = \"o\" }, { id = \"p\", set = { \"table.t.column.a.vcov\" = \"hc1\" } }] }]";
        let own = column("y ~ x + x^2 | city", "");
        format!("{own}[multiverse]\nid = \"m\"\ntable = \"t\"\ncolumn = \"a\"\nx = \"x\"\n{more}\n{choice}\n")
    };
    let table = |kind: &str| format!("[[table]]\nid = \"t\"\n{kind}\n[[table.column]]\nformula = \"y ~ x | city\"\n");
    let described = |key: &str| format!("[[table]]\nid = \"t\"\nkind = \"descriptives\"\nvariables = [\"x\"]\n{key}\n");
    for (text, reason) in [
        (
            market("group = \"region\"\nborder = { min_km = 5.0 }"),
            "border.min_km has no effect in border without lat and lon",
        ),
        (market("group = \"region\"\nborder = { distance = \"geodesic\" }"), "border.distance has no effect"),
        (
            market("group = \"region\"\nborder = { permutations = 0, seed = 4 }"),
            "border.seed has no effect with permutations = 0",
        ),
        (market("convergence = { min_km = 5.0 }"), "convergence.min_km has no effect"),
        (market("convergence = { distance = \"geodesic\" }"), "convergence.distance has no effect"),
        (market("convergence = { lags = 9 }"), "give fewer lags"),
        (market("demean = \"selected-pairs\""), "demean = \"selected-pairs\" has no effect with pairs = \"all\""),
        (
            format!(
                "{W}[[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"y\"]\nweights = \"W\"\npermutations = 0\nseed = 4\n"
            ),
            "`seed` has no effect with permutations = 0",
        ),
        (
            spatial("y ~ x + x^2 | city", "model = \"sem\", turning_point = { of = [\"x\"] }"),
            "`turning_point` has no effect in the model SEM",
        ),
        (
            spatial("y ~ x | city", "model = \"slx\", information = \"observed\""),
            "`information` has no effect in the model SLX",
        ),
        (
            spatial("y ~ x | city", "model = \"sar\", gs2sls = { instrument_lags = 3 }"),
            "`gs2sls.instrument_lags` has no effect without instruments",
        ),
        (
            spatial("y ~ x | city", "model = \"sdm\", lag_constant = true"),
            "`lag_constant` has no effect beside effects",
        ),
        (spatial("y ~ x", "model = \"sar\", lag_constant = true"), "`lag_constant` has no effect in the model SAR"),
        (
            column("y ~ x | city", "spatial = { weights = \"W\" }\nsingletons = \"keep\""),
            "`singletons` has no effect beside `spatial`",
        ),
        (column("y ~ x", "singletons = \"keep\""), "singletons = \"keep\" has no effect without fixed effects"),
        (
            column("y ~ x*z | city", "moderation = { x = \"x\", moderator = \"z\", slopes = true }"),
            "`slopes` has no effect without `x^2`",
        ),
        (table("stats = [\"weak_id\"]"), "stats: `weak_id` has no effect: no column has instruments"),
        (described("dependent_mean = true"), "`dependent_mean` belongs to another kind of table"),
        (described("switches = [\"x\"]"), "`switches` belongs to another kind of table"),
        (described("show = [\"x\"]"), "`show` belongs to another kind of table"),
        (multiverse("seed = 3"), "seed: it has no effect without `sample`"),
        (
            multiverse("joint = { draws = 19, resample = \"pairs\", signs = \"webb\" }"),
            "joint.signs: it has no effect with resample = \"pairs\"",
        ),
        (multiverse("joint = { draws = 0, seed = 2 }"), "joint.seed: it has no effect with draws = 0"),
    ] {
        let message = refused(&folder, &format!("{HEAD}{text}"));
        assert!(message.contains(reason), "expected {reason}, got {message}");
    }
}

#[test]
fn what_is_written_for_many_goes_to_those_that_have_a_use_for_it() {
    let folder = small::folder("idle-defaults");
    let columns =
        "[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ k\"\n[[table.column]]\nformula = \"y ~ k | city\"\n";
    let text = format!("{HEAD}[defaults]\nsingletons = \"keep\"\n{columns}");
    run_study(&study(&folder, &text), &folder.join("out"), Some(1)).unwrap();
    let message = refused(&folder, &format!("{HEAD}[defaults]\nsingletons = \"keep\"\n{}", column("y ~ k", "")));
    assert!(message.contains("`singletons` has no effect on any column"), "{message}");
}

/// An index has one area, group and list of neighbours for each city, as it has one place.
#[test]
fn what_an_index_takes_once_may_not_change_over_time() {
    let folder = small::folder("idle-steady");
    let data: String = small::DATA
        .lines()
        .enumerate()
        .map(|(row, line)| match row {
            0 => format!("{line},area,prov,near\n"),
            // Chuzhou in 2015: three times as large, in another province, with another neighbour.
            9 => format!("{line},300,b,Benxi\n"),
            7 | 8 => format!("{line},100,a,Anyang\n"),
            _ => format!("{line},100,a,Chuzhou\n"),
        })
        .collect();
    std::fs::write(folder.join("data.csv"), &data).unwrap();
    let va = "[va]\nsector = \"x\"\ntotal = \"y\"\nown = \"radius\"\narea = \"area\"\n";
    let by_group = format!("{MARKET}pairs = \"within-group\"\ngroup = \"prov\"\n");
    let by_list = format!("{MARKET}pairs = \"neighbours\"\nneighbours = \"near\"\n");
    let concentrated = "[[concentration]]\nid = \"c\"\nkind = \"inequality\"\nvariable = \"x\"\ngroup = \"prov\"\n";
    for (section, what) in [
        (va, "`area` of city `Chuzhou`, year `2015` is 300, but 100 in year `2013`"),
        (&by_group, "`prov` of city `Chuzhou`, year `2015` is `b`, but `a` in year `2013`"),
        (&by_list, "`near` of city `Chuzhou`, year `2015` is `Benxi`, but `Anyang` in year `2013`"),
        (concentrated, "`prov` of city `Chuzhou`, year `2015` is `b`"),
    ] {
        let message = refused(&folder, &format!("{HEAD}{section}"));
        assert!(message.contains(what) && message.contains("narrow `sample`"), "{message}");
        // The years before hold one value each.
        let narrowed = format!("{HEAD}{section}sample = \"year < 2015\"\n");
        run_study(&study(&folder, &narrowed), &folder.join("out"), Some(1)).unwrap();
    }
    std::fs::write(
        folder.join("data.csv"),
        data.replace("Chuzhou,2015,7,31,29,5,7,3,South,118.3", "Chuzhou,2015,7,31,29,5,7,3,South,118.4"),
    )
    .unwrap();
    let message = refused(&folder, &format!("{HEAD}[va]\nsector = \"x\"\ntotal = \"y\"\n"));
    assert!(
        message.contains("`lat`, `lon` of city `Chuzhou`, year `2015` is 32.3, 118.4, but 32.3, 118.3"),
        "{message}"
    );
}

/// A geocoder's slip: Benxi 111 m from Anyang. Every method that weighs by distance says so.
#[test]
fn near_places_are_said_by_every_method() {
    let folder = small::folder("idle-near");
    std::fs::write(folder.join("data.csv"), small::DATA.replace(",123.7,41.3,", ",114.3,36.101,")).unwrap();
    let run = |section: &str| {
        let text = format!("{HEAD}{section}");
        let report = run_study(&study(&folder, &text), &folder.join("out"), Some(1)).unwrap();
        report.summary
    };
    let weights = "[[weights]]\nid = \"W\"\nkind = \"inverse-distance\"\n[[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"y\"]\nweights = \"W\"\npermutations = 9\n";
    for section in
        ["[va]\nsector = \"x\"\ntotal = \"y\"\n", &format!("{MARKET}weights = \"inverse-distance\"\n"), weights]
    {
        let summary = run(section);
        assert!(summary.contains("`Anyang` and `Benxi` are 111 m apart: "), "{summary}");
        assert!(summary.contains("are both coordinates right?"), "{summary}");
    }
}

/// Without Benxi's latitude two of three pairs have no distance; they stay in what needs none.
#[test]
fn pairs_without_a_place_are_counted() {
    let folder = small::folder("idle-placeless");
    let data = "city,year,prov,lat,lon,p,q\n".to_owned()
        + &(0..5)
            .flat_map(|city| (2013..2017).map(move |year| (city, year)))
            .map(|(city, year)| {
                let lat = if city == 1 { String::new() } else { format!("{}", 30 + city * city) };
                let price = |k: i32| 100 + (city * 7 + (year - 2013) * 5 + k * 3 + city * year * k) % 11;
                let prov = if city < 3 { "a" } else { "b" };
                format!("c{city},{year},{prov},{lat},{},{},{}\n", 110 + city, price(1), price(2))
            })
            .collect::<String>();
    std::fs::write(folder.join("data.csv"), data).unwrap();
    let keys = "prices = [\"p\", \"q\"]\ngroup = \"prov\"\nborder = { permutations = 9 }\nconvergence = {}\n";
    let run = |more: &str| {
        let text = format!("{HEAD}[market]\n{keys}{more}");
        let out = folder.join("out");
        let summary = run_study(&study(&folder, &text), &out, Some(1)).unwrap().summary;
        let border = std::fs::read_to_string(out.join("results/segmentation-border.json")).unwrap();
        (summary, serde_json::from_str::<serde_json::Value>(&border).unwrap())
    };
    let ((_, without), (summary, placed)) = (run(""), run("lat = \"lat\"\nlon = \"lon\"\n"));
    for key in ["within_pairs", "between_pairs", "within", "between", "difference", "ratio", "p_difference"] {
        assert_eq!(without[key], placed[key], "{key}");
    }
    assert_eq!((&placed["adjusted_pairs"], &without["adjusted_pairs"]), (&6.into(), &serde_json::Value::Null));
    assert!(
        summary.contains(
            "border: 4 of 10 pairs have no distance (c1 without coordinates): with ln distance held constant the effect is of 6 pairs, all other figures are of 10"
        ),
        "{summary}"
    );
    assert!(summary.contains("convergence: 32 of 80 rows have an empty ln_km (c1 without coordinates)"), "{summary}");
}

#[test]
fn switches_are_of_dummies() {
    let folder = small::folder("idle-switches");
    let table = |name: &str| {
        format!("{HEAD}[[table]]\nid = \"t\"\nswitches = [\"{name}\"]\n[[table.column]]\nformula = \"y ~ x | city\"\n")
    };
    let message = refused(&folder, &table("x"));
    assert!(message.contains("column `x`, value `2`; expected 0 or 1"), "{message}");
    let dummy = table("late").replace("[[table]]", "[variables]\nlate = \"if(year > 2014, 1, 0)\"\n[[table]]");
    run_study(&study(&folder, &dummy), &folder.join("out"), Some(1)).unwrap();
    let shown = std::fs::read_to_string(folder.join("out/tables/t.md")).unwrap();
    assert!(shown.contains("3 of 3 switch inside the sample period"), "{shown}");
}
