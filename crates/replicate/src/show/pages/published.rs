//! The publication on the page: what differs from it, and whether its own numbers agree with each other.

use crate::published::Published;
use report::Text;
use report::page::{Block, Section};

/// The section of the page: one line, then what differs and why, then every number.
pub(super) fn section(published: &Published) -> Option<Section> {
    if published.comparison.cells.is_empty() {
        return None;
    }
    let [mut all, mut differences] = [published.comparison.table(), published.comparison.differences()];
    all.notes.extend(published.notice.clone());
    differences.notes.extend(published.notice.clone());
    let mut blocks: Vec<Block> = published.notice.iter().cloned().map(Block::Warning).collect();
    blocks.push(Block::Paragraph(Text::build(|lang| published.comparison.summary(lang))));
    if published.differing() > 0 {
        blocks.push(Block::Folded {
            summary: Text::new(
                format!("{} 处不一致及其可能原因", published.differing()),
                format!("{} cells that differ, and the likely cause", published.differing()),
            ),
            blocks: vec![Block::table(differences)],
        });
    }
    blocks
        .push(Block::Folded { summary: Text::new("每一个数字", "Every number"), blocks: vec![Block::table(all)] });
    blocks.push(Block::Files(vec![
        ("compare/compare.csv".to_owned(), Text::new("逐格对照（CSV）", "every cell (CSV)")),
        ("compare/compare.md".to_owned(), Text::new("逐格对照（Markdown）", "every cell (Markdown)")),
    ]));
    Some(Section { id: "compare".into(), heading: Text::new("与发表值对照", "Published and replicated"), blocks })
}

/// The section of the publication's own consistency.
pub(super) fn audit_section(published: &Published) -> Option<Section> {
    let audit = published.audit.as_ref()?;
    let blocks = vec![
        Block::paragraph((
            "只核对论文所印数字彼此是否一致，与数据无关；每个印出的数字代表所有四舍五入后等于它的数。",
            "The printed numbers against each other, whatever the data: each stands for all numbers that round to it.",
        )),
        Block::Paragraph(Text::build(|lang| audit.summary(lang))),
        Block::table(audit.table(false)),
        Block::Files(vec![("compare/audit.csv".to_owned(), Text::new("全部核对（CSV）", "every statement (CSV)"))]),
    ];
    Some(Section {
        id: "audit".into(),
        heading: Text::new("发表数字的内部一致性", "Consistency of the publication"),
        blocks,
    })
}
