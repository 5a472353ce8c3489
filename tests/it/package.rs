//! The package that a run leaves: page, README, tables in every format, data with codebook.

use crate::support::{REPLICATION, csv, replicated, snapshot};
use std::collections::BTreeSet;

#[test]
fn the_page_stands_alone_and_leads_somewhere() {
    let html = replicated("index.html");
    for outside in ["<script", "http://", "https://", "<link", "src=", "@import", "url("] {
        let allowed = html.matches("http://www.w3.org/2000/svg").count();
        let found = html.matches(outside).count() - if outside == "http://" { allowed } else { 0 };
        assert_eq!(found, 0, "{outside}");
    }
    let ids: BTreeSet<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    assert_eq!(ids.len(), html.matches(" id=\"").count(), "ids are unique");
    for link in html.split("href=\"").skip(1).filter_map(|part| part.split('"').next()) {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(ids.contains(anchor), "#{anchor}"),
            None => assert!(REPLICATION.join(link).is_file(), "{link}"),
        }
    }
    for lang in ["zh", "en"] {
        let main = html.split(&format!("<main class=\"{lang}\"")).nth(1).unwrap().split("</main>").next().unwrap();
        assert!(main.find("class=\"verdict\"").unwrap() < main.find("<section").unwrap(), "{lang}: verdict first");
        let order: Vec<usize> = ["table-t1", "table-t2", "table-t8", "compare", "audit", "data", "diagnostics"]
            .iter()
            .map(|id| main.find(&format!("<section id=\"{lang}-{id}\"")).unwrap())
            .collect();
        assert!(order.is_sorted(), "{lang}: {order:?}");
        assert!(main.contains("synthetic twin"), "{lang}");
    }
}

#[test]
fn every_table_is_there_in_every_format() {
    let tables: BTreeSet<String> = std::fs::read_dir(REPLICATION.join("tables"))
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".md").map(str::to_owned))
        .collect();
    assert!(tables.contains("t2") && tables.contains("t2-u-test") && tables.len() > 20, "{tables:?}");
    for table in &tables {
        for extension in ["csv", "json", "html", "tex", "typ", "docx", "xlsx"] {
            assert!(REPLICATION.join(format!("tables/{table}.{extension}")).is_file(), "{table}.{extension}");
        }
        assert!(replicated(&format!("tables/{table}.md")).contains("synthetic twin"), "{table}");
    }
    for extension in ["docx", "xlsx", "tex"] {
        assert!(REPLICATION.join(format!("tables/all-tables.{extension}")).is_file(), "{extension}");
    }
}

#[test]
fn the_readme_maps_tables_to_programs() {
    let readme = replicated("README.md");
    for file in readme.split('`').filter(|part| part.starts_with("tables/") || part.starts_with("figures/")) {
        assert!(REPLICATION.join(file).is_file(), "{file}");
    }
    // Versions move with the lock file.
    let stable: String = readme
        .lines()
        .filter(|line| !line.starts_with("- ") || line.contains("复现"))
        .map(|line| format!("{line}\n"))
        .collect();
    snapshot("readme", "README of the package: tables, programs, files", &stable);
}

#[test]
fn data_and_codebook_are_complete() {
    let panel = csv(&replicated("data/panel.csv"));
    assert_eq!(panel.len(), 279 * 8);
    let codebook = replicated("data/codebook.csv");
    for name in ["Gtfp", "Va", "Mar", "Iv", "Green"] {
        assert!(panel[0].contains_key(name), "{name}");
        assert!(codebook.lines().any(|line| line.starts_with(&format!("{name},"))), "{name}");
    }
    assert!(!REPLICATION.join("data/panel.parquet").exists(), "only where a study asks for it");
    let stata = std::fs::read(REPLICATION.join("data/panel.dta")).unwrap();
    assert!(stata.starts_with(b"<stata_dta>"));
    let sample = csv(&replicated("data/sample.csv"));
    assert_eq!(sample.len(), 279 * 8);
    let west = sample.iter().filter(|row| row["t6 (3)"] == "1").count();
    assert_eq!(west, 632);
}

#[test]
fn the_comparison_begins_with_the_notice_and_knows_causes() {
    let page = replicated("compare/compare.md");
    assert!(page.lines().next().unwrap().contains("synthetic twin"));
    let cells = replicated("compare/compare.csv");
    assert!(cells.lines().any(|line| line.starts_with("7,(1),") && line.contains("2224")));
    let audit = replicated("compare/audit.csv");
    assert!(audit.contains("5 (3) Va") && audit.contains("contradiction"));
}

#[test]
fn u_tests_stand_beside_their_table() {
    snapshot("table_t2_u_test", "U tests of Table 2", &replicated("tables/t2-u-test.md"));
    snapshot("table_t6_u_test", "U tests of Table 6", &replicated("tables/t6-u-test.md"));
}
