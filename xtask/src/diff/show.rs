//! The summary as Markdown.

use super::{Change, Moved, compare::Kind};
use std::fmt::Write;

/// Cells shown of one snapshot before the rest is folded away.
const SHOWN: usize = 16;

/// Lines shown of one file.
const LINES: usize = 40;

/// The page.
pub(super) fn page(moved: &[Moved], compared: usize, all: bool) -> String {
    let mut out = String::from("## Snapshots\n\n");
    if moved.is_empty() {
        out += "No snapshot moved.\n";
    } else {
        let cells = || moved.iter().flat_map(|moved| &moved.cells);
        let signs = cells().filter(|cell| cell.sign_changed()).count();
        let stars = cells().filter(|cell| cell.stars().is_some()).count();
        let _ = writeln!(
            out,
            "**{} of {compared} moved**: {}, {}, {}.",
            moved.len(),
            counted(cells().count(), "cell", "no cell"),
            counted(signs, "change of sign", "no change of sign"),
            counted(stars, "change of stars", "no change of stars"),
        );
        for snapshot in moved {
            shown(&mut out, snapshot, all);
        }
    }
    out
}

fn counted(n: usize, what: &str, none: &str) -> String {
    match n {
        0 => none.to_owned(),
        1 => format!("1 {what}"),
        n if what.starts_with("change ") => format!("{n} changes {}", &what["change ".len()..]),
        n => format!("{n} {what}s"),
    }
}

fn shown(out: &mut String, moved: &Moved, all: bool) {
    let name = moved.path.trim_end_matches(".snap");
    let title = moved.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let _ = writeln!(out, "\n### `{name}`{title}\n");
    match moved.kind {
        Kind::Added => *out += "New.\n\n",
        Kind::Removed => *out += "Gone.\n\n",
        Kind::Changed => {}
    }
    if !moved.cells.is_empty() {
        let telling = |cell: &&Change| cell.telling();
        let fold = !all && moved.cells.len() > SHOWN;
        let (shown, folded): (Vec<&Change>, Vec<&Change>) = match fold {
            false => (moved.cells.iter().collect(), Vec::new()),
            true => moved.cells.iter().partition(telling),
        };
        if !shown.is_empty() {
            table(out, &shown);
        }
        if !folded.is_empty() {
            let others = if shown.is_empty() { "" } else { "other " };
            let _ = writeln!(
                out,
                "{}<details><summary>{} {others}cells, numbers of the same sign and stars</summary>\n",
                if shown.is_empty() { "" } else { "\n" },
                folded.len()
            );
            table(out, &folded);
            *out += "\n</details>\n";
        }
    }
    if !moved.removed.is_empty() || !moved.added.is_empty() {
        if !moved.cells.is_empty() {
            out.push('\n');
        }
        lines(out, moved, all);
    }
}

fn table(out: &mut String, cells: &[&Change]) {
    *out += "| row | column | old | new | sign | stars |\n|:--|:--|--:|--:|:--|:--|\n";
    for cell in cells {
        let show =
            |text: &str| if text.is_empty() { "–".to_owned() } else { text.replace('|', "\\|").replace('*', "\\*") };
        let stars = cell.stars().map_or_else(String::new, |(old, new)| {
            let stars = |n: usize| if n == 0 { "none".to_owned() } else { "\\*".repeat(n) };
            format!("{} → {}", stars(old), stars(new))
        });
        let sign = if cell.sign_changed() { "**changed**" } else { "" };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {sign} | {stars} |",
            show(&cell.row),
            show(&cell.column),
            show(&cell.old),
            show(&cell.new)
        );
    }
}

fn lines(out: &mut String, moved: &Moved, all: bool) {
    let (removed, added) = (moved.removed.iter().map(|l| ('-', l)), moved.added.iter().map(|l| ('+', l)));
    let changed: Vec<(char, &String)> = removed.chain(added).collect();
    let shown = if all { changed.len() } else { changed.len().min(LINES) };
    *out += "```diff\n";
    for (mark, line) in &changed[..shown] {
        let _ = writeln!(out, "{mark} {line}");
    }
    if shown < changed.len() {
        let _ = writeln!(out, "# and {} more lines; `--all` shows them", changed.len() - shown);
    }
    *out += "```\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(old: &str, new: &str) -> Change {
        Change { row: "Va".into(), column: "(1)".into(), old: old.into(), new: new.into() }
    }

    fn moved(cells: Vec<Change>) -> Moved {
        let path = "tests/snapshots/table_t2.snap".into();
        let title = Some("Table 2".into());
        Moved { path, title, kind: Kind::Changed, cells, removed: Vec::new(), added: Vec::new() }
    }

    #[test]
    fn a_small_change() {
        let page = page(&[moved(vec![cell("-0.018*", "0.018**")])], 20, false);
        assert_eq!(
            page,
            "## Snapshots\n\n**1 of 20 moved**: 1 cell, 1 change of sign, 1 change of stars.\n\n\
             ### `tests/snapshots/table_t2`: Table 2\n\n| row | column | old | new | sign | stars |\n|:--|:--|--:|--:|:--|:--|\n\
             | Va | (1) | -0.018\\* | 0.018\\*\\* | **changed** | \\* → \\*\\* |\n"
        );
    }

    #[test]
    fn many_cells_are_folded_but_never_a_sign() {
        let mut cells = vec![cell("0.1", "0.2"); 40];
        cells.push(cell("0.1", "-0.1"));
        let page = page(&[moved(cells)], 20, false);
        let (open, folded) = page.split_once("<details>").expect("folded");
        assert!(open.contains("**changed**") && folded.contains("40 other cells"));
        assert_eq!(super::page(&[], 20, false), "## Snapshots\n\nNo snapshot moved.\n");
    }

    #[test]
    fn a_lost_coefficient_is_never_folded() {
        let mut cells = vec![cell("0.1", "0.2"); 40];
        cells.push(cell("0.3***", ""));
        let page = page(&[moved(cells)], 20, false);
        assert!(page.split("<details>").next().is_some_and(|open| open.contains("| 0.3\\*\\*\\* | – |")), "{page}");
    }

    #[test]
    fn a_new_table_is_shown() {
        let mut new = moved(Vec::new());
        new.kind = Kind::Added;
        new.added = vec!["| Va | 1.5 |".to_owned()];
        assert!(page(&[new], 1, false).contains("New.\n\n```diff\n+ | Va | 1.5 |\n```\n"));
    }
}
