//! Tables of a multiverse: joint tests, other options, shares of the choices, smallest changes.

use super::attribution::Attribution;
use super::result::Multiverse;
use crate::closing::close;
use panel_multiverse::declaration::{Label, Response};
use panel_multiverse::record::{JointRow, TestCell};
use report::numfmt::Format;
use report::table::{Align, Cell, Row, RowKind};
use report::{Lang, Table, Text};
use study::{Study, multiverse_table_ids};

/// Every table of a multiverse that has something to show.
pub(super) fn tables(multiverse: &Multiverse, study: &Study) -> Vec<Table> {
    let ids = multiverse_table_ids(&multiverse.spec);
    let candidates = [
        joint(multiverse, &ids[0]),
        other(multiverse, &ids[1]),
        choices(multiverse, &ids[2]),
        changes(multiverse, &ids[3]),
    ];
    let closed = candidates.into_iter().flatten().map(|mut table| {
        close(&mut table, study);
        table
    });
    closed.collect()
}

/// A label in both languages, or the id.
pub(super) fn label_text(label: Option<&Label>, id: &str) -> Text {
    let (zh, en) = label.map(|label| (label.chinese(), label.english())).unwrap_or_default();
    let or_id = |text: &str| if text.is_empty() { id.to_owned() } else { text.to_owned() };
    Text::new(or_id(zh), or_id(en))
}

impl Multiverse {
    /// Title of the declaration, else its id.
    #[must_use]
    pub fn title(&self) -> Text {
        label_text(self.spec.title.as_ref(), &self.spec.id)
    }

    /// Names of choices that a factor is made of, linked ones joined.
    #[must_use]
    pub fn factor_text(&self, name: &str) -> Text {
        let choice = |id: &str| self.grid.place(id).map(|place| &self.grid.choices()[place]);
        let parts: Vec<Text> =
            name.split('+').map(|id| label_text(choice(id).and_then(|choice| choice.label.as_ref()), id)).collect();
        Text::build(|lang| parts.iter().map(|part| part.get(lang)).collect::<Vec<_>>().join(" + "))
    }

    fn option_text(&self, factor: &str, option: &str) -> Text {
        let first = factor.split('+').next().and_then(|id| self.grid.place(id));
        let label = first
            .and_then(|place| self.grid.choices()[place].option.iter().find(|known| known.id == option))
            .and_then(|option| option.label.as_ref());
        label_text(label, option)
    }
}

fn header(square: bool) -> Vec<Text> {
    let mut header = vec![
        Text::new("估计数", "Estimates"),
        Text::new("不同估计", "Distinct"),
        Text::new("为正占比", "Share positive"),
        Text::new("中位效应", "Median effect"),
        Text::new("p", "p"),
        Text::new("显著占比", "Share significant"),
        Text::new("p", "p"),
        Text::new("Stouffer z", "Stouffer z"),
        Text::new("p", "p"),
    ];
    if square {
        header.extend([Text::new("U 形占比", "Share with a U"), Text::new("p（边界）", "p (boundary)")]);
    }
    header
}

fn cells(row: &JointRow, square: bool, adjusted: bool) -> Vec<Cell> {
    let p =
        |cell: &TestCell| Cell::p_value(if adjusted { cell.p_over_options.unwrap_or(f64::NAN) } else { cell.test.p });
    let mut cells = vec![
        Cell::count(row.universes),
        Cell::count(row.distinct),
        Cell::number(row.share_positive, Format::Percent(1)),
        Cell::number(row.median.test.observed, Format::Legible(4)),
        p(&row.median),
        Cell::number(row.share.test.observed, Format::Percent(1)),
        p(&row.share),
        Cell::number(row.stouffer.test.observed, Format::Fixed(2)),
        p(&row.stouffer),
    ];
    if square {
        let flat = row.share_u_flat.as_ref();
        let none = ("没有曲线", "no curve");
        cells.push(match flat {
            Some(test) => Cell::number(test.test.observed, Format::Percent(1)),
            None => Cell::missing(none),
        });
        cells.push(
            row.share_u
                .as_ref()
                .map_or_else(|| Cell::missing(("此方案没有边界检验", "no boundary test under this scheme")), p),
        );
    }
    cells
}

fn joint(multiverse: &Multiverse, id: &str) -> Option<Table> {
    let square = multiverse.square;
    let rows: Vec<&JointRow> = multiverse.joint.rows.iter().filter(|row| row.choice.is_none()).collect();
    let title = multiverse.title().map(|lang, title| match lang {
        Lang::Zh => format!("{title}：联合检验"),
        Lang::En => format!("{title}: joint tests"),
    });
    let mut table = Table::new(id, title, ("估计集合", "Panel"), header(square));
    let name = |panel: &str| match panel {
        "base" => Text::new("等价选项（报告）", "Equivalent options (reported)"),
        _ => Text::new("等价与不确定合并", "Equivalent and uncertain, pooled"),
    };
    let row = |row: &&JointRow| {
        let kind = if row.panel == "base" { RowKind::Emphasis } else { RowKind::Plain };
        Row::new(name(row.panel), cells(row, square, false)).kind(kind)
    };
    table.push_rows(rows.iter().map(row).collect());
    table.push_note(notes(multiverse));
    for (panel, reason) in &multiverse.joint.untested {
        table.push_note(Text::new(format!("{panel} 未检验：{reason}"), format!("{panel} was not tested: {reason}")));
    }
    Some(table)
}

/// What was counted, and what a p means.
fn notes(multiverse: &Multiverse) -> Text {
    let (spec, joint, counts) = (&multiverse.spec, &multiverse.joint, &multiverse.counts);
    let refused = multiverse.cells_refused();
    Text::build(|lang| match lang {
        Lang::Zh => format!(
            "表 {} 的 {} 列；{} 个宇宙，{} 个估计（{} 个被程序拒绝）。零假设：集合内每个估计都为零；{} 抽样 {} 次，按 {}（{} 组）聚类，种子 {}。p 不说明有多少宇宙是对的，也不证明 U 形存在；U 形占比的 p 以“没有 U”的边界为零假设。合并一行以把不确定选项视为等价为条件。",
            spec.table,
            spec.column,
            counts.universes,
            counts.estimates,
            refused,
            spec.joint.resample,
            spec.joint.draws,
            joint.cluster,
            joint.clusters,
            spec.joint.seed
        ),
        Lang::En => format!(
            "Table {}, column {}; {} universes, {} estimates ({} refused by the program). Null: every estimate of a panel is zero; {} draws ({}) of whole clusters by {} ({} groups), seed {}. A p does not say how many universes are right, nor that a U exists; the share with a U is tested against the boundary of \"no U\". The pooled row is conditional on treating uncertain options as equivalent.",
            spec.table,
            spec.column,
            counts.universes,
            counts.estimates,
            refused,
            spec.joint.draws,
            spec.joint.resample,
            joint.cluster,
            joint.clusters,
            spec.joint.seed
        ),
    })
}

fn other(multiverse: &Multiverse, id: &str) -> Option<Table> {
    let square = multiverse.square;
    let rows: Vec<&JointRow> = multiverse.joint.rows.iter().filter(|row| row.choice.is_some()).collect();
    if rows.is_empty() {
        return None;
    }
    let title = multiverse.title().map(|lang, title| match lang {
        Lang::Zh => format!("{title}：换一个其他选项"),
        Lang::En => format!("{title}: one other option"),
    });
    let mut table = Table::new(id, title, ("选项", "Option"), header(square));
    let row = |row: &&JointRow| {
        let (factor, option) = (row.choice.as_deref().unwrap_or_default(), row.option.as_deref().unwrap_or_default());
        let (factor, option) = (multiverse.factor_text(factor), multiverse.option_text(factor, option));
        let stub = Text::build(|lang| match lang {
            Lang::Zh => format!("{}：{}", factor.get(lang), option.get(lang)),
            Lang::En => format!("{}: {}", factor.get(lang), option.get(lang)),
        });
        Row::new(stub, cells(row, square, true))
    };
    table.push_rows(rows.iter().map(row).collect());
    table.push_note(Text::new(
        "每行把一个不确定或不等价的选项换入等价集合；p 按 Holm 在各行之间调整，每个统计量分别调整。",
        "Each row changes one uncertain or not-equivalent option in the panel of equivalent ones; p adjusted by Holm over the rows, each statistic apart.",
    ));
    Some(table)
}

/// Name of a response.
pub(super) fn response_text(response: Response) -> Text {
    match response {
        Response::Effect => Text::new("效应", "Effect"),
        Response::T => Text::new("t", "t"),
        Response::TurningPoint => Text::new("拐点", "Turning point"),
        Response::ShareBeyond => Text::new("拐点右侧占比", "Share beyond"),
        Response::Verdict => Text::new("结论", "Verdict"),
    }
}

fn choices(multiverse: &Multiverse, id: &str) -> Option<Table> {
    let responses: Vec<&Attribution> =
        multiverse.attributions.responses.iter().filter(|found| !found.record.choices.is_empty()).collect();
    let first = responses.first()?;
    let title = multiverse.title().map(|lang, title| match lang {
        Lang::Zh => format!("{title}：各选择的贡献"),
        Lang::En => format!("{title}: which choice moves it"),
    });
    let mut header = Vec::new();
    for found in &responses {
        let name = response_text(found.record.response);
        header.push(name.clone());
        header.push(Text::new("5–95%", "5–95 %"));
    }
    let mut table = Table::new(id, title, ("选择", "Choice"), header);
    let rows = (0..first.record.choices.len()).map(|place| {
        let cells = responses.iter().flat_map(|found| {
            let row = &found.record.choices[place];
            let interval = match (row.low, row.high) {
                (Some(low), Some(high)) => Cell::interval(low, high, Format::Fixed(3)),
                _ => Cell::empty(),
            };
            [Cell::number(row.share, Format::Fixed(3)), interval]
        });
        Row::new(multiverse.factor_text(&first.record.choices[place].choice), cells.collect())
    });
    table.push_rows(rows.collect());
    table.push_note(Text::new(
        "方差的有序 Shapley 份额：只在子选择不先于其父选择的次序上平均；各列之和为一。区间来自成对重抽样，不必以点估计为中心。",
        "Ordered Shapley shares of the variance over the estimates, averaged over the orders in which no choice precedes one that it depends on; each column sums to one. Intervals from draws of whole clusters need not be centred on the share.",
    ));
    for remark in &multiverse.attributions.remarks {
        table.push_note(Text::same(remark.clone()));
    }
    Some(table)
}

/// Sets of changes that a table lists.
const LISTED: usize = 40;

fn changes(multiverse: &Multiverse, id: &str) -> Option<Table> {
    let found = multiverse.attributions.changes.as_ref()?;
    let title = multiverse.title().map(|lang, title| match (lang, found.has_verdict) {
        (Lang::Zh, true) => format!("{title}：足以使结论消失的最少改变"),
        (Lang::Zh, false) => format!("{title}：足以得到结论的最少改变"),
        (Lang::En, true) => format!("{title}: smallest changes that lose the result"),
        (Lang::En, false) => format!("{title}: smallest changes that make the result"),
    });
    let header = vec![Text::new("改变的选择数", "Choices changed"), Text::new("宇宙数", "Universes")];
    let mut table = Table::new(id, title, ("选择", "Choices"), header);
    table.align = vec![Align::Number; 2];
    let rows = found.sets.iter().take(LISTED).map(|set| {
        let names: Vec<Text> = set.choices.iter().map(|name| multiverse.factor_text(name)).collect();
        let stub = Text::build(|lang| names.iter().map(|name| name.get(lang)).collect::<Vec<_>>().join(" & "));
        Row::new(stub, vec![Cell::count(set.choices.len()), Cell::count(set.universes.len())])
    });
    table.push_rows(rows.collect());
    let agree = found.neighbours_agree.unwrap_or(f64::NAN);
    let by_size = found.by_size.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let none = by_size.is_empty();
    table.push_note(Text::build(|lang| match (lang, none) {
        (Lang::Zh, true) => "所有估计的结论相同。".to_owned(),
        (Lang::En, true) => "Every estimate has the same verdict.".to_owned(),
        (Lang::Zh, false) => format!(
            "按包含关系最小的集合，列出一个与两个选择者；各大小（1、2、…）的个数：{by_size}。相差一个选择的 {} 个估计中 {:.0}% 结论相同。",
            found.neighbours,
            100.0 * agree
        ),
        (Lang::En, false) => format!(
            "Sets minimal by inclusion; those of one and two choices are listed. Number of each size (1, 2, …): {by_size}. Of {} estimates one change away {:.0} % keep the verdict.",
            found.neighbours,
            100.0 * agree
        ),
    }));
    Some(table)
}
