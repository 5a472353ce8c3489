//! The stages of this run and what flows between them.

use super::{Place, Scene, Sketch, count};
use report::figure::{Pipeline, Stage};
use report::{Lang, Text};

/// The diagram.
pub(super) fn sketch(scene: &Scene<'_>) -> Sketch {
    let study = scene.study;
    let results = scene.results;
    let stage = |id: &str, label: (&str, &str), detail: Text| Stage { id: id.to_owned(), label: label.into(), detail };
    let panel = scene.panel;
    let [rows_zh, rows] = Lang::ALL.map(|lang| count(panel.n_rows(), lang));
    let files = study.sources.len();
    let data = stage(
        "data",
        ("数据", "data"),
        Text::new(
            format!("{files} 个文件，{rows_zh} 行"),
            format!("{files} {}, {rows} rows", if files == 1 { "file" } else { "files" }),
        ),
    );
    let computed =
        study.indices.iter().into_iter().filter_map(|index| Some((index, results.computed.index(&index.stage())?)));
    let indices: Vec<Stage> = computed
        .map(|(index, result)| Stage { id: index.stage(), label: index.label(), detail: result.detail.clone() })
        .collect();
    let derived = study.variables.len();
    let variables = stage(
        "variables",
        ("变量", "variables"),
        Text::new(format!("{derived} 个公式"), format!("{derived} formulas")),
    );
    let (tables, regressions) =
        results.tables.as_ref().map_or((0, 0), |tables| (tables.tables.len(), tables.estimates.len()));
    let table_stage = stage(
        "tables",
        ("表", "tables"),
        Text::new(
            format!("{tables} 张表，{regressions} 个回归"),
            format!("{tables} tables, {regressions} regressions"),
        ),
    );
    let report = stage("report", ("报告", "report"), Text::new("图、网页、文件", "figures, page, files"));

    let mut edges: Vec<(String, String)> = Vec::new();
    let mut edge = |from: &str, to: &str| edges.push((from.to_owned(), to.to_owned()));
    if indices.is_empty() {
        edge("data", "variables");
    }
    for index in &indices {
        edge("data", &index.id);
        edge(&index.id, "variables");
    }
    edge("variables", "tables");
    edge("tables", "report");
    let mut columns = vec![vec![data]];
    if !indices.is_empty() {
        columns.push(indices);
    }
    columns.extend([vec![variables], vec![table_stage], vec![report]]);

    let title = Text::build(|lang| match lang {
        Lang::Zh => format!("从原始列到 {regressions} 个回归：每一步都在本次运行中计算"),
        Lang::En => format!("From raw columns to {regressions} regressions: every step is computed in the run"),
    });
    let caption = Text::new(
        format!(
            "{rows} 行 = {} 个个体，{} 个时期。各阶段耗时见 manifest.json。",
            panel.n_entities(),
            panel.n_periods()
        ),
        format!(
            "{rows} rows: {} entities, {} periods. Times of the stages stand in manifest.json.",
            count(panel.n_entities(), Lang::En),
            panel.n_periods()
        ),
    );
    let diagram = Pipeline { frame: scene.frame("pipeline", title, caption), columns, edges };
    Sketch::new(Place::Data, move |lang| diagram.draw(lang))
}
