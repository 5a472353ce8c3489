//! `panelstudy check`: what it says, and that it says all of it.

use crate::small::{GTFP, HEAD, folder, study, table};
use crate::support::{paper, run_study, workspace};
use panelstudy::check::check_file;
use rust_xlsxwriter::Workbook;
use std::path::Path;

/// What a check says.
struct Said {
    text: String,
    problems: Vec<String>,
}

fn checked(study: &Path) -> Said {
    let checked = check_file(study);
    Said { problems: checked.sentences(), text: checked.text }
}

/// Exit code of `panelstudy check`.
fn exit_code(study: &Path) -> u8 {
    use clap::Parser;
    let arguments = ["panelstudy", "check", study.to_str().unwrap()];
    panelstudy::cli::execute(&panelstudy::cli::Cli::try_parse_from(arguments).unwrap()).unwrap().code
}

#[test]
fn a_clean_study_has_no_problem() {
    for study in [paper(), workspace().join("tests/studies/grunfeld.toml")] {
        let Said { text, problems } = checked(&study);
        assert!(problems.is_empty(), "{}: {problems:?}", study.display());
        assert!(text.ends_with("\nNo problem found.\n"), "{text}");
    }
    assert_eq!(exit_code(&paper()), 0);
}

#[test]
fn all_problems_are_said_in_one_pass_each_once() {
    let folder = folder("check-all");
    let text = format!(
        "{HEAD}[variables]\nlogy = \"ln(yy)\"\n{}{}{}",
        GTFP.replace("\"l\"", "\"labor\""),
        table("y ~ x + xx | city", "vcov = \"cluster:provnce\""),
        table("y ~ x | city", "utest = \"x\"\nsample = \"regoin == \\\"North\\\"\"").replace("\"t\"", "\"u\""),
    ) + "[[table.column]]\nformula = \"y ~ x + xx | city\"\nvcov = \"cluster:provnce\"\n[published]\nfile = \"printed.csv\"\n";
    let study = study(&folder, &text);
    let Said { text, problems } = checked(&study);
    for unknown in ["yy", "labor", "xx", "x^2", "regoin", "printed.csv"] {
        assert!(problems.iter().any(|problem| problem.contains(unknown)), "{unknown}: {problems:#?}");
    }
    let mut once = problems.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), problems.len(), "{problems:#?}");
    assert!(text.contains(&format!("{} problems:", problems.len())), "{text}");
    assert_eq!(exit_code(&study), 2);
}

#[test]
fn mistakes_of_the_study_file_are_said_at_once_with_line_and_key() {
    let folder = folder("check-mistakes");
    let text = format!(
        "{HEAD}[va]\nsector = \"k\"\ntotal = \"l\"\ndecay = \"invers\"\n{}reference = \"contemporanous\"\n{}",
        GTFP,
        table("y ~ x", "likke = \"xtreg\"")
    );
    let Said { problems, .. } = checked(&study(&folder, &text));
    let line = |word: &str| 1 + text.lines().position(|line| line.contains(word)).unwrap();
    let expected = [
        ("invers\"", "[va] decay = \"invers\": expected one of inverse", "did you mean `inverse`?"),
        ("contemporanous", "[[gtfp]] reference = \"contemporanous\": expected one of global", "`contemporaneous`?"),
        ("likke", "unknown key `likke` of [[table.column]]", "did you mean `like`?"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (word, what, near)) in problems.iter().zip(expected) {
        assert!(problem.contains(&format!("line {}: ", line(word))), "{problem}");
        assert!(problem.contains(what) && problem.contains(near), "{problem}");
    }
}

/// What could change how a result is read is counted where all else is well.
#[test]
fn warnings_are_counted_in_the_last_line() {
    let folder = folder("check-warnings");
    std::fs::write(folder.join("names.csv"), "city,year,w\nAnyang County,2013,1\nBenxi,2014,2\n").unwrap();
    let text = format!("{HEAD}[[source]]\nfile = \"names.csv\"\n{}", table("y ~ x | city", ""));
    let Said { text, problems } = checked(&study(&folder, &text));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(text.contains("8 key(s) of the panel have no match"), "{text}");
    assert!(text.ends_with("\nNo problem found; 1 warning above.\n"), "{text}");
}

#[test]
fn every_source_that_is_refused_is_named() {
    let folder = folder("check-sources");
    std::fs::write(folder.join("wide.csv"), "City,1982,1983,1984,1985\na,1,2,3,4\n").unwrap();
    let sources = "[[source]]\nfile = \"wide.csv\"\n[[source]]\nfile = \"none.csv\"\n";
    let Said { problems, .. } = checked(&study(&folder, &format!("{HEAD}{sources}{}", table("y ~ x", ""))));
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].contains("`wide.csv` has neither key") && problems[1].contains("none.csv"), "{problems:#?}");
}

#[test]
fn a_cell_that_is_no_number_is_said_once() {
    let folder = folder("check-cell");
    let data = crate::small::DATA.replace("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,16,22,3,2.0 to 3");
    std::fs::write(folder.join("data.csv"), data).unwrap();
    let text = format!("{HEAD}{}{}", table("y ~ x | city", ""), table("z ~ x | city", "").replace("\"t\"", "\"u\""));
    let Said { problems, .. } = checked(&study(&folder, &text));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].contains("value `2.0 to 3`") && problems[0].contains("`missing = [\"2.0 to 3\"]`"));
}

#[test]
fn what_a_run_computes_stands_in_for_itself() {
    let folder = folder("check-waiting");
    let text = format!(
        "{HEAD}[variables]\nkk = \"k * Va\"\nlogk = \"ln(kk)\"\nlogy = \"ln(y)\"\n[va]\nsector = \"k\"\ntotal = \"l\"\n{}{}",
        GTFP.replace("\"k\"", "\"kk\""),
        table("Gtfp ~ logk + logy", "sample = \"Va > 0\"")
    );
    let here = study(&folder, &text);
    let Said { text: report, problems } = checked(&here);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(report.contains("from Va, k: 9 values from") && report.contains("gtfp-main"), "{report}");
    run_study(&here, &folder.join("out"), Some(1)).unwrap();

    // What is wrong beside them is still seen.
    let misspelt = study(&folder, &text.replace("logk + logy", "logk + logyy"));
    assert!(checked(&misspelt).problems.iter().any(|problem| problem.contains("`logyy`")));
    let taken = study(&folder, &text.replace("[va]\n", "[va]\nnames = { va = \"x\" }\n").replace("* Va", "* x"));
    let problems = checked(&taken).problems;
    assert!(problems.iter().any(|problem| problem.contains("it would make a variable `x`")), "{problems:?}");
}

/// A workbook and a text file as yearbooks come: `docs/own-data.md` goes through these steps with more rows.
fn messy(folder: &Path) {
    const YEARS: [i32; 5] = [1970, 1971, 1972, 1973, 1974];
    let states = ["甲", "乙", "丙", "丁", "戊"];
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "本表数据来自年鉴").unwrap();
    let sheet = book.add_worksheet().set_name("产出与资本").unwrap();
    sheet.write_string(0, 0, "表 1　各州产出与资本").unwrap();
    sheet.merge_range(1, 0, 2, 0, "州", &rust_xlsxwriter::Format::new()).unwrap();
    for (block, name) in ["生产总值", "公共资本", "私人资本"].iter().enumerate() {
        let first = 1 + (block * YEARS.len()) as u16;
        sheet.merge_range(1, first, 1, first + 4, name, &rust_xlsxwriter::Format::new()).unwrap();
        for (place, year) in YEARS.iter().enumerate() {
            sheet.write_string(2, first + place as u16, format!("{year}年")).unwrap();
            for (row, _) in states.iter().enumerate() {
                let value = 1000 + 700 * row + 37 * place * (block + row + 1) + 11 * (place * place * (row + 2)) % 97;
                let text = format!("{},{:03}", value / 1000, value % 1000);
                sheet.write_string(3 + row as u32, first + place as u16, text).unwrap();
            }
        }
    }
    for (row, state) in states.iter().enumerate() {
        sheet.write_string(3 + row as u32, 0, *state).unwrap();
    }
    sheet.write_string(8, 0, "资料来源：年鉴").unwrap();
    book.save(folder.join("各州数据.xlsx")).unwrap();
    // 州,年份,就业人数（千人）,失业率（％） in GB18030.
    let mut text = b"\xd6\xdd,\xc4\xea\xb7\xdd,\xbe\xcd\xd2\xb5\xc8\xcb\xca\xfd\xa3\xa8\xc7\xa7\xc8\xcb\xa3\xa9,\xca\xa7\xd2\xb5\xc2\xca\xa3\xa8\xa3\xa5\xa3\xa9\n".to_vec();
    for (row, state) in [b"\xbc\xd7", b"\xd2\xd2", b"\xb1\xfb", b"\xb6\xa1", b"\xce\xec"].into_iter().enumerate() {
        for (place, year) in YEARS.iter().enumerate() {
            text.extend_from_slice(state);
            text.extend_from_slice(format!(",{year}").as_bytes());
            text.extend_from_slice(b"\xc4\xea");
            let (employed, rate) =
                (1010 + 90 * row + 13 * place * (5 - row), 4.0 + ((row * 7 + place * 3) % 5) as f64 / 10.0);
            text.extend_from_slice(format!(",\"1,{:03}.5\",{rate}\n", employed % 1000).as_bytes());
        }
    }
    std::fs::write(folder.join("就业.csv"), text).unwrap();
}

#[test]
fn each_step_from_messy_files_to_a_table_is_said() {
    let folder = folder("check-steps");
    messy(&folder);
    let with = |workbook: &str, text: &str| {
        study(
            &folder,
            &format!(
                "[study]\ntitle = \"T\"\nentity = \"州\"\ntime = \"年份\"\nlang = \"zh\"\n\
                 [[source]]\nfile = \"各州数据.xlsx\"\n{workbook}[[source]]\nfile = \"就业.csv\"\n{text}\
                 [[table]]\nid = \"production\"\n[[table.column]]\n\
                 formula = \"log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp | 州 + 年份\"\nvcov = \"cluster:州\"\n"
            ),
        )
    };
    let sheet = "sheet = \"产出与资本\"\n";
    let header = "skip_rows = 1\nheader_rows = 2\n";
    let decimal = "decimal = \".\"\n";
    let reshape = "reshape = { kind = \"wide-to-long\", variables = { gsp = \"生产总值\", pcap = \"公共资本\", pc = \"私人资本\" } }\n";
    let rename = "rename = { emp = \"就业人数（千人）\", unemp = \"失业率（％）\" }\n";
    for (workbook, text, sentences) in [
        (
            String::new(),
            "",
            ["sheet `说明`: there is a header but no row of data", "the workbook has the sheets 说明, 产出与资本"],
        ),
        (sheet.to_owned(), "", ["the header begins in row 2", "`skip_rows = 1`, `header_rows = 2`"]),
        (format!("{sheet}{header}"), "", ["nothing says whether the comma or the point", "`decimal = \".\"` as"]),
        (
            format!("{sheet}{header}{decimal}"),
            "",
            ["`生产总值_1970年` and 14 more look like one column per year", "wide-to-long"],
        ),
        (format!("{sheet}{header}{decimal}{reshape}"), "", ["unknown column `emp`", "就业人数（千人）"]),
        (format!("{sheet}{header}{decimal}{reshape}"), rename, ["No problem found", "25 rows"]),
    ] {
        let Said { text: report, problems } = checked(&with(&workbook, text));
        for sentence in sentences {
            assert!(report.contains(sentence), "{sentence} is not in: {report}");
        }
        assert_eq!(problems.is_empty(), !text.is_empty(), "{problems:?}");
    }
    let out = folder.join("out");
    run_study(&folder.join("study.toml"), &out, Some(1)).unwrap();
    assert!(std::fs::read_to_string(out.join("tables/production.md")).unwrap().contains("log(emp)"));
}

#[test]
fn the_documentation_lists_every_function() {
    let page = std::fs::read_to_string(workspace().join("docs/own-data.md")).unwrap();
    for function in panel_core::expr::function_help() {
        let line = format!("\n{}", function.usage);
        assert!(page.contains(&line), "docs/own-data.md lacks `{}`", function.usage);
        assert!(function.aliases.iter().all(|alias| page.contains(alias)), "{}", function.name);
    }
}
