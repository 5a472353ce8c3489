//! What to write in a `[[source]]` whose columns are not called as the study expects.

use panel_core::io::{RawTable, ReadOptions, Source, row_with};
use panel_core::{Diagnostic, Error, suggest};
use std::collections::{BTreeSet, HashSet};

/// The message of an error about a file; one about a column that another row names says which row is the header.
pub(super) fn wrong_header(error: Error, file: &str, bytes: &[u8], options: &ReadOptions) -> String {
    let Error::UnknownColumn { column, available, .. } = &error else { return error.to_string() };
    match header_row(column, file, bytes, options) {
        Some(row) => format!("unknown column `{column}`{row}; the header is now {}", suggest::listing(available)),
        None => error.to_string(),
    }
}

/// In which other row than the header a name stands.
pub(super) fn header_row(name: &str, file: &str, bytes: &[u8], options: &ReadOptions) -> Option<String> {
    let skip = row_with(file, bytes, options, name)?.checked_sub(1)?;
    let joined = options.header_rows > 1;
    if skip == options.skip_rows && !joined {
        return None;
    }
    let one = if joined { ", `header_rows = 1`" } else { "" };
    Some(format!("; `{name}` stands in row {}: `skip_rows = {skip}`{one}", skip + 1))
}

/// What to try where a table has neither of the keys `wanted`.
pub(super) fn keys(table: &RawTable, wanted: &[&str]) -> String {
    let nameless = table.names().iter().filter(|name| name.starts_with("unnamed_")).count();
    if 2 * nameless > table.names().len() {
        return "; most columns have no name: if a title stands above the header, set `skip_rows`".to_owned();
    }
    let mut words: String = wanted.iter().filter_map(|name| near(table, name)).collect();
    if let Some(wide) = one_column_per_year(table) {
        words += "; ";
        words += &wide;
    }
    words
}

/// A column whose name is nearly that of a key, and how to rename it.
pub(super) fn near(table: &RawTable, key: &str) -> Option<String> {
    let names = table.names().iter().map(String::as_str);
    let near = suggest::nearest(key, names).filter(|near| *near != key)?;
    Some(format!("; did you mean `{near}`? `rename = {{ {} = {near:?} }}`", toml_key(key)))
}

/// A key of a TOML table: other than plain ASCII stands in quotes.
fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { format!("{name:?}") }
}

/// What to do where many columns are one variable in one year each.
pub(super) fn one_column_per_year(table: &RawTable) -> Option<String> {
    /// Fewer may be anything.
    const LEAST: usize = 4;
    fn stem(name: &str) -> Option<&str> {
        let digits = name.strip_suffix('年').unwrap_or(name);
        let at = digits.len().checked_sub(4).filter(|&at| digits.is_char_boundary(at))?;
        let year: i32 = digits[at..].parse().ok()?;
        (1800..2200).contains(&year).then(|| digits[..at].trim_end_matches(['_', '-', '.', ' ']))
    }
    let wide: Vec<(&String, &str)> = table.names().iter().filter_map(|name| Some((name, stem(name)?))).collect();
    let (first, known_as) = *wide.first()?;
    (wide.len() >= LEAST).then(|| {
        format!(
            "`{first}` and {} more look like one column per year; `reshape = {{ kind = \"wide-to-long\", variables = {{ name = {known_as:?} }} }}` makes one row per year",
            wide.len() - 1
        )
    })
}

/// Whether a value of a column stands in more than one row.
pub(super) fn repeats(table: &RawTable, column: &str) -> panel_core::Result<bool> {
    let text = table.key_text(column)?;
    let mut seen = HashSet::new();
    Ok((0..text.len()).filter_map(|row| text.get(row)).any(|label| !seen.insert(label)))
}

/// A remark for each column that the study looks at whose codes have labels.
pub(super) fn value_labels(source: &Source, looked_at: &BTreeSet<String>) -> Vec<Diagnostic> {
    /// Enough to see what the codes are.
    const SHOWN: usize = 4;
    let table = &source.table;
    let is_used = |name: &&String| {
        looked_at.contains(*name) || source.entity.as_ref() == Some(*name) || source.time.as_ref() == Some(*name)
    };
    let remark = |name: &String| {
        let labels = table.value_labels(name);
        let mut shown: Vec<String> =
            labels.iter().take(SHOWN).map(|(code, label)| format!("{code} = {label}")).collect();
        if labels.len() > SHOWN {
            shown.push("…".to_owned());
        }
        let words = format!(
            "`{name}` of `{}` has value labels ({}); its codes are used, `value_labels = true` takes the texts",
            table.file(),
            shown.join(", ")
        );
        (!labels.is_empty()).then(|| Diagnostic::note("value-labels", words))
    };
    table.names().iter().filter(is_used).filter_map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::io::read_bytes;

    fn table(text: &str) -> RawTable {
        read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn near_names_are_renamed() {
        let words = keys(&table("State,1982,1983,1984,1985\nAL,1,2,3,4\n"), &["state", "year"]);
        assert!(
            words.starts_with("; did you mean `State`? `rename = { state = \"State\" }`; `1982` and 3 more"),
            "{words}"
        );
        assert!(words.contains("variables = { name = \"\" }"), "{words}");
        let words = keys(&table("省份名,x\na,1\n"), &["省份", "年份"]);
        assert_eq!(words, "; did you mean `省份名`? `rename = { \"省份\" = \"省份名\" }`");
        assert_eq!(keys(&table("town,when\na,1\n"), &["city", "year"]), "");
    }

    #[test]
    fn the_row_of_the_header_is_found() {
        let text = "Deaths\nstate,year,x\nAL,1982,1\n";
        let row = |skip_rows: usize, header_rows: usize| {
            let options = ReadOptions { skip_rows, header_rows, ..ReadOptions::default() };
            header_row("state", "d.csv", text.as_bytes(), &options)
        };
        assert_eq!(row(0, 1).unwrap(), "; `state` stands in row 2: `skip_rows = 1`");
        assert_eq!(row(2, 1).unwrap(), "; `state` stands in row 2: `skip_rows = 1`");
        assert_eq!(row(1, 2).unwrap(), "; `state` stands in row 2: `skip_rows = 1`, `header_rows = 1`");
        assert_eq!(row(1, 1), None);
        assert_eq!(header_row("State", "d.csv", text.as_bytes(), &ReadOptions::default()), None);
    }

    #[test]
    fn repeats_are_found() {
        let table = table("state,year\na,1982\nb,1982\n");
        assert!(repeats(&table, "year").unwrap() && !repeats(&table, "state").unwrap());
    }
}
