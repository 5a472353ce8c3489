//! The codebook of a panel: what each column is, and what is in it.

use crate::csv::push_record;
use crate::numfmt::{Format, number};
use crate::table::{Align, Cell, Row};
use crate::{Error, Lang, Result, Table, Text};
use panel_core::{Column, Panel};

/// What is known of a column besides its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableNote {
    /// Column name.
    pub name: String,
    /// Label.
    pub label: Text,
    /// Unit.
    pub unit: Text,
    /// Definition or formula.
    pub definition: Text,
    /// Where it comes from.
    pub source: Text,
}

/// One line of a codebook.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CodebookEntry {
    /// The note; a column without one has an empty label, unit, definition and source.
    pub note: VariableNote,
    /// Whether it holds numbers (otherwise text).
    pub numeric: bool,
    /// Present values.
    pub n: usize,
    /// Missing values.
    pub missing: usize,
    /// Distinct present texts, for text.
    pub distinct: Option<usize>,
    /// Mean, for numbers.
    pub mean: Option<f64>,
    /// Smallest value, for numbers.
    pub min: Option<f64>,
    /// Largest value, for numbers.
    pub max: Option<f64>,
}

/// A codebook, in the order of the panel's columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Codebook {
    /// The entries.
    pub entries: Vec<CodebookEntry>,
}

impl Codebook {
    /// Describes every column of a panel.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a note on a column that the panel does not have.
    pub fn new(panel: &Panel, notes: &[VariableNote]) -> Result<Self> {
        if let Some(note) = notes.iter().find(|note| !panel.has(&note.name)) {
            return Err(Error::unknown("column", &note.name, panel.names()));
        }
        let entry = |name: &String| {
            let note = notes.iter().find(|note| note.name == *name).cloned();
            let note = note.unwrap_or_else(|| VariableNote { name: name.clone(), ..VariableNote::default() });
            panel
                .column(name)
                .map(|column| describe(note, column))
                .map_err(|error| Error::Specification(error.to_string()))
        };
        Ok(Self { entries: panel.names().iter().map(entry).collect::<Result<_>>()? })
    }

    /// The codebook as CSV, numbers with six significant digits.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        push_record(
            &mut out,
            [
                "name",
                "label_zh",
                "label_en",
                "unit_zh",
                "unit_en",
                "type",
                "n",
                "missing",
                "distinct",
                "mean",
                "min",
                "max",
                "definition_zh",
                "definition_en",
                "source_zh",
                "source_en",
            ],
        );
        let six = |value: Option<f64>| value.map_or(String::new(), |v| number(v, Format::Significant(6)));
        for entry in &self.entries {
            let note = &entry.note;
            let fields = [
                note.name.clone(),
                note.label.get(Lang::Zh).to_owned(),
                note.label.get(Lang::En).to_owned(),
                note.unit.get(Lang::Zh).to_owned(),
                note.unit.get(Lang::En).to_owned(),
                if entry.numeric { "number" } else { "text" }.to_owned(),
                entry.n.to_string(),
                entry.missing.to_string(),
                entry.distinct.map_or(String::new(), |d| d.to_string()),
                six(entry.mean),
                six(entry.min),
                six(entry.max),
                note.definition.get(Lang::Zh).to_owned(),
                note.definition.get(Lang::En).to_owned(),
                note.source.get(Lang::Zh).to_owned(),
                note.source.get(Lang::En).to_owned(),
            ];
            push_record(&mut out, fields.iter().map(String::as_str));
        }
        out
    }

    /// The codebook as a table.
    #[must_use]
    pub fn table(&self) -> Table {
        let header: Vec<Text> = [
            ("标签", "Label"),
            ("单位", "Unit"),
            ("观测值", "N"),
            ("缺失", "Missing"),
            ("均值", "Mean"),
            ("最小值", "Min"),
            ("最大值", "Max"),
            ("定义与来源", "Definition and source"),
        ]
        .map(Text::from)
        .to_vec();
        let mut table = Table::new("codebook", ("变量说明", "Codebook"), ("变量", "Variable"), header);
        for column in [0, 1, 7] {
            table.align[column] = Align::Left;
        }
        let rows = self.entries.iter().map(|entry| {
            let note = &entry.note;
            let value = |v: Option<f64>| v.map_or_else(Cell::empty, |v| Cell::number(v, Format::Significant(4)));
            let about = Text::build(|lang| {
                let parts = [note.definition.get(lang), note.source.get(lang)];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
            });
            Row::new(
                note.name.as_str(),
                vec![
                    Cell::text(note.label.clone()),
                    Cell::text(note.unit.clone()),
                    Cell::count(entry.n),
                    Cell::count(entry.missing),
                    value(entry.mean),
                    value(entry.min),
                    value(entry.max),
                    Cell::text(about),
                ],
            )
        });
        table.push_rows(rows.collect());
        table
    }
}

fn describe(note: VariableNote, column: &Column) -> CodebookEntry {
    let missing = column.n_missing();
    let n = column.len() - missing;
    let mut entry =
        CodebookEntry { note, numeric: false, n, missing, distinct: None, mean: None, min: None, max: None };
    match column {
        Column::Float(values) => {
            entry.numeric = true;
            let present = || values.iter().copied().filter(|v| !v.is_nan());
            if n > 0 {
                entry.mean = Some(present().sum::<f64>() / n as f64);
                entry.min = Some(present().fold(f64::INFINITY, f64::min));
                entry.max = Some(present().fold(f64::NEG_INFINITY, f64::max));
            }
        }
        Column::Text(text) => {
            let mut codes: Vec<u32> =
                text.codes().iter().copied().filter(|c| *c != panel_core::TextColumn::MISSING).collect();
            codes.sort_unstable();
            codes.dedup();
            entry.distinct = Some(codes.len());
        }
    }
    entry
}
