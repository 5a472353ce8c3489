//! Bytes to text: byte-order marks, UTF-8, and what bytes of older encodings look like.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use encoding_rs::{BIG5, EUC_JP, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
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
            notes.push(read_as(file, found, bytes));
            Ok(text)
        }
        None => Err(fail(invalid(found, bytes))),
    }
}

/// The remark about a file whose encoding was told by its bytes.
pub(crate) fn read_as(file: &str, encoding: &'static Encoding, bytes: &[u8]) -> Diagnostic {
    let code = format!("read-as-{}", encoding.name().to_ascii_lowercase());
    let name = encoding.name();
    // Chinese text is what is expected; the others are rarer, and one could be taken for another.
    if encoding == GB18030 && Bytes::count(bytes).reads_as_chinese() {
        return Diagnostic::note(code, format!("`{file}` is not UTF-8 and was read as GB18030"));
    }
    if encoding == GB18030 {
        let message = format!(
            "`{file}` is not UTF-8 and was read as GB18030, which nearly any bytes can be, but its characters are not those of Chinese text: look at its names, and write `encoding = …` where they are wrong (shift_jis, euc-jp, euc-kr, windows-1251, koi8-r, big5, …)"
        );
        return Diagnostic::warning(code, message);
    }
    let message = format!(
        "`{file}` is not UTF-8, its bytes look like {name} and were read as such; `encoding = …` names another (windows-1252, windows-1250, gb18030, big5, shift_jis, …)"
    );
    Diagnostic::warning(code, message)
}

/// The encoding that bytes which are not UTF-8 look like.
///
/// In Western text (Windows-1252, Latin-1) letters with accents stand alone among ASCII letters; in Chinese text bytes
/// above 127 come in pairs. The second of a pair is below 161 for four in ten characters of Big5, and for hardly any that
/// is in use in GB18030, whose decoder takes nearly all three. Where it is an ASCII letter, too, the first stands alone as
/// in Western text, so several different usual characters of Big5 come before that (one, `°C`, is Western).
pub(crate) fn looks_like(bytes: &[u8]) -> Option<&'static Encoding> {
    let count = Bytes::count(bytes);
    let Bytes { alone, runs, pairs, low, usual_big5, .. } = count;
    let distinct = count.codes.len();
    let big5 = pairs > 0 && 5 * low >= pairs && 20 * usual_big5 >= 19 * pairs;
    let is = |encoding: &'static Encoding| strict(encoding, bytes).is_some();
    if big5 && distinct >= FEW && is(BIG5) {
        return Some(BIG5);
    }
    if runs > 0 && 2 * alone > runs {
        return Some(WINDOWS_1252).filter(|_| is(WINDOWS_1252));
    }
    if count.reads_as_japanese() && is(EUC_JP) {
        return Some(EUC_JP);
    }
    let order = if big5 { [BIG5, GB18030] } else { [GB18030, BIG5] };
    order.into_iter().find(|encoding| is(encoding))
}

/// Different characters that are too few to tell an encoding by.
const FEW: usize = 4;

/// Characters that headers, units and names of places in Chinese tables are made of.
const CHINESE: &str = "北京天津上海重庆河江山东西南广安徽福建湖云贵州四川陕甘肃青宁夏新疆内蒙古辽吉林黑龙浙苏省市县区盟旗年月季度城地名的人口产业生值国民总量数指标单位万亿元全合计长春阳石家庄太原济郑武汉杭肥昌成都兰银鲁木齐拉萨深圳厦门锡收入支出价格投资就企编码代变序号农村行政财增速率比第一二三公里平方关泉玉峰保定德波兴宜唐秦皇邢沧衡同朔晋运临汾赤通鄂尔多鞍抚本丹锦营盘铁朝岛源白松延边哈鸡双伊佳牡绥化株样净负债均";

/// The same in Japanese tables, as EUC-JP writes them; none has the bytes of one of [`CHINESE`].
const JAPANESE: &str = "東京都大阪府北道県市町村区年度月人口岡愛知兵庫千葉埼玉静神奈川広島山長野新潟名古屋横浜札幌仙台岐阜城茨栃木群馬石富井梨三重滋賀和歌取根徳香媛高佐崎熊本分宮鹿児沖青森岩手秋田形総額数値割合生産単位億万所得金地域国全計";

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
    /// Those that could be Chinese characters of GB18030, and of these the usual ones (level 1 of GB 2312).
    chinese: usize,
    usual: usize,
    /// Different pairs.
    codes: Vec<u16>,
    /// Different usual characters by their first byte, that is by their sound: up to `Sh`, `Si` to `Xi`, and from `Xi` on.
    by_sound: [usize; 3],
}

impl Bytes {
    fn count(bytes: &[u8]) -> Self {
        let mut out = Self {
            alone: 0,
            runs: 0,
            pairs: 0,
            low: 0,
            usual_big5: 0,
            chinese: 0,
            usual: 0,
            codes: Vec::new(),
            by_sound: [0; 3],
        };
        let mut seen = vec![false; 1 << 16];
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
                // Punctuation and letters of full width stand in any text.
                out.chinese += usize::from(!(0xa1..=0xa3).contains(&bytes[at]));
                let usual = (0xb0..=0xd7).contains(&bytes[at]) && second >= 0xa1;
                out.usual += usize::from(usual);
                let code = usize::from(bytes[at]) << 8 | usize::from(second);
                if !seen[code] {
                    seen[code] = true;
                    out.codes.push(code as u16);
                    let sound = usize::from(bytes[at] >= 0xc9) + usize::from(bytes[at] >= 0xd0);
                    out.by_sound[sound] += usize::from(usual);
                }
                out.usual_big5 += usize::from((0xa1..=0xc6).contains(&bytes[at]) && !(0x7f..0xa1).contains(&second));
                at += 2;
            }
            at = at.max(end);
        }
        out
    }

    /// Whether the characters, read as GB18030, are those of Chinese text: nearly all are usual, and they are of all sounds.
    /// Korean syllables (EUC-KR) lie among those up to `Sh`, and usual Japanese characters (EUC-JP) among those up to `Xi`.
    /// A few characters have few sounds; of these one must be a character that tables are made of.
    fn reads_as_chinese(&self) -> bool {
        let [early, middle, late] = self.by_sound;
        let all_sounds = match early + middle + late {
            0..12 => self.known(CHINESE, GB18030) > 0,
            _ => middle + late > 0 && (late > 0 || early + middle < 20),
        };
        5 * self.usual >= 4 * self.chinese && all_sounds
    }

    /// Whether the characters, read as EUC-JP, are those of Japanese tables and hardly any of them, read as GB18030, one of
    /// Chinese ones. Syllables have the same bytes in both encodings, and Chinese text has none.
    fn reads_as_japanese(&self) -> bool {
        let syllables = self.codes.iter().filter(|&&code| matches!(code >> 8, 0xa4 | 0xa5)).count();
        let (japanese, chinese) = (self.known(JAPANESE, EUC_JP), self.known(CHINESE, GB18030));
        japanese + syllables >= 2 && japanese + syllables > 3 * chinese
    }

    /// How many different pairs are characters of a text.
    fn known(&self, text: &str, encoding: &'static Encoding) -> usize {
        let (bytes, ..) = encoding.encode(text);
        let codes: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1])).collect();
        self.codes.iter().filter(|code| codes.contains(code)).count()
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
            ("県,x\n東京都,1\n大阪府,2\n北海道,3\n", EUC_JP),
            ("都市,人口\nさいたま,1\n", EUC_JP),
            // Names with characters beyond the common ones.
            ("姓名,城市\n朱镕基,北京\n陶喆,台北\n邓亚萍,北京市\n", GB18030),
        ] {
            let bytes = encoding.encode(text).0;
            let found = decode("t.csv", &bytes, None, &mut notes).expect("decoded");
            assert_eq!((found.as_ref(), looks_like(&bytes)), (text, Some(encoding)), "{text}");
        }
        assert_eq!(notes[0].code, "read-as-windows-1252");
        assert!(notes[0].message.contains("`encoding = …`") && notes[3].message.contains("read as GB18030"));
        assert_eq!(notes[4].code, "read-as-euc-jp");
    }

    #[test]
    fn names_of_taiwan_are_not_western() {
        let text = "city,x\n台北市,1\n台中市,2\n台南市,3\n花蓮縣,4\n屏東縣,5\n苗栗縣,6\n";
        let bytes = BIG5.encode(text).0;
        assert_eq!(looks_like(&bytes), Some(BIG5));
        assert_eq!(decode("t.csv", &bytes, None, &mut Vec::new()).expect("decoded"), text);
        // One pair that is Western.
        let degrees = b"city,temperature \xb0C\nParis,12\n";
        assert_eq!(looks_like(degrees), Some(WINDOWS_1252));
    }

    #[test]
    fn what_is_not_chinese_is_said_aloud() {
        let severity = |encoding: &'static Encoding, text: &str| {
            let mut notes = Vec::new();
            // What no encoding fits is refused.
            decode("t.csv", &encoding.encode(text).0, None, &mut notes).ok()?;
            Some((notes[0].severity, notes[0].message.clone()))
        };
        let japanese = "県,x\n東京都,1\n大阪府,2\n北海道,3\n福岡県,4\n愛知県,5\n兵庫県,6\n千葉県,7\n埼玉県,8\n静岡県,9\n長野県,1\n岐阜県,2\n";
        let korean = "시도,x\n서울특별시,1\n부산광역시,2\n대구광역시,3\n인천광역시,4\n경기도,5\n강원도,6\n전라남도,7\n제주도,8\n";
        let russian = "город,x\nМосква,1\nКазань,2\nСамара,3\nТомск,4\nОмск,5\nНовгород,6\n";
        for (encoding, text) in [
            (encoding_rs::SHIFT_JIS, japanese),
            (encoding_rs::EUC_KR, korean),
            (encoding_rs::WINDOWS_1251, russian),
            (encoding_rs::EUC_JP, japanese),
        ] {
            let Some((severity, message)) = severity(encoding, text) else {
                assert_ne!(encoding, encoding_rs::EUC_KR);
                continue;
            };
            assert_eq!(severity, crate::Severity::Warning, "{}: {message}", encoding.name());
            assert!(message.contains("shift_jis"), "{message}");
        }
        // A few characters are no Chinese ones either.
        for (encoding, text) in
            [(encoding_rs::EUC_JP, "city,x\n東京,1\n大阪,2\n"), (encoding_rs::EUC_KR, "city,x\n서울,1\n부산,2\n")]
        {
            let (severity, message) = severity(encoding, text).expect("decoded");
            assert_eq!(severity, crate::Severity::Warning, "{}: {message}", encoding.name());
        }
        for text in ["city,x\n北京,1\n", "城市,年份\n亳州,1\n", "city,x\n泉州,1\n通州,2\n"] {
            assert_eq!(severity(GB18030, text).expect("decoded").0, crate::Severity::Note, "{text}");
        }
        let chinese = "城市,x\n北京市,1\n上海市,2\n深圳市,3\n亳州市,4\n衢州市,5\n";
        assert_eq!(severity(GB18030, chinese).expect("decoded").0, crate::Severity::Note);
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
