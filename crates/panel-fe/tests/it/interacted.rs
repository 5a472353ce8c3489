//! The pooled regression with everything interacted, against a textbook and against dummies in another program.

use crate::fixest_ols::panel;
use crate::golden_files::Csv;
use panel_core::Panel;
use panel_fe::coefficients::Derived;
use panel_fe::interacted::Interacted;
use panel_fe::{Formula, Like, Options, Vcov};

/// Savings and income, United States 1970–1995, billions of dollars (Gujarati 2003, table 8.9).
const SAVINGS: &str = include_str!("../golden/savings.csv");

fn savings() -> Panel {
    let rows: Vec<Vec<&str>> = SAVINGS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let number = |place: usize| rows.iter().map(|row| row[place].parse().unwrap()).collect::<Vec<f64>>();
    Panel::builder("country", "year")
        .keys(rows.iter().map(|row| row[0]), rows.iter().map(|row| row[1]))
        .column("savings", number(2))
        .column("income", number(3))
        .build()
        .unwrap()
}

fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    let mut data = panel(&Csv::read(&path).expect("in the crate"), "firm", "year");
    let thousands = data.float("value").unwrap().iter().map(|value| value / 1000.0).collect::<Vec<f64>>();
    data.set("v", thousands).unwrap();
    data
}

fn masks(data: &Panel, first: impl Fn(&str, &str) -> bool) -> [Vec<bool>; 2] {
    let one: Vec<bool> = (0..data.n_rows()).map(|row| first(data.entity_label(row), data.time_label(row))).collect();
    let two = one.iter().map(|inside| !inside).collect();
    [one, two]
}

fn pooled(data: &Panel, formula: &str, options: &Options, [one, two]: &[Vec<bool>; 2]) -> panel_fe::Result<Interacted> {
    Interacted::fit(&Formula::parse(formula).unwrap(), options, data, one, two)
}

fn near(got: f64, want: f64, tolerance: f64) {
    assert!((got / want - 1.0).abs() < tolerance, "{got}, expected {want}");
}

// Gujarati (2003), examples 8.8 and 9.4: F = 10.69; in the regression with the dummy of 1982-1995 the intercept differs
// by 152.4786 (33.0824) and the slope by -0.0655 (0.0159), t = 4.6090 (cut off there: 152.4786/33.0824 = 4.60906) and -4.0963.
#[test]
fn savings_before_and_after_1982() {
    let data = savings();
    let samples = masks(&data, |_, year| year < "1982");
    let both = pooled(&data, "savings ~ income", &Options::default(), &samples).unwrap();
    assert_eq!(both.common(), ["income", "(Intercept)"]);
    let chow = both.equality(&["income", "(Intercept)"]).unwrap();
    let chow = chow.available().unwrap();
    assert!((chow.stat - 10.69).abs() < 0.005 && chow.df == 2.0 && chow.df2 == Some(22.0), "{chow}");
    // F from the three sums of squares of the text.
    near(chow.stat, ((23_248.298_152_397_285 - 11_790.252_803_633_879) / 2.0) / (11_790.252_803_633_879 / 22.0), 1e-9);
    let income = both.difference("income").unwrap();
    assert!((income.value - 0.0655).abs() < 5e-5 && (income.t() - 4.0963).abs() < 5e-5, "{income:?}");
    let constant = both.difference("(Intercept)").unwrap();
    assert!((constant.value + 152.4786).abs() < 5e-5 && (constant.t() + 4.6090).abs() < 1e-4, "{constant:?}");
}

// numpy 2.4: least squares on the dummies of both samples' firms and years, XᵀX inverted by pinv, divisor n - rank.
#[test]
fn grunfeld_by_dummies_in_numpy() {
    let data = grunfeld();
    let number = |firm: &str| firm.parse::<u32>().unwrap();
    let formula = "inv ~ v + v^2 + capital | firm + year";
    let large = masks(&data, |firm, _| number(firm) <= 5);
    let early = masks(&data, |_, year| year < "1945");
    let check = |got: Derived, want: [f64; 2]| {
        near(got.value, want[0], 1e-8);
        near(got.se, want[1], 1e-8);
    };
    let both = pooled(&data, formula, &Options::default(), &large).unwrap();
    assert_eq!(both.estimate().df_resid, 146.0);
    check(both.difference("v").unwrap(), [-159.836_869_787_015_8, 145.062_105_670_344_95]);
    check(both.difference("capital").unwrap(), [0.227_129_732_919_956_25, 0.130_325_146_318_791_75]);
    let equal = both.equality(&["v", "v^2", "capital"]).unwrap();
    near(equal.available().unwrap().stat, 1.592_654_914_436_621_3, 1e-8);
    check(both.turning_point_difference("v").unwrap(), [-1.007_482_061_127_794, 2.174_571_285_924_861_4]);
    // Entities in both samples: their effects are two.
    let both = pooled(&data, formula, &Options::default(), &early).unwrap();
    assert_eq!(both.estimate().df_resid, 156.0);
    check(both.difference("v").unwrap(), [151.471_048_688_223_56, 64.473_570_587_496_21]);
    near(both.equality(&["v", "v^2", "capital"]).unwrap().available().unwrap().stat, 12.925_771_215_936_528, 1e-8);
    check(both.turning_point_difference("v").unwrap(), [6.307_643_029_698_894, 1.967_313_595_232_195_4]);
    // Clusters that cross the samples: the covariance between them counts.
    let by_firm = Options { vcov: "cluster:firm".parse().unwrap(), ..Options::default() };
    for (samples, raw) in [(&large, 59.290_487_188_165_08), (&early, 56.566_944_709_368_23)] {
        let both = pooled(&data, formula, &by_firm, samples).unwrap();
        near(both.difference("v").unwrap().se, raw * both.estimate().small_sample.multiplier.sqrt(), 1e-8);
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let data = grunfeld();
    let all = vec![true; data.n_rows()];
    let error = pooled(&data, "inv ~ v", &Options::default(), &[all.clone(), all]).unwrap_err();
    assert!(error.to_string().contains("200 rows are in both samples"), "{error}");
    let early = masks(&data, |_, year| year < "1945");
    let xtreg = Options { like: Like::Xtreg, vcov: Vcov::Iid, ..Options::default() };
    let error = pooled(&data, "inv ~ v | firm", &xtreg, &early).unwrap_err();
    assert!(error.to_string().contains("one effect per entity"), "{error}");
    let firms = masks(&data, |firm, _| firm < "5");
    let both = pooled(&data, "inv ~ v | firm", &xtreg, &firms).unwrap();
    assert!(both.difference("w").is_err() && both.turning_points("v").is_err());
}
