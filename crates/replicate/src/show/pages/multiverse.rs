//! A multiverse as a section of the page: what it says, its figures, its tables, its files.

use super::{Surroundings, table_section};
use crate::results::Results;
use crate::show::figures::Place;
use report::numfmt::p_equation;
use report::page::{Block, Section};
use report::{Lang, Text};
use study::multiverse_table_ids;
use tables::multiverse::{Finding, Multiverse};

/// One section per multiverse.
pub(super) fn sections(results: &Results, around: &Surroundings<'_>) -> Vec<Section> {
    results.multiverses.iter().map(|multiverse| section(multiverse, results, around)).collect()
}

fn section(multiverse: &Multiverse, results: &Results, around: &Surroundings<'_>) -> Section {
    let ids = multiverse_table_ids(&multiverse.spec);
    let mut blocks = vec![Block::paragraph(words(&multiverse.finding()))];
    blocks.extend(table_section::figures(around.figures, &Place::Table(ids[0].clone())));
    let mut links = Vec::new();
    for id in &ids {
        let Some(table) = results.tables.as_ref().and_then(|tables| tables.table(id)) else { continue };
        blocks.push(Block::table(table.clone()));
        links.extend(table_section::links(id));
    }
    let stem = &ids[0];
    for (file, zh, en) in [
        (".csv", "全部宇宙", "every universe"),
        (".json", "汇总", "summary"),
        ("-repframe.csv", "repframe 输入", "input of repframe"),
        ("-registered.sha256", "声明的散列值（估计之前写下）", "hash of the declaration, written before the estimates"),
    ] {
        let address = format!("results/{stem}{file}");
        links.push((address, Text::new(format!("{stem}：{zh}"), format!("{stem}: {en}"))));
    }
    blocks.push(Block::Files(links));
    Section { id: format!("table-{stem}"), heading: multiverse.title(), blocks }
}

/// What the multiverse says, and what it cannot say.
fn words(found: &Finding<'_>) -> Text {
    let Finding { estimates, shares: [of_all, of_base], equivalent, base, changes, mover, square } = found;
    let verdict = if *square { Text::new("U 形", "a U") } else { Text::new("显著为正", "a positive effect") };
    let (of_all, of_base) = (100.0 * of_all, 100.0 * of_base);
    let p = base.map(|row| match &row.share_u {
        Some(test) => p_equation(test.test.p),
        None => p_equation(row.median.test.p),
    });
    let smallest = changes.and_then(|changes| changes.smallest);
    let has = changes.is_some_and(|changes| changes.has_verdict);
    Text::build(|lang| {
        let verdict = verdict.get(lang);
        let mut summary = match lang {
            Lang::Zh => format!(
                "全部 {estimates} 个估计中 {of_all:.0}% 为{verdict}；只变动等价选项的 {equivalent} 个中为 {of_base:.0}%"
            ),
            Lang::En => format!(
                "Of all {estimates} estimates {of_all:.0}% show {verdict}; of the {equivalent} that differ in equivalent options only, {of_base:.0}%"
            ),
        };
        if let Some(p) = &p {
            summary += &match (lang, square) {
                (Lang::Zh, true) => format!("（该占比对“没有 U”边界的联合检验 {p}）"),
                (Lang::Zh, false) => format!("（中位效应的联合检验 {p}）"),
                (Lang::En, true) => format!(" (joint test of that share against the boundary of \"no U\": {p})"),
                (Lang::En, false) => format!(" (joint test of the median effect: {p})"),
            };
        }
        summary += if lang == Lang::Zh { "。" } else { "." };
        if let Some((name, share)) = mover {
            summary += &match lang {
                Lang::Zh => format!("结论的差异最多来自“{}”（{:.0}%）。", name.get(lang), 100.0 * share),
                Lang::En => {
                    format!(" What decides it most is {} ({:.0}% of its variance).", name.get(lang), 100.0 * share)
                }
            };
        }
        summary += &match (lang, smallest, has) {
            (Lang::Zh, Some(n), true) => format!("基准的结论改变 {n} 个选择即可消失。"),
            (Lang::Zh, Some(n), false) => format!("基准没有该结论，改变 {n} 个选择即可得到。"),
            (Lang::En, Some(n), true) => format!(" Changing {n} choice(s) suffices to lose the base's verdict."),
            (Lang::En, Some(n), false) => {
                format!(" The base lacks the verdict; changing {n} choice(s) suffices to make it.")
            }
            (Lang::Zh, None, _) => "没有任何估计得出与基准不同的结论。".to_owned(),
            (Lang::En, None, _) => " No estimate has another verdict than the base.".to_owned(),
        };
        summary += match lang {
            Lang::Zh => {
                "选项的“等价、不确定、不等价”是声明者的判断，决定哪些估计合并检验；多重宇宙只说明结果在声明的选择之间是否稳定，不说明哪一个宇宙是对的，也不涉及没有声明的选择；检验以得分等数据为给定。"
            }
            Lang::En => {
                " Whether options are equivalent, uncertain or not equivalent is the declarer's judgement and decides what is tested together. A multiverse says whether a result is stable over the choices declared, not which universe is right, and nothing of choices that were not declared; its tests take scores and other made data as given."
            }
        };
        summary
    })
}
