//! Thin renderers: each turns the same resolved grid into one format's bytes.
//!
//! | format | what for |
//! |---|---|
//! | [`markdown()`] | reviews and diffs: padded so that a changed number changes one line |
//! | [`html()`] | the page, and pasting into Word: the rules are inline styles of the cells |
//! | [`latex()`] | booktabs and threeparttable |
//! | [`typst()`] | a figure with a table |
//! | [`docx()`] | a three-line table (三线表) in 宋体 and Times New Roman |
//! | [`xlsx()`] | numbers as numbers, with the printed digits as their format |
//! | [`csv()`] | the table as shown |
//! | [`json()`] | plain records at full precision |
//! | [`terminal()`] | a fixed-width screen |

mod csv;
mod docx;
mod html;
mod json;
mod latex;
mod markdown;
mod terminal;
mod typst;
mod xlsx;
pub(crate) mod xml;

pub use csv::csv;
pub use docx::{DocxItem, docx, docx_document};
pub use html::html;
pub use json::json;
pub use latex::{latex, latex_document};
pub use markdown::markdown;
pub use terminal::terminal;
pub use typst::typst;
pub use xlsx::{xlsx, xlsx_workbook};

use crate::{Lang, Result, Table};
use serde::{Deserialize, Serialize};

/// The formats of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TableFormat {
    /// GitHub Markdown.
    Markdown,
    /// HTML fragment.
    Html,
    /// LaTeX with booktabs.
    Latex,
    /// Typst.
    Typst,
    /// Word.
    Docx,
    /// Excel.
    Xlsx,
    /// Comma-separated, as shown.
    Csv,
    /// Plain records.
    Json,
    /// Fixed-width text.
    Terminal,
}

impl TableFormat {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Markdown,
        Self::Html,
        Self::Latex,
        Self::Typst,
        Self::Docx,
        Self::Xlsx,
        Self::Csv,
        Self::Json,
        Self::Terminal,
    ];

    /// Its word in options: `markdown`, `html`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Latex => "latex",
            Self::Typst => "typst",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Terminal => "terminal",
        }
    }

    /// Extension of its files, without the point.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Latex => "tex",
            Self::Typst => "typ",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Terminal => "txt",
        }
    }
}

crate::words!(TableFormat, "format", name, crate::Error);

impl Table {
    /// The bytes of this table in one format and language; the same bytes for the same table, always.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) when the parts of the table do not fit together, before anything is
    /// written; [`Error::Render`](crate::Error::Render) when a container format refuses its content.
    pub fn render(&self, format: TableFormat, lang: Lang) -> Result<Vec<u8>> {
        match format {
            TableFormat::Markdown => markdown(self, lang).map(String::into_bytes),
            TableFormat::Html => html(self, lang).map(String::into_bytes),
            TableFormat::Latex => latex(self, lang).map(String::into_bytes),
            TableFormat::Typst => typst(self, lang).map(String::into_bytes),
            TableFormat::Csv => csv(self, lang).map(String::into_bytes),
            TableFormat::Json => json(self).map(String::into_bytes),
            TableFormat::Terminal => terminal(self, lang).map(String::into_bytes),
            TableFormat::Docx => docx(std::slice::from_ref(self), lang),
            TableFormat::Xlsx => xlsx(std::slice::from_ref(self), lang),
        }
    }
}
