//! How a file is to be read.

use crate::numerals::Percent;
use serde::{Deserialize, Serialize};

/// Choices of a reader; the default reads an ordinary file with one header row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// Character encoding of text files and of old Stata files (`utf-8`, `gb18030`, `gbk`, …). Without it: a
    /// byte-order mark decides, then valid UTF-8, then what the bytes look like: GB18030, Big5 or Windows-1252, with a
    /// remark.
    pub encoding: Option<String>,
    /// Field separator of text files. Without it: a tab in `.tsv` and `.tab` whose header has one or no other, else the most
    /// frequent of comma, tab and semicolon in the header, their full-width forms, or blanks where nothing else separates.
    pub delimiter: Option<char>,
    /// Sheet of a workbook; without it the first sheet that holds anything.
    pub sheet: Option<String>,
    /// Rows above the header (titles, notes) to pass over.
    pub skip_rows: usize,
    /// Header rows; two and more are joined by `_`, merged cells repeated.
    pub header_rows: usize,
    /// Columns read as text even if every cell looks like a number (codes such as `0012`). In them only an empty cell and
    /// the texts of [`ReadOptions::missing`] are missing: `NA` may be Namibia.
    pub text: Vec<String>,
    /// Further texts that stand for a missing value, beside [`crate::number::MISSING_TOKENS`].
    pub missing: Vec<String>,
    /// Decimal sign, `,` or `.`. Without it what the columns say together; in files with semicolons between fields the
    /// comma, where they say nothing.
    pub decimal: Option<char>,
    /// What a percent sign means. Without it signs are left out where a whole column has them, with a remark.
    pub percent: Option<Percent>,
    /// Texts to take out of cells before they are read as numbers: units, currency signs, footnote marks.
    pub strip: Vec<String>,
    /// Columns in which an empty cell has the value of the cell above, as where a merged cell names a group of rows; by
    /// their names in the file.
    pub fill_down: Vec<String>,
    /// Whether the row below the header holds units. Without it such a row is told by its content, with a remark.
    pub units_row: Option<bool>,
    /// Columns to keep; without it all.
    pub columns: Option<Vec<String>>,
    /// Whether columns of [`ReadOptions::columns`] that are not there are passed over; without it they are an error.
    pub where_there: bool,
    /// Whether labelled Stata values become their labels; without it they stay codes.
    pub value_labels: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: None,
            sheet: None,
            skip_rows: 0,
            header_rows: 1,
            text: Vec::new(),
            missing: Vec::new(),
            decimal: None,
            percent: None,
            strip: Vec::new(),
            fill_down: Vec::new(),
            units_row: None,
            columns: None,
            where_there: false,
            value_labels: false,
        }
    }
}
