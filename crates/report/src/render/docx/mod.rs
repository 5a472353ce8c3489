//! Word documents: three-line tables (三线表) in 宋体 and Times New Roman.
//!
//! WordprocessingML is written directly: it needs repeated header rows, rows kept together, partial rules and fixed
//! dates, and its bytes must not depend on a counter or a clock. Every archive entry is dated 1980-01-01, the document
//! 2000-01-01.

mod package;
mod parts;
mod table;

use crate::render::xml::escape;
use crate::{Error, Lang, Result, Table, Text};

/// One block of a Word document.
// Documents have dozens of items, not millions: a plain table is easier to write than a boxed one.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DocxItem {
    /// A heading of level 1 to 3.
    Heading {
        /// Level, 1 is the highest.
        level: u8,
        /// Text.
        text: Text,
    },
    /// A paragraph.
    Paragraph(Text),
    /// A table with its caption above and its notes below.
    Table(Table),
    /// A picture with its caption below.
    Picture {
        /// PNG bytes.
        png: Vec<u8>,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Caption.
        caption: Text,
    },
    /// A page break.
    PageBreak,
}

/// Tables as one Word document, in order, each followed by its notes.
///
/// # Errors
/// As [`docx_document`].
pub fn docx(tables: &[Table], lang: Lang) -> Result<Vec<u8>> {
    let items: Vec<DocxItem> = tables.iter().cloned().map(DocxItem::Table).collect();
    docx_document(&items, lang)
}

/// A Word document (A4, margins 2.5 cm) of headings, paragraphs, tables and pictures.
///
/// # Errors
/// As [`Table::validate`]; [`Error::Render`] when the archive cannot be written; [`Error::Specification`] for a
/// picture without pixels.
pub fn docx_document(items: &[DocxItem], lang: Lang) -> Result<Vec<u8>> {
    let mut body = String::new();
    let mut pictures: Vec<&[u8]> = Vec::new();
    for item in items {
        match item {
            DocxItem::Heading { level, text } => {
                let style = format!("Heading{}", (*level).clamp(1, 3));
                body.push_str(&paragraph(&style, "", text.get(lang)));
            }
            DocxItem::Paragraph(text) => body.push_str(&paragraph("BodyText", "", text.get(lang))),
            DocxItem::Table(table) => body.push_str(&table::xml(table, lang)?),
            DocxItem::Picture { png, width, height, caption } => {
                if *width == 0 || *height == 0 {
                    return Err(Error::Specification("a picture needs at least one pixel".to_owned()));
                }
                pictures.push(png);
                body.push_str(&parts::picture(pictures.len(), *width, *height, caption.get(lang)));
                body.push_str(&paragraph("FigureCaption", "", caption.get(lang)));
            }
            DocxItem::PageBreak => body.push_str("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>"),
        }
    }
    package::zip(&parts::document(&body), &pictures, lang)
}

/// A paragraph of one run; `properties` come after the style, in schema order.
fn paragraph(style: &str, properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{properties}</w:pPr>{}</w:p>", run("", text))
}

/// A run of text; `properties` are the children of its `w:rPr`.
fn run(properties: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let properties = if properties.is_empty() { String::new() } else { format!("<w:rPr>{properties}</w:rPr>") };
    format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(text))
}
