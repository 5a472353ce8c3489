//! Periods on a horizontal axis and in titles.

use panel_core::Panel;
use report::Lang;

/// Place of each period in years: 2015.25 is April 2015. Labels that are no dates stand at their ordinals.
pub(super) fn places(panel: &Panel) -> Vec<f64> {
    let times = panel.times();
    let dated: Option<Vec<f64>> = times.labels().iter().map(|label| year_of(label)).collect();
    dated.unwrap_or_else(|| times.ordinals().iter().map(|&ordinal| ordinal as f64).collect())
}

/// `2015`, `2015年`, `2015-04`, `2015Q2` and `2015-04-30` as years.
fn year_of(label: &str) -> Option<f64> {
    let label = label.trim().trim_end_matches('年');
    if let Ok(year) = label.parse::<i64>() {
        return Some(year as f64);
    }
    if let Some((year, quarter)) = label.split_once('Q') {
        let quarter = quarter.parse::<u32>().ok().filter(|quarter| (1..=4).contains(quarter))?;
        return Some(year.parse::<i64>().ok()? as f64 + f64::from(quarter - 1) / 4.0);
    }
    let mut parts = label.split('-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse::<u32>().ok().filter(|month| (1..=12).contains(month))?;
    let day: u32 = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    let in_month = f64::from(day.saturating_sub(1)) / 31.0;
    parts.next().is_none().then_some(year as f64 + (f64::from(month - 1) + in_month) / 12.0)
}

/// A period in a sentence: a year has its character in Chinese.
pub(super) fn words(label: &str, lang: Lang) -> String {
    let bare = label.trim_end_matches('年');
    let is_year = bare.len() == 4 && bare.bytes().all(|byte| byte.is_ascii_digit());
    if is_year && lang == Lang::Zh { format!("{bare} 年") } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_quarters_lie_inside_their_year() {
        for (label, year) in [("2015", 2015.0), ("2015年", 2015.0), ("2015-04", 2015.25), ("2015Q3", 2015.5)] {
            assert_eq!(year_of(label), Some(year), "{label}");
        }
        assert!(year_of("2015-04-16").is_some_and(|year| year > 2015.25 && year < 2015.34));
        assert_eq!((year_of("wave 1"), year_of("2015-13")), (None, None));
        assert_eq!(words("2015年", Lang::Zh), "2015 年");
        assert_eq!(words("2015-04", Lang::Zh), "2015-04");
        assert_eq!(words("2015", Lang::En), "2015");
    }
}
