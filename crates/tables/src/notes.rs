//! What tables say of columns in words: names of tests, slopes under a moderator.

use panel_fe::Estimate;
use panel_fe::record::{FiellerRecord, SlopesRecord};
use report::numfmt::{Format, number, percent};
use report::{Lang, Text};
use study::{ColumnSpec, Study};

/// Names of the tests of a column's instruments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InstrumentTests {
    /// The column.
    column: String,
    /// Its test of underidentification.
    under: String,
    /// Its test of overidentification; none with as many instruments as regressors.
    over: Option<String>,
}

impl InstrumentTests {
    /// Those of a column; none without instruments.
    pub(super) fn of(fit: &Estimate, column: &str) -> Option<Self> {
        let iv = fit.iv.as_ref()?;
        let over = iv.instruments.len() > iv.endogenous.len();
        Some(Self {
            column: column.to_owned(),
            under: iv.diagnostics.under_id.name().to_owned(),
            over: over.then(|| iv.diagnostics.over_id.name().to_owned()),
        })
    }
}

/// A row of tests that go by several names is called by the one that stands in it; where several do, a note says which
/// column has which.
pub(super) fn instrument_labels(tests: &[InstrumentTests], study: &Study) -> (Vec<(String, Text)>, Vec<Text>) {
    let (mut labels, mut notes) = (Vec::new(), Vec::new());
    type Of = fn(&InstrumentTests) -> Option<&String>;
    let rows: [(&str, Of, &str, &str); 2] = [
        ("under_id", |tests| Some(&tests.under), "识别不足检验", "Underidentification test"),
        ("over_id", |tests| tests.over.as_ref(), "过度识别检验", "Overidentification test"),
    ];
    for (key, name_of, zh, en) in rows {
        let mut named: Vec<(&String, Vec<&str>)> = Vec::new();
        for (name, column) in tests.iter().filter_map(|tests| Some((name_of(tests)?, tests.column.as_str()))) {
            match named.iter_mut().find(|(known, _)| *known == name) {
                Some((_, columns)) => columns.push(column),
                None => named.push((name, vec![column])),
            }
        }
        match named.as_slice() {
            [] => {}
            // The reader's own label stays.
            [(name, _)] if !study.labels.contains_key(key) => {
                labels.push((key.to_owned(), Text::new(format!("{zh}（{name}）"), format!("{en} ({name})"))));
            }
            [_] => {}
            several => {
                let label = study.labels().statistic(key);
                let own = |lang, usual: &str| {
                    if study.labels.contains_key(key) { label.get(lang).to_owned() } else { usual.to_owned() }
                };
                notes.push(Text::build(|lang| {
                    let parts: Vec<String> = several.iter().map(|(name, columns)| which(name, columns, lang)).collect();
                    match lang {
                        Lang::Zh => format!("{}：{}。", own(lang, zh), parts.join("；")),
                        Lang::En => format!("{}: {}.", own(lang, en), parts.join("; ")),
                    }
                }));
            }
        }
    }
    (labels, notes)
}

/// `Sargan in column (1)`.
fn which(name: &str, columns: &[&str], lang: Lang) -> String {
    match (lang, columns) {
        (Lang::Zh, _) => format!("{} 列为 {name}", columns.join("、")),
        (Lang::En, [one]) => format!("{name} in column {one}"),
        (Lang::En, _) => format!("{name} in columns {}", columns.join(", ")),
    }
}

/// Where the slope under a moderator differs from zero.
pub(super) fn slopes_note(slopes: &SlopesRecord, name: &str, study: &Study) -> Text {
    let labels = study.labels();
    let (x, m) = (labels.get(&slopes.x), labels.get(&slopes.moderator));
    let end = |value: &Option<f64>| value.map_or_else(|| "∞".to_owned(), |value| number(value, Format::Legible(3)));
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
