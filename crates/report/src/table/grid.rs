//! A table resolved into one language: lines of text that a renderer only has to escape and place.

use super::{Align, RowKind, Rule, Table};
use crate::{Lang, Result, numfmt};

/// A table in one language, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Number and title.
    pub(crate) caption: String,
    /// Columns, the stub counted.
    pub(crate) n_columns: usize,
    /// Header rows from top to bottom; each covers all columns.
    pub(crate) header: Vec<Vec<HeaderCell>>,
    /// Body lines from top to bottom.
    pub(crate) lines: Vec<Line>,
    /// Alignment of every column, the stub first.
    pub(crate) align: Vec<TextAlign>,
    /// Rule above the header, below it, and below the last line.
    pub(crate) rules: (Rule, Rule, Rule),
    /// Notes; the first begins with 注： or Notes:.
    pub(crate) notes: Vec<String>,
}

/// Alignment in a format that knows left and center.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextAlign {
    /// Left.
    Left,
    /// Center.
    Center,
}

/// A label over one or more columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderCell {
    /// The label, may be empty.
    pub(crate) text: String,
    /// Number of columns under it.
    pub(crate) span: usize,
    /// Whether it is a spanner that carries a short rule of its own.
    pub(crate) underlined: bool,
}

/// A line of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// A label across all columns.
    Group {
        /// The label.
        label: String,
        /// Rule above.
        rule_above: Rule,
    },
    /// A row.
    Row {
        /// Its label; empty where it continues the row above.
        stub: String,
        /// Its cells, the stub not counted.
        cells: Vec<GridCell>,
        /// What kind of row.
        kind: RowKind,
        /// Whether it stands under a group label.
        indented: bool,
        /// Rule above.
        rule_above: Rule,
    },
}

/// A cell as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct GridCell {
    /// The printed value with its brackets.
    pub(crate) text: String,
    /// Its stars.
    pub(crate) stars: String,
    /// Why it is missing, if it is.
    pub(crate) missing: Option<String>,
    /// Whether it is a number, so that formats that align on the point may.
    pub(crate) numeric: bool,
}

impl GridCell {
    /// Value and stars in one.
    #[must_use]
    pub(crate) fn joined(&self) -> String {
        format!("{}{}", self.text, self.stars)
    }
}

impl Table {
    /// Resolves the table into one language.
    ///
    /// # Errors
    /// As [`Table::validate`].
    pub(crate) fn grid(&self, lang: Lang) -> Result<Grid> {
        self.validate()?;
        let mut align = vec![TextAlign::Left];
        align.extend(self.align.iter().map(|a| match a {
            Align::Left => TextAlign::Left,
            Align::Number | Align::Center => TextAlign::Center,
        }));
        Ok(Grid {
            caption: caption(self, lang),
            n_columns: self.n_columns() + 1,
            header: header(self, lang),
            lines: lines(self, lang),
            align,
            rules: (self.rules.top, self.rules.header, self.rules.bottom),
            notes: notes(self, lang),
        })
    }
}

fn caption(table: &Table, lang: Lang) -> String {
    let (number, title) = (table.number.get(lang), table.title.get(lang));
    match (number.is_empty(), title.is_empty()) {
        (true, _) => title.to_owned(),
        (_, true) => number.to_owned(),
        _ if lang == Lang::En => format!("{number}. {title}"),
        _ => format!("{number}  {title}"),
    }
}

fn header(table: &Table, lang: Lang) -> Vec<Vec<HeaderCell>> {
    let plain = |text: &str, span| HeaderCell { text: text.to_owned(), span, underlined: false };
    let mut rows = Vec::with_capacity(table.header.len() + 1);
    if !table.spanners.is_empty() {
        let mut row = vec![plain("", 1)];
        let mut next = 0;
        for spanner in &table.spanners {
            row.extend((next..spanner.first).map(|_| plain("", 1)));
            row.push(HeaderCell {
                text: spanner.label.get(lang).to_owned(),
                span: spanner.last + 1 - spanner.first,
                underlined: !spanner.label.is_empty(),
            });
            next = spanner.last + 1;
        }
        row.extend((next..table.n_columns()).map(|_| plain("", 1)));
        rows.push(row);
    }
    for (i, labels) in table.header.iter().enumerate() {
        // The head of the stub stands beside the last header row, next to the rows it names.
        let stub = if i + 1 == table.header.len() { table.stub.get(lang) } else { "" };
        let mut row = vec![plain(stub, 1)];
        row.extend(labels.iter().map(|label| plain(label.get(lang), 1)));
        rows.push(row);
    }
    rows
}

fn lines(table: &Table, lang: Lang) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in &table.groups {
        let mut rule_above = group.rule_above;
        if let Some(label) = &group.label {
            lines.push(Line::Group { label: label.get(lang).to_owned(), rule_above });
            rule_above = Rule::None;
        }
        for row in &group.rows {
            let cells = row
                .cells
                .iter()
                .map(|cell| GridCell {
                    text: cell.print_with(lang, table.thousands),
                    stars: "*".repeat(usize::from(cell.stars)),
                    missing: match &cell.value {
                        super::Value::Missing { reason } => Some(reason.get(lang).to_owned()),
                        _ => None,
                    },
                    numeric: cell.is_numeric(),
                })
                .collect();
            lines.push(Line::Row {
                stub: row.stub.get(lang).to_owned(),
                cells,
                kind: row.kind,
                indented: group.label.is_some(),
                rule_above,
            });
            rule_above = Rule::None;
        }
    }
    lines
}

fn notes(table: &Table, lang: Lang) -> Vec<String> {
    let mut notes: Vec<String> =
        table.notes.iter().map(|note| note.get(lang).to_owned()).filter(|note| !note.is_empty()).collect();
    let reasons: Vec<&str> = table.missing_reasons().iter().map(|reason| reason.get(lang)).collect();
    if !reasons.is_empty() {
        notes.push(match lang {
            Lang::Zh => format!("“{}”：{}。", numfmt::MISSING, reasons.join("；")),
            Lang::En => format!("“{}”: {}.", numfmt::MISSING, reasons.join("; ")),
        });
    }
    if let Some(first) = notes.first_mut() {
        *first = match lang {
            Lang::Zh => format!("注：{first}"),
            Lang::En => format!("Notes: {first}"),
        };
    }
    notes
}
