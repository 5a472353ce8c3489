//! Bytes to text: byte-order marks, UTF-8, GB18030.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Decodes a whole file.
///
/// The named encoding, else what a byte-order mark says, else UTF-8 where valid, else GB18030 where valid (with a
/// note).
///
/// # Errors
/// [`Error::Read`] for an unknown encoding name, for bytes that are not of the named encoding (with the line), for a
/// file cut inside a character, and where neither UTF-8 nor GB18030 fits.
pub(crate) fn decode<'a>(
    file: &str,
    bytes: &'a [u8],
    encoding: Option<&str>,
    notes: &mut Diagnostics,
) -> Result<Cow<'a, str>> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    let named = encoding.map(|name| named(file, name)).transpose()?;
    if let Some((by_mark, length)) = Encoding::for_bom(bytes) {
        // A mark is stronger evidence than an option, except for UTF-16 marks under a named eight-bit encoding.
        if named.is_none() || named == Some(by_mark) || by_mark == UTF_8 {
            return strict(by_mark, &bytes[length..]).ok_or_else(|| fail(invalid(by_mark, &bytes[length..])));
        }
    }
    if let Some(encoding) = named {
        return strict(encoding, bytes).ok_or_else(|| fail(invalid(encoding, bytes)));
    }
    let broken = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(broken) => broken,
    };
    let good = &bytes[..broken.valid_up_to()];
    let line = 1 + good.iter().filter(|&&b| b == b'\n').count();
    // Chinese characters are three bytes of UTF-8; a few in a row never come from GB18030 by accident.
    let looks_utf8 =
        std::str::from_utf8(good).is_ok_and(|text| text.chars().filter(|c| c.len_utf8() == 3).count() >= 3);
    if broken.error_len().is_none() && (looks_utf8 || bytes.len() - broken.valid_up_to() == 1) {
        return Err(fail(format!("the file ends inside a character at line {line}: it looks truncated")));
    }
    if looks_utf8 {
        return Err(fail(format!(
            "invalid UTF-8 at line {line}; name the encoding (for example `encoding = \"gb18030\"`) or repair the file"
        )));
    }
    match strict(GB18030, bytes) {
        Some(text) => {
            notes.push(Diagnostic::note("read-as-gb18030", format!("`{file}` is not UTF-8 and was read as GB18030")));
            Ok(text)
        }
        None => Err(fail(format!("line {line} is neither UTF-8 nor GB18030; name the encoding with `encoding = …`"))),
    }
}

/// An encoding by its usual names.
///
/// # Errors
/// [`Error::Read`] when nothing is known by that name.
pub(crate) fn named(file: &str, name: &str) -> Result<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).ok_or_else(|| Error::Read {
        file: file.to_owned(),
        reason: format!(
            "unknown encoding `{name}`; known are utf-8, gb18030, gbk, big5, utf-16le, windows-1252 and their aliases"
        ),
    })
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let (text, _, broken) = encoding.decode(bytes);
        return (!broken).then_some(text);
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn invalid(encoding: &'static Encoding, bytes: &[u8]) -> String {
    let place = match std::str::from_utf8(bytes) {
        Err(broken) if encoding == UTF_8 => {
            format!(" at line {}", 1 + bytes[..broken.valid_up_to()].iter().filter(|&&b| b == b'\n').count())
        }
        _ => String::new(),
    };
    format!("the bytes are not valid {}{place}", encoding.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String> {
        decode("t.csv", bytes, None, &mut Vec::new()).map(Cow::into_owned)
    }

    #[test]
    fn marks_utf8_and_gb18030() {
        let text = "城市,年份\n北京,2013\n";
        assert_eq!(decoded(text.as_bytes()).expect("UTF-8"), text);
        assert_eq!(decoded(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).expect("marked"), text);
        assert_eq!(decoded(&GB18030.encode(text).0).expect("GB18030"), text);
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&wide).expect("UTF-16"), text);
    }

    #[test]
    fn broken_files_are_told_apart() {
        let text = "城市,年份\n北京,2013\n上海".as_bytes();
        let cut = decoded(&text[..text.len() - 1]).unwrap_err().to_string();
        assert!(cut.contains("truncated") && cut.contains("line 3"), "{cut}");
        let mut bad = text.to_vec();
        bad[20] = 0xff;
        let broken = decoded(&bad).unwrap_err().to_string();
        assert!(broken.contains("invalid UTF-8 at line 2"), "{broken}");
        let unknown = decode("t.csv", text, Some("gb1803"), &mut Vec::new()).unwrap_err().to_string();
        assert!(unknown.contains("unknown encoding `gb1803`"), "{unknown}");
    }
}
