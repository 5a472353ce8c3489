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
    let mut indices: Vec<Stage> = Vec::new();
    if study.va.is_some() {
        indices.push(stage(
            "va",
            ("虚拟集聚", "va"),
            Text::new("区位熵与距离衰减", "location quotients, distance decay"),
        ));
    }
    for gtfp in &results.computed.gtfp {
        let id = format!("gtfp-{}", gtfp.id);
        let [zh, en] = Lang::ALL.map(|lang| count(gtfp.summary.lp.programs, lang));
        let detail = Text::new(format!("{zh} 个线性规划"), format!("{en} linear programs"));
        indices.push(stage(&id, (&id, &id), detail));
    }
    if let Some(market) = &study.market {
        let goods = market.prices.len();
        let detail = Text::new(format!("{goods} 类商品的相对价格"), format!("relative prices of {goods} goods"));
        indices.push(stage("market", ("市场分割", "market"), detail));
    }
    let derived = study.variables.len();
    let variables = stage(
        "variables",
        ("变量", "variables"),
        Text::new(format!("{derived} 个公式"), format!("{derived} formulas")),
    );
    let (tables, regressions) =
        results.tables.as_ref().map_or((0, 0), |tables| (tables.tables.len(), tables.estimates.len()));
    let made = stage(
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
    columns.extend([vec![variables], vec![made], vec![report]]);

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
