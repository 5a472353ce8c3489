//! Does a printed curve turn where the text says it does? `cargo run --example turning_point`.
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_audit::report::{Lang, PublishedRow};
use panel_audit::{AuditSpec, Check, audit};

const PRINTED: &str = "\
table,column,row,coef,se,stars,n,other
1,mean,Va,0.831,,,2232,
1,min,Va,0.214,,,2232,
1,max,Va,4.655,,,2232,
2,(1),Va,-0.018,0.008,**,2232,
2,(1),Va_sq,0.008,0.003,***,2232,
";

const DECLARED: &str = r#"
[stars]
thresholds = [0.1, 0.05, 0.01]

[sample]
descriptives = "1"

[[curve]]
linear = "Va"
square = "Va_sq"
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = PublishedRow::read_csv(PRINTED, "printed.csv")?;
    let found = audit(&rows, &AuditSpec::from_toml(DECLARED)?)?;
    for finding in found.of(Check::TurningPoint) {
        println!("{}: {} ({})", finding.place, finding.implied.get(Lang::En), finding.status);
    }
    Ok(())
}
