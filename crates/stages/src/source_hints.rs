//! What to write in a `[[source]]` whose columns are not called as the study expects.

use panel_core::io::reshape::is_period_alone;
use panel_core::io::{RawTable, ReadOptions, Source, read_bytes, row_with, sheet_with};
use panel_core::number::half_width;
use panel_core::remedy::listed;
use panel_core::{Column, Diagnostic, Error, Remedy, suggest};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use study::Reshape;

/// Words to go on with after a message, and what they recommend.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Hint {
    /// The words; they begin with the sign that parts them from the message.
    pub(super) words: String,
    /// What to write.
    pub(super) remedies: Vec<Remedy>,
}

impl Hint {
    fn new(message: impl Into<String>) -> Self {
        Self { words: message.into(), remedies: Vec::new() }
    }

    fn and(mut self, other: Self) -> Self {
        self.words += &other.words;
        self.remedies.extend(other.remedies);
        self
    }
}

/// The message of an error about a file, and what to do; one about a column that another row names says which row is the
/// header.
pub(super) fn wrong_header(
    error: &Error,
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
    needed: &BTreeSet<String>,
) -> Hint {
    let plain = || Hint { words: error.to_string(), remedies: error.remedies() };
    let Error::UnknownColumn { column, available, .. } = error else { return plain() };
    match header_row(column, file, bytes, options, needed) {
        Some(row) => Hint {
            words: format!("unknown column `{column}`{}; the header is now {}", row.words, suggest::listing(available)),
            remedies: row.remedies,
        },
        None => plain(),
    }
}

/// In which other row than the header a name stands; `needed` are the variables of the study.
pub(super) fn header_row(
    name: &str,
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
    needed: &BTreeSet<String>,
) -> Option<Hint> {
    let skip = row_with(file, bytes, options, name)?.checked_sub(1)?;
    let joined = options.header_rows > 1;
    if skip == options.skip_rows && !joined {
        return None;
    }
    if let Some(hint) = stands_alone(name, skip, file, bytes, options) {
        return Some(hint);
    }
    // A banner of years above the names belongs to the header.
    let above = skip.checked_sub(1).filter(|above| !joined || *above != options.skip_rows).and_then(|above| {
        let both = ReadOptions { skip_rows: above, header_rows: 2, ..options.clone() };
        let table = read_bytes(file, bytes, &both).ok().filter(|table| table.has(name))?;
        one_column_per_year(&table, needed).map(|wide| (above, wide))
    });
    if let Some((above, wide)) = above {
        let remedies = vec![Remedy::plain("skip_rows", above), Remedy::plain("header_rows", 2)];
        let message = format!(
            "; `{name}` stands in row {}, below a row of years: {}; then {}",
            skip + 1,
            listed(&remedies),
            wide.words
        );
        return Some(Hint { words: message, remedies: remedies.into_iter().chain(wide.remedies).collect() });
    }
    let mut remedies = vec![Remedy::plain("skip_rows", skip)];
    remedies.extend(joined.then(|| Remedy::plain("header_rows", 1)));
    Some(Hint { words: format!("; `{name}` stands in row {}: {}", skip + 1, listed(&remedies)), remedies })
}

/// What to write where a name stands in a row of its own below the header, as titles of dimensions do.
fn stands_alone(name: &str, skip: usize, file: &str, bytes: &[u8], options: &ReadOptions) -> Option<Hint> {
    let table = read_bytes(file, bytes, options).ok()?;
    let first = table.names().first().filter(|first| !first.starts_with("unnamed_"))?;
    let below = ReadOptions { skip_rows: skip, ..options.clone() };
    let is_alone = match read_bytes(file, bytes, &below) {
        Ok(table) => table.names().iter().all(|other| other == name || other.starts_with("unnamed_")),
        Err(_) => false,
    };
    let stands_first = table.key_text(first).is_ok_and(|text| text.labels().iter().any(|label| label == name));
    if !is_alone || !stands_first || skip <= options.skip_rows {
        return None;
    }
    let remedy = Remedy::table("rename", &[(name, first)]);
    let message = format!("; `{name}` stands alone in row {}, below `{first}`: `{remedy}`", skip + 1);
    Some(Hint { words: message, remedies: vec![remedy] })
}

/// In which other sheet of the workbook a name stands near the top.
pub(super) fn other_sheet(name: &str, file: &str, bytes: &[u8], options: &ReadOptions) -> Option<Hint> {
    let (sheet, row) = sheet_with(file, bytes, options, name)?;
    let mut remedies = vec![Remedy::text("sheet", &sheet)];
    remedies.extend((row > 1).then(|| Remedy::plain("skip_rows", row - 1)));
    Some(Hint { words: format!("; `{name}` stands in the sheet `{sheet}`: {}", listed(&remedies)), remedies })
}

/// What to try where a table has neither of the keys `wanted`; `needed` are the variables of the study.
pub(super) fn keys(table: &RawTable, wanted: &[&str], needed: &BTreeSet<String>) -> Hint {
    if let Some((_, why)) = wanted.iter().find_map(|name| Some((name, table.left_out(name)?))) {
        return Hint::new(format!("; {why}"));
    }
    let nameless = table.names().iter().filter(|name| name.starts_with("unnamed_")).count();
    if 2 * nameless > table.names().len() {
        return Hint::new("; most columns have no name: if a title stands above the header, set `skip_rows`");
    }
    if let Some((_, why)) = table.all_left_out().next() {
        return Hint::new(format!("; {why}"));
    }
    if let [_, time] = wanted
        && let Some(hint) = periods_elsewhere(table, time, needed)
    {
        return hint;
    }
    let mut hint = wanted.iter().filter_map(|name| near(table, name)).fold(Hint::default(), Hint::and);
    if let Some(wide) = one_column_per_year(table, needed) {
        hint.words += "; ";
        hint = hint.and(wide);
    }
    hint
}

/// A column whose name is nearly that of a key, or its translation, and how to rename it.
pub(super) fn near(table: &RawTable, key: &str) -> Option<Hint> {
    /// Names of keys in the two languages of yearbooks.
    const TRANSLATED: [(&str, &str); 12] = [
        ("city", "城市"),
        ("city", "地市"),
        ("city", "城市名称"),
        ("county", "县"),
        ("province", "省份"),
        ("province", "省"),
        ("region", "地区"),
        ("firm", "企业"),
        ("year", "年份"),
        ("year", "年度"),
        ("year", "年"),
        ("year", "时间"),
    ];
    // Numbers with a fraction are no keys.
    let may_be_key = |column: &Column| match column {
        Column::Text(_) => true,
        Column::Float(values) => values.iter().all(|value| value.is_nan() || value.fract() == 0.0),
    };
    let columns = || table.names().iter().zip(table.columns());
    let names = || columns().filter(|(_, column)| may_be_key(column)).map(|(name, _)| name.as_str());
    let translated = || {
        let pairs = TRANSLATED.iter().flat_map(|&(en, zh)| [(en, zh), (zh, en)]);
        let mut others = pairs.filter(|(from, _)| key.eq_ignore_ascii_case(from)).map(|(_, to)| to);
        others.find_map(|other| names().find(|name| name.eq_ignore_ascii_case(other)))
    };
    let near = suggest::nearest(key, names()).filter(|near| *near != key).or_else(translated)?;
    let remedy = Remedy::table("rename", &[(key, near)]);
    Some(Hint { words: format!("; did you mean `{near}`? `{remedy}`"), remedies: vec![remedy] })
}

/// Where a table has a time key and no entity key, and its other columns are numbers: the entities may stand across.
pub(super) fn entities_across(table: &RawTable, time: &str, needed: &BTreeSet<String>) -> Option<Hint> {
    let others = || table.names().iter().zip(table.columns()).filter(|(name, _)| *name != time);
    let numbers = others().filter(|(_, column)| matches!(column, Column::Float(_))).count();
    if numbers < 3 || numbers < others().count() || others().any(|(name, _)| needed.contains(name)) {
        return None;
    }
    let lacking: Vec<&String> = needed.iter().filter(|name| !table.has(name)).collect();
    let name = if let [only] = lacking[..] { only.as_str() } else { "name" };
    let value = format!("{{ kind = \"entities-across\", name = {} }}", panel_core::remedy::quoted(name));
    let remedy = Remedy::plain("reshape", value);
    let message = format!("; if each column is an entity, `{remedy}` makes one row per entity and period");
    Some(Hint { words: message, remedies: if name == "name" { Vec::new() } else { vec![remedy] } })
}

/// What to write where the periods stand in one column of another name than `time`, and the entities across.
fn periods_elsewhere(table: &RawTable, time: &str, needed: &BTreeSet<String>) -> Option<Hint> {
    let are_periods = |name: &&String| {
        let labels = table.key_text(name).ok().filter(|labels| !labels.labels().is_empty());
        labels.is_some_and(|labels| labels.labels().iter().all(|label| is_period_alone(label)))
    };
    let found: Vec<&String> = table.names().iter().filter(are_periods).collect();
    let [only] = found[..] else { return None };
    let across = entities_across(table, only, needed)?;
    let remedy = Remedy::table("rename", &[(time, only)]);
    let message = format!("; `{only}` holds periods: `{remedy}`{}", across.words);
    Some(Hint { words: message, remedies: [remedy].into_iter().chain(across.remedies).collect() })
}

/// What to write where one column per period is looked for and the periods stand in a column of their own, `time`: the
/// entities may stand across.
pub(super) fn not_periods(table: &RawTable, time: &str, how: &Reshape) -> Option<Hint> {
    let Reshape::WideToLong { variables, .. } = how else { return None };
    let name = variables.iter().find(|(_, stub)| stub.is_empty()).map(|(name, _)| name.clone())?;
    entities_across(table, time, &BTreeSet::from([name]))
}

/// Whether a text is a year of four digits.
fn is_year(digits: &str) -> bool {
    digits.len() == 4 && digits.parse().is_ok_and(|year: i32| (1800..2200).contains(&year))
}

/// What to do where many columns are one variable in one year each; `needed` are the variables of the study.
pub(super) fn one_column_per_year(table: &RawTable, needed: &BTreeSet<String>) -> Option<Hint> {
    /// Fewer may be anything.
    const LEAST: usize = 4;
    const BETWEEN: [char; 4] = ['_', '-', '.', ' '];
    // Before the year, or behind it, as where a banner of years stands above the names.
    fn stem(name: &str) -> Option<&str> {
        if is_period_alone(name) {
            return Some("");
        }
        let short = name.split_once(" [YR").map_or(name, |(year, _)| year);
        // `产值（2013年）`: the year in brackets.
        let bracketed = short.strip_suffix([')', '）', ']']).and_then(|name| name.rsplit_once(['(', '（', '[']));
        if let Some((stem, year)) = bracketed
            && is_year(year.trim().trim_end_matches('年'))
        {
            return Some(stem.trim_end_matches(BETWEEN));
        }
        let digits = short.strip_suffix('度').unwrap_or(short);
        let digits = digits.strip_suffix('年').unwrap_or(digits);
        if let Some(at) = digits.len().checked_sub(4).filter(|&at| digits.is_char_boundary(at))
            && is_year(&digits[at..])
        {
            return Some(digits[..at].trim_end_matches(BETWEEN));
        }
        let (year, rest) = name.split_at_checked(4)?;
        let stem = rest.trim_start_matches('年').trim_start_matches(BETWEEN);
        (is_year(year) && stem.len() < rest.len()).then_some(stem)
    }
    // A year above several columns stands once, or once and numbered, and a second row names the variables.
    let names = table.names();
    let above = |pair: &&[String]| {
        let numbered = pair[1].split_once(" (column ").is_some_and(|(year, _)| stem(year) == Some(""));
        stem(&pair[0]) == Some("") && (numbered || pair[1].starts_with("unnamed_"))
    };
    if names.windows(2).filter(above).count() >= 2 {
        let remedy = Remedy::plain("header_rows", 2);
        let first = names.iter().find(|name| stem(name) == Some("")).map_or("", String::as_str);
        let message = format!("`{first}` and the years beside it stand above a row of names: `{remedy}` joins both");
        return Some(Hint { words: message, remedies: vec![remedy] });
    }
    let wide: Vec<(&String, &str)> = table.names().iter().filter_map(|name| Some((name, stem(name)?))).collect();
    let (first, known_as) = *wide.first()?;
    if wide.len() < LEAST {
        return None;
    }
    let stems: BTreeSet<&str> = wide.iter().map(|(_, stem)| *stem).collect();
    let lacking: Vec<&String> = needed.iter().filter(|name| !table.has(name)).collect();
    let mut variables: BTreeMap<&str, &str> =
        stems.iter().filter(|stem| needed.contains(**stem)).map(|stem| (*stem, *stem)).collect();
    if let ([only], 1) = (&lacking[..], stems.len()) {
        variables.insert(only, known_as);
    }
    let certain = !variables.is_empty();
    if !certain {
        variables.insert("name", known_as);
    }
    let pairs: Vec<(&str, &str)> = variables.into_iter().collect();
    let variables = Remedy::table("variables", &pairs);
    let remedy = Remedy::plain("reshape", format!("{{ kind = \"wide-to-long\", {variables} }}"));
    // Half-years, quarters and months are called by more than four digits.
    let digits = first.chars().filter(char::is_ascii_digit).count();
    let one = if known_as.is_empty() && digits > 4 && !first.contains(" [YR") { "period" } else { "year" };
    let message = format!(
        "`{first}` and {} more look like one column per {one}; `{remedy}` makes one row per {one}{}",
        wide.len() - 1,
        if certain { "" } else { " (for `name` write what the values are)" }
    );
    Some(Hint { words: message, remedies: if certain { vec![remedy] } else { Vec::new() } })
}

/// Whether a table has no time key because its periods stand in the header, and no variable of the study is one of those
/// columns.
pub(super) fn periods_across(table: &RawTable, needed: &BTreeSet<String>) -> Option<Hint> {
    let hint = one_column_per_year(table, needed)?;
    let has_year = |name: &&String| name.chars().filter(char::is_ascii_digit).count() >= 4;
    let used = table.names().iter().filter(has_year).any(|name| needed.contains(name));
    (!used).then(|| Hint { words: format!("; {}", hint.words), remedies: hint.remedies })
}

/// What to say where some values of the only key are periods, in rows of their own above the rows they are of.
pub(super) fn period_banners(table: &RawTable, key: &str) -> Option<String> {
    let labels = table.key_text(key).ok()?;
    let is_period = |label: &&String| {
        let digits: String = label.chars().filter(char::is_ascii_digit).collect();
        let others = label.to_lowercase().replace("year", "");
        let others = others.chars().filter(|c| !c.is_ascii_digit()).all(|c| "年度 ()（）[]:：-—–=".contains(c));
        others && is_year(&digits)
    };
    let first = labels.labels().iter().find(is_period)?;
    // A column of nothing but years has no banners among its rows.
    labels.labels().iter().find(|label| !is_period(label))?;
    Some(format!("; `{first}` is the period of the rows below it: give every row its period, in a column of its own"))
}

/// A warning for each column of words that the study looks at in which a word that is mostly a level (`none`) was read as
/// missing, a note where it is `NA` or its like in fewer than a tenth of the rows.
pub(super) fn dropped_words(source: &Source, looked_at: &BTreeSet<String>) -> Vec<Diagnostic> {
    let table = &source.table;
    let remark = |name: &String| {
        let (word, rows) = table.dropped_word(name)?;
        let message = format!(
            "`{}`: `{word}` in `{name}` was read as missing ({rows} rows); `{}` keeps it as a value",
            table.file(),
            Remedy::list("text", &[name])
        );
        // A word that takes a tenth of the rows is seldom a mark.
        let level =
            !["na", "n/a", "nan", "null"].contains(&word.to_lowercase().as_str()) || 10 * rows >= table.n_rows();
        Some(if level {
            Diagnostic::warning("word-missing", message)
        } else {
            Diagnostic::note("word-missing", message)
        })
    };
    table.names().iter().filter(|name| looked_at.contains(*name)).filter_map(remark).collect()
}

/// A warning about entities that may be one in several spellings: spaces inside, footnote marks, letters of another width or
/// case, signs that do not show, with and without 市.
pub(super) fn spellings(table: &RawTable, entity: &str) -> Option<Diagnostic> {
    let labels = table.key_text(entity).ok()?;
    let plain = |label: &str| -> String {
        let invisible =
            |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}');
        let kept = |c: &char| !c.is_whitespace() && !invisible(*c) && !matches!(c, '①'..='⑳' | '*' | '†' | '‡');
        let text: String = half_width(label).chars().filter(kept).collect::<String>().to_lowercase();
        let short = text.strip_suffix('市');
        short.filter(|short| short.chars().count() >= 2).map_or(text.clone(), str::to_owned)
    };
    let mut known: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for label in labels.labels() {
        known.entry(plain(label)).or_default().push(label);
    }
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (_, same) in known.iter().filter(|(_, same)| same.len() > 1) {
        let main = same.iter().max_by_key(|label| {
            (
                labels
                    .codes()
                    .iter()
                    .filter(|&&code| labels.labels().get(code as usize).is_some_and(|l| l == *label))
                    .count(),
                std::cmp::Reverse(label.chars().filter(|c| c.is_whitespace()).count()),
                label.ends_with('市'),
            )
        })?;
        pairs.extend(same.iter().filter(|label| *label != main).map(|label| (*label, *main)));
    }
    if pairs.is_empty() || pairs.len() > 50 {
        return None;
    }
    let remedy = Remedy::table("spellings", &pairs);
    let message = format!(
        "`{}`: {} values of `{entity}` look like other spellings of another; `{remedy}` reads them as one",
        table.file(),
        pairs.len()
    );
    Some(Diagnostic::warning("spellings", message).with(remedy))
}

/// Whether a value of a column stands in more than one row.
pub(super) fn repeats(table: &RawTable, column: &str) -> panel_core::Result<bool> {
    let text = table.key_text(column)?;
    let mut seen = HashSet::new();
    Ok((0..text.len()).filter_map(|row| text.get(row)).any(|label| !seen.insert(label)))
}

/// A remark for each column that the study looks at whose codes have labels.
pub(super) fn value_labels(source: &Source, looked_at: &BTreeSet<String>) -> Vec<Diagnostic> {
    /// Enough to see what the codes are.
    const SHOWN: usize = 4;
    let table = &source.table;
    let is_used = |name: &&String| {
        looked_at.contains(*name) || source.entity.as_ref() == Some(*name) || source.time.as_ref() == Some(*name)
    };
    let remark = |name: &String| {
        let labels = table.value_labels(name);
        let mut shown: Vec<String> =
            labels.iter().take(SHOWN).map(|(code, label)| format!("{code} = {label}")).collect();
        if labels.len() > SHOWN {
            shown.push("…".to_owned());
        }
        let message = format!(
            "`{name}` of `{}` has value labels ({}); its codes are used, `value_labels = true` takes the texts",
            table.file(),
            shown.join(", ")
        );
        (!labels.is_empty()).then(|| Diagnostic::note("value-labels", message))
    };
    table.names().iter().filter(is_used).filter_map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> RawTable {
        read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_word_that_takes_many_rows_is_a_warning() {
        let severity = |n: usize| {
            let rows: String = (0..20).map(|i| format!("{i},1,{}\n", if i < n { "NA" } else { "Paris" })).collect();
            let text = format!("city,year,region\n{rows}");
            let table = read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).expect("a table");
            let source = Source::both(table, "city", "year");
            dropped_words(&source, &BTreeSet::from(["region".to_owned()]))[0].severity
        };
        assert_eq!((severity(1), severity(2)), (panel_core::Severity::Note, panel_core::Severity::Warning));
    }

    #[test]
    fn rows_that_name_a_period_are_told() {
        let table = |text: &str| read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).expect("a table");
        let banners = period_banners(&table("city,y\n2013年,\n北京,1\n天津,2\n上海,2\n2014年,\n北京,3\n"), "city");
        assert!(banners.expect("banners").contains("`2013年` is the period of the rows below it"));
        assert!(period_banners(&table("city,y\nYear: 2013,\nA,1\nYear: 2014,\nA,3\n"), "city").is_some());
        for other in ["city,y\n北京,1\n天津,2\n", "city,y\n2013,1\n2014,2\n", "city,y\nA 2013,1\nB,2\n"] {
            assert_eq!(period_banners(&table(other), "city"), None, "{other}");
        }
    }

    #[test]
    fn near_names_are_renamed() {
        let hint = keys(&table("State,1982,1983,1984,1985\nAL,1,2,3,4\n"), &["state", "year"], &names(&["deaths"]));
        assert!(
            hint.words.starts_with("; did you mean `State`? `rename = { state = \"State\" }`; `1982` and 3 more"),
            "{hint:?}"
        );
        assert!(hint.words.contains("variables = { deaths = \"\" }") && hint.remedies.len() == 2, "{hint:?}");
        let hint = keys(&table("省份名,x\na,1\n"), &["省份", "年份"], &names(&["x"]));
        assert_eq!(hint.words, "; did you mean `省份名`? `rename = { \"省份\" = \"省份名\" }`");
        assert_eq!(keys(&table("town,when\na,1\n"), &["city", "year"], &names(&[])), Hint::default());
        let hint = keys(&table("年份,省份,城市,x\n2013,a,b,1\n"), &["city", "year"], &names(&["x"]));
        let lines: Vec<String> = hint.remedies.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["rename = { city = \"城市\" }", "rename = { year = \"年份\" }"]);
        let hint = near(&table("City,x\nb,1\n"), "城市").unwrap();
        assert_eq!(hint.words, "; did you mean `City`? `rename = { \"城市\" = \"City\" }`");
    }

    #[test]
    fn years_stand_before_or_behind_the_name() {
        let hint = |text: &str, needed: &[&str]| one_column_per_year(&table(text), &names(needed));
        let banner = hint("c,2013年_y,2013年_x,2014年_y,2014年_x\na,1,2,3,4\n", &["x", "y"]).unwrap();
        assert!(banner.words.contains("variables = { x = \"x\", y = \"y\" }"), "{banner:?}");
        let open = hint("c,a_2013,a_2014,b_2013,b_2014\na,1,2,3,4\n", &["x"]).unwrap();
        assert!(open.words.ends_with("(for `name` write what the values are)"), "{open:?}");
        assert!(open.words.contains("{ name = \"a\" }") && open.remedies.is_empty(), "{open:?}");
        let bank = hint("c,2013 [YR2013],2014 [YR2014],2015 [YR2015],2016 [YR2016]\na,1,2,3,4\n", &["gdp"]).unwrap();
        assert!(bank.words.contains("{ gdp = \"\" }") && bank.remedies.len() == 1, "{bank:?}");
        assert_eq!(hint("c,x,y\na,1,2\n", &["x"]), None);
    }

    #[test]
    fn entities_may_stand_across() {
        let wide = table("year,甲,乙,丙\n2013,1,2,3\n");
        let hint = entities_across(&wide, "year", &names(&["gdp"])).unwrap();
        assert_eq!(hint.remedies[0].value, "{ kind = \"entities-across\", name = \"gdp\" }");
        assert_eq!(entities_across(&table("year,x,y,z\n2013,1,2,3\n"), "year", &names(&["x"])), None);
    }

    /// What becomes of a study of one regression of `gdp` on the files of a folder of its own.
    fn loaded(name: &str, files: &[(&str, &str)], sources: &str) -> Result<crate::data::Data, String> {
        let folder = std::env::temp_dir().join(format!("data-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
        let study = format!(
            "[study]\ntitle = \"t\"\nentity = \"city\"\ntime = \"year\"\n{sources}[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"gdp ~ 1\"\n"
        );
        let data = crate::data::load_or_refuse(&study::Loaded::parse(&study, "s.toml", &folder).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
        data.map_err(|(_, refusal)| refusal.error.to_string())
    }

    /// Cities stand across, years down: the refusal says which line makes a panel of them, and with it one comes out.
    #[test]
    fn entities_across_are_named_where_no_source_has_them() {
        let files = [("wide.csv", "year,甲,乙,丙\n2013,1,2,3\n2014,4,5,6\n")];
        let source = "[[source]]\nfile = \"wide.csv\"\n";
        let line = "reshape = { kind = \"entities-across\", name = \"gdp\" }";
        let message = loaded("across", &files, source).err().unwrap();
        let sentence = format!(
            "`wide.csv` has no column `city`; if each column is an entity, `{line}` makes one row per entity and period"
        );
        assert!(message.ends_with(&sentence), "{message}");
        let panel = loaded("across", &files, &format!("{source}{line}\n")).unwrap().panel;
        let row = (0..6).find(|&row| (panel.entity_label(row), panel.time_label(row)) == ("乙", "2014")).unwrap();
        assert_eq!((panel.n_rows(), panel.float("gdp").unwrap()[row]), (6, 5.0));
    }

    /// Where another source has both keys, columns by year alone may be what is meant: a warning.
    #[test]
    fn entities_across_beside_a_panel_are_a_remark() {
        let files = [
            ("a.csv", "city,year,gdp\n甲,2013,1\n甲,2014,2\n乙,2013,3\n乙,2014,4\n"),
            ("b.csv", "year,p,q,r\n2013,1,2,3\n2014,4,5,6\n"),
        ];
        let data = loaded("beside", &files, "[[source]]\nfile = \"a.csv\"\n[[source]]\nfile = \"b.csv\"\n").unwrap();
        let remarks: Vec<_> = data.diagnostics.iter().filter(|remark| remark.code == "entities-across").collect();
        assert!(matches!(remarks[..], [one] if one.message.starts_with("`b.csv` has no column `city`")), "{remarks:?}");
    }

    #[test]
    fn periods_under_another_name_are_found() {
        let wide = table("指标,甲市,乙市,丙市\n2013年,1.5,2,3\n2014年,2,3,4.5\n");
        let hint = keys(&wide, &["城市", "年份"], &names(&["y"]));
        let lines: Vec<String> = hint.remedies.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            ["rename = { \"年份\" = \"指标\" }", "reshape = { kind = \"entities-across\", name = \"y\" }"],
            "{hint:?}"
        );
        assert!(hint.words.starts_with("; `指标` holds periods: `rename"), "{hint:?}");
        // A column of numbers with fractions is no key, however it is called.
        assert_eq!(near(&table("城币,x\n1.5,2\n"), "城市"), None);
        assert!(near(&table("城币,x\n1,2\n"), "城市").is_some());
    }

    #[test]
    fn columns_may_be_called_by_months() {
        let hint =
            one_column_per_year(&table("geo,2015M01,2015M02,2015M03,2015M04\nAT,1,2,3,4\n"), &names(&["y"])).unwrap();
        assert!(hint.words.contains("one column per period") && hint.words.contains("{ y = \"\" }"), "{hint:?}");
    }

    #[test]
    fn spellings_of_one_name_are_found() {
        let text = "city,x\n北京市,1\n北京,1\n北 京 市,1\n北京①,1\n北京市,2\n天津市,1\n";
        let remark = spellings(&table(text), "city").unwrap();
        assert!(remark.message.contains("3 values of `city`"), "{remark}");
        assert!(remark.message.contains("\"北 京 市\" = \"北京市\""), "{remark}");
        assert_eq!(spellings(&table("city,x\n吉林市,1\n吉安市,1\n沙市,1\n沙,1\n"), "city"), None);
    }

    #[test]
    fn the_row_of_the_header_is_found() {
        let text = "Deaths\nstate,year,x\nAL,1982,1\n";
        let row = |skip_rows: usize, header_rows: usize| {
            let options = ReadOptions { skip_rows, header_rows, ..ReadOptions::default() };
            header_row("state", "d.csv", text.as_bytes(), &options, &names(&[]))
        };
        assert_eq!(row(0, 1).unwrap().words, "; `state` stands in row 2: `skip_rows = 1`");
        assert_eq!(row(2, 1).unwrap().words, "; `state` stands in row 2: `skip_rows = 1`");
        let both = row(1, 2).unwrap();
        assert_eq!(both.words, "; `state` stands in row 2: `skip_rows = 1`, `header_rows = 1`");
        assert_eq!(both.remedies.len(), 2);
        assert_eq!(row(1, 1), None);
        assert_eq!(header_row("State", "d.csv", text.as_bytes(), &ReadOptions::default(), &names(&[])), None);
        let banner = "表1,,,,\n,2013年,,2014年,\n城市,y,x,y,x\n甲,1,2,3,4\n乙,1,2,3,4\n";
        let hint =
            header_row("城市", "d.csv", banner.as_bytes(), &ReadOptions::default(), &names(&["x", "y"])).unwrap();
        let lines: Vec<String> = hint.remedies.iter().map(ToString::to_string).collect();
        assert_eq!(lines[..2], ["skip_rows = 1", "header_rows = 2"]);
        assert!(lines[2].contains("x = \"x\", y = \"y\""), "{hint:?}");
        // The title of a dimension stands alone, below that of the other one.
        let titles = "Year,2015,2016\nCountry,,\nAustria,1,2\nBelgium,3,4\n";
        let hint = header_row("Country", "d.csv", titles.as_bytes(), &ReadOptions::default(), &names(&["x"])).unwrap();
        assert_eq!(hint.words, "; `Country` stands alone in row 2, below `Year`: `rename = { Country = \"Year\" }`");
    }

    #[test]
    fn repeats_are_found() {
        let table = table("state,year\na,1982\nb,1982\n");
        assert!(repeats(&table, "year").unwrap() && !repeats(&table, "state").unwrap());
    }
}
