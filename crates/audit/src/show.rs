//! An audit as a line, a table and a CSV.

use crate::{Audit, Check, Finding, Status};
use report::csv::push_record;
use report::table::{Align, Cell, Row, RowGroup, RowKind};
use report::{Lang, Table, Text};

impl Audit {
    /// One line: how many statements were checked, and how they came out.
    #[must_use]
    pub fn summary(&self, lang: Lang) -> String {
        let count = |status| self.count(status);
        let (total, contradictions, deviations) =
            (self.findings.len(), count(Status::Contradiction), count(Status::Deviation));
        let (remarks, rounding, ok) = (count(Status::Remark), count(Status::Rounding), count(Status::Ok));
        match lang {
            Lang::Zh => format!(
                "审核 {total} 项：{contradictions} 项矛盾，{deviations} 项与说明不符，{remarks} 项提示，{rounding} 项仅因四舍五入成立，{ok} 项一致"
            ),
            Lang::En => format!(
                "Audit: {total} statements · {contradictions} contradictions · {deviations} deviations · {remarks} remarks · {rounding} only through rounding · {ok} consistent"
            ),
        }
    }

    /// The findings from worst to best, those that are consistent left out unless asked for.
    #[must_use]
    pub fn table(&self, with_consistent: bool) -> Table {
        let header =
            [("位置", "Where"), ("所印", "Printed"), ("推得", "Implied"), ("说明", "Remark")].map(Text::from).to_vec();
        let mut table = Table::new(
            "audit",
            ("已发表数字的内部一致性", "Internal consistency of the published numbers"),
            ("检查", "Check"),
            header,
        );
        table.align = vec![Align::Left; 4];
        for status in Status::ALL {
            let rows: Vec<Row> = self.findings.iter().filter(|finding| finding.status == status).map(row).collect();
            if !rows.is_empty() && (with_consistent || status != Status::Ok) {
                table.groups.push(RowGroup::labelled(status.label(), rows));
            }
        }
        table.push_note(Text::build(|lang| {
            format!("{}{}", self.summary(lang), if lang == Lang::Zh { "。" } else { "." })
        }));
        table
    }

    /// Star verdicts counted: consistent, only through rounding, impossible.
    #[must_use]
    pub fn star_counts(&self) -> (usize, usize, usize) {
        let count = |status| self.of(Check::Stars).filter(|finding| finding.status == status).count();
        (count(Status::Ok), count(Status::Rounding), count(Status::Contradiction))
    }

    /// Every finding as CSV, in the order of the checks.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::new();
        push_record(&mut out, ["check", "status", "where", "published", "implied", "remark_zh", "remark_en"]);
        for finding in &self.findings {
            push_record(
                &mut out,
                [
                    finding.check.name(),
                    finding.status.name(),
                    &finding.place,
                    &finding.published,
                    finding.implied.get(Lang::En),
                    finding.message.get(Lang::Zh),
                    finding.message.get(Lang::En),
                ],
            );
        }
        out
    }
}

fn row(finding: &Finding) -> Row {
    let kind = if finding.status == Status::Contradiction { RowKind::Emphasis } else { RowKind::Plain };
    let cells = vec![
        Cell::text(finding.place.as_str()),
        Cell::text(finding.published.as_str()),
        Cell::text(finding.implied.clone()),
        Cell::text(finding.message.clone()),
    ];
    Row::new(finding.check.label(), cells).kind(kind)
}
