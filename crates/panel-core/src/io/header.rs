//! Column names from one or several header rows.

use crate::error::{Error, Result};
use crate::number::trim;

/// Names of the columns from header rows, each as wide as the widest.
///
/// With several rows the parts are joined by `_`; an empty cell of any row but the last repeats its left neighbour,
/// as merged cells read. Columns without a name that hold nothing are left to the caller: they come as empty names.
///
/// # Errors
/// [`Error::Read`] for a header without any name and for a name that stands twice.
pub(crate) fn names(file: &str, rows: &[Vec<String>]) -> Result<Vec<String>> {
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
    let names: Vec<String> = parts.into_iter().map(|part| part.join("_")).collect();
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    if names.iter().all(String::is_empty) {
        return Err(fail("the header row is empty; set `skip_rows` if titles stand above it".into()));
    }
    for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if let Some(first) = names[..i].iter().position(|known| known == name) {
            // As the merged cell above two columns reads.
            let hint = if i == first + 1 { "; if a second header row tells them apart, `header_rows = 2`" } else { "" };
            return Err(fail(format!(
                "column name `{name}` stands twice in the header (columns {} and {}){hint}",
                first + 1,
                i + 1
            )));
        }
    }
    Ok(names)
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
        assert_eq!(names("t", &rows).expect("valid"), ["城市", "GDP_2013", "GDP_2014", "人口_2013", "人口_2014"]);
    }

    #[test]
    fn a_name_twice_is_an_error() {
        let error = names("t.csv", &[row(&["a", "b", "a"])]).unwrap_err().to_string();
        assert!(error.ends_with("`a` stands twice in the header (columns 1 and 3)"), "{error}");
        let error = names("t.csv", &[row(&["a", "b", "b"])]).unwrap_err().to_string();
        assert!(
            error.ends_with("(columns 2 and 3); if a second header row tells them apart, `header_rows = 2`"),
            "{error}"
        );
    }
}
