//! What stands around the table in a file: units below the header, dimensions that share a column.

use super::table::RawTable;
use crate::column::{Column, TextColumn};
use crate::diagnostics::Diagnostic;
use crate::error::Result;
use crate::number::{is_missing_token, trim};
use crate::numerals::{Numerals, Reading};

/// Rows at the top by which the layout of a file is told.
pub(crate) const LOOK: usize = 50;

/// Whether the row below the header holds units: no number, and words only where every row below has a number or
/// nothing.
pub(crate) fn is_units_row<S: AsRef<str>>(first: &[S], below: &[Vec<String>], numerals: &Numerals) -> bool {
    let is_unit = |(c, cell): (usize, &S)| {
        let text = trim(cell.as_ref());
        if text.is_empty() || is_missing_token(text, &numerals.missing) {
            return None;
        }
        let lower = text.to_lowercase();
        if ["单位", "计量单位", "unit", "units"].contains(&lower.as_str()) {
            return None;
        }
        let readings = || below.iter().filter_map(|row| row.get(c)).map(|cell| numerals.read(cell));
        let numbers = readings().filter(|reading| matches!(reading, Reading::Number(..))).count();
        Some(numbers > 0 && numerals.read(text) == Reading::Text && readings().all(|reading| reading != Reading::Text))
    };
    let mut units = first.iter().enumerate().filter_map(is_unit).peekable();
    below.len() >= 2 && units.peek().is_some() && units.all(|unit| unit)
}

/// The remark about a row of units that was left out.
pub(crate) fn units_remark<S: AsRef<str>>(file: &str, row: &[S]) -> Diagnostic {
    let units: Vec<&str> = row.iter().map(|cell| trim(cell.as_ref())).filter(|cell| !cell.is_empty()).collect();
    let message = format!(
        "`{file}`: the row below the header ({}) holds units and was left out; `units_row = false` keeps it",
        crate::suggest::some(&units)
    );
    Diagnostic::note("units-row", message)
}

/// The names that a first column has together: `freq,unit,geo\TIME_PERIOD`, as Eurostat writes it, or `geo\time`.
pub(crate) fn composite(name: &str) -> Option<Vec<&str>> {
    let (names, of_columns) = name.split_once('\\')?;
    let parts: Vec<&str> = names.split(',').map(trim).collect();
    let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c));
    (parts.iter().all(plain) && plain(&trim(of_columns))).then_some(parts)
}

impl RawTable {
    /// Splits a first column that holds several dimensions, with a remark.
    pub(crate) fn split_composite(&mut self) {
        let Some(name) = self.names.first().cloned() else { return };
        let (Some(parts), Column::Text(text)) = (composite(&name), &self.columns[0]) else { return };
        let labels: Vec<Vec<&str>> = text.labels().iter().map(|label| label.split(',').map(trim).collect()).collect();
        let fits = labels.iter().all(|label| label.len() == parts.len());
        if !fits || parts.iter().any(|part| self.names[1..].iter().any(|known| known == part)) {
            return;
        }
        let column = |part: usize| {
            let cells = text.codes().iter().map(|&code| labels.get(code as usize).map(|label| label[part]));
            TextColumn::new(&cells.collect::<Vec<_>>())
        };
        let columns: Vec<TextColumn> = (0..parts.len()).map(column).collect();
        let (n, file) = (parts.len(), self.file.clone());
        let remark = format!("`{file}`: the first column, `{name}`, was split into {}", parts.join(", "));
        self.diagnostics.push(Diagnostic::note("first-column-split", remark));
        let parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
        // What is kept by place moves along.
        let moved = |i: usize| if i == 0 { None } else { Some(i + n - 1) };
        self.written =
            std::mem::take(&mut self.written).into_iter().filter_map(|(i, v)| Some((moved(i)?, v))).collect();
        self.dropped =
            std::mem::take(&mut self.dropped).into_iter().filter_map(|(i, v)| Some((moved(i)?, v))).collect();
        self.names.splice(0..1, parts);
        self.labels.splice(0..1, vec![String::new(); n]);
        self.columns.splice(0..1, columns.into_iter().map(Column::Text));
    }

    /// Gives each empty cell of a column the value of the cell above.
    ///
    /// # Errors
    /// [`crate::Error::UnknownColumn`].
    pub fn fill_down(&mut self, name: &str) -> Result<()> {
        fn below<T: Clone>(cells: &mut [T], is_missing: impl Fn(&T) -> bool) {
            for row in 1..cells.len() {
                if is_missing(&cells[row]) {
                    cells[row] = cells[row - 1].clone();
                }
            }
        }
        fn text_below(text: &TextColumn) -> TextColumn {
            let mut codes = text.codes().to_vec();
            below(&mut codes, |&code| code == TextColumn::MISSING);
            TextColumn::from_codes(codes, text.labels().to_vec()).unwrap_or_default()
        }
        let i = self.index(name)?;
        match &mut self.columns[i] {
            Column::Float(values) => below(values.make_mut(), |value| value.is_nan()),
            Column::Text(text) => *text = text_below(text),
        }
        if let Some(written) = self.written.get_mut(&i) {
            *written = text_below(written);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{ReadOptions, read_bytes};

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
    }

    #[test]
    fn units_are_words_above_numbers() {
        let below = rows(&[&["甲", "2013", "1", "2"], &["乙", "2013", "--", "3"]]);
        let is_units = |first: &[&str]| is_units_row(first, &below, &Numerals::default());
        assert!(is_units(&["", "", "万元", "%"]) && is_units(&["单位", "", "", "亿元"]));
        for row in [["丙", "2013", "1", "2"], ["丙", "", "暂无", "暂无"], ["", "", "", ""], ["", "2014", "万元", ""]]
        {
            assert!(!is_units(&row), "{row:?}");
        }
        assert!(!is_units_row(&["", "", "万元", "%"], &below[..1], &Numerals::default()), "one row shows too little");
    }

    #[test]
    fn a_first_column_of_several_dimensions_is_split() {
        let text = "freq,unit,geo\\TIME_PERIOD\t2013 \t2014 \nA,MIO,AT\t1 e\t: c\nA,MIO,BE\t3\t4\n";
        let table = read_bytes("e.tsv", text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!(table.names(), ["freq", "unit", "geo", "2013", "2014"]);
        assert_eq!(table.key_text("geo").unwrap().labels(), ["AT", "BE"]);
        let Column::Float(last) = table.column("2014").unwrap() else { panic!("numbers") };
        assert!(last[0].is_nan() && last[1] == 4.0);
        assert_eq!(table.column("2013").unwrap(), &Column::from(vec![1.0, 3.0]));
        assert_eq!(table.key_text("2013").unwrap().get(0), Some("1 e"), "what was written is kept for keys");
        assert!(composite("a,b\\").is_none() && composite("C:\\dir\\x").is_none() && composite("geo\\time").is_some());
        let only = ReadOptions { columns: Some(vec!["2014".into(), "geo".into()]), ..ReadOptions::default() };
        assert_eq!(read_bytes("e.tsv", text.as_bytes(), &only).unwrap().names(), ["2014", "geo"]);
    }

    #[test]
    fn empty_cells_take_the_value_above() {
        let options = ReadOptions { fill_down: vec!["city".into(), "code".into()], ..ReadOptions::default() };
        let text = "city,code,x\n,01,0\n甲,02,1\n,,2\n乙,03,\n";
        let table = read_bytes("d.csv", text.as_bytes(), &options).unwrap();
        let city = table.key_text("city").unwrap();
        assert_eq!((0..4).map(|row| city.get(row)).collect::<Vec<_>>(), [None, Some("甲"), Some("甲"), Some("乙")]);
        assert_eq!(table.key_text("code").unwrap().get(2), Some("02"));
        assert!(table.column("x").unwrap().is_missing(3), "only where it is asked for");
    }
}
