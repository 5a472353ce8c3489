//! Figures as PNG, for Word and slides.

use super::Figure;
use super::fonts::laid_out;
use crate::{Error, Result};
use resvg::tiny_skia::{Pixmap, Transform};

/// Pixels of SVG in an inch.
const SVG_PIXELS: f32 = 96.0;

/// A rasterized figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png {
    /// The file; it says how many pixels an inch has.
    pub bytes: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Rasterizes a figure with the fonts of this machine; `dpi` is 96 for screens, 300 or 600 for print.
///
/// The pixels depend on the installed fonts, so no snapshot holds a PNG.
///
/// # Errors
/// [`Error::Render`] when no installed font has the Chinese characters of the figure, or the drawing cannot be rasterized;
/// [`Error::Specification`] for a resolution outside 36 to 1200.
pub fn png(figure: &Figure, dpi: u32) -> Result<Png> {
    if !(36..=1200).contains(&dpi) {
        return Err(Error::Specification(format!("PNG of {dpi} dpi; expected 36 to 1200")));
    }
    let scale = dpi as f32 / SVG_PIXELS;
    let fail = |reason: String| Error::Render { format: "png", reason };
    let tree = laid_out(figure, "png")?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| fail("the drawing has no size".to_owned()))?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| fail("the drawing has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let bytes = pixels.encode_png().map_err(|error| fail(error.to_string()))?;
    Ok(Png { bytes: with_density(&bytes, dpi), width: size.width(), height: size.height() })
}

/// Bytes of the signature and of the chunk IHDR, after which pHYs may stand (PNG specification, 5.6).
const AFTER_HEADER: usize = 8 + 25;

/// The file with the chunk pHYs: pixels per metre.
fn with_density(bytes: &[u8], dpi: u32) -> Vec<u8> {
    let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_metre.to_be_bytes().repeat(2));
    chunk.push(1);
    let mut out = bytes[..AFTER_HEADER].to_vec();
    out.extend(9_u32.to_be_bytes());
    out.extend(&chunk);
    out.extend(crc(&chunk).to_be_bytes());
    out.extend(&bytes[AFTER_HEADER..]);
    out
}

/// The checksum of a chunk (PNG specification, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        // The chunk that ends every PNG.
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }
}
