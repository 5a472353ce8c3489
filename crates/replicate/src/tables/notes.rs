//! What tables say of columns in words: names of tests, slopes under a moderator.

use crate::study::{ColumnSpec, Study};
use panel_fe::iv::IvDiagnostics;
use panel_fe::record::{FiellerRecord, SlopesRecord};
use report::numfmt::percent;
use report::{Lang, Text};

/// Rows of tests that go by several names are called by the one that stands in them.
pub(super) fn instrument_labels(kinds: &[IvDiagnostics], study: &Study) -> Vec<(String, Text)> {
    let named = |key: &str, of: fn(&IvDiagnostics) -> &str, (zh, en): (&str, &str)| {
        let name = kinds.first().map(of)?;
        // The reader's own label stays, and so does that of rows in which several tests stand.
        let one = !study.labels.contains_key(key) && kinds.iter().all(|kind| of(kind) == name);
        one.then(|| (key.to_owned(), Text::new(format!("{zh}（{name}）"), format!("{en} ({name})"))))
    };
    let under = named("under_id", |kind| kind.under_id.name(), ("识别不足检验", "Underidentification test"));
    let over = named("over_id", |kind| kind.over_id.name(), ("过度识别检验", "Overidentification test"));
    // Anderson's LM is what an unnamed test is.
    let robust = kinds.iter().all(|kind| kind.robust);
    under.filter(|_| robust).into_iter().chain(over).collect()
}

/// Where the slope under a moderator differs from zero.
pub(super) fn slopes_note(slopes: &SlopesRecord, name: &str, study: &Study) -> Text {
    let labels = study.labels();
    let (x, m) = (labels.get(&slopes.x), labels.get(&slopes.moderator));
    let end = |value: &Option<f64>| value.map_or_else(|| "∞".to_owned(), |value| format!("{value:.3}"));
    let share = slopes.share_significant.map_or_else(String::new, |share| format!("{:.1}", 100.0 * share));
    let size = percent(1.0 - slopes.level);
    Text::build(|lang| {
        let (x, m) = (x.get(lang), m.get(lang));
        let (zh, en) = match &slopes.insignificant {
            FiellerRecord::Interval { low, high } => {
                let (low, high) = (end(low), end(high));
                (format!("{m} 在 [{low}, {high}] 之外时，"), format!("for {m} outside [{low}, {high}]"))
            }
            FiellerRecord::Complement { low, high } => {
                let (low, high) = (end(low), end(high));
                (format!("{m} 在 ({low}, {high}) 之内时，"), format!("for {m} inside ({low}, {high})"))
            }
            FiellerRecord::Empty => (format!("{m} 取任何值时，"), format!("for every {m}")),
            FiellerRecord::WholeLine => (format!("没有任何 {m} 使得"), format!("for no {m}")),
        };
        match lang {
            Lang::Zh => {
                format!("{name} 列（Johnson-Neyman）：{zh}{x} 的斜率在 {size}% 水平上显著；占样本的 {share}%。")
            }
            Lang::En => format!(
                "Column {name} (Johnson-Neyman): the slope of {x} differs from zero at {size} % {en}: {share} % of the \
                 sample."
            ),
        }
    })
}

/// Of which level the intervals below the coefficients of a column are, where it chose one.
pub(super) fn level_note(spec: &ColumnSpec, name: &str, study: &Study) -> Option<Text> {
    let shown = study.report.below == "interval" || spec.utest.is_some() || spec.moderation.is_some();
    let share = percent(spec.level.filter(|_| shown)?);
    Some(Text::new(format!("{name} 列为 {share}% 置信区间。"), format!("Column {name}: {share} % intervals.")))
}
