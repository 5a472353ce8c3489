//! Rows that are no places: totals and aggregates among the entities of a table.

use super::total_names::{is_called_total, is_country_beside_provinces};
use panel_core::io::Source;
use panel_core::remedy::quoted;
use panel_core::{Column, Diagnostic, Remedy, suggest};

/// A warning that names the entities of a source that look like totals of the others, with the filter that leaves them out.
///
/// An entity looks like one by its name, or where it is the sum of all others in every period and column that has both.
pub(super) fn warning(source: &Source) -> Option<Diagnostic> {
    let entity = source.entity.as_deref()?;
    let labels = source.table.key_text(entity).ok()?;
    let names = || labels.labels().iter().map(String::as_str);
    let mut found: Vec<&str> =
        names().filter(|name| is_called_total(name) || is_country_beside_provinces(name, names())).collect();
    // Of two entities each is the sum of the others.
    if found.len() == labels.labels().len() || labels.labels().len() < 3 {
        return None;
    }
    let called = found.len();
    let sum = sum_of_others(source, &found);
    found.extend(sum.as_deref());
    let why = match (called, found.len()) {
        (_, 0) => return None,
        (0, _) => "is the sum of the others",
        (called, all) if called < all => "look like totals or are the sum of the others",
        (1, _) => "looks like a total, not a place",
        _ => "look like totals, not places",
    };
    let shown: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
    // Numbers are compared as such: `code != 0`.
    let numeric = matches!(source.table.column(entity), Ok(Column::Float(_)));
    let written = |name: &&str| match name.parse::<f64>() {
        Ok(number) if numeric => number.to_string(),
        _ => quoted(name),
    };
    let listed: Vec<String> = found.iter().map(written).collect();
    let bare = entity.chars().all(|c| c.is_alphanumeric() || c == '_') && !entity.starts_with(|c: char| c.is_numeric());
    let column = if bare { entity.to_owned() } else { format!("`{entity}`") };
    let filter = match &listed[..] {
        [one] => format!("{column} != {one}"),
        many => format!("not ({column} in ({}))", many.join(", ")),
    };
    let literal = if filter.contains('\'') { quoted(&filter) } else { format!("'{filter}'") };
    let remedy = Remedy::plain("filter", literal);
    let message = format!(
        "`{}`: {} among the values of `{entity}` {why}; `{remedy}` leaves {} out",
        source.table.file(),
        suggest::some(&shown),
        if found.len() == 1 { "it" } else { "them" }
    );
    Some(Diagnostic::warning("totals-among-entities", message).with(remedy))
}

/// The entity that is the sum of all others in some column, in all its periods; those in `beside` are known to be none of
/// the others.
fn sum_of_others(source: &Source, beside: &[&str]) -> Option<String> {
    /// Rows beyond which nobody mistakes a total for one more entity.
    const MOST: usize = 2_000_000;
    let (entity, table) = (source.entity.as_deref()?, &source.table);
    let entities = table.key_text(entity).ok()?;
    let times = source.time.as_deref().map(|time| table.key_text(time)).transpose().ok()?;
    let aside: Vec<bool> = entities.labels().iter().map(|label| beside.contains(&label.as_str())).collect();
    let is_aside = |entity: usize| aside.get(entity) == Some(&true);
    let (n, periods) = (entities.labels().len(), times.as_ref().map_or(1, |times| times.labels().len()));
    if n < 4 || table.n_rows() > MOST {
        return None;
    }
    // Rounding makes a difference; where few periods show it, little of it is believed.
    let near = if periods >= 3 { 1e-3 } else { 1e-6 };
    let place = |row: usize| {
        let period = times.as_ref().map_or(0, |times| times.codes()[row] as usize);
        (entities.codes()[row] as usize, period)
    };
    let is_key = |name: &String| name == entity || Some(name) == source.time.as_ref();
    for (name, column) in table.names().iter().zip(table.columns()) {
        let Column::Float(values) = column else { continue };
        if is_key(name) {
            continue;
        }
        let (mut sums, mut rows) = (vec![0.0; periods], vec![0_usize; periods]);
        for (row, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            if let (entity, period) = place(row)
                && period < periods
                && !is_aside(entity)
            {
                sums[period] += value;
                rows[period] += 1;
            }
        }
        // A total of two others may be chance, and one that is zero says nothing.
        let (mut adds_up, mut seen) = (vec![true; n], vec![0_usize; n]);
        for (row, &value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let (entity, period) = place(row);
            if entity >= n || period >= periods || is_aside(entity) {
                continue;
            }
            seen[entity] += 1;
            let others = sums[period] - value;
            adds_up[entity] &= rows[period] >= 4 && value != 0.0 && (others - value).abs() <= near * value.abs();
        }
        let found: Vec<usize> = (0..n).filter(|&i| adds_up[i] && seen[i] == periods).collect();
        if let [only] = found[..] {
            return Some(entities.labels()[only].clone());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::io::{ReadOptions, read_bytes};

    fn words(text: &str) -> Option<String> {
        let table = read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).expect("valid");
        warning(&Source::both(table, "city", "year")).map(|remark| remark.message)
    }

    #[test]
    fn totals_are_told_by_their_name() {
        let warning_for = |name: &str| words(&format!("city,year,x\n甲,1,1\n乙,1,2\n丙,1,3\n{name},1,7\n"));
        for name in ["全国", "合　计", "总 计", "全省", "Total", "World", "WLD", "Euro area - 20 countries (from 2023)"]
        {
            let message = warning_for(name).unwrap_or_default();
            assert!(message.contains(&format!("`filter = 'city != \"{name}\"'` leaves it out")), "{name}: {message}");
        }
        for name in ["丁", "Totalia", "全州县", "Allier"] {
            assert_eq!(warning_for(name), None, "{name}");
        }
        let both =
            "city,year,x\n甲,1,1\n乙,1,2\n丙,1,3.5\n省,1,6.5\n全国,1,30\n甲,2,2\n乙,2,2\n丙,2,3\n省,2,7\n全国,2,40\n";
        let both = words(both).unwrap_or_default();
        assert!(both.contains("`filter = 'not (city in (\"全国\", \"省\"))'`"), "a name does not hide a sum: {both}");
        let coded =
            words("city,year,x\n1,1,1\n2,1,2\n3,1,3.5\n0,1,6.5\n1,2,2\n2,2,2\n3,2,3\n0,2,7\n").unwrap_or_default();
        assert!(coded.contains("`filter = 'city != 0'` leaves it out"), "{coded}");
        let two = words("city,year,x\n甲,1,1\n乙,1,2\n丙,1,3\n全国,1,7\n合计,1,6\n").unwrap_or_default();
        assert!(two.contains("`filter = 'not (city in (\"全国\", \"合计\"))'` leaves them out"), "{two}");
    }

    #[test]
    fn totals_are_told_by_their_numbers() {
        let sums =
            "city,year,x,y\n甲,1,1,3\n乙,1,2,4\n丙,1,3.5,5\n省,1,6.5,12\n甲,2,2,3\n乙,2,2,4\n丙,2,3,5\n省,2,7,12\n";
        assert!(words(sums).unwrap_or_default().contains("`省` among the values of `city` is the sum of the others"));
        assert!(words(&sums.replace("省,2,7,12", "省,2,7,19")).is_some(), "x still adds up");
        assert_eq!(words(&sums.replace("省,2,7,12", "省,2,9,19")), None, "one value that does not add up");
        assert_eq!(words("city,year,x\n甲,1,1\n乙,1,2\n丙,1,3\n丁,1,9\n"), None);
    }
}
