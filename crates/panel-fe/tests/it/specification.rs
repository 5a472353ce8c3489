//! What an estimate says of its model without columns given by hand: random effects, Hausman, Mundlak, dependence,
//! levels, effects alone, lines under a moderator. Grunfeld's firms under R 4.2.2 (`tests/golden/r.json`: plm 2.6.2) and
//! Python (linearmodels 7.1).

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::diagnostics::{modified_wald, wooldridge};
use panel_fe::{Estimate, Model, TestOutcome, Vcov};
use serde_json::Value;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn grunfeld() -> Panel {
    panel(&Csv::read(&folder().join("grunfeld.csv")).expect("in the crate"), "firm", "year")
}

fn fit(formula: &str, data: &Panel) -> Estimate {
    Model::new(formula).expect("a formula").fit(data).expect("fits")
}

fn stat(test: &TestOutcome) -> f64 {
    test.available().unwrap_or_else(|| panic!("{test}")).stat
}

#[test]
fn random_effects_hausman_and_mundlak() {
    let r: Value = serde_json::from_str(&std::fs::read_to_string(folder().join("r.json")).unwrap()).unwrap();
    let data = grunfeld();
    let fixed = fit("inv ~ value + capital | firm", &data);
    let random = fixed.random_effects(false, &Vcov::Iid).unwrap();
    for (place, name) in ["value", "capital"].into_iter().enumerate() {
        let got = random.estimate.coefficient(name).unwrap();
        assert!(close(got.estimate, r["re"]["coef"][place].as_f64().unwrap(), 1e-10, 0.0), "{got:?}");
        assert!(close(got.se, r["re"]["se"][place].as_f64().unwrap(), 1e-10, 0.0), "{got:?}");
    }
    // linearmodels 7.1: RandomEffects(inv, [const, value, capital]).fit().variance_decomposition.
    assert!(
        close(random.sigma_u.powi(2), 7089.80010, 1e-8, 0.0) && close(random.sigma_e.powi(2), 2784.45823, 1e-8, 0.0)
    );
    assert!(close(stat(&fixed.hausman_test().unwrap()), r["phtest"][0].as_f64().unwrap(), 1e-9, 0.0));

    // linearmodels 7.1: PooledOLS on the quasi-demeaned columns with entity means, debiased; clustered by firm with
    // group_debias.
    assert!(close(stat(&fixed.mundlak_test().unwrap()), 1.065_683_112_703_806_4, 1e-9, 0.0));
    let clustered = fixed.with_vcov(&"cluster:firm".parse().unwrap(), fixed.like).unwrap();
    assert!(close(stat(&clustered.mundlak_test().unwrap()), 3.659_852_578_519_584_5, 1e-9, 0.0));

    // Effects beside the entity are dummies: written out, they are the same model.
    let both = fit("inv ~ value + capital | firm + year", &data);
    let dummies = fit("inv ~ value + capital + i(year) | firm", &data);
    let (one, other) =
        (both.random_effects(false, &Vcov::Iid).unwrap(), dummies.random_effects(false, &Vcov::Iid).unwrap());
    let capital = |fit: &Estimate| fit.coefficient("capital").unwrap().clone();
    assert!(close(capital(&one.estimate).estimate, capital(&other.estimate).estimate, 1e-9, 0.0));
    assert!(close(capital(&one.estimate).se, capital(&other.estimate).se, 1e-9, 0.0));
    let pooled = fit("inv ~ value", &data).hausman_test().unwrap_err().to_string();
    assert!(pooled.contains("does not absorb `firm`"), "{pooled}");
}

#[test]
fn tests_of_residuals() {
    let r: Value = serde_json::from_str(&std::fs::read_to_string(folder().join("r.json")).unwrap()).unwrap();
    let data = grunfeld();
    let fixed = fit("inv ~ value + capital | firm", &data);
    let cd = fixed.cross_section_test().unwrap();
    assert!(close(stat(&cd.test), r["pcdtest"][0].as_f64().unwrap(), 1e-9, 0.0));
    let units = fixed.frame().entity.1.codes().to_vec();
    let by_hand = modified_wald(fixed.residuals(), &units).unwrap();
    assert_eq!(stat(&fixed.groupwise_test().unwrap()), stat(&by_hand));
    let x = faer::Mat::from_fn(200, 2, |i, j| fixed.sample_values(["value", "capital"][j]).unwrap()[i]);
    let levels = wooldridge(&fixed.frame().y.values, x.as_ref(), &units, &fixed.frame().time.1).unwrap();
    assert_eq!(stat(&fixed.serial_test().unwrap()), stat(&levels));
}

/// R 4, fixest 0.14.2: `feols(inv ~ value + capital | firm + year)`; dummies are what absorption replaces.
#[test]
fn levels_are_dummies() {
    let mut data = grunfeld();
    let dummies = fit("inv ~ value + capital + i(year) | firm", &data);
    let value = dummies.coefficient("value").unwrap();
    assert!(
        close(value.estimate, 0.117_715_855_082_606, 1e-9, 0.0) && close(value.se, 0.013_751_283_003_648_2, 1e-9, 0.0)
    );
    assert!(dummies.coefficient("year::1936").is_some() && dummies.coefficient("year::1935").is_none());
    let other = fit("inv ~ value + capital + i(year, ref = 1954) | firm", &data);
    let (a, b) = (dummies.coefficient("year::1954").unwrap(), other.coefficient("year::1935").unwrap());
    assert!(close(a.estimate, -b.estimate, 1e-9, 1e-9) && close(a.se, b.se, 1e-9, 0.0));

    let size: Vec<Option<&str>> =
        (0..200).map(|row| Some(["large", "small"][usize::from(data.entity_of_row()[row] > 4)])).collect();
    data.set("size", size).unwrap();
    let small: Vec<f64> = (0..200).map(|row| f64::from(u8::from(data.entity_of_row()[row] > 4))).collect();
    data.set("small", small.clone()).unwrap();
    data.set("large", small.iter().map(|x| 1.0 - x).collect::<Vec<f64>>()).unwrap();
    let same = |one: &str, other: &str, names: &[(&str, &str)]| {
        let (one, other) = (fit(one, &data), fit(other, &data));
        assert_eq!(one.names.len(), other.names.len(), "{:?} {:?}", one.names, other.names);
        for (left, right) in names {
            let coefficient = |fit: &Estimate, name: &str| {
                fit.coefficient(name).unwrap_or_else(|| panic!("{name}: {:?}", fit.names)).clone()
            };
            let (a, b) = (coefficient(&one, left), coefficient(&other, right));
            assert!(close(a.estimate, b.estimate, 1e-9, 1e-9) && close(a.se, b.se, 1e-9, 0.0), "{left}");
        }
    };
    // A column of words is its dummies; an interaction without the line has a slope per level, one with it the rest.
    same("inv ~ size + value", "inv ~ small + value", &[("size::small", "small"), ("value", "value")]);
    same("inv ~ i(size, ref = \"small\") + value", "inv ~ large + value", &[("size::large", "large")]);
    same(
        "inv ~ i(size):value | firm",
        "inv ~ large:value + small:value | firm",
        &[("size::large:value", "large:value"), ("size::small:value", "small:value")],
    );
    same(
        "inv ~ value*size",
        "inv ~ value + small + value:small",
        &[("value:size::small", "value:small"), ("size::small", "small")],
    );
    same("inv ~ 0 + i(size)", "inv ~ 0 + large + small", &[("size::large", "large"), ("size::small", "small")]);
    let error = Model::new("inv ~ i(size, ref = \"smal\")").unwrap().fit(&data).unwrap_err().to_string();
    assert!(error.contains("`size` has no level `smal` in the sample; did you mean `small`?"), "{error}");
    for (formula, says) in [
        ("inv ~ i(size)^2", "levels have no powers"),
        ("inv ~ i(size, base = 2)", "expected `i(column)`"),
        ("inv ~ i(size", "never closed"),
    ] {
        let error = Model::new(formula).unwrap_err().to_string();
        assert!(error.contains(says), "{formula}: {error}");
    }
}

#[test]
fn expressions_stand_in_formulas() {
    let mut data = grunfeld();
    let column = |data: &Panel, name: &str| data.float(name).unwrap().to_vec();
    let (value, capital) = (column(&data, "value"), column(&data, "capital"));
    data.set("share", value.iter().zip(&capital).map(|(v, k)| v / k).collect::<Vec<f64>>()).unwrap();
    data.set("w", panel_core::expr::Expr::parse("winsorise(value, 0.05, by = year)").unwrap().eval(&data).unwrap())
        .unwrap();
    let calculated = fit("diff(inv) ~ I(value / capital) + winsorise(value, 0.05, by = year)^2 | firm", &data);
    let plain = fit("inv ~ share + w^2 | firm", &{
        let mut other = data.clone();
        let change = panel_core::expr::Expr::parse("diff(inv)").unwrap().eval(&data).unwrap();
        other.set("inv", change).unwrap();
        other
    });
    assert_eq!(calculated.names, ["I(value/capital)", "winsorise(value,0.05,by=year)^2"]);
    for (a, b) in calculated.coef.iter().zip(&plain.coef) {
        assert_eq!((a.estimate, a.se), (b.estimate, b.se));
    }
    let formula = Model::new("y ~ log(1 + x) | city").unwrap();
    assert_eq!(formula.formula().variables(), ["y", "x", "city"]);
    let error = Model::new("y ~ winsor(x, 0.01").unwrap_err().to_string();
    assert!(error.contains("never closed"), "{error}");
}

/// Residuals of effects alone in a balanced panel are y − ȳᵢ − ȳₜ + ȳ.
#[test]
fn effects_alone() {
    let data = grunfeld();
    let estimate = fit("inv ~ 1 | firm + year", &data);
    assert!(estimate.coef.is_empty() && estimate.wald.available().is_none());
    let y = data.float("inv").unwrap();
    let mean = |inside: &dyn Fn(usize) -> bool| {
        let rows: Vec<f64> = (0..200).filter(|&row| inside(row)).map(|row| y[row]).collect();
        rows.iter().sum::<f64>() / rows.len() as f64
    };
    let (unit, time) = (data.entity_of_row(), data.time_of_row());
    let mut ssr = 0.0;
    for row in 0..200 {
        let u = y[row] - mean(&|other| unit[other] == unit[row]) - mean(&|other| time[other] == time[row])
            + mean(&|_| true);
        assert!((estimate.residuals()[row] - u).abs() < 1e-9);
        ssr += u * u;
    }
    assert!(close(estimate.ssr, ssr, 1e-10, 0.0) && close(estimate.r2.within.unwrap(), 0.0, 0.0, 1e-12));
    assert_eq!((estimate.df_resid, estimate.effect_sum().len()), (171.0, 200));
    for vcov in ["hc1", "cluster:firm", "cluster:firm,year", "dk:1"] {
        Model::new("inv ~ 1 | firm").unwrap().vcov(vcov.parse().unwrap()).fit(&data).unwrap();
    }
    assert!(Model::new("inv ~ 0").unwrap().fit(&data).unwrap_err().to_string().contains("nor a fixed effect"));
}
