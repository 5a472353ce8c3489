//! Column names from one or several header rows.

use crate::error::{Error, Result};
use crate::number::trim;
use crate::remedy::{Remedy, listed};
use std::collections::BTreeMap;

/// The names of a header.
#[derive(Debug)]
pub(crate) struct Header {
    /// One name per column, each once; a column without a name that holds nothing is left to the caller: it comes as an empty name.
    pub(crate) names: Vec<String>,
    /// Names that stand twice, and what to do where one of them is used.
    pub(crate) left_out: BTreeMap<String, String>,
}

/// Names of the columns from header rows, each as wide as the widest.
///
/// With several rows the parts are joined by `_`; an empty cell of any row but the last repeats its left neighbour,
/// as merged cells read. Columns of one name are called `name (column 3)`, so that none is taken for the other.
///
/// # Errors
/// [`Error::Read`] for a header without any name.
pub(crate) fn names(file: &str, rows: &[Vec<String>]) -> Result<Header> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); width];
    for (r, row) in rows.iter().enumerate() {
        let mut left = String::new();
        for (c, part) in parts.iter_mut().enumerate() {
            let cell = clean(row.get(c).map_or("", String::as_str));
            if !cell.is_empty() {
                left.clone_from(&cell);
            }
            let text = if r + 1 < rows.len() && cell.is_empty() { left.clone() } else { cell };
            // A vertically merged cell says the same twice.
            if !text.is_empty() && part.last() != Some(&text) {
                part.push(text);
            }
        }
    }
    let mut names: Vec<String> = parts.into_iter().map(|part| part.join("_")).collect();
    if names.iter().all(String::is_empty) {
        let reason = "the header row is empty; set `skip_rows` if titles stand above it".to_owned();
        return Err(Error::Read { file: file.to_owned(), reason });
    }
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        places.entry(name).or_default().push(i);
    }
    let twice: Vec<(String, Vec<usize>)> = places
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| (name.to_owned(), places))
        .collect();
    let mut left_out = BTreeMap::new();
    for (name, places) in twice {
        for &place in &places {
            let mut numbered = format!("{name} (column {})", place + 1);
            while names.contains(&numbered) {
                numbered.push('\'');
            }
            names[place] = numbered;
        }
        left_out.insert(name.clone(), stands_twice(&name, &places, &names));
    }
    Ok(Header { names, left_out })
}

/// What to say where a name is used that several columns have.
fn stands_twice(name: &str, places: &[usize], names: &[String]) -> String {
    let [first, second] = [places[0], places[1]];
    // As the merged cell above two columns reads.
    let hint = if second == first + 1 { "; if a second header row tells them apart, `header_rows = 2`" } else { "" };
    let rename = Remedy::table("rename", &[(name, &names[first])]);
    format!(
        "column name `{name}` stands twice in the header (columns {} and {}); {} takes the first{hint}",
        first + 1,
        second + 1,
        listed(&[rename])
    )
}

/// A header cell on one line, without surrounding blanks.
fn clean(cell: &str) -> String {
    let cell = trim(cell);
    if cell.contains(['\n', '\r']) { cell.split_whitespace().collect::<Vec<_>>().join(" ") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn merged_headers_are_repeated() {
        let rows = [row(&["城市", "GDP", "", "人口", ""]), row(&["城市", "2013", "2014", "2013", "2014"])];
        assert_eq!(names("t", &rows).expect("valid").names, ["城市", "GDP_2013", "GDP_2014", "人口_2013", "人口_2014"]);
    }

    #[test]
    fn a_name_twice_is_neither_column() {
        let header = names("t.csv", &[row(&["a", "b", "a"])]).expect("valid");
        assert_eq!(header.names, ["a (column 1)", "b", "a (column 3)"]);
        assert_eq!(
            header.left_out["a"],
            "column name `a` stands twice in the header (columns 1 and 3); `rename = { a = \"a (column 1)\" }` takes the first"
        );
        let header = names("t.csv", &[row(&["a", "b", "b"])]).expect("valid");
        assert!(header.left_out["b"].ends_with("if a second header row tells them apart, `header_rows = 2`"));
    }
}
