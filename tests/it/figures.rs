//! Figures: which ones a study gets, what was drawn, and that every one says what it is made of.

use crate::small;
use crate::support::{REPLICATION, replicated, run_study, scratch, snapshot};
use std::collections::BTreeSet;
use std::path::Path;

/// Names of the drawings in a result folder.
fn drawn(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder.join("figures"))
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".svg").map(str::to_owned))
        .collect()
}

#[test]
fn the_paper_has_every_figure() {
    let expected = [
        "coefficients",
        "first-stage-t5",
        "gtfp-cumulative",
        "gtfp-distribution",
        "mechanism",
        "moderation-t8",
        "pipeline",
        "segmentation",
        "specifications",
        "u-curve",
        "va-map",
    ];
    assert_eq!(drawn(&REPLICATION), expected.map(str::to_owned).into());
    assert!(!replicated("log/diagnostics.md").contains("figure-left-out"));
}

#[test]
fn every_figure_has_a_title_a_caption_its_numbers_and_the_notice() {
    for name in drawn(&REPLICATION) {
        let svg = replicated(&format!("figures/{name}.svg"));
        let between = |open: &str, close: &str| svg.split(open).nth(1).unwrap().split(close).next().unwrap().to_owned();
        assert!(between("<title>", "</title>").len() > 10, "{name}");
        let caption = between("<desc>", "</desc>");
        assert!(caption.contains("synthetic twin"), "{name}: {caption}");
        assert!(name == "pipeline" || caption.contains("n = "), "{name}: {caption}");
        assert!(replicated(&format!("figures/{name}.csv")).lines().count() > 3, "{name}");
    }
}

macro_rules! plotted {
    ($($test:ident: $id:literal, $lines:expr, $what:literal;)+) => {
        $(#[test]
        fn $test() {
            let text = replicated(concat!("figures/", $id, ".csv"));
            let head: String = text.lines().take($lines).map(|line| format!("{line}\n")).collect();
            snapshot(concat!("plotted_", stringify!($test)), $what, &head);
        })+
    };
}

plotted! {
    coefficients: "coefficients", 60, "Columns that share Va and Va^2, with intervals";
    specifications: "specifications", 80, "Table 2 (2) under one change, per standard deviation";
    gtfp_distribution: "gtfp-distribution", 20, "Quantiles of the index by year";
    gtfp_cumulative: "gtfp-cumulative", 90, "Cumulated index, EC and BPC by region";
    segmentation: "segmentation", 20, "Mean segmentation by year";
    first_stage: "first-stage-t5", 60, "First stages of Table 5: line and bins";
    mechanism: "mechanism", 20, "Estimates on the arrows";
    pipeline: "pipeline", 20, "Stages and what flows";
}

#[test]
fn the_u_curve_draws_bins_and_the_turning_point() {
    let text = replicated("figures/u-curve.csv");
    let kept: String = text
        .lines()
        .enumerate()
        .filter(|(i, line)| {
            let kind = line.split(',').nth(1).unwrap_or_default();
            *i == 0 || kind == "dot" || kind == "strip" || (kind == "line" && i % 12 == 1)
        })
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    snapshot("plotted_u_curve", "Every twelfth point of the curve, bins, turning point", &kept);
}

#[test]
fn the_map_names_cities_in_both_languages() {
    let svg = replicated("figures/va-map.svg");
    assert!(svg.contains("Beijing"));
    assert!(replicated("index.html").contains(">北京市<"));
}

const DATA: &str = "\
firm,year,inv,value,capital
A,2001,10,20,30
A,2002,12,25,31
A,2003,15,27,35
B,2001,8,15,20
B,2002,9,17,26
B,2003,8,14,29
C,2001,5,30,25
C,2002,6,33,24
C,2003,9,31,29
";

const STUDY: &str = "\
[study]
title = \"Small\"
entity = \"firm\"
time = \"year\"
[[source]]
file = \"data.csv\"
[[table]]
id = \"t\"
[[table.column]]
formula = \"inv ~ value | firm\"
[[table.column]]
formula = \"inv ~ value + capital | firm\"
vcov = \"hc1\"
";

#[test]
fn a_study_gets_only_the_figures_of_its_sections() {
    let folder = scratch("figures-small");
    std::fs::write(folder.join("data.csv"), DATA).unwrap();
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    let out = folder.join("out");
    run_study(&folder.join("study.toml"), &out, Some(1)).unwrap();
    assert_eq!(drawn(&out), ["coefficients", "pipeline"].map(str::to_owned).into());
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(!page.contains("synthetic") && page.contains("<h1>Small</h1>"));
    let readme = std::fs::read_to_string(out.join("README.md")).unwrap();
    assert!(readme.contains("tables/t.md") && readme.contains("panelstudy run study.toml"), "{readme}");
    assert!(!out.join("compare").exists());
}

#[test]
fn maps_show_the_outlines_of_the_study() {
    let folder = small::folder("outlines");
    // What is drawn needs no name, and may be a line.
    let border = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},
        "geometry":{"type":"Polygon","coordinates":[[[115,33],[122,33],[122,40],[115,40],[115,33]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[115,34],[122,39]]}}]}"#;
    std::fs::write(folder.join("border.geojson"), border).unwrap();
    let va = "[va]\nsector = \"k\"\ntotal = \"l\"\n";
    let drawn = |report: &str, out: &str| {
        let text = format!("{}{va}[report]\n{report}", small::HEAD);
        run_study(&small::study(&folder, &text), &folder.join(out), None)
            .map(|_| ())
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(std::fs::read_to_string(folder.join(out).join("figures/va-map.svg")).unwrap())
    };
    let (plain, outlined) =
        (drawn("", "plain").unwrap(), drawn("outlines = \"border.geojson\"\n", "outlined").unwrap());
    let lines = |svg: &str| svg.matches("<polyline").count();
    assert_eq!(lines(&outlined), lines(&plain) + 2);
    assert!(plain.contains("no boundaries are drawn") && outlined.contains("boundaries as the study"));
    assert!(drawn("outlines = \"none.geojson\"\n", "missing").unwrap_err().contains("outlines `none.geojson`"));
    assert!(drawn("dpi = 600\n", "dpi").unwrap_err().contains("`dpi` has no effect"));
}
