//! The headline's coefficients over every column that has them: robustness checks and subsamples.

use super::{Place, Scene, Sketch, count};
use panel_fe::formula::Term;
use report::figure::{CoefPanel, CoefPlot, CoefRow, Estimate};
use report::{Lang, ModelColumn, Text};
use study::{ColumnSpec, TableKind, TableSpec};

/// Most coefficients side by side.
const PANELS: usize = 2;

/// The figure, where two or more columns share the coefficients.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Sketch> {
    let subject = Subject::of(scene)?;
    let rows: Vec<(CoefRow, &ModelColumn)> = scene
        .study
        .tables
        .iter()
        .filter(|table| table.kind == TableKind::Regression)
        .flat_map(|table| table.named_columns().map(move |(name, column)| (table, name, column)))
        .filter(|(_, _, column)| subject.fits(scene, column))
        .filter_map(|(table, name, column)| {
            let shown = scene.results.tables.as_ref()?.column_of(&table.id, &name)?;
            let estimates: Vec<Option<Estimate>> =
                subject.terms.iter().map(|term| shown.terms.iter().find(|t| t.name == *term).map(estimate)).collect();
            estimates.iter().all(Option::is_some).then(|| {
                let highlight = table.id == subject.table.id && name == subject.name;
                (CoefRow { group: table.heading(), label: label(&name, column), estimates, highlight }, shown)
            })
        })
        .collect();
    if rows.len() < 2 {
        return None;
    }
    let title = title(scene, &subject, &rows);
    let sizes = rows.iter().filter_map(|(_, column)| column.n);
    let (least, most) = (sizes.clone().min()?, sizes.max()?);
    let caption = Text::build(|lang| {
        let n =
            if least == most { count(least, lang) } else { format!("{}–{}", count(least, lang), count(most, lang)) };
        match lang {
            Lang::Zh => format!(
                "点为系数，线为 95% 置信区间（区间含零者为空心）；虚线为基准列的估计。固定效应与标准误见各表。每列 n = {n}；工具变量列、含中介变量或交互项的列、被解释变量不同的列未列入。"
            ),
            Lang::En => format!(
                "Dots: coefficients with 95% intervals, hollow where the interval contains zero; dashed: the highlighted column. Fixed effects and standard errors as in each table. n = {n} a column; columns with instruments, mediators, interactions or another outcome are left out."
            ),
        }
    });
    let reference = |place: usize| {
        rows.iter().find(|(row, _)| row.highlight).and_then(|(row, _)| row.estimates[place]).map(|e| e.value)
    };
    let panels = subject
        .terms
        .iter()
        .enumerate()
        .map(|(place, term)| CoefPanel { title: scene.names.get(term), reference: reference(place) })
        .collect();
    let plot = CoefPlot {
        frame: scene.frame("coefficients", title, caption),
        panels,
        rows: rows.into_iter().map(|(row, _)| row).collect(),
    };
    Some(Sketch::new(Place::Headline, move |lang| plot.draw(lang)))
}

/// What the rows share.
struct Subject<'a> {
    table: &'a TableSpec,
    name: String,
    response: String,
    terms: Vec<String>,
}

impl<'a> Subject<'a> {
    /// The headline with its two terms; else the first shown coefficients of the first regression.
    fn of(scene: &Scene<'a>) -> Option<Self> {
        if let Some(headline) = &scene.headline {
            return Some(Self {
                table: headline.table,
                name: headline.name.clone(),
                response: headline.column.formula.response.name.clone(),
                terms: vec![headline.x.to_owned(), format!("{}^2", headline.x)],
            });
        }
        let table = scene.study.tables.iter().find(|table| table.kind == TableKind::Regression)?;
        let (name, column) = table.named_columns().next()?;
        let shown = scene.results.tables.as_ref()?.column_of(&table.id, &name)?;
        let terms = shown.terms.iter().map(|term| &term.name).filter(|name| match &table.show {
            Some(show) => show.contains(name),
            None => *name != "(Intercept)",
        });
        let terms: Vec<String> = terms.take(PANELS).cloned().collect();
        (!terms.is_empty()).then_some(Self { table, name, response: column.formula.response.name.clone(), terms })
    }

    /// Whether a column is comparable: same outcome, 95 % intervals, no instruments, no mediator, no interaction with the
    /// terms.
    fn fits(&self, scene: &Scene<'_>, column: &ColumnSpec) -> bool {
        let formula = &column.formula;
        let forbidden = |term: &Term| {
            let interacts = term.name.split(':').any(|part| self.terms.iter().any(|own| own == part));
            (interacts && term.factors.len() > 1)
                || scene.study.mediation.iter().any(|chain| chain.mediator == term.name)
        };
        let usual = column.level.is_none_or(|level| level == 0.95);
        usual && formula.response.name == self.response && !formula.is_iv() && !formula.regressors.iter().any(forbidden)
    }
}

fn estimate(term: &report::regression::Term) -> Estimate {
    Estimate { value: term.estimate, low: term.ci_low.unwrap_or(f64::NAN), high: term.ci_high.unwrap_or(f64::NAN) }
}

fn label(name: &str, column: &ColumnSpec) -> Text {
    Text::build(|lang| match &column.label {
        Some(label) => format!("{} {name}", label.text().get(lang)),
        None => name.to_owned(),
    })
}

/// In how many columns the headline's pattern is there.
fn title(scene: &Scene<'_>, subject: &Subject<'_>, rows: &[(CoefRow, &ModelColumn)]) -> Text {
    let base = rows.iter().find(|(row, _)| row.highlight).map_or(&rows[0], |found| found);
    let same = |column: &ModelColumn| {
        subject.terms.iter().all(|name| {
            let find = |column: &ModelColumn| column.terms.iter().find(|term| term.name == *name).cloned();
            match (find(column), find(base.1)) {
                (Some(here), Some(there)) => here.estimate * there.estimate > 0.0 && here.p.is_some_and(|p| p < 0.05),
                _ => false,
            }
        })
    };
    let held = rows.iter().filter(|(_, column)| same(column)).count();
    let n = rows.len();
    let names =
        |lang: Lang| subject.terms.iter().map(|term| scene.names.get(term).get(lang).to_owned()).collect::<Vec<_>>();
    let both = subject.terms.len() > 1;
    Text::build(|lang| match lang {
        Lang::Zh => {
            let adverb = if both { "均" } else { "" };
            format!("{}：{n} 列中有 {held} 列与基准列同号且{adverb}在 5% 水平上显著", names(lang).join("与"))
        }
        Lang::En => {
            let verb = if both {
                "have the signs of the base column and are"
            } else {
                "has the sign of the base column and is"
            };
            format!("In {held} of {n} columns {} {verb} significant at 5%", names(lang).join(" and "))
        }
    })
}
