//! The parts of a table.

use super::{Cell, Value};
use crate::{Error, Result, Text};

/// A table in both languages and no particular format.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Name of its files, such as `t2`.
    pub id: String,
    /// What stands before the title, such as 表 2 / Table 2; may be empty.
    pub number: Text,
    /// Title.
    pub title: Text,
    /// Head of the stub.
    pub stub: Text,
    /// Labels over several columns, in one row above the header; may be empty.
    pub spanners: Vec<Spanner>,
    /// Header rows, each with one label per column (the stub not counted).
    pub header: Vec<Vec<Text>>,
    /// How each column is aligned; as many as there are columns.
    pub align: Vec<Align>,
    /// Rows, in groups.
    pub groups: Vec<RowGroup>,
    /// Whether thousands are separated in every number.
    pub thousands: bool,
    /// Horizontal rules.
    pub rules: Rules,
    /// Notes below the table, one paragraph each.
    pub notes: Vec<Text>,
}

/// A label over columns `first..=last` (0-based, the stub not counted).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanner {
    /// The label.
    pub label: Text,
    /// First column under it.
    pub first: usize,
    /// Last column under it.
    pub last: usize,
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Numbers: centered in journals, on the point where a format can.
    #[default]
    Number,
    /// Words, ragged right.
    Left,
    /// Words, centered.
    Center,
}

/// Rows that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowGroup {
    /// A label row above the rows, if any.
    pub label: Option<Text>,
    /// The rows.
    pub rows: Vec<Row>,
    /// A rule above the group.
    pub rule_above: Rule,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its label.
    pub stub: Text,
    /// Its cells, one per column.
    pub cells: Vec<Cell>,
    /// What kind of row it is.
    pub kind: RowKind,
}

/// What a row is to the rows around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RowKind {
    /// A row on its own.
    #[default]
    Plain,
    /// Continues the row above (a standard error under its coefficient): never parted from it by a page break.
    Below,
    /// Drawn with emphasis (a verdict that differs).
    Emphasis,
}

/// Weight of a horizontal rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// No rule.
    #[default]
    None,
    /// 0.75 pt.
    Light,
    /// 1.5 pt.
    Heavy,
}

impl Rule {
    /// Thickness in points.
    #[must_use]
    pub const fn points(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Light => 0.75,
            Self::Heavy => 1.5,
        }
    }
}

/// The rules of a table; the default is the three-line table (三线表) of Chinese journals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Above the header.
    pub top: Rule,
    /// Below the header.
    pub header: Rule,
    /// Below the last row.
    pub bottom: Rule,
}

impl Default for Rules {
    fn default() -> Self {
        Self { top: Rule::Heavy, header: Rule::Light, bottom: Rule::Heavy }
    }
}

impl Row {
    /// A plain row.
    pub fn new(stub: impl Into<Text>, cells: Vec<Cell>) -> Self {
        Self { stub: stub.into(), cells, kind: RowKind::Plain }
    }

    /// The same row with another kind.
    #[must_use]
    pub const fn kind(mut self, kind: RowKind) -> Self {
        self.kind = kind;
        self
    }
}

impl RowGroup {
    /// Rows without a label and without a rule.
    #[must_use]
    pub const fn new(rows: Vec<Row>) -> Self {
        Self { label: None, rows, rule_above: Rule::None }
    }

    /// Rows under a label.
    pub fn labelled(label: impl Into<Text>, rows: Vec<Row>) -> Self {
        Self { label: Some(label.into()), rows, rule_above: Rule::None }
    }
}

impl Table {
    /// A table with one header row and numeric columns.
    pub fn new(id: impl Into<String>, title: impl Into<Text>, stub: impl Into<Text>, header: Vec<Text>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            stub: stub.into(),
            align: vec![Align::Number; header.len()],
            header: vec![header],
            ..Self::default()
        }
    }

    /// Number of columns, the stub not counted.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.align.len()
    }

    /// Adds rows without a label.
    pub fn push_rows(&mut self, rows: Vec<Row>) {
        self.groups.push(RowGroup::new(rows));
    }

    /// Adds a note.
    pub fn push_note(&mut self, note: impl Into<Text>) {
        self.notes.push(note.into());
    }

    /// The row with this label (in either language), and its cells.
    #[must_use]
    pub fn row(&self, stub: &str) -> Option<&Row> {
        let named = |row: &&Row| crate::Lang::ALL.iter().any(|&lang| row.stub.get(lang) == stub);
        self.groups.iter().flat_map(|group| &group.rows).find(named)
    }

    /// The reasons of missing cells, each once, in order of appearance.
    #[must_use]
    pub fn missing_reasons(&self) -> Vec<&Text> {
        let mut reasons: Vec<&Text> = Vec::new();
        for cell in self.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells) {
            if let Value::Missing { reason } = &cell.value
                && !reason.is_empty()
                && !reasons.contains(&reason)
            {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// Checks that header rows, spanners and rows all fit the columns.
    ///
    /// # Errors
    /// [`Error::Shape`] naming the part that does not fit, [`Error::Specification`] for crossing spanners.
    pub fn validate(&self) -> Result<()> {
        let n = self.n_columns();
        let fits = |what: String, got: usize| {
            if got == n { Ok(()) } else { Err(Error::Shape { what, expected: n, got }) }
        };
        for (i, row) in self.header.iter().enumerate() {
            fits(format!("table `{}`, header row {}, labels", self.id, i + 1), row.len())?;
        }
        for row in self.groups.iter().flat_map(|group| &group.rows) {
            fits(format!("table `{}`, row `{}`, cells", self.id, row.stub.get(crate::Lang::En)), row.cells.len())?;
        }
        let mut next = 0;
        for spanner in &self.spanners {
            if spanner.first < next || spanner.last < spanner.first || spanner.last >= n {
                return Err(Error::Specification(format!(
                    "table `{}`: spanner `{}` covers columns {}..={} of {n}; spanners must be in order and must not cross",
                    self.id,
                    spanner.label.get(crate::Lang::En),
                    spanner.first,
                    spanner.last,
                )));
            }
            next = spanner.last + 1;
        }
        Ok(())
    }
}
