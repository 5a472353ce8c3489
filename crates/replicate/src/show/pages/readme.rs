//! The README of the replication package, in the order that data editors ask for.

use super::Surroundings;
use crate::results::Results;
use crate::show::files::data::source_words;
use report::readme::{DataSource, OutputEntry, ReplicationReadme};
use report::{Lang, Text};
use study::indices::Index;
use study::{Loaded, Study, TableSpec};
use tables::spatial::statistics;

/// The README, from what the run has and the files it wrote.
pub(super) fn readme(
    loaded: &Loaded,
    results: &Results,
    around: &Surroundings<'_>,
    files: &[String],
) -> ReplicationReadme {
    let study = &loaded.study;
    let command = around.command;
    let mut overview: Vec<Text> =
        study.study.notice.iter().map(|notice| notice.map(|_, text| format!("> {text}"))).collect();
    overview.push(Text::new(
        format!("`{command}` 由原始数据计算全部表与图。每个数字来自 `manifest.json` 所列文件，每个选择写在 `config.resolved.toml`。"),
        format!(
            "`{command}` computes every table and figure from raw data. Every number comes from the files named in `manifest.json`; every choice stands in `config.resolved.toml`."
        ),
    ));
    let data = results.computed.data.inputs.iter().map(|file| {
        let source_text = |which: fn((String, String, String)) -> String| {
            Text::build(|lang| which(source_words(study, &file.path, lang)))
        };
        DataSource {
            name: source_text(|parts| parts.0),
            file: file.path.clone(),
            source: source_text(|parts| parts.1),
            terms: source_text(|parts| parts.2),
        }
    });
    ReplicationReadme {
        title: study.study.title.clone(),
        overview,
        data: data.collect(),
        software: around.versions.to_vec(),
        randomness: randomness(study),
        resources: Text::new(
            "个人电脑即可；耗时见 `manifest.json`。",
            "A personal computer; times stand in `manifest.json`.",
        ),
        steps: vec![
            Text::new(
                "安装 `panelstudy`；在其仓库的克隆中，`cargo xtask replicate --study FILE` 与 `panelstudy run FILE` 相同。",
                "Install `panelstudy`; in a clone of its repository, `cargo xtask replicate --study FILE` is the same as `panelstudy run FILE`.",
            ),
            Text::new(format!("运行 `{command}`。"), format!("Run `{command}`.")),
            Text::new(
                "打开 `index.html`；用 `sha256sum -c checksums.sha256` 核对文件。",
                "Open `index.html`; check files with `sha256sum -c checksums.sha256`.",
            ),
        ],
        outputs: outputs(study, results, around, files),
        references: references(study),
    }
}

fn randomness(study: &Study) -> Text {
    let random = study.indices.iter().iter().any(|index| index.replications().is_some());
    if random {
        return Text::new(
            "自助法的种子写在研究文件中（见 `manifest.json`）；重复运行与线程数不改变任何结果文件。",
            "Seeds of the bootstraps stand in the study file (see `manifest.json`); neither running again nor the number of threads changes a result file.",
        );
    }
    Text::new(
        "各阶段不使用随机数；重复运行与线程数不改变任何结果文件。",
        "No stage draws random numbers; neither running again nor the number of threads changes a result file.",
    )
}

fn references(study: &Study) -> Vec<String> {
    let citation = study.report.citation.as_ref().map(|citation| {
        let text = citation.text();
        let (zh, en) = (text.get(Lang::Zh), text.get(Lang::En));
        if zh == en { en.to_owned() } else { format!("{zh} ({en})") }
    });
    citation.into_iter().chain(study.report.references.iter().cloned()).collect()
}

fn outputs(study: &Study, results: &Results, around: &Surroundings<'_>, files: &[String]) -> Vec<OutputEntry> {
    let entry = |item: Text, program: String, file: &str, note: (&str, &str)| OutputEntry {
        item,
        program,
        file: file.to_owned(),
        note: note.into(),
    };
    let mut entries = Vec::new();
    for table in results.tables.iter().flat_map(|tables| &tables.tables) {
        let spec = study.tables.iter().find(|spec| spec.id == table.id);
        let item = spec.map_or_else(|| table.title.clone(), TableSpec::heading);
        entries.push(entry(item, program(study, &table.id), &format!("tables/{}.md", table.id), ("", "")));
    }
    for figure in around.figures {
        let item = Text::new(format!("图：{}", figure.zh.title), format!("Figure: {}", figure.en.title));
        entries.push(entry(item, "figures".into(), &format!("figures/{}.svg", figure.en.id), ("", "")));
    }
    for (prefix, program, zh, en) in [
        ("results/va.csv", "va", "区位熵、溢出、虚拟集聚", "location quotient, spillover, virtual agglomeration"),
        ("results/segmentation.csv", "market", "市场分割与整合", "segmentation and integration"),
        ("results/estimates.json", "tables", "全精度回归结果", "every regression at full precision"),
        ("compare/compare.csv", "report", "发表值与复现值", "published and replicated numbers"),
        ("data/panel.csv", "variables", "含全部变量的面板", "the panel with every variable"),
        ("data/panel.parquet", "variables", "含全部变量的面板（Parquet）", "the panel with every variable, as Parquet"),
        ("data/panel.dta", "variables", "含全部变量的面板（Stata）", "the panel with every variable, for Stata"),
        ("data/codebook.csv", "report", "变量说明", "codebook"),
        ("data/sample.csv", "tables", "各列所用的行", "rows of each column"),
    ] {
        if files.iter().any(|file| file == prefix) {
            entries.push(entry(Text::new(zh, en), program.into(), prefix, ("", "")));
        }
    }
    for gtfp in study.indices.gtfp.iter().filter(|gtfp| results.computed.index(&gtfp.stage()).is_some()) {
        let (stage, id) = (gtfp.stage(), &gtfp.own.id);
        let item = Text::new(format!("生产率（{id}）"), format!("Productivity ({id})"));
        let file = format!("results/{stage}.csv");
        entries.push(entry(item, stage, &file, ("得分、指数、分解", "scores, index, decomposition")));
    }
    entries
}

/// The section of the study that makes a table.
fn program(study: &Study, id: &str) -> String {
    let table = id.strip_suffix("-u-test").unwrap_or(id);
    if study.curve.as_ref().is_some_and(|curve| curve.id == id) {
        "[curve]".to_owned()
    } else if study.tables.iter().any(|spec| spec.id == table) {
        format!("[[table]] id = \"{table}\"")
    } else if let Some(spec) = study.spatial.iter().find(|spec| statistics::table_id(spec) == id) {
        format!("[[spatial]] id = \"{}\"", spec.id)
    } else {
        format!("[[mediation]] id = \"{}\"", id.strip_prefix("mediation-").unwrap_or(id))
    }
}
