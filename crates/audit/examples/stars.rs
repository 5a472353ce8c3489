//! Stars against coefficients and standard errors of a printed table: `cargo run --example stars`.
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_audit::report::{Lang, PublishedRow, StarRule, TableFormat};
use panel_audit::{AuditSpec, audit};

const PRINTED: &str = "\
table,column,row,coef,se,stars,n
2,(1),Va,-0.018,0.008,**,2232
2,(1),Va_sq,0.008,0.003,***,2232
2,(2),Va,-0.013,0.012,***,2232
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = PublishedRow::read_csv(PRINTED, "printed.csv")?;
    let found = audit(&rows, &AuditSpec::new(StarRule::china()))?;
    println!("{}", found.summary(Lang::En));
    println!("{}", String::from_utf8(found.table(true).render(TableFormat::Terminal, Lang::En)?)?);
    Ok(())
}
