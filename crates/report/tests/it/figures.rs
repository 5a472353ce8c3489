//! Figures: structure, numbers drawn, stability, bad input.

use crate::gallery::{all, u_curve};
use crate::support::snapshot;
use panel_report::figure::{
    CoefPlot, CurvePoint, Distributions, Figure, Frame, GeoPoint, Mechanism, Pipeline, PointMap, Series, Stage, Strip,
    XyPanel, XyPlot,
};
use panel_report::{Error, Lang, Result};

#[test]
fn every_figure_draws_the_same_bytes_in_both_languages() {
    for (name, draw) in all() {
        let (zh, en) = (draw(Lang::Zh).expect("draws"), draw(Lang::En).expect("draws"));
        assert_eq!(zh, draw(Lang::Zh).expect("draws again"), "{name}");
        assert_eq!(en.id, name);
        assert_eq!(zh.csv.lines().count(), en.csv.lines().count(), "{name}: the same numbers");
        assert!(zh.csv.lines().count() > 3, "{name}: the numbers drawn");
        for figure in [&zh, &en] {
            well_formed(name, figure);
        }
    }
}

/// Tags balance, no coordinate is NaN or infinite, nothing lies outside the drawing.
fn well_formed(name: &str, figure: &Figure) {
    let svg = &figure.svg;
    for tag in ["svg", "g", "text", "title"] {
        assert_eq!(svg.matches(&format!("<{tag}")).count(), svg.matches(&format!("</{tag}>")).count(), "{name}: {tag}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("\"inf") && !svg.contains("\"-inf"), "{name}");
    assert!(!svg.contains("<script") && !svg.contains("href"), "{name}");
    let sides = [(["x", "x1", "x2", "cx"], figure.width), (["y", "y1", "y2", "cy"], figure.height)];
    for (attributes, side) in sides {
        for attribute in attributes {
            for part in svg.split(&format!(" {attribute}=\"")).skip(1) {
                let value: f64 = part.split('"').next().and_then(|text| text.parse().ok()).expect("a number");
                assert!((0.0..=f64::from(side)).contains(&value), "{name}: {attribute} = {value}");
            }
        }
    }
}

#[test]
fn drawn_numbers_and_structure() {
    let draw = |wanted: &str| -> Figure {
        let (_, draw) = all().into_iter().find(|(name, _)| *name == wanted).expect("in the gallery");
        draw(Lang::En).expect("draws")
    };
    snapshot("figure_mechanism_svg", "Boxes, arrows, estimates", &draw("f08_mechanism").svg);
    snapshot("figure_first_stage_svg", "Axes, band, dots, corner", &draw("f07_first_stage").svg);
    snapshot("figure_coefficients_svg", "Rows, whiskers, references", &draw("f02_coefficients").svg);
    for name in ["f02_coefficients", "f04_distributions", "f05_indices", "f08_mechanism", "f09_moderation"] {
        let csv = draw(name).csv;
        let head: String = csv.lines().take(12).map(|line| format!("{line}\n")).collect();
        snapshot(&format!("drawn_{name}"), "First numbers drawn", &head);
    }
}

#[test]
fn a_turning_point_with_an_open_interval_is_drawn_to_the_edge() {
    let mut curve = u_curve();
    curve.turning_point = Some(panel_report::figure::TurningPoint { at: 1.1, low: 0.4, high: f64::INFINITY });
    let figure = curve.draw(Lang::En).expect("draws");
    assert!(figure.svg.contains("0.40 to ∞"));
    well_formed("open", &figure);
    curve.turning_point = Some(panel_report::figure::TurningPoint { at: 99.0, low: 50.0, high: 150.0 });
    well_formed("outside", &curve.draw(Lang::En).expect("draws"));
}

#[test]
fn panels_that_labels_leave_no_room_for_are_an_error() {
    let panel = |label: &str| XyPanel {
        series: vec![Series {
            label: label.into(),
            points: vec![CurvePoint::new(0.0, 1.0), CurvePoint::new(1.0, 2.0)],
        }],
        strips: vec![Strip { low: 0.2, high: 0.4, at: None, label: "strip".into() }],
        y: "what is measured".into(),
        ..XyPanel::default()
    };
    let plot = |n: usize, label: &str| XyPlot {
        frame: Frame::new("wide", "", ""),
        panels: vec![panel(label); n],
        share_y: false,
    };
    let long = "a label of thirty characters!!";
    well_formed("one panel", &plot(1, long).draw(Lang::En).expect("draws"));
    for narrow in [plot(3, long), plot(14, "")] {
        let error = narrow.draw(Lang::En).expect_err("no room");
        assert!(matches!(&error, Error::NoRoom { figure, .. } if figure == "wide"), "{error}");
    }
}

#[test]
fn nothing_to_draw_is_one_clear_error() {
    let frame = || Frame::new("empty", "", "");
    let errors: Vec<(&str, Result<Figure>)> = vec![
        ("no panel", XyPlot::default().draw(Lang::En)),
        ("no finite number", XyPlot::single(frame(), XyPanel::default()).draw(Lang::En)),
        ("no finite number", Distributions { frame: frame(), ..Distributions::default() }.draw(Lang::En)),
        ("no finite number", PointMap { frame: frame(), ..PointMap::default() }.draw(Lang::En)),
        ("no mediator", Mechanism::default().draw(Lang::En)),
        ("no stage", Pipeline::default().draw(Lang::En)),
    ];
    for (expected, result) in errors {
        let message = result.expect_err("nothing to draw").to_string();
        assert!(message.contains(expected), "{message}");
    }
    let lost = PointMap {
        frame: frame(),
        points: vec![GeoPoint { name: "Atlantis".into(), lon: 500.0, lat: 0.0, value: 1.0 }],
        ..PointMap::default()
    };
    assert!(lost.draw(Lang::En).expect_err("no such longitude").to_string().contains("`Atlantis` has longitude 500"));
    let edge = Pipeline {
        columns: vec![vec![Stage { id: "data".into(), ..Stage::default() }]],
        edges: vec![("data".into(), "dta".into())],
        ..Pipeline::default()
    };
    assert!(edge.draw(Lang::En).expect_err("no such stage").to_string().contains("did you mean `data`"));
    assert!(CoefPlot::default().draw(Lang::En).is_ok(), "an empty coefficient plot is empty");
}

#[test]
fn one_point_one_value_and_constants_still_draw() {
    let one = PointMap {
        points: vec![GeoPoint { name: "a".into(), lon: 10.0, lat: 50.0, value: 1.0 }],
        named: 1,
        ..PointMap::default()
    };
    well_formed("one point", &one.draw(Lang::En).expect("draws"));
    let constant = Distributions {
        samples: vec![panel_report::figure::Sample { label: "2013".into(), values: vec![1.0; 9] }],
        ..Distributions::default()
    };
    well_formed("constant", &constant.draw(Lang::En).expect("draws"));
}
