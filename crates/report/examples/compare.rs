//! Three printed coefficients and what a replication found: the verdict of every cell.
//!
//! `cargo run --release -p panel-report --example compare`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_report::{CellKey, Lang, PublishedRow, Replicated, Stat, compare, published_cells};

/// As a paper prints them.
const PRINTED: &str = "\
table,column,row,coef,se,stars
2,(1),value,0.118,0.014,***
2,(1),capital,0.358,0.023,***
2,(2),value,0.110,0.012,***
";

fn main() -> panel_report::Result<()> {
    let published = published_cells(&PublishedRow::read_csv(PRINTED, "printed.csv")?);
    let key = |column: &str, row: &str, stat: Stat| CellKey::new("2", column, row, stat);
    let replicated = [
        Replicated::number(key("(1)", "value", Stat::Coef), 0.117_715_855),
        Replicated::number(key("(1)", "value", Stat::Se), 0.013_751_283),
        Replicated::stars(key("(1)", "value", Stat::Stars), 3),
        Replicated::number(key("(1)", "capital", Stat::Coef), 0.357_916_273),
        Replicated::number(key("(1)", "capital", Stat::Se), 0.024_9),
        Replicated::number(key("(2)", "value", Stat::Coef), -0.110_1),
    ];
    let comparison = compare(&published, &replicated)?;
    for cell in &comparison.cells {
        println!(
            "{:<40}{:>8}{:>9}  {}",
            cell.key.to_string(),
            cell.published.as_deref().unwrap_or("–"),
            cell.shown,
            cell.verdict.label().get(Lang::En)
        );
    }
    let counts = comparison.numbers();
    println!("{} of {} numbers are the same at the printed digits", counts.same, counts.published);
    Ok(())
}
