//! The fonts of the machine, for formats that need more than SVG.

use super::Figure;
use crate::lang::char_width;
use crate::{Error, Result};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use std::sync::{Arc, LazyLock};

/// Parts of family names of fonts that have Chinese characters.
const CHINESE: [&str; 9] =
    ["CJK", "SimSun", "SimHei", "Songti", "PingFang", "YaHei", "WenQuanYi", "Source Han", "Heiti"];
/// Sans-serif families that Linux, macOS and Windows bring, best first.
const SANS: [&str; 5] = ["Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];

/// The fonts of this machine, read once, and whether any of them has Chinese characters.
static FONTS: LazyLock<(Arc<Database>, bool)> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let families: Vec<String> =
        fonts.faces().flat_map(|face| face.families.iter().map(|(name, _)| name.clone())).collect();
    if let Some(sans) = SANS.iter().find(|name| families.iter().any(|family| family == *name)) {
        fonts.set_sans_serif_family(*sans);
    }
    let chinese = families.iter().any(|family| CHINESE.iter().any(|part| family.contains(part)));
    (Arc::new(fonts), chinese)
});

/// A figure with its text laid out; `format` is the one that asks.
///
/// # Errors
/// [`Error::Render`] when no installed font has the Chinese characters of the figure (a missing glyph would be left out
/// silently), or the drawing cannot be understood.
pub(super) fn laid_out(figure: &Figure, format: &'static str) -> Result<Tree> {
    let fail = |reason: String| Error::Render { format, reason };
    let (fonts, has_chinese) = &*FONTS;
    let options = Options { fontdb: Arc::clone(fonts), ..Options::default() };
    if !has_chinese && figure.svg.chars().any(|c| char_width(c) == 2) {
        return Err(fail(
            "no installed font has Chinese characters; install fonts-noto-cjk or keep the SVG".to_owned(),
        ));
    }
    Tree::from_str(&figure.svg, &options).map_err(|error| fail(error.to_string()))
}
