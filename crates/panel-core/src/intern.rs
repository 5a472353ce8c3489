//! Coding of texts: every distinct text once, rows as numbers.

use crate::column::TextColumn;
use std::collections::HashMap;

/// Codes texts in order of first appearance; [`Interner::finish`] sorts the labels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    known: HashMap<String, u32>,
    labels: Vec<String>,
    codes: Vec<u32>,
}

impl Interner {
    /// Adds a row; `None` is missing.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            self.codes.push(TextColumn::MISSING);
            return;
        };
        // Panels are mostly sorted, so the same label comes again and again.
        if let Some(&last) = self.codes.last()
            && self.labels.get(last as usize).is_some_and(|label| label == text)
        {
            self.codes.push(last);
            return;
        }
        let code = match self.known.get(text) {
            Some(&code) => code,
            None => {
                let code = self.labels.len() as u32;
                self.known.insert(text.to_owned(), code);
                self.labels.push(text.to_owned());
                code
            }
        };
        self.codes.push(code);
    }

    /// The finished column.
    pub(crate) fn finish(&self) -> TextColumn {
        merge(std::slice::from_ref(&self))
    }
}

impl TextColumn {
    /// Codes a sequence of texts; `None` and the empty text are missing. Labels come out sorted.
    #[must_use]
    pub fn new<S: AsRef<str>>(values: &[Option<S>]) -> Self {
        let mut interner = Interner::default();
        for value in values {
            interner.push(value.as_ref().map(AsRef::as_ref).filter(|text| !text.is_empty()));
        }
        interner.finish()
    }
}

/// Joins pieces, in order, into one column with sorted labels.
pub(crate) fn merge(parts: &[&Interner]) -> TextColumn {
    let mut labels: Vec<&str> = parts.iter().flat_map(|part| part.labels.iter().map(String::as_str)).collect();
    labels.sort_unstable();
    labels.dedup();
    let mut codes = Vec::with_capacity(parts.iter().map(|part| part.codes.len()).sum());
    for part in parts {
        let new: Vec<u32> = part
            .labels
            .iter()
            .map(|label| labels.binary_search(&label.as_str()).map_or(TextColumn::MISSING, |i| i as u32))
            .collect();
        // A missing row has a code that no label has.
        codes.extend(part.codes.iter().map(|&code| new.get(code as usize).copied().unwrap_or(TextColumn::MISSING)));
    }
    TextColumn::from_codes(codes, labels.into_iter().map(str::to_owned).collect()).unwrap_or_default()
}
