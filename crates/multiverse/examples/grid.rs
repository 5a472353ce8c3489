//! A grid without estimates: how many analyses were open, and which change of one choice turns a verdict.
//!
//! `cargo run --release -p panel-multiverse --example grid`

#![allow(clippy::print_stdout, reason = "an example")]

use panel_multiverse::{Declaration, smallest_changes};
use std::error::Error;

const CHOICES: &str = r#"
    id = "growth"
    table = "t2"
    column = "(2)"
    x = "density"
    choice = [
      { id = "decay", kind = "equivalent", option = [{ id = "km" }, { id = "row", set = { norm = "row" } } ] },
      { id = "distance", kind = "equivalent", when = { decay = ["km"] }, option = [
        { id = "great-circle" }, { id = "geodesic", set = { distance = "geodesic" } } ] },
      { id = "sample", kind = "uncertain", option = [{ id = "all" }, { id = "late", set = { rows = "year > 2013" } } ] },
    ]
    [[exclude]]
    if = { decay = ["row"], sample = ["late"] }
    why = "too few rows near one another"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let declared: Declaration = toml::from_str(CHOICES)?;
    let grid = declared.grid()?;
    let counts = grid.counts()?;
    println!("{} choices make {} universes", counts.choices, counts.universes);
    println!("{} of them differ in equivalent options only", counts.equivalent);
    println!("{} left out: {}", counts.excludes[0].alone, counts.excludes[0].why_en);
    let universes = grid.universes(&grid.everything(), declared.limit)?;
    // Suppose that the result holds wherever the sample is all years.
    let sample = grid.place("sample").ok_or("the choice is declared above")?;
    let verdicts: Vec<Option<bool>> = universes.iter().map(|codes| Some(codes[sample] == 1)).collect();
    let changes = smallest_changes(&grid, &universes, &verdicts, 0)?;
    let sets: Vec<String> = changes.sets.iter().map(|set| set.choices.join(" and ")).collect();
    println!("{} universes are one change from the base, {:.3?} agree", changes.neighbours, changes.neighbours_agree);
    println!("the verdict turns with: {}", sets.join("; "));
    Ok(())
}
