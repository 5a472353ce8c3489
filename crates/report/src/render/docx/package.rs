//! The archive around the parts.

use super::parts;
use crate::{Error, Lang, Result};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// Writes the archive; entries are dated 1980-01-01 whatever features `zip` was built with.
pub(super) fn zip(document: &str, pictures: &[&[u8]], lang: Lang) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Render { format: "docx", reason };
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| -> Result<()> {
        archive.start_file(name, options).map_err(|error| fail(error.to_string()))?;
        archive.write_all(bytes).map_err(|error| fail(error.to_string()))
    };
    add("[Content_Types].xml", parts::content_types().as_bytes())?;
    add("_rels/.rels", parts::root_relations().as_bytes())?;
    add("docProps/core.xml", parts::core().as_bytes())?;
    add("word/document.xml", document.as_bytes())?;
    add("word/_rels/document.xml.rels", parts::document_relations(pictures.len()).as_bytes())?;
    add("word/styles.xml", parts::styles(lang).as_bytes())?;
    add("word/settings.xml", parts::settings().as_bytes())?;
    for (i, png) in pictures.iter().enumerate() {
        add(&format!("word/media/figure{}.png", i + 1), png)?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| fail(error.to_string()))
}
