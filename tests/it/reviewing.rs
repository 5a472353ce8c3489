//! The worked example of `docs/reviewing.md`: Table 2 with D13 = HC1, and all that moves with it.
//!
//! `cargo xtask tidy` compares these snapshots with those of the study as it is, and keeps the printed summary true.

use crate::stages::u_test;
use crate::support::{estimate_in, paper, run_study, scratch, snapshot_in, workspace};

#[test]
fn table_2_under_hc1() {
    let folder = scratch("hc1");
    let text = std::fs::read_to_string(paper()).unwrap();
    let (head, rest) = text.split_once("id    = \"t2\"\n").unwrap();
    let fixtures = format!("\"{}/", workspace().join("fixtures").display());
    let study = format!("{head}id    = \"t2\"\nvcov = \"hc1\"\nlike = \"reghdfe\"\n{rest}").replace("\"../", &fixtures);
    std::fs::write(folder.join("study.toml"), study).unwrap();
    let out = folder.join("out");
    run_study(&folder.join("study.toml"), &out, None).unwrap();

    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let hc1 = |name: &str, description: &str, text: &str| {
        snapshot_in("../../docs/reviewing/hc1", name, description, text);
    };
    hc1("table_t2", "Table 2: baseline, two-way FE, clusters by city", &read("tables/t2.md"));
    hc1("table_s1", "Table S1: Table 2 (2) under one change at a time", &read("tables/s1.md"));
    let estimate = estimate_in(&read("results/estimates.json"), "t2", "(2)");
    hc1("stage_utest_baseline", "Lind-Mehlum test of Table 2 (2)", &u_test(&estimate));
    let page = read("compare/compare.md");
    let line = page.lines().find(|line| line.starts_with("Published vs replicated")).unwrap();
    hc1("published_summary", "verdicts over all published numbers", line);
}
