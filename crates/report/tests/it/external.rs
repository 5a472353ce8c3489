//! Other programs open what is written here. Each test is skipped, with a message, where its program is missing.

use crate::gallery;
use panel_report::render::{docx, latex_document, xlsx};
use panel_report::{Lang, Table, TableFormat};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn tables() -> Vec<Table> {
    vec![gallery::regression().expect("a table"), gallery::subsamples().expect("a table")]
}

/// The program, if this machine has it.
fn program(names: &[&'static str]) -> Option<&'static str> {
    let found = names.iter().find(|name| {
        let run = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!("skipped: none of {names:?} is installed");
    }
    found.copied()
}

/// LibreOffice, if it is here with its programs for texts and sheets: a package of either alone brings `soffice`, too.
fn office() -> Option<&'static str> {
    if cfg!(target_os = "linux") {
        program(&["lowriter"])?;
        program(&["localc"])?;
    }
    program(&["soffice", "libreoffice"])
}

/// A fresh folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("panel-report-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

fn converts(office: &str, folder: &Path, file: &str, to: &str) -> Vec<u8> {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let run = Command::new(office)
        .args([profile.as_str(), "--headless"])
        // As Writer opens a page that is pasted, not as Writer/Web.
        .args(file.ends_with(".html").then_some("--infilter=HTML (StarWriter)"))
        .args(["--convert-to", to, "--outdir"])
        .arg(folder.join("out"))
        .arg(folder.join(file))
        .output()
        .expect("runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let name = Path::new(file).with_extension(to.split(':').next().unwrap_or(to));
    std::fs::read(folder.join("out").join(name)).expect("converted")
}

#[test]
fn libreoffice_opens_word_and_excel() {
    let Some(office) = office() else { return };
    let folder = folder("office");
    std::fs::write(folder.join("tables.docx"), docx(&tables(), Lang::Zh).expect("a document")).expect("written");
    std::fs::write(folder.join("tables.xlsx"), xlsx(&tables(), Lang::Zh).expect("a workbook")).expect("written");
    let text =
        String::from_utf8_lossy(&converts(office, &folder, "tables.docx", "txt:Text (encoded):UTF8")).into_owned();
    for part in ["表 2  基准回归结果", "虚拟集聚平方", "−0.013**", "(0.006)", "279 个聚类", "非城市群"]
    {
        assert!(text.contains(part), "Word text lacks `{part}`:\n{text}");
    }
    let cells =
        String::from_utf8_lossy(&converts(office, &folder, "tables.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76"))
            .into_owned();
    for part in ["虚拟集聚", "-0.013**", "(0.006)", "2232"] {
        assert!(cells.contains(part), "Excel cells lack `{part}`:\n{cells}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn html_keeps_its_rules_in_a_word_processor() {
    let Some(office) = office() else { return };
    let folder = folder("html");
    let table = gallery::regression().expect("a table").render(TableFormat::Html, Lang::Zh).expect("renders");
    let page =
        format!("<html><head><meta charset=\"utf-8\"></head><body>{}</body></html>", String::from_utf8_lossy(&table));
    std::fs::write(folder.join("table.html"), page).expect("written");
    let flat = String::from_utf8_lossy(&converts(office, &folder, "table.html", "fodt:OpenDocument Text Flat XML"))
        .into_owned();
    for (side, points) in [("top", "1.5pt"), ("bottom", "0.75pt"), ("bottom", "1.5pt")] {
        let rule = format!("fo:border-{side}=\"{points} solid #000000\"");
        assert!(flat.contains(&rule), "{rule}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn latex_compiles() {
    let Some(engine) = program(&["tectonic", "xelatex"]) else { return };
    let folder = folder("latex");
    for lang in Lang::ALL {
        let document = latex_document(&tables(), lang).expect("a document");
        std::fs::write(folder.join("tables.tex"), &document).expect("written");
        let mut run = Command::new(engine);
        if engine == "xelatex" {
            run.args(["-interaction=nonstopmode", "-halt-on-error"]);
        }
        let run = run.arg("tables.tex").current_dir(&folder).output().expect("runs");
        let log = String::from_utf8_lossy(&run.stdout);
        let missing = ["ctexart.cls' not found", "cannot be found", "fontset"].iter().any(|part| log.contains(part));
        if lang == Lang::Zh && !run.status.success() && missing {
            eprintln!("skipped: no ctex with Chinese fonts");
            continue;
        }
        assert!(run.status.success(), "{lang:?}: {log}");
        let widest = overfull(&log);
        assert!(widest < 1.0, "{lang:?}: a table is {widest} pt wider than the page: {log}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

/// Points by which the widest box of a TeX log is too wide.
fn overfull(log: &str) -> f64 {
    let points = log.split("Overfull \\hbox (").skip(1).filter_map(|rest| rest.split("pt").next()?.parse().ok());
    points.fold(0.0, f64::max)
}

#[test]
fn overfull_boxes_are_found_whatever_their_width() {
    assert_eq!(overfull("a\nOverfull \\hbox (0.4pt too wide)\nOverfull \\hbox (23.71pt too wide) in"), 23.71);
    assert_eq!(overfull("Underfull \\hbox (badness 10000)"), 0.0);
}

#[test]
fn typst_compiles() {
    let Some(engine) = program(&["typst"]) else { return };
    let folder = folder("typst");
    for table in tables() {
        std::fs::write(folder.join("table.typ"), table.render(TableFormat::Typst, Lang::Zh).expect("renders"))
            .expect("written");
        let run = Command::new(engine).args(["compile", "table.typ"]).current_dir(&folder).output().expect("runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[cfg(feature = "png")]
#[test]
fn figures_rasterize_where_there_are_fonts() {
    use panel_report::figure::png;
    let required = std::env::var_os("PNG_FONTS").is_some_and(|fonts| fonts == "required");
    for (name, draw) in gallery::all() {
        for lang in Lang::ALL {
            let figure = draw(lang).expect("draws");
            match png(&figure, 192) {
                Ok(image) => {
                    assert!(image.bytes.starts_with(b"\x89PNG"), "{name}");
                    assert_eq!((image.width, image.height), (2 * figure.width, 2 * figure.height), "{name}");
                }
                // Only a machine without fonts is an excuse, and none where fonts are promised.
                Err(error) if error.to_string().contains("no installed font") && !required => {
                    eprintln!("skipped: {error}");
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
    let (_, draw) = gallery::all().remove(0);
    assert!(png(&draw(Lang::En).expect("draws"), 0).is_err());
}

#[cfg(feature = "pdf")]
#[test]
fn figures_are_pages_where_there_are_fonts() {
    use panel_report::figure::pdf;
    let required = std::env::var_os("PNG_FONTS").is_some_and(|fonts| fonts == "required");
    for (name, draw) in gallery::all() {
        for lang in Lang::ALL {
            match pdf(&draw(lang).expect("draws")) {
                Ok(bytes) => {
                    assert!(bytes.starts_with(b"%PDF-") && bytes.ends_with(b"%%EOF"), "{name}");
                    let again = pdf(&draw(lang).expect("draws")).expect("once more");
                    assert_eq!(bytes, again, "{name}: the same bytes");
                }
                Err(error) if error.to_string().contains("no installed font") && !required => {
                    eprintln!("skipped: {error}");
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}
