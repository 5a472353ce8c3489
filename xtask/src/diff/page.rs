//! What moved between two result folders, as one page: changed lines of tables, plotted numbers and comparisons, with
//! the changed words marked.

use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files that are compared: what a reviewer reads.
const SHOWN: &[(&str, &str)] = &[("tables", ".md"), ("compare", ".md"), ("figures", ".csv"), ("", ".resolved.toml")];

/// Longest text whose lines are aligned; longer ones are only counted.
const LONGEST: usize = 3000;

const STYLE: &str = "body{font-family:system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
pre{overflow-x:auto;background:#f6f6f6;padding:.6rem;line-height:1.4}del{background:#fbe3d5;text-decoration:none}\
ins{background:#d7ecf9;text-decoration:none}.old::before{content:'− '}.new::before{content:'+ '}.same{color:#777}";

/// `diff --page BEFORE AFTER [PAGE]`: writes the page (default `before-after.html` in the current folder), prints what
/// moved.
pub(super) fn run(names: &[String]) -> Result<u8, String> {
    let [before, after, rest @ ..] = names else {
        eprintln!("`cargo xtask diff --page` needs two result folders");
        return Ok(2);
    };
    let (before, after) = (Path::new(before), Path::new(after));
    for folder in [before, after] {
        if !folder.is_dir() {
            eprintln!("`{}` is no folder", folder.display());
            return Ok(2);
        }
    }
    let page = rest.first().map_or_else(|| PathBuf::from("before-after.html"), PathBuf::from);
    let mut sections = String::new();
    let mut moved = Vec::new();
    let mut unchanged = 0;
    for name in compared(before, after) {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        let (old, new) = (read(before), read(after));
        if old == new {
            unchanged += 1;
            continue;
        }
        sections += &format!("<h2 id=\"{0}\">{0}</h2>\n{1}", escape(&name), section(&old, &new));
        moved.push(name);
    }
    let list: String = moved.iter().map(|name| format!("<li><a href=\"#{0}\">{0}</a></li>\n", escape(name))).collect();
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Before and after</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>Before and after</h1>\n\
         <p>{} of {} files moved: tables, comparisons and plotted numbers.</p>\n<ul>\n{list}</ul>\n{sections}</body>\n</html>\n",
        moved.len(),
        moved.len() + unchanged,
    );
    std::fs::write(&page, html).map_err(|error| format!("{}: {error}", page.display()))?;
    for name in &moved {
        println!("moved: {name}");
    }
    println!("{} of {} files moved; see {}", moved.len(), moved.len() + unchanged, page.display());
    Ok(0)
}

/// Names of the compared files of both folders, sorted, with `/`.
fn compared(before: &Path, after: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (folder, suffix) in SHOWN {
        for root in [before, after] {
            for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(suffix) {
                    names.insert(if folder.is_empty() { name } else { format!("{folder}/{name}") });
                }
            }
        }
    }
    names
}

fn section(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len().max(new.len()) > LONGEST {
        return format!("<p>{} lines became {}; too long to show.</p>\n", old.len(), new.len());
    }
    let mut out = String::from("<pre>");
    let mut skipped = 0;
    for change in changes(&old, &new) {
        match change {
            Change::Same(line) if line.is_empty() || skipped > 0 => skipped += 1,
            // The head of a table names its columns.
            Change::Same(line) if out.len() < 400 => {
                out += &format!("<span class=\"same\">  {}</span>\n", escape(line))
            }
            Change::Same(_) => skipped += 1,
            Change::Pair(a, b) => {
                flush(&mut out, &mut skipped);
                let (a, b) = marked(a, b);
                out += &format!("<span class=\"old\">{a}</span>\n<span class=\"new\">{b}</span>\n");
            }
            Change::Old(line) => {
                flush(&mut out, &mut skipped);
                out += &format!("<span class=\"old\"><del>{}</del></span>\n", escape(line));
            }
            Change::New(line) => {
                flush(&mut out, &mut skipped);
                out += &format!("<span class=\"new\"><ins>{}</ins></span>\n", escape(line));
            }
        }
    }
    flush(&mut out, &mut skipped);
    out + "</pre>\n"
}

fn flush(out: &mut String, skipped: &mut usize) {
    if *skipped > 0 {
        *out += &format!("<span class=\"same\">  … {skipped} unchanged</span>\n");
        *skipped = 0;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Change<'a> {
    Same(&'a str),
    Pair(&'a str, &'a str),
    Old(&'a str),
    New(&'a str),
}

/// Aligns lines; runs of changed lines are paired in order.
fn changes<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Change<'a>> {
    let mut out = Vec::new();
    for part in capture_diff_slices(Algorithm::Myers, old, new) {
        let (gone, came) = (&old[part.old_range()], &new[part.new_range()]);
        if part.tag() == DiffTag::Equal {
            out.extend(gone.iter().map(|line| Change::Same(line)));
            continue;
        }
        let shared = gone.len().min(came.len());
        out.extend(gone.iter().zip(came).map(|(a, b)| Change::Pair(a, b)));
        out.extend(gone[shared..].iter().map(|line| Change::Old(line)));
        out.extend(came[shared..].iter().map(|line| Change::New(line)));
    }
    out
}

/// Both lines with their differing words marked.
fn marked(old: &str, new: &str) -> (String, String) {
    let split = |line: &'_ str| -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        for c in line.chars() {
            let joins = !c.is_whitespace() && c != ',' && c != '|';
            match pieces.last_mut() {
                Some(last) if joins && !last.ends_with([' ', ',', '|']) => last.push(c),
                _ => pieces.push(c.to_string()),
            }
        }
        // Padding follows the width of numbers: blanks say nothing.
        pieces.retain(|word| !word.trim().is_empty());
        pieces
    };
    let (a, b) = (split(old), split(new));
    let (a_refs, b_refs): (Vec<&str>, Vec<&str>) =
        (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    let (mut left, mut right) = (String::new(), String::new());
    for change in changes(&a_refs, &b_refs) {
        match change {
            Change::Same(word) => {
                left += &format!("{} ", escape(word));
                right += &format!("{} ", escape(word));
            }
            Change::Pair(one, two) => {
                left += &format!("<del>{}</del> ", escape(one));
                right += &format!("<ins>{}</ins> ", escape(two));
            }
            Change::Old(word) => left += &format!("<del>{}</del> ", escape(word)),
            Change::New(word) => right += &format!("<ins>{}</ins> ", escape(word)),
        }
    }
    (left.trim_end().to_owned(), right.trim_end().to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_words_are_marked() {
        let (old, new) = marked("| Va | -0.018**  | (0.008) |", "| Va | -0.018*** | (0.007) |");
        assert_eq!(old, "| Va | <del>-0.018**</del> | <del>(0.008)</del> |");
        assert_eq!(new, "| Va | <ins>-0.018***</ins> | <ins>(0.007)</ins> |");
    }

    #[test]
    fn lines_are_aligned() {
        let changes = changes(&["a", "b", "c"], &["a", "x", "c", "d"]);
        assert_eq!(changes, [Change::Same("a"), Change::Pair("b", "x"), Change::Same("c"), Change::New("d")]);
    }
}
