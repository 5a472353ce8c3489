//! Regressions on tables without keys of entity and time.

use panel_fe::{Column, Error, Model, Panel};

const CITY: [f64; 9] = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0];
const YEAR: [f64; 9] = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0];
const Y: [f64; 9] = [1.0, 2.0, 4.0, 3.0, 1.0, 2.0, 2.0, 5.0, 4.0];
const X: [f64; 9] = [0.0, 1.0, 3.0, 2.0, 1.0, 1.0, 0.0, 2.0, 4.0];

fn table() -> Panel {
    let mut table = Panel::unkeyed(9);
    for (name, values) in [("city", CITY), ("year", YEAR), ("y", Y), ("x", X)] {
        table.set(name, Column::from(values.to_vec())).expect("nine rows");
    }
    table
}

fn keyed() -> Panel {
    let labels = |values: [f64; 9]| values.map(|value| value.to_string());
    let panel = Panel::builder("city", "year").keys(labels(CITY), labels(YEAR));
    panel.column("y", Y.to_vec()).column("x", X.to_vec()).build().expect("unique keys")
}

#[test]
fn the_numbers_are_those_of_the_panel() {
    for vcov in ["iid", "hc1", "cluster:city", "cluster:city,year"] {
        let model = Model::new("y ~ x | city + year").expect("parses").vcov(vcov.parse().expect("known"));
        let (one, other) = (model.fit(&table()).expect("fits"), model.fit(&keyed()).expect("fits"));
        assert_eq!(one.coef[0], other.coef[0], "{vcov}");
        let r2 = |fit: &panel_fe::Estimate| (fit.r2.overall, fit.r2.within, fit.r2.adjusted);
        assert_eq!((r2(&one), one.df_resid), (r2(&other), other.df_resid), "{vcov}");
        assert_eq!(one.r2.within_entity, None, "without keys nothing is an entity");
    }
}

#[test]
fn what_follows_entities_through_time_is_refused() {
    for (vcov, like) in [("dk:1", "reghdfe"), ("nw:1", "reghdfe"), ("iid", "xtreg")] {
        let model = Model::new("y ~ x | city").expect("parses");
        let model = model.vcov(vcov.parse().expect("known")).like(like.parse().expect("known"));
        let error = model.fit(&table()).expect_err("no keys");
        assert!(error.code() == "specification" && error.to_string().contains("no keys of entity and time"), "{error}");
        assert!(model.fit(&keyed()).is_ok(), "{vcov} {like}");
    }
    let lag = Model::new("y ~ lag(x) | city").expect("parses").fit(&table()).expect_err("no past");
    assert!(lag.to_string().contains("needs the keys"), "{lag}");
}

#[test]
fn a_row_is_named_where_there_is_no_key() {
    let mut table = table();
    let x: Vec<f64> = X.iter().map(|&x| if x == 4.0 { f64::INFINITY } else { x }).collect();
    table.set("x", Column::from(x)).expect("nine rows");
    let error = Model::new("y ~ x").expect("parses").fit(&table).expect_err("an infinite value");
    let cell = error.cell().expect("a place");
    assert!(matches!(error, Error::BadValue { .. }) && error.code() == "bad-value");
    assert_eq!((cell.line, cell.entity.as_deref(), cell.column.as_deref()), (Some(9), Some(""), Some("x")));
}

#[test]
fn intervals_at_any_level() {
    let estimate = Model::new("y ~ x").expect("parses").fit(&table()).expect("fits");
    let usual = estimate.intervals(0.95).expect("a level");
    let of_table: Vec<(f64, f64)> = estimate.coef.iter().map(|row| (row.ci_low, row.ci_high)).collect();
    assert_eq!(usual, of_table);
    assert!(estimate.intervals(0.99).expect("a level")[0].0 < usual[0].0);
    assert!(estimate.intervals(95.0).is_err());
}
