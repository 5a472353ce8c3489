//! Records of the synthetic golden: rows, curve, densities, tables, repframe.

use crate::synthetic_grid::{Synthetic, load};
use crate::tools::close;
use panel_multiverse::Panel;
use panel_multiverse::attribution::{Cells, attribute, intervals};
use panel_multiverse::declaration::Response;
use panel_multiverse::joint::{Effect, JointOptions, JointResult, Plan, Problem, joint_tests};
use panel_multiverse::reading::Curve;
use panel_multiverse::record::{
    Original, RepframeUniverse, UniverseRecord, attribution_record, curve, joint_rows, option_density, option_shares,
    repframe, repframe_labels, turning_density,
};

fn tests_of(data: &Synthetic, panels: &[Vec<u32>]) -> JointResult {
    let problem = Problem { blocks: &data.blocks, designs: &data.designs, targets: &data.targets, panels };
    let options = JointOptions { draws: 49, band: Some(0), ..JointOptions::default() };
    joint_tests(&problem, &Plan::Pairs { seed: 1 }, &options).unwrap()
}

fn records(data: &Synthetic, tests: &JointResult) -> Vec<UniverseRecord> {
    data.universes
        .iter()
        .enumerate()
        .map(|(place, codes)| {
            let design = &data.designs[place];
            let (low, high) = design.range.unwrap();
            let Effect::Combination(weights) = &data.targets[place].effect else { panic!("a combination") };
            let curve = Curve::of(&tests.estimates[place], low, high);
            UniverseRecord::of(&data.grid, codes).estimated(&curve, [weights[0], weights[1]], &design.sorted_x, 0.05)
        })
        .collect()
}

#[test]
fn rows_say_what_the_golden_says() {
    let data = load();
    let tests = tests_of(&data, &[(0..24).collect()]);
    let records = records(&data, &tests);
    for (place, (record, want)) in records.iter().zip(data.expected["universes"].as_array().unwrap()).enumerate() {
        let row = serde_json::to_value(record).unwrap();
        for (key, golden) in [
            ("n", "n"),
            ("df", "df"),
            ("b1", "b1"),
            ("se1", "se1"),
            ("p1", "p1"),
            ("b2", "b2"),
            ("se2", "se2"),
            ("p2", "p2"),
            ("cov12", "cov12"),
            ("effect", "b2_std"),
            ("t", "t2"),
            ("turning_point", "turning"),
            ("share_beyond", "share_beyond"),
            ("lm_t", "lm_t"),
            ("lm_p", "lm_p"),
        ] {
            match (row[key].as_f64(), want[golden].as_f64()) {
                (Some(got), Some(want)) => close(&format!("{key} of {place}"), got, want, 1e-10),
                (got, want) => assert_eq!(got, want, "{key} of {place}"),
            }
        }
        assert_eq!(row["verdict"] == "u", want["u"] == 1, "{place}");
        let options = want["options"].as_object().unwrap();
        assert!(options.iter().all(|(choice, option)| if option == "-" {
            row[choice].is_null()
        } else {
            row[choice] == *option
        }));
        assert_eq!(row["id"].as_str().unwrap().len(), 12);
    }
    let refused = UniverseRecord::of(&data.grid, data.universes.get(2)).refused("no variation");
    let row = serde_json::to_value(&refused).unwrap();
    assert!(row["b1"].is_null() && row["outlier"].is_null() && row["reason"] == "no variation");
}

#[test]
fn figures() {
    let data = load();
    let tests = tests_of(&data, &[(0..24).collect()]);
    let records = records(&data, &tests);
    let base = &records[0].id;
    let points = curve(&records, base, 0.95, tests.band.as_deref());
    assert_eq!((points.len(), points.iter().filter(|point| point.base).count()), (24, 1));
    assert!(points.windows(2).all(|pair| pair[0].effect <= pair[1].effect && pair[0].null_low <= pair[1].null_low));
    let first = records.iter().find(|record| record.id == points[0].id).unwrap();
    // scipy: stats.t.ppf(.975, 11) = 2.200985160082949.
    if first.df == Some(11.0) {
        close("half", points[0].high - points[0].effect, 2.200_985_160_082_949 * first.effect_se.unwrap(), 1e-12);
    }
    let in_order: Vec<&[u16]> = points
        .iter()
        .map(|point| data.universes.get(records.iter().position(|record| record.id == point.id).unwrap()))
        .collect();
    let density = option_density(&data.grid, &in_order, 6);
    assert_eq!(density.len(), 11, "one row per option");
    let counts = |choice: &str| {
        density.iter().filter(|row| row.choice == choice).map(|row| row.bins.iter().sum::<u32>()).collect::<Vec<_>>()
    };
    assert_eq!(
        (counts("outcome"), counts("form"), counts("sample"), counts("outlier")),
        (vec![12, 12], vec![16, 8], vec![12, 6, 6], vec![6, 6])
    );
    let turning = turning_density(&records, 10).unwrap();
    let sum: f64 = turning.bins.iter().map(|bin| bin.share).sum();
    close("sum", sum + turning.below + turning.above + turning.none, 1.0, 1e-12);
    assert_eq!(turning_density(&[], 10), None);
    let shares = option_shares(&data.grid, &data.universes, &records);
    let late: Vec<Option<f64>> = shares.iter().filter(|row| row.choice == "sample").map(|row| row.share).collect();
    assert_eq!(late, [Some(0.0), Some(1.0), Some(0.0)], "all U's are those without c12");
}

#[test]
fn tables() {
    let data = load();
    let panels = [(0..24).collect::<Vec<u32>>(), (0..12).collect(), (12..24).collect()];
    let tests = tests_of(&data, &panels);
    let kinds = [Panel::Base, Panel::OneOther { choice: 1, code: 2 }, Panel::OneOther { choice: 3, code: 2 }];
    let rows = joint_rows(&data.grid, &kinds, &tests.panels);
    assert_eq!((rows[0].panel, rows[0].median.p_over_options), ("base", None));
    assert_eq!((rows[1].choice.as_deref(), rows[1].option.as_deref()), (Some("form"), Some("xr")));
    let p = [rows[1].median.test.p, rows[2].median.test.p];
    let (low, high) = (p[0].min(p[1]), p[0].max(p[1]));
    let adjusted = [rows[1].median.p_over_options.unwrap(), rows[2].median.p_over_options.unwrap()];
    close("Holm", adjusted[0].min(adjusted[1]), (2.0 * low).min(1.0), 1e-15);
    close("Holm", adjusted[0].max(adjusted[1]), high.max((2.0 * low).min(1.0)), 1e-15);
    let row = serde_json::to_value(&rows[1]).unwrap();
    assert!(
        row["median"]["p"].is_number() && row["median"]["mid_p"].is_number() && row["share_u"]["observed"].is_number()
    );

    let records = records(&data, &tests);
    let cells = Cells::of(&data.grid, &data.universes, false).unwrap();
    let effects: Vec<f64> = records.iter().map(|record| record.response(Response::Effect).unwrap()).collect();
    let shares = attribute(&cells, &[&effects]).unwrap().remove(0);
    let band = intervals(&cells, std::slice::from_ref(&effects)).unwrap();
    let record = attribution_record(&data.grid, Response::Effect, shares.as_ref(), Some(&band));
    assert_eq!(
        record.choices.iter().map(|row| row.choice.as_str()).collect::<Vec<_>>(),
        ["outcome", "form", "controls", "sample", "outlier"]
    );
    assert!(
        record.choices.iter().all(|row| (row.low.unwrap() - row.share).abs() < 1e-12),
        "one draw, the data themselves"
    );
    let none = attribution_record(&data.grid, Response::Verdict, None, None);
    assert!(none.variance.is_none() && none.choices.is_empty());
}

#[test]
fn repframe_rows() {
    let data = load();
    let tests = tests_of(&data, &[(0..24).collect()]);
    let mut records = records(&data, &tests);
    records[5] = UniverseRecord::of(&data.grid, data.universes.get(5)).refused("no variation");
    let universes: Vec<RepframeUniverse<'_>> = data
        .universes
        .iter()
        .zip(&records)
        .map(|(codes, record)| RepframeUniverse { codes, record, mean: Some(0.5) })
        .collect();
    let original = Original { beta: -0.6, se: 0.2, square: Some((0.2, 0.1)), ..Original::default() };
    let rows = repframe(&data.grid, "U", Some(&original), &universes, &["form"]);
    assert_eq!(rows.len(), 24, "the original and twenty-three estimates");
    let first = serde_json::to_value(&rows[0]).unwrap();
    assert_eq!(
        (first["origpath"].as_u64(), first["zscore2"].as_f64(), first["sameunits"].as_u64()),
        (Some(1), Some(2.0), Some(1))
    );
    assert_eq!(rows.iter().filter(|row| row.origpath == 1).count(), 1);
    assert_eq!(rows.iter().filter(|row| row.sameunits == 0).count(), 8);
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys[..3], ["result", "beta", "se"]);
    assert_eq!(keys[14..], ["outcome", "form", "controls", "sample", "outlier"]);
    let labels = repframe_labels(&data.grid);
    assert_eq!((labels.len(), labels[3].value, labels[3].label_en.as_str()), (11, 2, "xr"));
    assert_eq!(repframe(&data.grid, "U", None, &universes, &[]).len(), 23);
}
