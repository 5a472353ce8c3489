//! Figures as PDF, for journals that ask for vectors.

use super::Figure;
use super::fonts::laid_out;
use crate::{Error, Result};
use krilla::Document;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

/// Points in a pixel of SVG.
const POINTS: f32 = 0.75;

/// A figure as one page of its own size, text as text with the fonts of this machine embedded.
///
/// # Errors
/// [`Error::Render`] when no installed font has the Chinese characters of the figure, or the drawing cannot be written.
pub fn pdf(figure: &Figure) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Render { format: "pdf", reason };
    let tree = laid_out(figure, "pdf")?;
    let (width, height) = (POINTS * tree.size().width(), POINTS * tree.size().height());
    let no_size = || fail("the drawing has no size".to_owned());
    let page_size = PageSettings::from_wh(width, height).ok_or_else(no_size)?;
    let size = Size::from_wh(width, height).ok_or_else(no_size)?;
    let mut document = Document::new();
    let mut page = document.start_page_with(page_size);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(no_size)?;
    surface.finish();
    page.finish();
    document.finish().map_err(|error| fail(format!("{error:?}")))
}
