//! Grunfeld's investment equation as a regression table: the numbers of R's fixest, laid out for a terminal and a paper.
//!
//! `cargo run --release -p panel-report --example grunfeld_table`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_report::regression::{ModelColumn, RegressionSpec, StdErrors, Term, regression_table};
use panel_report::{Lang, StarRule, TableFormat};

fn column(value: (f64, f64, f64), capital: (f64, f64, f64), std_errors: StdErrors) -> ModelColumn {
    let term = |name: &str, (estimate, se, p): (f64, f64, f64)| Term {
        name: name.into(),
        estimate,
        se: Some(se),
        p: Some(p),
        ..Term::default()
    };
    ModelColumn {
        dependent: "inv".into(),
        terms: vec![term("value", value), term("capital", capital)],
        n: Some(200),
        std_errors,
        ..ModelColumn::default()
    }
}

fn main() -> panel_report::Result<()> {
    // feols(inv ~ value + capital | firm + year), fixest 0.14.2: vcov = "iid" and vcov = ~firm.
    let iid = column((0.117716, 0.013751, 6.7e-15), (0.357916, 0.022719, 5.5e-35), StdErrors::default());
    let clustered = column(
        (0.117716, 0.010824, 1.8e-6),
        (0.357916, 0.047848, 3.8e-5),
        StdErrors::clustered([(("公司", "firm"), 10)]),
    );
    let spec = RegressionSpec::new("grunfeld", ("投资方程", "Investment"), StarRule::china());
    let table = regression_table(&[iid, clustered], &spec)?;
    print!("{}", String::from_utf8_lossy(&table.render(TableFormat::Terminal, Lang::En)?));
    println!("{} bytes of Word", table.render(TableFormat::Docx, Lang::En)?.len());
    Ok(())
}
