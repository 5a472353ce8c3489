//! The expression language on panels.

use panel_core::expr::{Definitions, Expr, Kind};
use panel_core::io::{ReadOptions, read_bytes};
use panel_core::{Column, Panel};

const DATA: &str = "\
city,year,gdp,pop,region,border,start,index,s1,s2,s3,note
110000,2013,10,2,East,True,2014,100,0.2,0.3,0.5,a
110000,2014,12,2,East,True,2014,110,0.1,0.3,0.6,b
110000,2016,0,,East,True,2014,105,0.1,0.2,0.7,c
120000,2013,5,1,West,False,,100,0.5,0.3,0.2,1
120000,2014,6,1,West,False,,120,0.4,0.4,0.2,2
";

fn panel() -> Panel {
    let table = read_bytes("d.csv", DATA.as_bytes(), &ReadOptions::default()).unwrap();
    table.into_panel(Some("city"), Some("year")).unwrap()
}

fn numbers(text: &str) -> Vec<f64> {
    match Expr::parse(text).unwrap().eval(&panel()).unwrap_or_else(|error| panic!("{text}: {error}")) {
        Column::Float(values) => values.into_vec(),
        Column::Text(text) => panic!("texts: {text:?}"),
    }
}

fn check(text: &str, expected: [f64; 5]) {
    let got = numbers(text);
    let same = got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan()));
    assert!(same, "{text}: {got:?}, expected {expected:?}");
}

const N: f64 = f64::NAN;

#[test]
fn arithmetic_and_functions() {
    check("gdp / pop", [5.0, 6.0, N, 5.0, 6.0]);
    check("-gdp^2 + 2 * gdp", [-80.0, -120.0, 0.0, -15.0, -24.0]);
    check("gdp:pop", [20.0, 24.0, N, 5.0, 6.0]);
    check("lag(gdp)", [N, 10.0, N, N, 5.0]);
    check("lag(gdp, 2)", [N, N, 12.0, N, N]);
    check("lead(gdp)", [12.0, N, N, 6.0, N]);
    check("diff(gdp) / lag(gdp) - growth(gdp)", [N, 0.0, N, N, 0.0]);
    check("min(gdp, pop, 3)", [2.0, 2.0, N, 1.0, 1.0]);
    check("max(gdp, 7)", [10.0, 12.0, 7.0, 7.0, 7.0]);
    check("mean(gdp, by = city)", [22.0 / 3.0, 22.0 / 3.0, 22.0 / 3.0, 5.5, 5.5]);
    check("count(pop, by = region)", [2.0, 2.0, 2.0, 2.0, 2.0]);
    check("sum(gdp, by = year)", [15.0, 18.0, 0.0, 15.0, 18.0]);
    check("deflate(gdp, index, base = 2013)", [10.0, 12.0 / 1.1, N, 5.0, 5.0]);
    check("pim(gdp, index, delta = 0.1, base = 2013)", [100.0, 90.0 + 12.0 / 1.1, N, 50.0, 50.0]);
    check("pim(gdp, index, base = 2013, initial = pop)", [2.0, 2.0 * 0.904 + 12.0 / 1.1, N, 1.0, 0.904 + 5.0]);
    check("structure_sum(s1, s2, s3)", [2.3, 2.5, 2.6, 1.7, 1.8]);
    check("fill(pop, gdp, 9)", [2.0, 2.0, 0.0, 1.0, 1.0]);
    check("exp(ln(gdp))", [10.0, 12.0, N, 5.0, 6.0]);
    check("winsorise(gdp, 0)", [10.0, 12.0, 0.0, 5.0, 6.0]);
    check("round(gdp / 4)", [3.0, 3.0, 0.0, 1.0, 2.0]);
}

#[test]
fn conditions_dummies_and_choice() {
    check("(year >= 2014) * gdp", [0.0, 12.0, 0.0, 0.0, 6.0]);
    check("since(start)", [0.0, 1.0, 1.0, 0.0, 0.0]);
    check("city in (\"110000\") and year >= 2014", [0.0, 1.0, 1.0, 0.0, 0.0]);
    check("city in (110000, 1) or false", [1.0, 1.0, 1.0, 0.0, 0.0]);
    check("region == \"East\" and not border", [0.0; 5]);
    check("border == \"True\"", [1.0, 1.0, 1.0, 0.0, 0.0]);
    check("if pop > 1 then gdp else -1", [10.0, 12.0, N, -1.0, -1.0]);
    check("if (pop > 1) then 1 else 0", [1.0, 1.0, N, 0.0, 0.0]);
    check("if(missing(pop), 1, 0)", [0.0, 0.0, 1.0, 0.0, 0.0]);
    check("pop > 1 or gdp == 0", [1.0, 1.0, 1.0, 0.0, 0.0]);
    check("pop > 1 and gdp == 0", [0.0, 0.0, N, 0.0, 0.0]);
    check("note in (\"1\", \"b\")", [0.0, 1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn filters_count_what_is_missing() {
    let mask = Expr::parse("pop >= 1 and year <= 2016").unwrap().eval_filter(&panel()).unwrap();
    assert_eq!((mask.keep, mask.n_missing), (vec![true, true, false, true, true], 1));
    let slip = Expr::parse("region != \"Est\"").unwrap().eval_filter(&panel()).unwrap();
    assert!(slip.diagnostics[0].message.contains("did you mean `East`?"), "{:?}", slip.diagnostics);
    assert_eq!(Expr::parse("gdp > 0").unwrap().kind(&panel()).unwrap(), Kind::Truth);
}

#[test]
fn undefined_values_are_reported() {
    let evaluated = Expr::parse("ln(gdp)").unwrap().evaluate(&panel()).unwrap();
    assert!(evaluated.diagnostics[0].message.contains("undefined for 1 of 5 rows"), "{:?}", evaluated.diagnostics);
    assert!(evaluated.diagnostics[0].message.contains("110000 2016"), "{:?}", evaluated.diagnostics);
}

#[test]
fn errors_say_where_and_what() {
    let cases = [
        ("ln(gpd)", "unknown column `gpd`; did you mean `gdp`? (line 1, column 4"),
        ("gdp + region", "not a number: file `d.csv`, entity `110000`, time `2013`, column `region`, value `East`"),
        ("note + 1", "value `a`"),
        ("gdp == \"x\"", "compares a number with a text (line 1, column 5"),
        ("gdp and pop", "`and` needs a condition, this is a number"),
        ("gdp in (\"x\")", "the list holds a text, its left side is a number"),
        ("if gdp > 0 then 1 else \"x\"", "the two outcomes of `if` differ"),
        ("lag(gdp, 1.5)", "must be whole"),
        ("winsorise(gdp, 0.7)", "must lie in [0, 0.5)"),
        ("deflate(gdp, index)", "needs a base"),
        ("deflate(gdp, index, base = 2031)", "base `2031` is no period of the panel; they run from 2013 to 2016"),
        ("pim(0 - gdp, index, base = 2013)", "bad value: entity `110000`, time `2013`, column `investment`"),
        ("ln(0)", "`ln` of 0 is not a number"),
        ("1 / 0", "is not a number"),
        ("mean(gdp, by = regoin)", "did you mean `region`?"),
    ];
    for (text, part) in cases {
        let message = Expr::parse(text).and_then(|expr| expr.eval(&panel())).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
    let message = Expr::parse("gdp").unwrap().eval_mask(&panel()).unwrap_err().to_string();
    assert!(message.contains("compare it with something"), "{message}");
}

/// A list may hold words and numbers of a key.
#[test]
fn lists_of_years_may_mix_words_and_numbers() {
    check("year in (\"2013\", 2014)", [1.0, 1.0, 0.0, 1.0, 1.0]);
    check("year not in (\"2013\", 2014)", [0.0, 0.0, 1.0, 0.0, 0.0]);
}

/// A year is a number however the data write it.
#[test]
fn years_with_a_character_are_numbers() {
    let text = DATA.replace(",2013,", ",2013年,").replace(",2014,1", ",2014年,1").replace(",2016,", ",2016年,");
    let text = text.replace("120000,2014,", "120000,2014年,");
    let table = read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).unwrap();
    let panel = table.into_panel(Some("city"), Some("year")).unwrap();
    let eval = |text: &str| match Expr::parse(text).unwrap().eval(&panel).unwrap() {
        Column::Float(values) => values,
        Column::Text(text) => panic!("{text:?}"),
    };
    assert_eq!(panel.times().labels(), ["2013年", "2014年", "2016年"]);
    assert_eq!(eval("year >= 2014 and year != 2016"), [0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(eval("chain(index, base = 2013)")[1], 1.1);
    assert_eq!(eval("since(2014)"), [0.0, 1.0, 1.0, 0.0, 1.0]);
}

#[test]
fn errors_of_functions_name_the_column() {
    for (text, part) in [
        ("pim(gdp - 7, index)", "column `investment`"),
        ("pim(s1, minus)", "column `minus`"),
        ("deflate(gdp, minus, base = 2013)", "file `d.csv`, entity `110000`, time `2013`, column `minus`, value `-1`"),
        ("chain(minus, base = 2013)", "column `minus`"),
    ] {
        let mut panel = panel();
        panel.set_from("minus", vec![-1.0; 5], Some("d.csv")).unwrap();
        let message = Expr::parse(text).unwrap().eval(&panel).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn definitions_are_ordered_and_cycles_spelled_out() {
    let set = Definitions::parse(&[("b", "a * 2"), ("a", "gdp + 1"), ("late", "va^2")]).unwrap();
    assert_eq!(set.items().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b", "late"]);
    assert_eq!(set.resolved()[1].derived, ["a"]);
    assert_eq!(set.columns(), ["gdp", "va"]);
    let (mut panel, mut waiting) = (panel(), set);
    waiting.apply_ready(&mut panel).unwrap();
    assert_eq!(panel.float("b").unwrap()[0], 22.0);
    let message = waiting.finish(&panel).unwrap_err().to_string();
    assert!(message.contains("variable `late`: unknown column `va`"), "{message}");
    panel.set("va", vec![2.0; 5]).unwrap();
    waiting.apply_ready(&mut panel).unwrap();
    waiting.finish(&panel).unwrap();
    assert_eq!(panel.float("late").unwrap()[4], 4.0);

    let cycle = Definitions::parse(&[("a", "b + 1"), ("b", "c"), ("c", "a")]).unwrap_err().to_string();
    assert!(cycle.contains("`a` → `b` → `c` → `a`"), "{cycle}");
    let own = Definitions::parse(&[("a", "a + 1")]).unwrap_err().to_string();
    assert!(own.contains("`a` is defined by itself"), "{own}");
    let taken = Definitions::parse(&[("gdp", "pop")]).unwrap().apply(&mut panel).unwrap_err().to_string();
    assert!(taken.contains("the data have a column of that name (from `d.csv`)"), "{taken}");
    let slip = Definitions::parse(&[("a", "1 +")]).unwrap_err().to_string();
    assert!(slip.contains("variable `a`: the expression ends"), "{slip}");
}
