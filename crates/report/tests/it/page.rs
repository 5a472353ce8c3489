//! The page, the README and the codebook.

use crate::gallery;
use crate::support::{baseline, baseline_spec, snapshot};
use panel_core::{Panel, TextColumn};
use panel_report::codebook::{Codebook, VariableNote};
use panel_report::page::{Block, Fact, Page, Section};
use panel_report::readme::{DataSource, OutputEntry, ReplicationReadme};
use panel_report::regression::regression_table;
use panel_report::{Lang, TableFormat};

/// A page with every kind of block.
pub(crate) fn page() -> Page {
    let table = regression_table(&baseline(), &baseline_spec()).expect("a table");
    let mut blocks = vec![
        Block::table(table),
        Block::Folded {
            summary: ("如何计算", "How this was computed").into(),
            blocks: vec![
                Block::Code("Gtfp ~ Va + Va^2 | city + year".to_owned()),
                Block::paragraph(("城市聚类。", "Clustered by city.")),
            ],
        },
        Block::Warning(("拐点区间很宽。", "The interval of the turning point is wide.").into()),
        Block::List(vec!["a < b & c".into()]),
        Block::Files(vec![("tables/t2.docx".to_owned(), "Word".into())]),
    ];
    for (_, draw) in gallery::all() {
        blocks.push(Block::figure(draw).expect("draws"));
    }
    Page {
        title: ("虚拟集聚与绿色发展：复现报告", "Virtual agglomeration and green development: a replication").into(),
        banner: ("数据为合成的孪生数据：与论文一致只说明流程可行，不说明结论成立。", "The data are a synthetic twin: agreement with the paper shows that the pipeline works, not that the finding is true.").into(),
        citation: "程芳、王曦钰".into(),
        verdict: ("118 个数字中 104 个一致。", "104 of 118 numbers are the same.").into(),
        facts: vec![
            Fact { value: "1.08 [0.71, 1.62]".into(), label: ("拐点", "Turning point").into() },
            Fact { value: "0.021".into(), label: ("U 形检验 p 值", "U-test p").into() },
            Fact { value: "104 / 9 / 5".into(), label: ("一致 / 符号一致 / 不一致", "same / same sign and stars / differ").into() },
        ],
        sections: vec![Section { id: "t2".into(), heading: ("表 2 基准回归", "Table 2: baseline").into(), blocks }],
        first: Lang::Zh,
    }
}

#[test]
fn the_page_stands_alone_in_both_languages() {
    let html = page().html().expect("a page");
    assert_eq!(html, page().html().expect("the same page"));
    for outside in ["<script", "http://", "https://", "<link", "src=", "@import", "url("] {
        let allowed = html.matches("http://www.w3.org/2000/svg").count();
        let found = html.matches(outside).count() - if outside == "http://" { allowed } else { 0 };
        assert_eq!(found, 0, "{outside}");
    }
    for lang in Lang::ALL {
        assert_eq!(html.matches(&format!("<main class=\"{}\"", lang.code())).count(), 1);
    }
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "ids are unique");
    for link in html.split("href=\"#").skip(1).filter_map(|part| part.split('"').next()) {
        assert!(ids.binary_search(&link).is_ok(), "#{link} leads somewhere");
    }
    let without_figures: String =
        html.split("<figure class=\"plot\"").map(|part| part.split("</svg>").last().unwrap_or("")).collect();
    let body = without_figures.split("</style>").nth(1).expect("a body").to_owned();
    snapshot("page_without_figures", "Order: banner, verdict, facts, contents, sections; Chinese then English", &body);
}

#[test]
fn the_readme_lists_tables_with_their_programs() {
    let readme = ReplicationReadme {
        title: ("复现包", "Replication package").into(),
        overview: vec![("一条命令。", "One command: `cargo xtask replicate`.").into()],
        data: vec![DataSource {
            name: ("合成年鉴", "Synthetic yearbook").into(),
            file: "fixtures/twin/yearbook.csv".into(),
            source: ("生成", "generated").into(),
            terms: "CC0".into(),
        }],
        software: vec![("rustc".into(), "1.95".into())],
        randomness: ("种子在 study 文件中。", "Seeds stand in the study file.").into(),
        resources: "".into(),
        steps: vec!["cargo xtask replicate".into()],
        outputs: vec![OutputEntry {
            item: ("表 2", "Table 2").into(),
            program: "tables".into(),
            file: "tables/t2.md".into(),
            note: "".into(),
        }],
        references: vec!["程芳、王曦钰".into()],
    };
    snapshot("readme", "Both languages", &[readme.markdown(Lang::Zh), readme.markdown(Lang::En)].join("\n"));
    assert_eq!(ReplicationReadme::default().markdown(Lang::En), "# \n");
}

#[test]
fn the_codebook_counts_and_bounds() {
    let panel = Panel::builder("city", "year")
        .keys(["a", "a", "b"], ["2013", "2014", "2013"])
        .column("Va", vec![0.5, f64::NAN, 1.5])
        .column("region", TextColumn::new(&[Some("East"), None, Some("East")]))
        .build()
        .expect("a panel");
    let note = VariableNote {
        name: "Va".into(),
        label: ("虚拟集聚", "Virtual agglomeration").into(),
        unit: "1".into(),
        definition: ("式（4）", "Eq. (4)").into(),
        source: "".into(),
    };
    let codebook = Codebook::new(&panel, std::slice::from_ref(&note)).expect("a codebook");
    let table =
        String::from_utf8(codebook.table().render(TableFormat::Markdown, Lang::En).expect("renders")).expect("UTF-8");
    snapshot("codebook", "CSV and table", &[codebook.csv(), table].join("\n"));
    let lost = VariableNote { name: "VA2".into(), ..note };
    assert!(Codebook::new(&panel, &[lost]).expect_err("no such column").to_string().contains("`VA2`"));
}
