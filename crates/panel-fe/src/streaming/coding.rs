//! Codes of keys that come a block at a time.

use crate::error::Result;
use crate::sample::keys::Key;
use panel_core::{Column, Panel};
use std::collections::HashMap;

/// The levels of a key, or of the combinations of several, coded in the order in which they appear: the same in every
/// reading of the same rows.
#[derive(Debug, Default)]
pub(super) struct Coding {
    columns: Vec<Known>,
    /// Codes of a combination so far and of the next column, together.
    pairs: Vec<HashMap<u64, u32>>,
    /// As it is written.
    pub(super) name: String,
}

/// What a column of keys held so far.
#[derive(Debug, Default)]
struct Known {
    column: String,
    numbers: HashMap<u64, u32>,
    texts: HashMap<String, u32>,
}

impl Coding {
    pub(super) fn new(name: &str, columns: &[String]) -> Self {
        let known = |column: &String| Known { column: column.clone(), ..Known::default() };
        Self {
            columns: columns.iter().map(known).collect(),
            pairs: columns.iter().skip(1).map(|_| HashMap::new()).collect(),
            name: name.to_owned(),
        }
    }

    /// Levels so far.
    pub(super) fn levels(&self) -> usize {
        self.pairs.last().map_or_else(|| self.columns.first().map_or(0, Known::len), HashMap::len)
    }

    /// Takes rows out of `keep` that miss the key.
    pub(super) fn keep_complete(&self, panel: &Panel, keep: &mut [bool]) -> Result<()> {
        for known in &self.columns {
            let key = Key::of(panel, &known.column)?;
            keep.iter_mut().enumerate().for_each(|(row, keep)| *keep &= !key.is_missing(row));
        }
        Ok(())
    }

    /// The codes of some rows of a block.
    pub(super) fn codes(&mut self, panel: &Panel, rows: &[u32]) -> Result<Vec<u32>> {
        let mut columns = self.columns.iter_mut();
        let Some(first) = columns.next() else { return Ok(vec![0; rows.len()]) };
        let mut codes = first.codes(panel, rows)?;
        for (known, pairs) in columns.zip(&mut self.pairs) {
            let others = known.codes(panel, rows)?;
            for (code, other) in codes.iter_mut().zip(others) {
                let next = pairs.len() as u32;
                *code = *pairs.entry(u64::from(*code) << 32 | u64::from(other)).or_insert(next);
            }
        }
        Ok(codes)
    }

    /// A level in words, for messages; found by looking through all.
    pub(super) fn label(&self, code: u32) -> String {
        let Some(first) = self.columns.first().filter(|_| self.pairs.is_empty()) else {
            return format!("level {code}");
        };
        let text = first.texts.iter().find(|(_, known)| **known == code).map(|(text, _)| text.clone());
        let number = || first.numbers.iter().find(|(_, known)| **known == code).map(|(bits, _)| f64::from_bits(*bits));
        text.or_else(|| number().map(|number| number.to_string())).unwrap_or_default()
    }
}

impl Known {
    fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    fn codes(&mut self, panel: &Panel, rows: &[u32]) -> Result<Vec<u32>> {
        const UNKNOWN: u32 = u32::MAX;
        let column = panel.column(&self.column)?;
        Ok(match column {
            Column::Float(values) => {
                let mut last = None;
                let mut code_of = |row: &u32| {
                    // Adding zero turns -0 into 0.
                    let bits = (values[*row as usize] + 0.0).to_bits();
                    match last {
                        Some((known, code)) if known == bits => code,
                        _ => {
                            let next = (self.numbers.len() + self.texts.len()) as u32;
                            let code = *self.numbers.entry(bits).or_insert(next);
                            last = Some((bits, code));
                            code
                        }
                    }
                };
                rows.iter().map(&mut code_of).collect()
            }
            Column::Text(text) => {
                let mut of_label = vec![UNKNOWN; text.labels().len()];
                let mut code_of = |row: &u32| {
                    let local = text.codes()[*row as usize] as usize;
                    if of_label[local] == UNKNOWN {
                        let next = (self.numbers.len() + self.texts.len()) as u32;
                        let label = &text.labels()[local];
                        of_label[local] = match self.texts.get(label) {
                            Some(code) => *code,
                            None => *self.texts.entry(label.clone()).or_insert(next),
                        };
                    }
                    of_label[local]
                };
                rows.iter().map(&mut code_of).collect()
            }
        })
    }
}
