//! Separators that tables of text rarely have: full-width commas and semicolons, and blanks that align the columns.

use super::shape::{are_parted_by_blanks, skip_lines};
use crate::io::layout::LOOK;
use crate::io::options::ReadOptions;
use crate::number::trim;
use std::borrow::Cow;

/// Full-width signs, and the usual ones that they stand for.
const WIDE: [(char, &str); 2] = [('，', ","), ('；', ";")];

/// A text with usual separators in the place of rare ones, line by line, and what to say about it; the text as it is where it
/// has usual ones, or where the user says which.
pub(super) fn usual<'a>(text: Cow<'a, str>, options: &ReadOptions) -> (Cow<'a, str>, Option<String>) {
    let (body, _) = skip_lines(&text, options.skip_rows);
    let top: Vec<&str> = body.lines().filter(|line| !trim(line).is_empty()).take(LOOK).collect();
    if options.delimiter.is_some() || top.len() < 2 || top.iter().any(|line| line.contains([',', ';', '\t', '|'])) {
        return (text, None);
    }
    let counts = |sign: char| top.iter().map(move |line| line.matches(sign).count());
    let even = |sign: char| counts(sign).next().is_some_and(|first| first > 0 && counts(sign).all(|n| n == first));
    if let Some((wide, plain)) = WIDE.into_iter().find(|(wide, _)| even(*wide)) {
        let remark = format!("cells are separated by `{wide}`, the full-width form of `{plain}`");
        return (text.replace(wide, plain).into(), Some(remark));
    }
    // Blanks within quotes belong to a cell.
    if !body.contains('"') && !are_parted_by_blanks(body) {
        let one = |lines: &[&str]| lines.iter().map(|line| parted_once(line) + "\n").collect::<String>();
        if are_parted_by_blanks(&one(&top)) {
            let lines: Vec<&str> = text.lines().collect();
            return (one(&lines).into(), Some("cells are separated by several blanks".to_owned()));
        }
    }
    (text, None)
}

/// A line whose words are parted by one blank each.
fn parted_once(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::column::Column;
    use crate::io::{ReadOptions, read_bytes};

    fn x(text: &str) -> Result<Vec<f64>, Vec<String>> {
        let table = read_bytes("a.txt", text.as_bytes(), &ReadOptions::default()).unwrap();
        match table.column("x") {
            Ok(Column::Float(values)) if table.diagnostics().iter().any(|remark| remark.code == "separators") => {
                Ok(values.to_vec())
            }
            _ => Err(table.names().to_vec()),
        }
    }

    #[test]
    fn rare_separators_are_read_as_usual_ones() {
        assert_eq!(x("城市，年份，x\n甲，2013，1.5\n乙，2013，2\n"), Ok(vec![1.5, 2.0]));
        assert_eq!(x("城市；年份；x\n甲；2013；1.5\n乙；2013；2\n"), Ok(vec![1.5, 2.0]));
        assert_eq!(x("  city   year     x\n   a    2013   1.5\n  bb    2013     2\n"), Ok(vec![1.5, 2.0]));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        // Commas between the words of a cell, and a place with a blank in its name.
        assert!(x("城市,x\n甲，乙,1\n丙，丁,2\n").is_err());
        assert_eq!(x("城市，x\n甲，1，2\n乙，3\n"), Err(vec!["城市，x".to_owned()]));
        assert_eq!(x("city   year\nNew  York\n"), Err(vec!["city   year".to_owned()]));
        let told = ReadOptions { delimiter: Some('，'), ..ReadOptions::default() };
        assert!(read_bytes("a.txt", "a，b\n1，2\n".as_bytes(), &told).is_err());
    }
}
