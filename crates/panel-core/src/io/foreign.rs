//! Files that are not what their extension says, or of a kind that is not read: what they are, and what to do about it.

/// What a file is by its first bytes, and what to do with it; none where it may be text or of an unknown kind.
pub(super) fn disguised(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a workbook or another zip archive; name it .xlsx or .ods if it is one, else unpack it"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook; name it .xls"),
        (b"PAR1", "a Parquet file; name it .parquet"),
        (b"<stata_dta>", "a Stata file; name it .dta"),
        (b"\x1f\x8b", "a gzip archive; unpack it"),
        (b"version https://git-lfs", "a Git LFS pointer, not the data; `git lfs pull` fetches them"),
        (b"%PDF", "a PDF page; its tables have to be taken out of it first"),
        (b"$FL2", "an SPSS file; save it as a Stata file or as csv"),
        (b"RDX", "data of R; `write.csv` writes them as csv"),
    ];
    known.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|&(_, kind)| kind)
}

/// What a text is that is no table: a web page, XML, JSON.
pub(super) fn marked_up(bytes: &[u8]) -> Option<&'static str> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let begins = |tags: &[&str]| tags.iter().any(|tag| start.starts_with(tag));
    let brackets: String = start.chars().filter(|c| !c.is_whitespace()).take(2).collect();
    if begins(&["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<body"]) {
        Some("a web page (HTML); open it in a spreadsheet program and save it as xlsx, or see there why no table came")
    } else if begins(&["<?xml"]) {
        Some("XML; open it in a spreadsheet program and save it as xlsx")
    } else if ["{\"", "[{", "[["].contains(&brackets.as_str()) {
        Some("JSON; download the table as csv, or convert it (R: `jsonlite`, Python: `pandas.read_json`)")
    } else {
        None
    }
}

/// What a file is that should begin with `mark`, where it is known to be of another kind.
pub(super) fn not_of_kind(bytes: &[u8], mark: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(mark) {
        return None;
    }
    let text = || is_text(bytes).then_some("text; name it .csv");
    disguised(bytes).or_else(|| marked_up(bytes)).or_else(text)
}

/// The sentence about a file whose extension says one kind and whose content is another.
pub(super) fn other(kind: &str, content: &str) -> String {
    format!("the extension says {kind}, the content is {content}")
}

/// Whether a file looks like text: lines, and no byte that text never has.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let utf16 = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    utf16 || start.contains(&b'\n') && !start.iter().any(|&b| b < 9 || (14..32).contains(&b) && b != 27)
}

/// The sentence about an extension that is not read.
pub(super) fn unknown(extension: &str) -> String {
    const KNOWN: &str = "known are csv, tsv, txt, parquet, dta, xlsx, xls, xlsb and ods";
    let remedy = match extension {
        "" => return format!("no extension; {KNOWN}; name it after what it holds, a table of text .csv"),
        "gz" | "zip" | "7z" | "rar" | "bz2" | "xz" | "zst" | "tar" | "tgz" => "unpack it and name the file inside",
        "dat" | "asc" | "prn" | "data" => "a table of text can be named .txt",
        "rds" | "rdata" | "rda" => "in R, `write.csv(x, \"x.csv\", row.names = FALSE)` writes one of them",
        _ => "the program that wrote it can mostly save it as one of them",
    };
    format!("unknown extension `{extension}`; {KNOWN}; {remedy}")
}

#[cfg(test)]
mod tests {
    use super::super::{ReadOptions, read_bytes};

    fn said(file: &str, bytes: &[u8]) -> String {
        read_bytes(file, bytes, &ReadOptions::default()).expect_err("no table").to_string()
    }

    #[test]
    fn what_is_no_table_is_named_with_what_to_do() {
        let page = b"\n<!DOCTYPE html><html><body>log in\n</body></html>";
        let cases: [(&str, &[u8], &str); 14] = [
            ("a.csv", page, "a web page (HTML)"),
            ("a.xls", page, "save it as xlsx, or see"),
            ("a.dta", page, "says Stata, the content is a web page"),
            ("a.xls", b"<?xml version=\"1.0\"?>\n<Workbook/>\n", "XML; open it"),
            ("a.csv", b"[\n{\"city\":\"a\"}]\n", "JSON; download the table as csv"),
            ("a.xlsx", b"{ \"error\": 404 }\n", "JSON"),
            ("a.parquet", b"city,year\na,1\n", "says Parquet, the content is text; name it .csv"),
            ("a.csv", b"PAR1....", "a Parquet file; name it .parquet"),
            ("a.csv", b"PK\x03\x04....", "else unpack it"),
            ("a.csv.gz", b"\x1f\x8b", "unpack it and name the file inside"),
            ("a.dat", b"city,year\na,1\n", "a table of text can be named .txt"),
            ("a.rds", b"\x1f\x8b", "write.csv"),
            ("a.sav", b"$FL2", "save it as one of them"),
            ("a", b"city,year\na,1\n", "no extension"),
        ];
        for (file, bytes, expected) in cases {
            let message = said(file, bytes);
            assert!(message.contains(expected), "{file}: {message}");
        }
        let table = read_bytes("a.csv", b"{x},y\n[1,2\n", &ReadOptions::default()).expect("brackets are letters");
        assert_eq!(table.names(), ["{x}", "y"]);
    }
}
