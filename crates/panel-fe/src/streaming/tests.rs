//! Blocks give what the whole gives.

use super::*;
use panel_core::Column;
use panel_core::column::TextColumn;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A panel cut into blocks of so many rows.
struct Cut<'a> {
    panel: &'a Panel,
    rows: usize,
}

impl Blocks for Cut<'_> {
    fn each(&mut self, take: &mut dyn FnMut(&Panel) -> Result<()>) -> Result<()> {
        let panel = self.panel;
        for start in (0..panel.n_rows()).step_by(self.rows) {
            let end = (start + self.rows).min(panel.n_rows());
            let mut block = Panel::unkeyed(end - start);
            let entity: Vec<Option<&str>> = (start..end).map(|row| Some(panel.entity_label(row))).collect();
            block.set("id", Column::Text(TextColumn::new(&entity)))?;
            let year = |row: usize| panel.time_label(row).parse::<f64>().expect("a year");
            block.set("year", (start..end).map(year).collect::<Vec<_>>())?;
            for name in panel.names() {
                block.set(name, panel.float(name)?[start..end].to_vec())?;
            }
            take(&block)?;
        }
        Ok(())
    }
}

/// An unbalanced panel with holes, singletons, a far column, a region and a sector.
fn panel(seed: u64) -> Panel {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut keys, mut columns) = ((Vec::new(), Vec::new()), vec![Vec::new(); 6]);
    for entity in 0..60 {
        let own: f64 = rng.random();
        for year in 2000..2009 {
            if rng.random::<f64>() < 0.35 || (year == 2008 && entity != 3) {
                continue;
            }
            keys.0.push(format!("e{entity}"));
            keys.1.push(year.to_string());
            let x = own + rng.random::<f64>() + f64::from(year - 2000) * 0.1;
            let z = rng.random::<f64>() - 0.5 * x;
            let y = 1.5 * x - z + own + f64::from(year % 3) + rng.random::<f64>();
            let missing = rng.random::<f64>() < 0.03;
            let row = [
                if missing { f64::NAN } else { y },
                x,
                z,
                1e6 + z,
                f64::from(entity % 5),
                f64::from((entity + year) % 12),
            ];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    let names = ["y", "x", "z", "far", "region", "sector"];
    let mut builder = Panel::builder("id", "year").keys(keys.0, keys.1);
    for (name, column) in names.into_iter().zip(columns) {
        builder = builder.column(name, column);
    }
    builder.build().expect("a panel")
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-10 * b.abs().max(1e-6), "{what}: {a}, as a whole {b}");
}

#[test]
fn blocks_give_the_whole_estimate() {
    let formulas = [
        "y ~ x + z | id",
        "y ~ x + z | id + year",
        "y ~ x + x^2 + z | year + id",
        "y ~ x + far | year",
        "y ~ x | region + year",
        "y ~ x + z | id + sector",
        "y ~ x | sector^region",
    ];
    let vcovs = ["iid", "hc1", "cluster:id", "cluster:year", "cluster:region", "cluster:sector"];
    let mut compared = 0;
    for seed in 0..3 {
        let panel = panel(seed);
        for text in formulas {
            for vcov in vcovs {
                for like in [Like::Reghdfe, Like::Fixest, Like::Ivreghdfe, Like::Xtreg] {
                    for singletons in [Singletons::Drop, Singletons::Keep] {
                        let formula = Formula::parse(text).expect("parses");
                        let vcov: Vcov = vcov.parse().expect("parses");
                        let options = Options { vcov, like, singletons, ..Options::default() };
                        let rows = 7 + 50 * seed as usize;
                        let streamed = fit(&formula, &options, ["id", "year"], &mut Cut { panel: &panel, rows });
                        let in_memory = match crate::fit(&panel, text, &options, None) {
                            Ok(estimate) => estimate,
                            Err(error) => {
                                assert_eq!(streamed.expect_err("refused as the whole").to_string(), error.to_string());
                                continue;
                            }
                        };
                        let streamed = streamed.expect("fits");
                        let what = format!("{text} {} {like} {singletons}", options.vcov);
                        assert_eq!(streamed.n_obs, in_memory.n_obs, "{what}");
                        assert_eq!(
                            (streamed.n_singletons, streamed.n_missing),
                            (in_memory.n_singletons, in_memory.n_missing)
                        );
                        assert_eq!(
                            (streamed.n_entities, streamed.n_periods),
                            (in_memory.n_entities, in_memory.n_periods)
                        );
                        assert_eq!(streamed.clusters, in_memory.clusters, "{what}");
                        for (one, other) in streamed.coef.iter().zip(&in_memory.coef) {
                            assert_eq!(one.name, other.name);
                            near(one.estimate, other.estimate, &what);
                            near(one.se, other.se, &what);
                            near(one.p, other.p, &what);
                            near(one.ci_high, other.ci_high, &what);
                        }
                        near(streamed.r2.overall, in_memory.r2.overall, &what);
                        near(streamed.r2.adjusted, in_memory.r2.adjusted, &what);
                        near(streamed.rmse, in_memory.rmse, &what);
                        near(streamed.df_resid, in_memory.df_resid, &what);
                        near(streamed.r2.within.expect("effects"), in_memory.r2.within.expect("effects"), &what);
                        if let Some(within) = streamed.r2.within_entity {
                            near(within, in_memory.r2.within_entity.expect("the entity's"), &what);
                        }
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 800, "{compared}");
}

#[test]
fn a_cross_section_has_one_period() {
    let panel = panel(4);
    let formula = Formula::parse("y ~ x + z | region").expect("parses");
    let read = |keys| fit(&formula, &Options::default(), keys, &mut Cut { panel: &panel, rows: 40 }).expect("fits");
    let (without, with) = (read(["id", ""]), read(["id", "year"]));
    assert_eq!((without.n_periods, without.n_entities), (1, with.n_entities));
    assert_eq!(without.coef, with.coef);
}

#[test]
fn collinear_columns_go_as_in_the_whole() {
    let panel = panel(9);
    let formula = Formula::parse("y ~ x + region + far + z | id").expect("parses");
    let options = Options::default();
    let streamed = fit(&formula, &options, ["id", "year"], &mut Cut { panel: &panel, rows: 40 }).expect("fits");
    let in_memory = crate::fit(&panel, "y ~ x + region + far + z | id", &options, None).expect("fits");
    assert_eq!(streamed.dropped, in_memory.dropped);
    for (one, other) in streamed.coef.iter().zip(&in_memory.coef) {
        near(one.estimate, other.estimate, &other.name);
    }
}

/// x² of an x near 10⁸ and a product with a variable near 2·10⁹ are no combinations of what stands before them, though
/// double precision cannot tell; in memory they are formed about centres.
#[test]
fn products_far_from_zero_are_refused_not_left_out() {
    let mut panel = panel(6);
    let transformed = |panel: &Panel, name: &str, f: &dyn Fn(f64) -> f64| -> Vec<f64> {
        panel.float(name).expect("there").iter().map(|&value| f(value)).collect()
    };
    for (name, values) in [
        ("f8", transformed(&panel, "x", &|x| 1e8 + 10.0 * x)),
        ("late", transformed(&panel, "sector", &|sector| 2e9 + sector)),
        ("tiny", transformed(&panel, "y", &|y| 1e-307 * y)),
        ("huge", transformed(&panel, "z", &|z| 1e200 * z)),
    ] {
        panel.set(name, values).expect("length");
    }
    for (text, reason) in [
        ("y ~ f8 + f8^2 | id", "`f8^2`, of which the regressors before it leave nothing"),
        ("y ~ z + late:z | id", "`late:z`, of which the regressors before it leave nothing"),
        ("tiny ~ x | id", "`tiny` is too small to be squared"),
        ("y ~ huge | id", "`huge` is too large to be squared"),
    ] {
        let formula = Formula::parse(text).expect("parses");
        let refused = fit(&formula, &Options::default(), ["id", "year"], &mut Cut { panel: &panel, rows: 50 });
        let error = refused.expect_err(text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    // Nearer to zero both are estimated, as in memory.
    let formula = "y ~ x + x^2 + sector:x | id";
    let parsed = Formula::parse(formula).expect("parses");
    let streamed =
        fit(&parsed, &Options::default(), ["id", "year"], &mut Cut { panel: &panel, rows: 50 }).expect("fits");
    let in_memory = crate::fit(&panel, formula, &Options::default(), None).expect("fits");
    for (one, other) in streamed.coef.iter().zip(&in_memory.coef) {
        near(one.estimate, other.estimate, &other.name);
    }
}

#[test]
fn what_needs_other_rows_is_refused() {
    let panel = panel(1);
    for (text, reason) in [
        ("y ~ lag(x) | id", "a lag in `lag(x)`"),
        ("y ~ mean(x) | id", "mean()"),
        ("y ~ i(region) | id", "i(…)"),
        ("y ~ x", "without fixed effects"),
        ("y ~ x | id + year + sector", "more than two"),
        ("y ~ 1 | id | x ~ z", "instruments"),
    ] {
        let formula = Formula::parse(text).expect("parses");
        let refused = fit(&formula, &Options::default(), ["id", "year"], &mut Cut { panel: &panel, rows: 50 });
        let message = refused.expect_err("refused").to_string();
        assert!(message.contains(reason) && message.starts_with("not supported: streaming"), "{text}: {message}");
    }
    struct Twice<'a>(Cut<'a>);
    impl Blocks for Twice<'_> {
        fn each(&mut self, take: &mut dyn FnMut(&Panel) -> Result<()>) -> Result<()> {
            self.0.each(take)?;
            self.0.each(take)
        }
    }
    let formula = Formula::parse("y ~ x | id + year").expect("parses");
    let twice = fit(&formula, &Options::default(), ["id", "year"], &mut Twice(Cut { panel: &panel, rows: 50 }));
    let message = twice.expect_err("refused").to_string();
    assert!(message.contains("several rows have id `e") && message.contains("year `200"), "{message}");
}
