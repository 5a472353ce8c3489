//! The page of results in a real browser, where one is installed (`PANEL_BROWSER` names another than those looked for):
//! at the width of a desk and of a telephone, in both languages, nothing overflows, no glyph is missing, every link leads
//! somewhere.

use crate::support::{REPLICATION, replicated, run_study, scratch, workspace};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a page says of itself.
#[derive(Debug, Deserialize)]
struct Measured {
    width: u32,
    page: u32,
    beyond: Vec<String>,
    cut: Vec<String>,
    outside_drawing: Vec<String>,
    missing: Vec<char>,
    links: Vec<String>,
    dead_anchors: Vec<String>,
}

/// A Chromium on the path.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PANEL_BROWSER") {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    if found.is_none() {
        eprintln!("skipped: no Chromium to look at the page with");
    }
    found
}

/// A page in a frame of this many pixels (a window cannot be as narrow as a telephone), and what it says of itself.
fn measure(browser: &Path, html: &str, lang: &str, width: u32, folder: &Path) -> Measured {
    let probe = format!("<script>const LANG = \"{lang}\";\n{}</script>\n</body>", include_str!("probe.js"));
    std::fs::write(folder.join("page.html"), html.replacen("</body>", &probe, 1)).unwrap();
    let frame = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><iframe src=\"page.html\" width=\"{width}\" height=\"900\" \
         style=\"border: 0\"></iframe><pre id=\"said\"></pre><script>addEventListener('message', (event) => {{ \
         document.getElementById('said').textContent = encodeURIComponent(event.data); }});</script>"
    );
    let address = folder.join("frame.html");
    std::fs::write(&address, frame).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--hide-scrollbars", "--window-size=1400,1000", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", address.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let encoded =
        dom.split("<pre id=\"said\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or_default();
    let json = percent_decoded(encoded);
    serde_json::from_str(&json)
        .unwrap_or_else(|error| panic!("{error}: {json:?}; {}", String::from_utf8_lossy(&output.stderr)))
}

/// The inverse of `encodeURIComponent`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// Looks at one page in both languages at both widths; `files` is the folder that its links lead into.
fn look(name: &str, html: &str, files: &Path) {
    let Some(browser) = browser() else { return };
    let folder = scratch(&format!("browser-{name}"));
    for lang in ["zh", "en"] {
        for width in [1280, 390] {
            let got = measure(&browser, html, lang, width, &folder);
            let page = format!("{name}, {lang}, {width} px");
            assert_eq!(got.width, width, "{page}");
            assert!(got.page <= width, "{page}: the page is {} px wide; {:?}", got.page, got.beyond);
            assert!(got.beyond.is_empty(), "{page}: beyond the page: {:?}", got.beyond);
            assert!(got.cut.is_empty(), "{page}: cut off: {:?}", got.cut);
            assert!(got.outside_drawing.is_empty(), "{page}: outside of its drawing: {:?}", got.outside_drawing);
            // Without a font for Chinese there is nothing to see: that is the machine's, not the page's.
            let (chinese, missing): (Vec<char>, Vec<char>) = got.missing.iter().partition(|&&c| is_chinese(c));
            assert!(missing.is_empty(), "{page}: no glyph for {missing:?}");
            if chinese.contains(&'的') {
                eprintln!("skipped: no font with Chinese characters to look at {page} with");
            } else {
                assert!(chinese.is_empty(), "{page}: no glyph for {chinese:?}");
            }
            assert!(got.dead_anchors.is_empty(), "{page}: no place {:?}", got.dead_anchors);
            for link in got.links.iter().filter(|link| !link.starts_with('#') && !link.contains("://")) {
                assert!(files.join(link).is_file(), "{page}: no file {link}");
            }
        }
    }
}

fn is_chinese(character: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&character) || ('\u{ff00}'..='\u{ffef}').contains(&character)
}

#[test]
fn the_papers_page() {
    look("paper", &replicated("index.html"), &REPLICATION);
}

/// Weights, maps and tables of many kinds.
#[test]
fn a_page_with_every_key() {
    let out = scratch("browser-keys-results");
    run_study(&workspace().join("tests/studies/keys.toml"), &out, None).unwrap();
    look("keys", &std::fs::read_to_string(out.join("index.html")).unwrap(), &out);
}

#[test]
fn percent_signs_are_decoded() {
    assert_eq!(percent_decoded("%7B%22a%22%3A%22%E7%9A%84%22%7D"), "{\"a\":\"的\"}");
}
