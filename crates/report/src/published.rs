//! Numbers as a publication printed them.
//!
//! The CSV has a header with `table`, `column`, `row`, `coef`, `se`, `stars` and optionally `depvar`, `sample`, `n`,
//! `r2`, `other`; any other name is refused. `other` holds `key=value` pairs separated by `;`; a part without `=` is a
//! remark for the reader and must not end in a number. Numbers keep the digits they were printed with.

use crate::csv::CsvTable;
use crate::numfmt::Printed;
use crate::stars::parse_stars;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Columns that a file of published numbers must have.
const NEEDED: [&str; 6] = ["table", "column", "row", "coef", "se", "stars"];
/// Columns that it may have besides.
const OPTIONAL: [&str; 5] = ["depvar", "sample", "n", "r2", "other"];

/// One printed row: a coefficient with what stands around it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublishedRow {
    /// Table, such as `2`.
    pub table: String,
    /// Column, such as `(1)`.
    pub column: String,
    /// Dependent variable.
    pub depvar: String,
    /// Sample.
    pub sample: String,
    /// Row label.
    pub row: String,
    /// Coefficient (or the number of a descriptive table).
    pub coef: Option<Printed>,
    /// Standard error.
    pub se: Option<Printed>,
    /// Stars.
    pub stars: u8,
    /// Observations.
    pub n: Option<Printed>,
    /// R².
    pub r2: Option<Printed>,
    /// Further printed facts: key and text.
    pub other: Vec<(String, String)>,
}

/// Which number of a row or column a cell is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stat {
    /// Coefficient, or the number of a descriptive table.
    Coef,
    /// Standard error.
    Se,
    /// Stars.
    Stars,
    /// Observations.
    N,
    /// R².
    R2,
    /// Another statistic, by name.
    Other(String),
}

impl Stat {
    /// Its name in CSV files: `coef`, `se`, `stars`, `n`, `r2` or the name itself.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Coef => "coef",
            Self::Se => "se",
            Self::Stars => "stars",
            Self::N => "n",
            Self::R2 => "r2",
            Self::Other(name) => name,
        }
    }
}

impl std::fmt::Display for Stat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl From<&str> for Stat {
    /// The statistic of this name; any name but the five of [`Stat::name`] is another statistic.
    fn from(name: &str) -> Self {
        match name {
            "coef" => Self::Coef,
            "se" => Self::Se,
            "stars" => Self::Stars,
            "n" => Self::N,
            "r2" => Self::R2,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Where a number stands in a publication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Row; empty for what belongs to the whole column (n, R²).
    pub row: String,
    /// Which number.
    pub stat: Stat,
}

impl CellKey {
    /// A key.
    pub fn new(table: impl Into<String>, column: impl Into<String>, row: impl Into<String>, stat: Stat) -> Self {
        Self { table: table.into(), column: column.into(), row: row.into(), stat }
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "table {}, column {}", self.table, self.column)?;
        if !self.row.is_empty() {
            write!(f, ", row {}", self.row)?;
        }
        write!(f, ", {}", self.stat.name())
    }
}

/// A printed number and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Where.
    #[serde(flatten)]
    pub key: CellKey,
    /// The text as printed, with all its digits, brackets and stars.
    pub printed: String,
}

impl PublishedRow {
    /// Reads a CSV of published numbers; `what` names it in messages.
    ///
    /// # Errors
    /// [`Error::Csv`] for a malformed text, a missing, unknown or repeated column, or a number in `other` without `=`;
    /// [`Error::BadNumber`] for a cell that should hold a number or stars and holds something else.
    pub fn read_csv(text: &str, what: &str) -> Result<Vec<Self>> {
        let csv = CsvTable::parse(text, what)?;
        let fail = |line: usize, reason: String| Error::Csv { what: what.to_owned(), line, reason };
        check_names(&csv.names).map_err(|reason| fail(1, reason))?;
        csv.records
            .iter()
            .map(|(line, fields)| {
                let field = |name: &str| csv.position(name).map_or("", |i| fields[i].trim());
                let place = |name: &str| {
                    format!(
                        "{what}, line {line} (table {}, column {}, row {}), {name}",
                        field("table"),
                        field("column"),
                        field("row")
                    )
                };
                let number = |name: &str| match field(name) {
                    "" => Ok(None),
                    text => Printed::parse(text).map(Some).ok_or_else(|| Error::BadNumber {
                        place: place(name),
                        text: text.to_owned(),
                        expected: "digits with an optional sign and point, commas only between thousands".to_owned(),
                    }),
                };
                let se = number("se")?;
                if let Some(negative) = se.as_ref().filter(|se| se.value < 0.0) {
                    return Err(Error::BadNumber {
                        place: place("se"),
                        text: negative.text.clone(),
                        expected: "a standard error, which is not negative".to_owned(),
                    });
                }
                let stars = parse_stars(field("stars")).ok_or_else(|| Error::BadNumber {
                    place: place("stars"),
                    text: field("stars").to_owned(),
                    expected: "stars or nothing".to_owned(),
                })?;
                Ok(Self {
                    table: field("table").to_owned(),
                    column: field("column").to_owned(),
                    depvar: field("depvar").to_owned(),
                    sample: field("sample").to_owned(),
                    row: field("row").to_owned(),
                    coef: number("coef")?,
                    se,
                    stars,
                    n: number("n")?,
                    r2: number("r2")?,
                    other: pairs(field("other")).map_err(|reason| fail(*line, reason))?,
                })
            })
            .collect()
    }

    /// A further printed fact by its key.
    #[must_use]
    pub fn fact(&self, key: &str) -> Option<&str> {
        self.other.iter().find(|(k, _)| k == key).map(|(_, text)| text.as_str())
    }
}

/// Every needed column is there, none twice, and no other.
fn check_names(names: &[String]) -> std::result::Result<(), String> {
    let known = || NEEDED.into_iter().chain(OPTIONAL);
    for (i, name) in names.iter().enumerate() {
        if !known().any(|known| known == name) {
            let nearest = panel_core::suggest::nearest(name, known());
            let hint = nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let expected: Vec<&str> = known().collect();
            return Err(format!("unknown column `{name}`{hint}; expected {}", expected.join(", ")));
        }
        if names[..i].contains(name) {
            return Err(format!("column `{name}` stands twice"));
        }
    }
    match NEEDED.into_iter().find(|needed| !names.iter().any(|name| name == needed)) {
        Some(needed) => Err(format!("no column `{needed}`")),
        None => Ok(()),
    }
}

/// The pairs of `other`; remarks have no place to go. A remark that ends in a number is a pair whose `=` was forgotten.
fn pairs(text: &str) -> std::result::Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    for part in text.split([';', '；']).map(str::trim) {
        if let Some((key, value)) = part.split_once('=') {
            pairs.push((key.trim().to_owned(), value.trim().to_owned()));
        } else if part.rsplit([' ', '\u{3000}', ':', '：']).next().and_then(bare_number).is_some() {
            return Err(format!("`{part}` in `other`: expected `=` between the name and the number"));
        }
    }
    Ok(pairs)
}

/// Every printed number of the rows, once: coefficients, standard errors, stars (of rows with a standard error), and
/// n, R² and further numbers once per column.
///
/// Where n or R² differs between the rows of one column, each row keeps its own. Rows of one column that share their
/// label (turning points that a text prints for several samples) are told apart by `label (sample)`.
#[must_use]
pub fn published_cells(rows: &[PublishedRow]) -> Vec<Published> {
    let mut cells: Vec<Published> = Vec::new();
    for row in rows {
        let name = row_name(rows, row);
        let key = |stat| CellKey::new(&row.table, &row.column, &name, stat);
        if let Some(coef) = &row.coef {
            cells.push(Published { key: key(Stat::Coef), printed: coef.text.clone() });
        }
        if let Some(se) = &row.se {
            cells.push(Published { key: key(Stat::Se), printed: se.text.clone() });
            cells.push(Published { key: key(Stat::Stars), printed: "*".repeat(usize::from(row.stars)) });
        }
    }
    for (i, row) in rows.iter().enumerate() {
        let same_column = |other: &&PublishedRow| other.table == row.table && other.column == row.column;
        let column: Vec<&PublishedRow> = rows.iter().filter(same_column).collect();
        let first = !rows[..i].iter().any(|other| same_column(&other));
        let mut once = |stat: Stat, printed: Option<String>, shared: bool| {
            if let Some(printed) = printed
                && (first || !shared)
            {
                let name = if shared { String::new() } else { row_name(rows, row) };
                cells.push(Published { key: CellKey::new(&row.table, &row.column, name, stat), printed });
            }
        };
        let text = |printed: &Option<Printed>| printed.as_ref().map(|p| p.text.clone());
        once(Stat::N, text(&row.n), column.iter().all(|other| other.n == row.n));
        once(Stat::R2, text(&row.r2), column.iter().all(|other| other.r2 == row.r2));
        for (key, value) in &row.other {
            if bare_number(value).is_some() {
                let shared = column.iter().all(|other| other.fact(key) == Some(value.as_str()));
                once(Stat::Other(key.clone()), Some(value.clone()), shared);
            }
        }
    }
    cells
}

/// The label of a row, with its sample where the label alone stands twice in the column.
fn row_name(rows: &[PublishedRow], row: &PublishedRow) -> String {
    let same = |other: &&PublishedRow| other.table == row.table && other.column == row.column && other.row == row.row;
    if rows.iter().filter(same).count() > 1 { format!("{} ({})", row.row, row.sample) } else { row.row.clone() }
}

/// The number inside brackets and before stars: `[7.03]`, `35.6*`.
#[must_use]
pub fn bare_number(text: &str) -> Option<Printed> {
    Printed::parse(text.trim().trim_matches(|c| matches!(c, '[' | ']' | '(' | ')' | '*')))
}
