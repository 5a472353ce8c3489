//! Bytes to text: byte-order marks, UTF-8, and what bytes of older encodings look like.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Decodes a whole file.
///
/// The named encoding, else what a byte-order mark says, else UTF-8 where valid, else what the bytes look like
/// ([`looks_like`], with a remark).
///
/// # Errors
/// [`Error::Read`] for an unknown encoding name, for bytes that are not of the named encoding (with the line), for a
/// file cut inside a character, and where nothing fits.
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
    let Some(found) = looks_like(bytes) else {
        return Err(fail(format!(
            "line {line} is neither UTF-8 nor GB18030, Big5 or Windows-1252; name the encoding with `encoding = …`"
        )));
    };
    match strict(found, bytes) {
        Some(text) => {
            notes.push(read_as(file, found));
            Ok(text)
        }
        None => Err(fail(invalid(found, bytes))),
    }
}

/// The remark about a file whose encoding was told by its bytes.
pub(crate) fn read_as(file: &str, encoding: &'static Encoding) -> Diagnostic {
    let code = format!("read-as-{}", encoding.name().to_ascii_lowercase());
    let name = encoding.name();
    // Chinese text is what is expected; the others are rarer, and one could be taken for another.
    if encoding == GB18030 {
        return Diagnostic::note(code, format!("`{file}` is not UTF-8 and was read as GB18030"));
    }
    let words = format!(
        "`{file}` is not UTF-8, its bytes look like {name} and were read as such; `encoding = …` names another (windows-1252, gb18030, big5, shift_jis, …)"
    );
    Diagnostic::warning(code, words)
}

/// The encoding that bytes which are not UTF-8 look like.
///
/// In Western text (Windows-1252, Latin-1) letters with accents stand alone among ASCII letters; in Chinese text bytes
/// above 127 come in pairs. The second of a pair is below 161 for four in ten characters of Big5, and for hardly any that
/// is in use in GB18030, whose decoder takes nearly all three.
pub(crate) fn looks_like(bytes: &[u8]) -> Option<&'static Encoding> {
    let Bytes { alone, runs, pairs, low, usual_big5 } = Bytes::count(bytes);
    if runs > 0 && 2 * alone > runs {
        return strict(WINDOWS_1252, bytes).map(|_| WINDOWS_1252);
    }
    let big5 = pairs > 0 && 5 * low >= pairs && 20 * usual_big5 >= 19 * pairs;
    let order = if big5 { [BIG5, GB18030] } else { [GB18030, BIG5] };
    order.into_iter().find(|encoding| strict(encoding, bytes).is_some())
}

/// What bytes above 127 stand next to.
struct Bytes {
    /// Runs of them that are one byte long.
    alone: usize,
    runs: usize,
    /// Characters of two bytes, counted from the start of each run.
    pairs: usize,
    /// Those whose second byte is below 161.
    low: usize,
    /// Those that are among the usual characters and signs of Big5.
    usual_big5: usize,
}

impl Bytes {
    fn count(bytes: &[u8]) -> Self {
        let mut out = Self { alone: 0, runs: 0, pairs: 0, low: 0, usual_big5: 0 };
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] < 0x80 {
                at += 1;
                continue;
            }
            let length = bytes[at..].iter().take_while(|&&b| b >= 0x80).count();
            out.runs += 1;
            // A single one before a sign or a digit is no letter of a word, before a letter it may be half a pair.
            out.alone += usize::from(length == 1);
            let end = at + length;
            while at < end {
                let Some(&second) = bytes.get(at + 1) else { break };
                if second < 0x40 {
                    break;
                }
                out.pairs += 1;
                out.low += usize::from(second < 0xa1);
                out.usual_big5 += usize::from((0xa1..=0xc6).contains(&bytes[at]) && !(0x7f..0xa1).contains(&second));
                at += 2;
            }
            at = at.max(end);
        }
        out
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
    fn western_and_traditional_text_is_not_gb18030() {
        let mut notes = Vec::new();
        for (text, encoding) in [
            ("city,x\nBesançon,1\nMálaga,2\nSão Paulo,3\n", WINDOWS_1252),
            ("Île,é\nà,ü\n", WINDOWS_1252),
            ("縣市,年度\n臺北市,2013\n高雄市,2014\n桃園市,2015\n新竹縣,1\n", BIG5),
            ("城市,年份\n北京,2013\n上海,1\n", GB18030),
            // Names with characters beyond the common ones.
            ("姓名,城市\n朱镕基,北京\n陶喆,台北\n邓亚萍,北京市\n", GB18030),
        ] {
            let bytes = encoding.encode(text).0;
            let found = decode("t.csv", &bytes, None, &mut notes).expect("decoded");
            assert_eq!((found.as_ref(), looks_like(&bytes)), (text, Some(encoding)), "{text}");
        }
        assert_eq!(notes[0].code, "read-as-windows-1252");
        assert!(notes[0].message.contains("`encoding = …`") && notes[3].message.contains("read as GB18030"));
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
