//! Neighbours and distances of indices that come from `[[weights]]`, and weights whose keys stay at their defaults.

use crate::small::{GTFP, HEAD, folder, study};
use crate::support::{csv, run_study, workspace};
use panelstudy::reference::schema;
use panelstudy::study::Loaded;
use serde_json::Value;

/// Runs the small study with further sections and files beside it; gives a reader of its files, or the message.
fn ran(name: &str, files: &[(&str, &str)], text: &str) -> Result<impl Fn(&str) -> String + use<>, String> {
    let folder = folder(&format!("relations-{name}"));
    for (file, content) in files {
        std::fs::write(folder.join(file), content).unwrap();
    }
    let path = study(&folder, &format!("{HEAD}{text}"));
    run_study(&path, &folder.join("out"), Some(1)).map_err(|error| error.to_string())?;
    Ok(move |file: &str| std::fs::read_to_string(folder.join("out").join(file)).unwrap())
}

/// Kilometres of roads: Chuzhou is near to Anyang alone.
const ROADS: &str = "city,Anyang,Benxi,Chuzhou\nAnyang,0,100,300\nBenxi,100,0,900\nChuzhou,300,900,0\n";
/// Anyang is next to both others.
const NEXT: &str = "i,j,w\nAnyang,Benxi,1\nChuzhou,Anyang,0.5\n";
/// The same as squares in a row.
const BLOCKS: &str = r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"name": "Benxi"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}},
  {"type": "Feature", "properties": {"name": "Anyang"}, "geometry": {"type": "Polygon", "coordinates": [[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]]}},
  {"type": "Feature", "properties": {"name": "Chuzhou"}, "geometry": {"type": "Polygon", "coordinates": [[[2, 0], [3, 0], [3, 1], [2, 1], [2, 0]]]}}]}"#;
const MARKET: &str = "[market]\nprices = [\"price_a\", \"price_b\"]\n";
const ROAD_WEIGHTS: &str = "[[weights]]\nid = \"R\"\nkind = \"file\"\npath = \"roads.csv\"\nstandardise = \"none\"\n";

/// Matrix, polygons, distances up to a radius and a column of lists that say the same give the same.
#[test]
fn neighbours_of_a_market_come_from_weights() {
    let file = "[[weights]]\nid = \"W\"\nkind = \"file\"\npath = \"next.csv\"\nislands = \"keep\"\n";
    let polygons = "[[weights]]\nid = \"W\"\nkind = \"contiguity\"\nfile = \"blocks.geojson\"\nrule = \"rook\"\n";
    let lists = "[[source]]\nfile = \"lists.csv\"\nkeys = [\"city\"]\n";
    let files = [
        ("next.csv", NEXT),
        ("blocks.geojson", BLOCKS),
        ("roads.csv", ROADS),
        ("lists.csv", "city,near\nAnyang,Benxi;Chuzhou\nBenxi,Anyang\nChuzhou,Anyang\n"),
    ];
    let by_weights = "pairs = \"neighbours\"\nrelations = \"W\"\n";
    let segmentation = |name: &str, text: String| ran(name, &files, &text).unwrap()("results/segmentation.csv");
    let listed = segmentation("lists", format!("{lists}{MARKET}pairs = \"neighbours\"\nneighbours = \"near\"\n"));
    assert_eq!(segmentation("file", format!("{MARKET}{by_weights}{file}")), listed);
    assert_eq!(segmentation("polygons", format!("{MARKET}{by_weights}{polygons}")), listed);
    let near = format!("{MARKET}pairs = \"within-km\"\nkm = 350.0\ndistances = \"R\"\n{ROAD_WEIGHTS}");
    assert_eq!(segmentation("roads", near), listed);
    assert_ne!(segmentation("all", MARKET.to_owned()), listed);
}

/// The spillover of a city is Σ LQ_j / d_ij, with d of the file.
#[test]
fn distances_of_an_index_come_from_a_file() {
    let va = "[va]\nsector = \"k\"\ntotal = \"l\"\nform = \"spillover\"\ndistances = \"R\"\n";
    let text = format!("{va}{ROAD_WEIGHTS}").replace("[[weights]]", "[[weights]]\nislands = \"keep\"");
    let rows = csv(&ran("va", &[("roads.csv", ROADS)], &text).unwrap()("results/va.csv"));
    // Quotients of 2013: k is 10, 8, 5 and l 20, 15, 30.
    let share = 23.0 / 65.0;
    let lq = [10.0 / 20.0 / share, 8.0 / 15.0 / share, 5.0 / 30.0 / share];
    let expected = [
        ("Anyang", lq[1] / 100.0 + lq[2] / 300.0),
        ("Benxi", lq[0] / 100.0 + lq[2] / 900.0),
        ("Chuzhou", lq[0] / 300.0 + lq[1] / 900.0),
    ];
    for (city, spillover) in expected {
        let row = rows.iter().find(|row| row["city"] == city && row["year"] == "2013").unwrap();
        let got: f64 = row["spillover"].parse().unwrap();
        assert!((got / spillover - 1.0).abs() < 1e-12, "{city}: {got}, {spillover}");
        assert_eq!(row["va"], row["spillover"]);
    }
}

#[test]
fn relations_without_effect_or_sense_are_refused() {
    let files = [("roads.csv", ROADS), ("next.csv", NEXT)];
    let rows = ROAD_WEIGHTS.replace("standardise = \"none\"\n", "");
    let near = "[[weights]]\nid = \"R\"\nkind = \"knn\"\nk = 1\n";
    let within = "pairs = \"within-km\"\nkm = 350.0\ndistances = \"R\"\n";
    for (name, text, says) in [
        (
            "unknown",
            format!("{MARKET}pairs = \"neighbours\"\nrelations = \"Q\"\n{ROAD_WEIGHTS}"),
            "no [[weights]] with id `Q`",
        ),
        ("normalised", format!("{MARKET}{within}{rows}"), "write standardise = \"none\""),
        ("kind", format!("{MARKET}{within}{near}"), "kind = \"file\""),
        ("idle", format!("{MARKET}distances = \"R\"\n{ROAD_WEIGHTS}"), "distances has no effect"),
        ("idle-next", format!("{MARKET}relations = \"R\"\n{ROAD_WEIGHTS}"), "neighbours"),
        (
            "both",
            format!("{MARKET}pairs = \"neighbours\"\nrelations = \"R\"\nneighbours = \"region\"\n{ROAD_WEIGHTS}"),
            "leave one out",
        ),
        ("places", format!("{MARKET}{within}lat = \"lat\"\n{ROAD_WEIGHTS}"), "leave these out"),
        (
            "metric",
            format!("{MARKET}{within}distance = \"geodesic\"\n{ROAD_WEIGHTS}"),
            "have no effect with `distances`",
        ),
    ] {
        let error = ran(name, &files, &text).err().unwrap_or_else(|| panic!("{name} ran"));
        assert!(error.contains(says) && error.contains("line "), "{name}: {error}");
    }
}

/// A default that stands for no value of TOML is written as the word that a study has for it.
#[test]
fn weights_by_a_variable_need_no_period() {
    let weights = |more: &str| {
        format!(
            "{GTFP}[[weights]]\nid = \"E\"\nkind = \"economic\"\nvariable = \"x\"\nform = \"size\"\nstandardise = \"none\"\n{more}\
             [variables]\nlagged = \"lag_w(z, \\\"E\\\")\"\n"
        )
    };
    let lag = |name: &str, more: &str| {
        let read = ran(name, &[], &weights(more)).unwrap();
        let rows = csv(&read("data/panel.csv"));
        let anyang = rows.into_iter().find(|row| row["city"] == "Anyang" && row["year"] == "2015").unwrap();
        (anyang["lagged"].parse::<f64>().unwrap(), read("config.resolved.toml"))
    };
    // x of Benxi is 1, 3, 2, of Chuzhou 5, 4, 7; z of 2015 is 6 and 3.
    let (first, resolved) = lag("first", "");
    assert_eq!(first, 1.0 * 6.0 + 5.0 * 3.0);
    assert!(resolved.contains("at = \"first\""), "{resolved}");
    assert_eq!(lag("first-said", "at = \"first\"\n").0, first);
    assert_eq!(lag("mean", "at = \"mean\"\n").0, 2.0 * 6.0 + 16.0);
    let (year, resolved) = lag("year", "at = 2015\n");
    assert_eq!(year, 2.0 * 6.0 + 7.0 * 3.0);
    assert!(resolved.contains("at = 2015"), "{resolved}");
}

/// No value of a study is nothing: what is absent is left out, so that every default can be written.
#[test]
fn every_default_can_be_written() {
    // A type of its own, or an element of a list, that may be nothing has no word in TOML.
    fn walk(schema: &Value, path: &str, found: &mut Vec<String>) {
        let is_nothing = |one: &Value| {
            one["type"] == "null" || one["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
        };
        let nothing = |one: &Value| {
            let listed = ["anyOf", "oneOf"].iter().filter_map(|key| one[*key].as_array()).flatten();
            is_nothing(one) || listed.into_iter().any(is_nothing)
        };
        if let Some(definitions) = schema["definitions"].as_object() {
            found.extend(definitions.iter().filter(|(_, one)| nothing(one)).map(|(name, _)| name.clone()));
        }
        match schema {
            Value::Object(map) => {
                for (key, inner) in map {
                    if ["items", "additionalProperties"].contains(&key.as_str()) && nothing(inner) {
                        found.push(format!("{path}.{key}"));
                    }
                    walk(inner, &format!("{path}.{key}"), found);
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| walk(inner, path, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&schema(), "", &mut found);
    assert!(found.is_empty(), "these may be nothing: {found:?}");

    // The studies of the repository have every key; each is written, and read again as the same.
    let mut read = 0;
    for folder in ["tests/studies", "fixtures/studies"] {
        for entry in std::fs::read_dir(workspace().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let loaded = Loaded::read(&path).unwrap();
            let written = loaded.study.resolved().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let again = Loaded::parse(&written, "resolved.toml", &loaded.folder)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(again.study.resolved().unwrap(), written, "{}", path.display());
            read += 1;
        }
    }
    assert!(read > 25, "{read}");
}
