//! Differences of coefficients and turning points between columns: the pooled regression with everything interacted, or
//! Fisher's permutations.

use super::closing;
use super::fit::{fit, refusal};
use super::records::finite;
use panel_core::Panel;
use panel_fe::coefficients::Derived;
use panel_fe::interacted::Interacted;
use panel_fe::subsample::permutation_test;
use panel_fe::{Error as FeError, Estimate, TestOutcome};
use report::numfmt::Format;
use report::table::{Cell, Row, RowGroup};
use report::{Lang, Table, Text};
use serde::Serialize;
use stages::compute::Computed;
use stages::variables::sample;
use study::{COMPARE_TABLE, CompareSpec, CompareTest, Compared, Digits, Error, Label, Result, Study, Terms, names};

/// One line of `results/compare.json`: a coefficient, a turning point or several coefficients in two columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompareRecord {
    /// Name of the comparison.
    pub id: String,
    /// First column, as `table:column`.
    pub first: String,
    /// Second column.
    pub second: String,
    /// `coefficient`, `turning_point` or `joint`.
    pub what: &'static str,
    /// The coefficient, the variable of the turning points, or the coefficients of a joint test.
    pub terms: Vec<String>,
    /// `chow` or `permutation`.
    pub test: &'static str,
    /// Value in the first column; null for a joint test.
    pub in_first: Option<f64>,
    /// Value in the second column.
    pub in_second: Option<f64>,
    /// First less second.
    pub difference: Option<f64>,
    /// Its standard error; null for permutations and joint tests.
    pub se: Option<f64>,
    /// F, χ² or z; null for permutations.
    pub stat: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// Degrees of freedom of the denominator.
    pub df2: Option<f64>,
    /// p, two-sided.
    pub p: Option<f64>,
    /// Permutations that were estimated.
    pub draws: Option<usize>,
    /// Permutations whose estimation failed.
    pub failed: Option<usize>,
    /// Seed of the permutations.
    pub seed: Option<u64>,
    /// Observations of each column.
    pub n_obs: [usize; 2],
    /// Why there is no test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One column, estimated.
struct Side<'a> {
    compared: &'a Compared<'a>,
    fit: Estimate,
    inside: Vec<bool>,
}

/// Compares every pair of the columns.
///
/// # Errors
/// Samples that share rows; entities in both samples of a permutation; a column or a pooled regression that cannot be
/// estimated.
pub fn compute(spec: &CompareSpec, study: &Study, computed: &Computed) -> Result<Vec<CompareRecord>> {
    let stage = format!("compare/{}", spec.id);
    let columns = spec.columns(study).map_err(|(_, error)| Error::stage(&stage, error))?;
    let panel = &computed.panel;
    let mut sides = Vec::with_capacity(columns.len());
    for compared in &columns {
        let place = names::column(compared.table, compared.name);
        if let Some(error) = computed.lacking_of(&stage, names::of_column(compared.column)) {
            return Err(error);
        }
        let keep = sample(panel, compared.column.sample.as_ref(), &stage)?.keep;
        let fit = fit(panel, compared.column, &compared.column.formula, &keep)
            .map_err(|error| refusal(&stage, &format!("`{place}`: "), &error))?;
        let inside = fit.esample(panel.n_rows());
        sides.push(Side { compared, fit, inside });
    }
    let mut records = Vec::new();
    for (place, first) in sides.iter().enumerate() {
        for second in &sides[place + 1..] {
            let names = format!("`{}` and `{}`: ", first.name(), second.name());
            let failed = |error: FeError| refusal(&stage, &names, &error);
            records.extend(match spec.test {
                CompareTest::Chow => chow(spec, panel, first, second).map_err(failed)?,
                CompareTest::Permutation => permuted(spec, panel, first, second).map_err(failed)?,
            });
        }
    }
    Ok(records)
}

impl Side<'_> {
    fn name(&self) -> String {
        names::column(self.compared.table, self.compared.name)
    }
}

/// A record of two columns without numbers.
fn blank(spec: &CompareSpec, first: &Side<'_>, second: &Side<'_>, what: &'static str, terms: &[&str]) -> CompareRecord {
    CompareRecord {
        id: spec.id.clone(),
        first: first.name(),
        second: second.name(),
        what,
        terms: terms.iter().map(|term| (*term).to_owned()).collect(),
        test: match spec.test {
            CompareTest::Chow => "chow",
            CompareTest::Permutation => "permutation",
        },
        in_first: None,
        in_second: None,
        difference: None,
        se: None,
        stat: None,
        df: None,
        df2: None,
        p: None,
        draws: None,
        failed: None,
        seed: None,
        n_obs: [first.fit.n_obs, second.fit.n_obs],
        reason: None,
    }
}

fn chow(
    spec: &CompareSpec,
    panel: &Panel,
    first: &Side<'_>,
    second: &Side<'_>,
) -> panel_fe::Result<Vec<CompareRecord>> {
    let column = first.compared.column;
    let pooled = Interacted::fit(&column.formula, &column.options(), panel, &first.inside, &second.inside)?;
    let single = |what, name: &str, values: [f64; 2], difference: Derived, test: &TestOutcome| {
        let mut record = blank(spec, first, second, what, &[name]);
        (record.in_first, record.in_second) = (finite(values[0]), finite(values[1]));
        (record.difference, record.se) = (finite(difference.value), finite(difference.se));
        tested(record, test)
    };
    if let Some(x) = &spec.turning_point {
        let difference = pooled.turning_point_difference(x)?;
        let test = squared(&difference);
        return Ok(vec![single("turning_point", x, pooled.turning_points(x)?, difference, &test)]);
    }
    let names = match &spec.term {
        Some(terms) => terms.names().iter().map(String::as_str).collect(),
        None => pooled.common(),
    };
    let mut records = Vec::with_capacity(names.len() + 1);
    for name in &names {
        let difference = pooled.difference(name)?;
        let test = pooled.equality(&[name])?;
        records.push(single("coefficient", name, pooled.values(name)?, difference, &test));
    }
    if names.len() > 1 {
        let test = pooled.equality(&names)?;
        records.push(tested(blank(spec, first, second, "joint", &names), &test));
    }
    Ok(records)
}

/// The test of a difference as F(1, df) = t², or χ²(1) = z², so that all rows read alike.
fn squared(difference: &Derived) -> TestOutcome {
    match difference.test("Chow", "the turning points are equal in both samples") {
        TestOutcome::Available(test) => {
            let t = difference.t();
            if difference.df.is_finite() {
                panel_fe::TestStat::f(test.name, test.null, t * t, 1.0, difference.df).into()
            } else {
                panel_fe::TestStat::chi_squared(test.name, test.null, t * t, 1.0).into()
            }
        }
        other => other,
    }
}

fn tested(record: CompareRecord, test: &TestOutcome) -> CompareRecord {
    match test {
        TestOutcome::Available(test) => CompareRecord {
            stat: finite(test.stat),
            df: finite(test.df),
            df2: test.df2.and_then(finite),
            p: test.p.and_then(finite),
            ..record
        },
        TestOutcome::NotAvailable { reason, .. } => CompareRecord { reason: Some(reason.clone()), ..record },
    }
}

/// Fisher's permutation test: whole entities change sides, the numbers of entities stay.
fn permuted(
    spec: &CompareSpec,
    panel: &Panel,
    first: &Side<'_>,
    second: &Side<'_>,
) -> panel_fe::Result<Vec<CompareRecord>> {
    let entities = members(panel, first, second)?;
    let member: Vec<bool> = entities.iter().map(|(_, first)| *first).collect();
    let mut place = vec![usize::MAX; panel.n_entities()];
    for (at, (entity, _)) in entities.iter().enumerate() {
        place[*entity] = at;
    }
    // Only the estimates of a permutation count.
    let mut column = first.compared.column.clone();
    column.vcov = study::Parsed::default();
    let values = |member: &[bool], statistic: &(dyn Fn(&Estimate) -> panel_fe::Result<f64> + Sync)| {
        let side = |wanted: bool| {
            let of_row = panel.entity_of_row().iter().enumerate();
            let mask: Vec<bool> = of_row
                .map(|(row, &entity)| {
                    (first.inside[row] || second.inside[row]) && member[place[entity as usize]] == wanted
                })
                .collect();
            statistic(&fit(panel, &column, &column.formula, &mask)?)
        };
        Ok::<_, FeError>([side(true)?, side(false)?])
    };
    let mut records = Vec::new();
    let (what, names): (_, &[String]) = match (&spec.turning_point, &spec.term) {
        (Some(x), _) => ("turning_point", std::slice::from_ref(x)),
        (None, terms) => ("coefficient", terms.as_ref().map(Terms::names).unwrap_or_default()),
    };
    for name in names {
        let statistic = |fit: &Estimate| {
            let pick = |name: &str| fit.coefficients().pick(&[name]).map(|(b, _)| b[0]);
            if what == "coefficient" { pick(name) } else { Ok(-0.5 * pick(name)? / pick(&format!("{name}^2"))?) }
        };
        let [one, two] = values(&member, &statistic)?;
        let test = permutation_test(&member, spec.draws(), spec.seed(), |member| {
            values(member, &statistic).map(|[one, two]| one - two)
        })?;
        records.push(CompareRecord {
            in_first: finite(one),
            in_second: finite(two),
            difference: finite(test.difference),
            p: finite(test.p),
            draws: Some(test.draws.len()),
            failed: Some(test.failed),
            seed: Some(spec.seed()),
            ..blank(spec, first, second, what, &[name])
        });
    }
    Ok(records)
}

/// The entities of both samples, and whether each is in the first.
fn members(panel: &Panel, first: &Side<'_>, second: &Side<'_>) -> panel_fe::Result<Vec<(usize, bool)>> {
    let mut seen = vec![[false; 2]; panel.n_entities()];
    for (row, &entity) in panel.entity_of_row().iter().enumerate() {
        let sides = &mut seen[entity as usize];
        sides[0] |= first.inside[row];
        sides[1] |= second.inside[row];
    }
    if let Some(both) = seen.iter().position(|sides| sides[0] && sides[1]) {
        return Err(FeError::Specification(format!(
            "`{}` has rows in both samples; test = \"permutation\" gives whole entities to one of them, test = \"chow\" \
             compares such samples, too",
            panel.entities()[both]
        )));
    }
    let inside = seen.iter().enumerate().filter(|(_, sides)| sides[0] || sides[1]);
    Ok(inside.map(|(entity, sides)| (entity, sides[0])).collect())
}

/// The comparisons as one table: a group of rows per pair of columns.
#[must_use]
pub fn table(study: &Study, records: &[CompareRecord]) -> Table {
    let header: Vec<Text> = [
        ("第一列", "First"),
        ("第二列", "Second"),
        ("差异", "Difference"),
        ("标准误", "Std. error"),
        ("检验统计量", "Statistic"),
        ("p", "p"),
    ]
    .map(Text::from)
    .to_vec();
    let mut table =
        Table::new(COMPARE_TABLE, ("组间系数差异检验", "Differences between columns"), ("变量", "Variable"), header);
    let mut start = 0;
    while start < records.len() {
        let pair = |record: &CompareRecord| (record.id.clone(), record.first.clone(), record.second.clone());
        let same = records[start..].iter().take_while(|record| pair(record) == pair(&records[start])).count();
        let group = &records[start..start + same];
        let rows = group.iter().map(|record| row(record, study)).collect();
        table.groups.push(RowGroup::labelled(heading(&group[0], study), rows));
        start += same;
    }
    table.thousands = study.report.thousands;
    notes(&mut table, records);
    closing::close(&mut table, study);
    table
}

/// What is compared, and the two columns with their labels.
fn heading(record: &CompareRecord, study: &Study) -> Text {
    let spec = study.comparisons.iter().find(|spec| spec.id == record.id);
    let title = spec.and_then(|spec| spec.title.as_ref()).map_or_else(|| Text::same(&record.id), Label::text);
    let column = |written: &str| {
        let label = written.split_once(':').and_then(|(table, name)| study.column(table, name).ok());
        let label = label.and_then(|(_, column)| column.label.as_ref()).map(Label::text).unwrap_or_default();
        label.map(|_, label| if label.is_empty() { written.to_owned() } else { format!("{written} {label}") })
    };
    let (first, second) = (column(&record.first), column(&record.second));
    Text::build(|lang| match lang {
        Lang::Zh => format!("{}：{} 与 {}", title.get(lang), first.get(lang), second.get(lang)),
        Lang::En => format!("{}: {} and {}", title.get(lang), first.get(lang), second.get(lang)),
    })
}

fn row(record: &CompareRecord, study: &Study) -> Row {
    let names = study.labels();
    let label = |name: &str| names.get(name);
    let stub = match record.what {
        "turning_point" => label(&record.terms[0]).map(|lang, label| match lang {
            Lang::Zh => format!("拐点：{label}"),
            Lang::En => format!("Turning point: {label}"),
        }),
        "joint" => Text::new(
            format!("联合检验（{} 个系数）", record.terms.len()),
            format!("Joint test of {} coefficients", record.terms.len()),
        ),
        _ => label(&record.terms[0]),
    };
    let digits = study.report.digits.map_or(Format::Legible(3), Digits::format);
    let none = |value: Option<f64>, format| value.map_or_else(Cell::empty, |value| Cell::number(value, format));
    let reason = record.reason.as_deref().unwrap_or("not a number");
    let stars = record.p.map_or(0, |p| study.report.stars.count(p));
    let difference = none(record.difference, digits);
    let cells = vec![
        none(record.in_first, digits),
        none(record.in_second, digits),
        if record.what == "joint" { difference } else { difference.with_stars(stars) },
        none(record.se, digits),
        match (record.stat, record.test) {
            (None, "chow") => Cell::missing(reason),
            (stat, _) => {
                let cell = none(stat, Format::Fixed(2));
                if record.what == "joint" { cell.with_stars(stars) } else { cell }
            }
        },
        record.p.map_or_else(|| Cell::missing(reason), Cell::p_value),
    ];
    Row::new(stub, cells)
}

fn notes(table: &mut Table, records: &[CompareRecord]) {
    if let Some(chow) = records.iter().find(|record| record.test == "chow") {
        let (zh, en) = if chow.df2.is_some() { ("F", "F") } else { ("χ²", "χ²") };
        table.push_note(Text::new(
            format!(
                "合并两列样本、所有解释变量与固定效应均与组别交乘后的 Wald 检验（Chow 检验），统计量为 {zh}；\
                 误差独立同分布且检验全部系数时即 Chow (1960) 的 F。"
            ),
            format!(
                "Wald test in the regression that pools both columns, with every regressor and every fixed effect \
                 interacted with the sample (Chow test); the statistic is {en}. For iid errors and all coefficients it is \
                 the F of Chow (1960)."
            ),
        ));
    }
    let draws: Vec<usize> = records.iter().filter_map(|record| record.draws).collect();
    if let (Some(least), Some(most)) = (draws.iter().min(), draws.iter().max()) {
        let count = if least == most { format!("{least}") } else { format!("{least}–{most}") };
        table.push_note(Text::new(
            format!(
                "Fisher 组合检验：个体在两组间随机置换 {count} 次，经验 p 值 =（1 + |d*| ≥ |d| 的次数）/（1 + 次数）。"
            ),
            format!(
                "Fisher's permutation test: entities are given to the samples at random, {count} times; p is (1 + the \
                 number of |d*| ≥ |d|) / (1 + the number of permutations)."
            ),
        ));
    }
}
