//! A comparison as a line, a table, a table beside the published one, and a CSV.

use super::{ComparedCell, Comparison, Verdict};
use crate::csv::push_record;
use crate::numfmt::{self, Format};
use crate::published::Stat;
use crate::table::{Align, Cell, Row, RowGroup, RowKind, Spanner};
use crate::{Lang, Table, Text};

impl Comparison {
    /// One line: how many numbers agree, and how many stars.
    #[must_use]
    pub fn summary(&self, lang: Lang) -> String {
        let (numbers, stars) = (self.numbers(), self.stars());
        match lang {
            Lang::Zh => format!(
                "发表值与复现值：{} 个数字，{} 个按发表位数一致，{} 个符号与显著性一致，{} 个不一致，{} 个不可比；显著性星号 {} 处中 {} 处一致",
                numbers.published,
                numbers.same,
                numbers.same_sign_and_stars,
                numbers.differs,
                numbers.not_comparable,
                stars.published,
                stars.same,
            ),
            Lang::En => format!(
                "Published vs replicated: {} numbers · {} same at printed digits · {} same sign and stars · {} differ · {} not comparable; stars: {} of {} same",
                numbers.published,
                numbers.same,
                numbers.same_sign_and_stars,
                numbers.differs,
                numbers.not_comparable,
                stars.same,
                stars.published,
            ),
        }
    }

    /// Every cell, differing ones first.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = list(&self.differing_first(), true);
        table.push_note(Text::build(|lang| {
            format!("{}{}", self.summary(lang), if lang == Lang::Zh { "。" } else { "." })
        }));
        table
    }

    /// The cells that differ, with the likely cause where one is known.
    #[must_use]
    pub fn differences(&self) -> Table {
        let cells: Vec<&ComparedCell> =
            self.differing_first().into_iter().filter(|cell| cell.verdict == Verdict::Differs).collect();
        let mut table = list(&cells, false);
        table.id = "differences".into();
        table.title = Text::new("与发表值不一致之处及原因", "What differs from the publication, and why");
        table
    }

    /// One table of the publication with published and replicated numbers side by side.
    ///
    /// Each replicated number carries a mark: `=` same at printed digits, `≈` same sign and stars, `≠` differs.
    /// Returns `None` when no cell belongs to the table.
    #[must_use]
    pub fn side_by_side(&self, table: &str) -> Option<Table> {
        let cells: Vec<&ComparedCell> =
            self.cells.iter().filter(|cell| cell.key.table == table && cell.published.is_some()).collect();
        let columns = distinct(cells.iter().map(|cell| cell.key.column.as_str()));
        if columns.is_empty() {
            return None;
        }
        let pair = [Text::new("发表", "Published"), Text::new("复现", "Replicated")];
        let header: Vec<Text> = columns.iter().flat_map(|_| pair.clone()).collect();
        let mut out = Table::new(
            format!("compare-{table}"),
            Text::new(format!("表 {table}：发表值与复现值"), format!("Table {table}: published and replicated")),
            ("变量", "Variable"),
            header,
        );
        out.spanners = columns
            .iter()
            .enumerate()
            .map(|(i, column)| Spanner { label: Text::same(*column), first: 2 * i, last: 2 * i + 1 })
            .collect();
        let find = |column: &str, row: &str, stat: &Stat| {
            cells.iter().find(|c| c.key.column == column && c.key.row == row && c.key.stat == *stat).copied()
        };
        let line = |label: Text, row: &str, stat: &Stat, stars: bool| {
            let cells = columns
                .iter()
                .flat_map(|column| {
                    let star = if stars { find(column, row, &Stat::Stars) } else { None };
                    pair_of(find(column, row, stat), star, *stat == Stat::Se)
                })
                .collect();
            Row::new(label, cells)
        };

        let mut coefs = RowGroup::default();
        for row in distinct(cells.iter().filter(|c| c.key.stat == Stat::Coef).map(|c| c.key.row.as_str())) {
            coefs.rows.push(line(Text::same(row), row, &Stat::Coef, true));
            if cells.iter().any(|c| c.key.row == row && c.key.stat == Stat::Se) {
                coefs.rows.push(line(Text::default(), row, &Stat::Se, false).kind(RowKind::Below));
            }
        }
        let mut rest = RowGroup::default();
        let mut others: Vec<(&Stat, &str)> = Vec::new();
        for cell in cells.iter().filter(|c| !matches!(c.key.stat, Stat::Coef | Stat::Se | Stat::Stars)) {
            let other = (&cell.key.stat, cell.key.row.as_str());
            if !others.contains(&other) {
                others.push(other);
            }
        }
        for (stat, row) in others {
            let name = stat_label(stat);
            let label = if row.is_empty() { name } else { name.map(|_, label| format!("{row}: {label}")) };
            rest.rows.push(line(label, row, stat, false));
        }
        out.groups = vec![coefs, rest];
        out.push_note((
            "“=”按发表位数一致，“≈”符号与显著性一致，“≠”不一致；括号内为标准误。",
            "“=” same at printed digits, “≈” same sign and stars, “≠” differs; standard errors in parentheses.",
        ));
        Some(out)
    }

    /// Every cell as CSV, in the publication's order, replicated numbers at full precision.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        push_record(
            &mut out,
            ["table", "column", "row", "stat", "published", "replicated", "difference", "verdict", "remark"],
        );
        for cell in &self.cells {
            let number = |value: Option<f64>| value.map(|v| numfmt::number(v, Format::Full));
            let replicated = number(cell.replicated).unwrap_or_else(|| cell.shown.clone());
            let difference = number(cell.difference).unwrap_or_default();
            push_record(
                &mut out,
                [
                    cell.key.table.as_str(),
                    &cell.key.column,
                    &cell.key.row,
                    cell.key.stat.name(),
                    cell.published.as_deref().unwrap_or_default(),
                    &replicated,
                    &difference,
                    cell.verdict.name(),
                    cell.remark.get(Lang::En),
                ],
            );
        }
        out
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for name in names {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

fn stat_label(stat: &Stat) -> Text {
    match stat {
        Stat::Coef => Text::new("系数", "coefficient"),
        Stat::Se => Text::new("标准误", "std. error"),
        Stat::Stars => Text::new("星号", "stars"),
        Stat::N => Text::new("观测值", "Observations"),
        Stat::R2 => Text::same("R²"),
        Stat::Other(name) => Text::same(name),
    }
}

/// Cells as lines, with their verdict or without.
fn list(cells: &[&ComparedCell], verdict: bool) -> Table {
    let columns = [
        ("列", "Column", Align::Left),
        ("行", "Row", Align::Left),
        ("统计量", "Statistic", Align::Left),
        ("发表值", "Published", Align::Number),
        ("复现值", "Replicated", Align::Number),
        ("差", "Difference", Align::Number),
        ("结论", "Verdict", Align::Left),
        ("说明", "Remark", Align::Left),
    ];
    let columns: Vec<_> = columns.into_iter().filter(|(_, en, _)| verdict || *en != "Verdict").collect();
    let header = columns.iter().map(|(zh, en, _)| Text::new(*zh, *en)).collect();
    let mut table =
        Table::new("compare", ("发表值与复现值", "Published and replicated numbers"), ("表", "Table"), header);
    table.align = columns.into_iter().map(|(.., align)| align).collect();
    table.push_rows(cells.iter().map(|cell| row(cell, verdict)).collect());
    table
}

fn row(cell: &ComparedCell, verdict: bool) -> Row {
    let none =
        |text: &str| if text.is_empty() && cell.key.stat == Stat::Stars { "–".to_owned() } else { text.to_owned() };
    let difference = cell.difference.map_or_else(String::new, |d| numfmt::number(d, Format::Significant(2)));
    let mut cells = vec![
        Cell::text(cell.key.column.as_str()),
        Cell::text(cell.key.row.as_str()),
        Cell::text(stat_label(&cell.key.stat)),
        Cell::text(cell.published.as_deref().map(none).unwrap_or_default()),
        Cell::text(if cell.verdict == Verdict::NotComparable { String::new() } else { none(&cell.shown) }),
        Cell::text(difference),
    ];
    if verdict {
        cells.push(Cell::text(cell.verdict.label()));
    }
    cells.push(Cell::text(cell.remark.clone()));
    let kind = if cell.verdict == Verdict::Differs { RowKind::Emphasis } else { RowKind::Plain };
    Row::new(cell.key.table.as_str(), cells).kind(kind)
}

/// Published and replicated cell, stars joined, the replicated one with its mark.
fn pair_of(cell: Option<&ComparedCell>, stars: Option<&ComparedCell>, parens: bool) -> [Cell; 2] {
    let Some(cell) = cell else { return [Cell::empty(), Cell::empty()] };
    let wrap = |text: &str| if parens && !text.is_empty() { format!("({text})") } else { text.to_owned() };
    let published = wrap(cell.published.as_deref().unwrap_or_default());
    let theirs = stars.and_then(|s| s.published.clone()).unwrap_or_default();
    let ours = stars.map(|s| s.shown.clone()).unwrap_or_default();
    let replicated = match cell.verdict {
        Verdict::NotComparable => numfmt::MISSING.to_owned(),
        verdict => format!("{}{ours} {}", wrap(&cell.shown), verdict.mark()).trim_end().to_owned(),
    };
    [Cell::text(format!("{published}{theirs}")), Cell::text(replicated)]
}
