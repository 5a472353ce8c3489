//! Periods on a horizontal axis and in titles.

use panel_core::Panel;
use report::Lang;

/// Place of each period in years: 2015.25 is April 2015. Labels that are no dates stand at their ordinals.
pub(super) fn places(panel: &Panel) -> Vec<f64> {
    let times = panel.times();
    times.years().unwrap_or_else(|| times.ordinals().iter().map(|&ordinal| ordinal as f64).collect())
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

    fn places_of(labels: &[&str]) -> Vec<f64> {
        let panel = Panel::builder("city", "time").keys(vec!["a"; labels.len()], labels.to_vec());
        places(&panel.build().unwrap())
    }

    #[test]
    fn months_and_quarters_lie_inside_their_year() {
        for (label, year) in [("2015", 2015.0), ("2015年", 2015.0), ("2015-04", 2015.25), ("2015Q3", 2015.5)] {
            assert_eq!(places_of(&[label]), [year], "{label}");
        }
        let april = places_of(&["2015-04-16"])[0];
        assert!(april > 2015.25 && april < 2015.34);
        assert_eq!((places_of(&["wave 1"]), places_of(&["2015-13"])), (vec![0.0], vec![0.0]));
        assert_eq!(words("2015年", Lang::Zh), "2015 年");
        assert_eq!(words("2015-04", Lang::Zh), "2015-04");
        assert_eq!(words("2015", Lang::En), "2015");
    }
}
