//! A snapshot as cells with a row and a column name, whatever it is written in.
//!
//! | text | row | column |
//! |---|---|---|
//! | Markdown table | first cell; under an empty one, the row above | header |
//! | table of words | first word | word of the first line |
//! | CSV | first cell | header |
//! | a sentence with numbers | words before its first number | words before (or after) the number |
//!
//! Notes below a table (from a line that begins with `Notes` or 注 to the next table) are prose, word for word.

use std::collections::BTreeMap;

/// A place in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Row label.
    pub(super) row: String,
    /// Which of the rows with this label, from 0.
    pub(super) nth: usize,
    /// Column label.
    pub(super) column: String,
}

/// What a snapshot holds, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// The `description` of its header.
    pub(super) title: Option<String>,
    /// Cells.
    pub(super) cells: Vec<(Place, String)>,
    /// Lines that are neither table rows nor hold a number, notes, and sentences with their numbers masked.
    pub(super) prose: Vec<String>,
}

/// Reads a snapshot.
pub(super) fn read(text: &str) -> Contents {
    let (title, body) = split_header(text);
    let mut contents = Contents { title, ..Contents::default() };
    // Numbers of a drawing or of markup mean nothing one by one.
    if body.trim_start().starts_with('<') {
        contents.prose = body.lines().map(str::to_owned).collect();
        return contents;
    }
    let mut rows = Rows::default();
    let lines: Vec<&str> = body.lines().collect();
    let blanks = word_table(&lines);
    let commas = !blanks && csv_table(&lines);
    let mut header: Option<Vec<String>> = None;
    let mut notes = false;
    for line in &lines {
        notes = !line.starts_with('|') && (notes || line.starts_with("Notes") || line.starts_with('注'));
        if notes {
            header = None;
            if !line.trim().is_empty() {
                contents.prose.push((*line).to_owned());
            }
        } else if line.starts_with('|') {
            let cells = markdown_cells(line);
            if cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'))) {
                continue;
            }
            match &header {
                None => header = Some(columns(cells)),
                Some(header) => rows.table_row(&mut contents, header, &cells),
            }
        } else if blanks || commas {
            let cells: Vec<String> = match commas {
                true => line.split(',').map(|cell| cell.trim().to_owned()).collect(),
                false => line.split_whitespace().map(str::to_owned).collect(),
            };
            match &header {
                None => header = Some(columns(cells)),
                Some(header) => rows.table_row(&mut contents, header, &cells),
            }
        } else {
            header = None;
            rows.sentence(&mut contents, line);
        }
    }
    contents
}

/// Description and body of a snapshot file.
pub(super) fn split_header(text: &str) -> (Option<String>, &str) {
    let (header, body) = parts(text);
    (header.and_then(|header| key(header, "description")), body)
}

/// The test file that made a snapshot, as its header says.
pub(super) fn source(text: &str) -> Option<String> {
    parts(text).0.and_then(|header| key(header, "source"))
}

/// Header, where there is one, and body.
fn parts(text: &str) -> (Option<&str>, &str) {
    let split = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    split.map_or((None, text), |(header, body)| (Some(header), body))
}

fn key(header: &str, name: &str) -> Option<String> {
    let value = header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    value.map(|value| value.trim().trim_matches('"').to_owned())
}

/// Header names; equal ones are numbered.
fn columns(cells: Vec<String>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    cells
        .into_iter()
        .map(|name| {
            let name = name.replace("<br>", " ");
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name} #{count}") }
        })
        .collect()
}

fn markdown_cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Lines of equally many words under a line without a number.
fn word_table(lines: &[&str]) -> bool {
    let width = |line: &str| line.split_whitespace().count();
    let [header, rows @ ..] = lines else { return false };
    let named = header.split_whitespace().all(|word| number(word).is_none() && !word.ends_with(':'));
    let cells =
        |line: &&str| width(line) == width(header) && line.split_whitespace().skip(1).any(|w| number(w).is_some());
    named && width(header) > 2 && !rows.is_empty() && rows.iter().all(cells)
}

/// Lines of equally many commas under a line without a number.
fn csv_table(lines: &[&str]) -> bool {
    let [header, rows @ ..] = lines else { return false };
    let commas = header.matches(',').count();
    let named = header.split(',').all(|cell| number(cell).is_none());
    let fits = rows.iter().all(|row| row.matches(',').count() == commas && !row.contains('"'));
    commas > 0 && named && !rows.is_empty() && fits
}

/// Counts rows of one label.
#[derive(Debug, Default)]
struct Rows {
    seen: BTreeMap<String, usize>,
    last: String,
}

impl Rows {
    /// A row's label and its number among equals. A row without a label belongs to the one above.
    fn place(&mut self, label: &str) -> (String, usize) {
        let label = if label.is_empty() { format!("{} (below)", self.last) } else { label.to_owned() };
        if !label.ends_with(" (below)") {
            self.last.clone_from(&label);
        }
        let count = self.seen.entry(label.clone()).or_default();
        *count += 1;
        (label, *count - 1)
    }

    fn table_row(&mut self, contents: &mut Contents, header: &[String], cells: &[String]) {
        let (row, nth) = self.place(cells.first().map_or("", String::as_str));
        for (j, cell) in cells.iter().enumerate().skip(1) {
            let column = header.get(j).cloned().unwrap_or_else(|| format!("column {}", j + 1));
            contents.cells.push((Place { row: row.clone(), nth, column }, cell.clone()));
        }
    }

    /// A line with numbers gives a cell each and, with the numbers masked, a line of prose.
    fn sentence(&mut self, contents: &mut Contents, line: &str) {
        let tokens: Vec<&str> = line.split_whitespace().collect();
        let places: Vec<usize> = (0..tokens.len()).filter(|&i| number(tokens[i]).is_some()).collect();
        if tokens.is_empty() {
            return;
        }
        let masked: Vec<&str> = tokens.iter().map(|word| if number(word).is_some() { "#" } else { word }).collect();
        contents.prose.push(masked.join(" "));
        let Some(&first) = places.first() else { return };
        let plain = |tokens: &[&str]| {
            let joined = tokens.join(" ");
            joined
                .trim_matches(|c: char| matches!(c, ':' | ',' | ';' | '·' | '(' | ')') || c.is_whitespace())
                .to_owned()
        };
        let colon = tokens[..first].iter().position(|word| word.ends_with(':'));
        let label = plain(&tokens[..colon.map_or(first, |colon| colon + 1)]);
        let (row, nth) = self.place(if label.is_empty() { "line" } else { &label });
        let ends = |word: &&str| *word == "·" || word.ends_with(';');
        let mut column = String::new();
        for (k, &i) in places.iter().enumerate() {
            let start = if k == 0 { colon.map_or(first, |colon| colon + 1) } else { places[k - 1] + 1 };
            let cut = tokens[start..i].iter().rposition(ends).map_or(start, |place| start + place + 1);
            let before = plain(&tokens[cut..i]);
            let end = places.get(k + 1).copied().unwrap_or(tokens.len());
            let clause = tokens[i + 1..end].iter().position(ends).map_or(end, |place| i + 2 + place);
            let after = plain(&tokens[i + 1..clause]);
            column = match (before.is_empty(), after.is_empty()) {
                (false, _) => before,
                (true, _) if k == 0 && colon.is_none() => "value".to_owned(),
                (true, false) => after,
                (true, true) => format!("{column}, next"),
            };
            contents.cells.push((Place { row: row.clone(), nth, column: column.clone() }, tokens[i].to_owned()));
        }
    }
}

/// A printed number: its value and its stars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Printed {
    /// Value.
    pub(super) value: f64,
    /// Number of stars.
    pub(super) stars: usize,
}

/// Reads `-0.018**`, `(0.008)`, `2,232` or `52`, punctuation after it allowed.
pub(super) fn number(word: &str) -> Option<Printed> {
    let word = word.trim_end_matches([',', ';', '.', ':']);
    let word = word.strip_prefix(['(', '[']).map_or(word, |rest| rest.trim_end_matches([')', ']', ',']));
    let digits = word.trim_end_matches('*');
    let stars = word.len() - digits.len();
    let plain = digits.replace('−', "-").replace(',', "");
    if !plain.contains(|c: char| c.is_ascii_digit()) || plain.contains(|c: char| c.is_ascii_alphabetic() && c != 'e') {
        return None;
    }
    plain.parse().ok().map(|value| Printed { value, stars })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<String> {
        read(text).cells.into_iter().map(|(p, cell)| format!("{}|{}|{}|{cell}", p.row, p.nth, p.column)).collect()
    }

    #[test]
    fn markdown() {
        let text = "---\ndescription: \"Table 2: baseline\"\n---\n| Variable | (1)<br>Gtfp |\n|:---|:-:|\n| Va | -0.018** |\n| | (0.008) |\n";
        assert_eq!(read(text).title.as_deref(), Some("Table 2: baseline"));
        assert_eq!(cells(text), ["Va|0|(1) Gtfp|-0.018**", "Va (below)|0|(1) Gtfp|(0.008)"]);
    }

    #[test]
    fn words_and_commas() {
        assert_eq!(cells("column n mean\nva 2232 0.84\n"), ["va|0|n|2232", "va|0|mean|0.84"]);
        assert_eq!(cells("term,b\nVa,1.5\n"), ["Va|0|b|1.5"]);
    }

    #[test]
    fn sentences() {
        assert_eq!(
            cells("low: at 0.15 slope -0.02 t -2.29\n"),
            ["low|0|at|0.15", "low|0|slope|-0.02", "low|0|t|-2.29"]
        );
        assert_eq!(cells("turning point 1.59 se 0.28"), ["turning point|0|value|1.59", "turning point|0|se|0.28"]);
        assert_eq!(
            cells("Published: 203 numbers · 52 same digits; stars: 44 of 52"),
            ["Published|0|numbers|203", "Published|0|same digits|52", "Published|0|stars|44", "Published|0|of|52"],
        );
        assert_eq!(read("shape u\n").prose, ["shape u"]);
    }

    #[test]
    fn notes_are_prose() {
        let text = "| v | (1) |\n|:--|:-:|\n| Va | 1.5 |\n\nNotes: clustered by city (279 clusters).\n* p < 0.1\n\n| v | (2) |\n|:--|:-:|\n| Va | 2.5 |\n注：聚类到城市（279 个聚类）。\n";
        assert_eq!(cells(text), ["Va|0|(1)|1.5", "Va|1|(2)|2.5"]);
        assert_eq!(
            read(text).prose,
            ["Notes: clustered by city (279 clusters).", "* p < 0.1", "注：聚类到城市（279 个聚类）。"]
        );
    }

    #[test]
    fn headers() {
        let text = "---\nsource: tests/it/support.rs\ndescription: \"Table 2: baseline\"\n---\nbody\n";
        assert_eq!(split_header(text), (Some("Table 2: baseline".to_owned()), "body\n"));
        assert_eq!(source(text).as_deref(), Some("tests/it/support.rs"));
        assert_eq!((split_header("body"), source("body")), ((None, "body"), None));
    }

    #[test]
    fn numbers() {
        assert_eq!(number("-0.018**"), Some(Printed { value: -0.018, stars: 2 }));
        assert_eq!(number("(0.008)").map(|n| n.value), Some(0.008));
        assert_eq!(number("2,232").map(|n| n.value), Some(2232.0));
        assert_eq!(number("8.1e-3").map(|n| n.value), Some(0.0081));
        assert!(number("R2").is_none() && number("D13").is_none() && number("–").is_none() && number("e").is_none());
    }
}
