//! Tables of means by period and by group, against means computed by hand of the small panel.

use crate::small::{GTFP, HEAD, folder, study};
use crate::support::{csv, run_study};
use std::collections::BTreeMap;

const TABLE: &str = "[[table]]\nid = \"m\"\nkind = \"means\"\ndigits = 6\n";

/// Runs the small study with a table; gives a reader of its files, or the message.
fn ran(name: &str, text: &str) -> Result<impl Fn(&str) -> String + use<>, String> {
    let folder = folder(&format!("means-{name}"));
    let path = study(&folder, &format!("{HEAD}{text}"));
    run_study(&path, &folder.join("out"), Some(1)).map_err(|error| error.to_string())?;
    Ok(move |file: &str| std::fs::read_to_string(folder.join("out").join(file)).unwrap())
}

/// The cells of each row of a table by its label.
fn cells(table: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines = table.lines();
    lines.next();
    let fields = |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
    let split = |line: &str| {
        let mut fields = fields(line);
        (fields.remove(0), fields)
    };
    lines.map(split).filter(|(label, _)| !label.is_empty()).collect()
}

fn six(value: f64) -> String {
    format!("{value:.6}")
}

/// x of Anyang is 1, 2, 4, of Benxi 1, 3, 2, of Chuzhou 5, 4, 7; z 2, 1, 5, then 3, 2, 6, then 1, 4, 3.
#[test]
fn means_by_year_and_by_region_are_those_by_hand() {
    let table = format!(
        "{TABLE}variables = [\"x\", \"z\"]\nby = [\"year\", \"region\"]\nmean = \"arithmetic\"\nmean_of = {{ z = \"geometric\" }}\n"
    );
    let read = ran("by-hand", &table).unwrap();
    let rows = cells(&read("tables/m.csv"));
    let root = |product: f64, n: f64| product.powf(1.0 / n);
    for (label, x, z) in [
        ("2013", 7.0 / 3.0, root(6.0, 3.0)),
        ("2014", 3.0, 2.0),
        ("2015", 13.0 / 3.0, root(90.0, 3.0)),
        ("North", 13.0 / 6.0, root(360.0, 6.0)),
        ("South", 16.0 / 3.0, root(12.0, 3.0)),
        ("All", 29.0 / 9.0, root(4320.0, 9.0)),
    ] {
        assert_eq!(rows[label][..2], [six(x), six(z)], "{label}");
    }
    assert_eq!(rows["Observations"], ["9", "9"]);
    let page = read("tables/m.md");
    assert!(page.contains("Geometric means: z; arithmetic means: x."), "{page}");
    for ending in ["docx", "tex", "xlsx", "html", "typ", "csv"] {
        assert!(scratched("by-hand").join(format!("out/tables/m.{ending}")).is_file(), "{ending}");
    }
}

/// The folder of a run.
fn scratched(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("means-{name}"))
}

#[test]
fn groups_stand_beside_each_other_with_all_of_them() {
    let read = ran(
        "across",
        &format!("{TABLE}variables = [\"x\"]\nby = [\"year\"]\nacross = \"region\"\nsample = \"year > 2013\"\n"),
    )
    .unwrap();
    let rows = cells(&read("tables/m.csv"));
    assert_eq!(rows["2014"], [six(2.5), six(4.0), six(3.0)]);
    assert_eq!(rows["2015"], [six(3.0), six(7.0), six(13.0 / 3.0)]);
    assert_eq!(rows["All"], [six(2.75), six(5.5), six(11.0 / 3.0)]);
    assert_eq!(rows["Observations"], ["4", "2", "6"]);
}

/// Ratios of change have geometric means, scores and indicators arithmetic ones.
#[test]
fn indices_have_the_mean_of_their_kind() {
    let names = "names = { ec = \"Ec\", score_global = \"Score\" }\n";
    let luenberger = GTFP.replace("main", "luenberger")
        + "model = \"ddf\"\nmalmquist = \"luenberger\"\nnames = { index = \"Change\" }\n";
    let table = "variables = [\"Gtfp\", \"Ec\", \"Score\", \"Change\", \"x\"]\nby = [\"year\"]\n";
    let read = ran("indices", &format!("{GTFP}{names}{luenberger}{TABLE}{table}")).unwrap();
    let page = read("tables/m.md");
    assert!(page.contains("Geometric means: Gtfp, Ec; arithmetic means: Score, Change, x."), "{page}");
    let panel = csv(&read("data/panel.csv"));
    let values = |name: &str, year: &str| {
        let rows = panel.iter().filter(|row| row["year"] == year && !row[name].is_empty());
        rows.map(|row| row[name].parse::<f64>().unwrap()).collect::<Vec<_>>()
    };
    let rows = cells(&read("tables/m.csv"));
    let (ec, change) = (values("Ec", "2015"), values("Change", "2015"));
    assert_eq!(rows["2015"][1], six(ec.iter().product::<f64>().powf(1.0 / 3.0)));
    assert_eq!(rows["2015"][3], six(change.iter().sum::<f64>() / 3.0));
    assert_eq!(rows["2013"][1], "–", "the first year has no change");
}

#[test]
fn what_a_table_of_means_cannot_be_is_said() {
    for (name, rest, says) in [
        ("by", "variables = [\"x\"]\n", "needs `by`"),
        ("twice", "variables = [\"x\"]\nby = [\"year\"]\nacross = \"year\"\n", "grouped by `year` twice"),
        ("of", "variables = [\"x\"]\nby = [\"year\"]\nmean_of = { xx = \"geometric\" }\n", "did you mean `x`?"),
        ("none", "by = [\"year\"]\n", "no `variables`"),
        ("unknown", "variables = [\"x\"]\nby = [\"regoin\"]\n", "regoin"),
        ("word", "variables = [\"x\"]\nby = [\"year\"]\nmean = \"geometrical\"\n", "did you mean `geometric`?"),
    ] {
        let error = ran(name, &format!("{TABLE}{rest}")).err().unwrap();
        assert!(error.contains(says), "{name}: {error}");
    }
    let other = "[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"x\"]\nby = [\"year\"]\n";
    assert!(ran("other", other).err().unwrap().contains("`by` belongs to tables of kind `means`"));
}
