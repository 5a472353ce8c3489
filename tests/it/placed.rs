//! Mistakes that a reader of the whole section, or the data alone, can find have the line of what is wrong, too.

use crate::small::{DATA, GTFP, HEAD, folder, study, table};
use crate::support::run_study;
use panelstudy::check::check_file;

/// The line of a text in the small study with further sections, from 1.
fn line_of(text: &str, part: &str) -> String {
    let study = format!("{HEAD}{text}");
    format!("line {}", 1 + study[..study.find(part).unwrap()].matches('\n').count())
}

fn refused(name: &str, text: &str) -> String {
    let folder = folder(&format!("placed-{name}"));
    let path = study(&folder, &format!("{HEAD}{text}"));
    run_study(&path, &folder.join("out"), Some(1)).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_wrong_word_of_weights_has_its_own_line() {
    let weights = |rest: &str| format!("{GTFP}[[weights]]\nid = \"w\"\n{rest}\n");
    let kind = weights("lat = \"lat\"\nkind = \"kn\"\nk = 1");
    let error = refused("kind", &kind);
    assert!(error.contains(&line_of(&kind, "kind = \"kn\"")), "{error}");
    assert!(error.contains("[[weights]] kind = \"kn\"") && error.contains("did you mean `knn`?"), "{error}");
    let rule = weights("kind = \"contiguity\"\nfile = \"a.geojson\"\nrule = \"queens\"");
    let error = refused("rule", &rule);
    assert!(error.contains(&line_of(&rule, "rule =")) && error.contains("did you mean `queen`?"), "{error}");
    for (kernel, write) in [
        ("inverse", "kernel = { inverse = { exponent = 1.0 } }"),
        ("gaussian", "kernel = { gaussian = { bandwidth_km = 100.0 } }"),
        ("exponential", "kernel = { exponential = { scale_km = 100.0 } }"),
    ] {
        let text = weights(&format!("kind = \"kernel\"\n\nkernel = \"{kernel}\""));
        let error = refused("kernel", &text);
        assert!(error.contains(&line_of(&text, "kernel = \"")) && error.contains(&format!("write {write}")), "{error}");
    }
    let text = weights("kind = \"kernel\"\nkernel = \"gausian\"");
    let error = refused("kernel-slip", &text);
    assert!(error.contains(&line_of(&text, "kernel = \"")) && error.contains("did you mean `gaussian`?"), "{error}");
}

#[test]
fn an_unknown_column_of_a_formula_has_file_and_line() {
    let text = format!("{GTFP}{}", table("y ~ xx | city", "vcov = \"cluster:provnce\"\n"));
    let places = [("y ~ xx | city", "formula ="), ("y ~ x | city", "vcov =")];
    for (formula, part) in places {
        let text = text.replace("y ~ xx | city", formula);
        let line = line_of(&text, part);
        let error = refused("formula", &text);
        assert!(error.contains("unknown column") && error.contains("study.toml`") && error.contains(&line), "{error}");
        let folder = folder("placed-check");
        std::fs::write(folder.join("data.csv"), DATA).unwrap();
        let checked = check_file(&study(&folder, &format!("{HEAD}{text}")));
        assert!(
            checked.sentences().iter().any(|sentence| sentence.contains("study.toml`") && sentence.contains(&line)),
            "{checked:?}"
        );
    }
    // Columns that steps stand for are counted as they are shown.
    let steps = "[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x | city\"\nstepwise = [\"1\", \"+ z\"]\n\
                 [[table.column]]\nformula = \"y ~ zz | city\"\n";
    let error = refused("steps", steps);
    assert!(error.contains("column (3)") && error.contains(&line_of(steps, "formula = \"y ~ zz")), "{error}");
    let descriptives = "[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"gpd\"]\n";
    let error = refused("variables", descriptives);
    assert!(error.contains(&line_of(descriptives, "variables =")), "{error}");
}
