//! Figures as PNG, for Word and slides.

use super::Figure;
use crate::lang::char_width;
use crate::{Error, Result};
use resvg::tiny_skia::{Pixmap, Transform};
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

/// A rasterized figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png {
    /// The file.
    pub bytes: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Rasterizes a figure with the fonts of this machine; `scale` is 1 for screens, 3 for print.
///
/// The pixels depend on the installed fonts, so no snapshot holds a PNG.
///
/// # Errors
/// [`Error::Render`] when no installed font has the Chinese characters of the figure (a missing glyph would be left out
/// silently), or the drawing cannot be rasterized; [`Error::Specification`] for a scale outside 0.1 to 10.
pub fn png(figure: &Figure, scale: f32) -> Result<Png> {
    if !(0.1..=10.0).contains(&scale) {
        return Err(Error::Specification(format!("PNG scale {scale}; expected 0.1 to 10")));
    }
    let fail = |reason: String| Error::Render { format: "png", reason };
    let (fonts, has_chinese) = &*FONTS;
    let options = Options { fontdb: Arc::clone(fonts), ..Options::default() };
    if !has_chinese && figure.svg.chars().any(|c| char_width(c) == 2) {
        return Err(fail(
            "no installed font has Chinese characters; install fonts-noto-cjk or keep the SVG".to_owned(),
        ));
    }
    let tree = Tree::from_str(&figure.svg, &options).map_err(|error| fail(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| fail("the drawing has no size".to_owned()))?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| fail("the drawing has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let bytes = pixels.encode_png().map_err(|error| fail(error.to_string()))?;
    Ok(Png { bytes, width: size.width(), height: size.height() })
}
