//! Names of Chinese cities as their sources write them: with and without 市, old names, codes, English.

use crate::column::{Column, TextColumn};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::io::RawTable;
use crate::number::{half_width, trim};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Former names of prefecture-level cities and their present ones, both without suffix.
const FORMER: [(&str, &str); 9] = [
    ("襄樊", "襄阳"),
    ("思茅", "普洱"),
    ("淮阴", "淮安"),
    ("达川", "达州"),
    ("通什", "五指山"),
    ("零陵", "永州"),
    ("毕节地区", "毕节"),
    ("铜仁地区", "铜仁"),
    ("哈密地区", "哈密"),
];

/// Suffixes of administrative units, longest first.
const SUFFIXES: [&str; 6] = ["特别行政区", "自治州", "地区", "盟", "市", "州"];

/// A list of cities by which names are recognised.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gazetteer {
    /// Normalised spelling to index into `names`; `None` where two cities share it.
    spellings: BTreeMap<String, Option<usize>>,
    /// Canonical name to index into `names`.
    places: BTreeMap<String, usize>,
    names: Vec<String>,
}

/// What became of a column of names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct NameReport {
    /// (as written, canonical), for every spelling that was changed.
    pub renamed: Vec<(String, String)>,
    /// Spellings that no city has; they were left as they were.
    pub unknown: Vec<String>,
    /// Spellings that more than one city has (`Suzhou`); they were left as they were.
    pub ambiguous: Vec<String>,
}

impl Gazetteer {
    /// A gazetteer from a table with one row per city; `name` is the canonical name, `others` are further spellings
    /// (a code, an English name).
    ///
    /// # Errors
    /// [`Error::UnknownColumn`]; [`Error::Specification`] where the canonical names are not unique.
    pub fn new(table: &RawTable, name: &str, others: &[&str]) -> Result<Self> {
        let canonical = table.key_text(name)?;
        let mut gazetteer = Self::default();
        let mut places = vec![None; table.n_rows()];
        for row in 0..table.n_rows() {
            if let Some(name) = canonical.get(row) {
                let place = gazetteer.names.len();
                if gazetteer.places.insert(name.to_owned(), place).is_some() {
                    return Err(Error::Specification(format!("city `{name}` stands twice in `{}`", table.file())));
                }
                places[row] = Some(place);
                gazetteer.add(name, place);
                gazetteer.names.push(name.to_owned());
            }
        }
        for other in others {
            let spellings = table.key_text(other)?;
            for row in 0..table.n_rows() {
                if let (Some(place), Some(spelling)) = (places[row], spellings.get(row)) {
                    gazetteer.add(spelling, place);
                    // Codes of prefectures are also written with four digits.
                    if let Some(short) = spelling
                        .strip_suffix("00")
                        .filter(|short| short.len() == 4 && spelling.bytes().all(|b| b.is_ascii_digit()))
                    {
                        gazetteer.add(short, place);
                    }
                }
            }
        }
        for (old, new) in FORMER {
            if let Some(Some(place)) = gazetteer.spellings.get(&normal(new)).copied() {
                gazetteer.spellings.entry(normal(old)).or_insert(Some(place));
            }
        }
        Ok(gazetteer)
    }

    fn add(&mut self, spelling: &str, place: usize) {
        self.spellings
            .entry(normal(spelling))
            .and_modify(|known| *known = known.filter(|&known| known == place))
            .or_insert(Some(place));
    }

    /// The canonical name of a city written in any known way; `None` where none or more than one fits.
    #[must_use]
    pub fn canonical(&self, spelling: &str) -> Option<&str> {
        let place = self.places.get(spelling).or_else(|| self.spellings.get(&normal(spelling))?.as_ref())?;
        Some(&self.names[*place])
    }

    fn is_ambiguous(&self, spelling: &str) -> bool {
        self.spellings.get(&normal(spelling)) == Some(&None)
    }

    /// Rewrites a column of names or codes to canonical names.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`].
    pub fn apply(&self, table: &mut RawTable, column: &str) -> Result<(NameReport, Diagnostics)> {
        let i = table.index(column)?;
        let text = table.key_text(column)?.into_owned();
        let mut report = NameReport::default();
        let used: BTreeSet<u32> = text.codes().iter().copied().filter(|&code| code != TextColumn::MISSING).collect();
        let new: Vec<Cow<'_, str>> = text
            .labels()
            .iter()
            .enumerate()
            .map(|(code, label)| {
                let used = used.contains(&(code as u32));
                match self.canonical(label) {
                    Some(name) => {
                        if name != label && used {
                            report.renamed.push((label.clone(), name.to_owned()));
                        }
                        Cow::Borrowed(name)
                    }
                    None => {
                        if used && self.is_ambiguous(label) {
                            report.ambiguous.push(label.clone());
                        } else if used {
                            report.unknown.push(label.clone());
                        }
                        Cow::Borrowed(label.as_str())
                    }
                }
            })
            .collect();
        let rows: Vec<Option<&str>> =
            text.codes().iter().map(|&code| new.get(code as usize).map(AsRef::as_ref)).collect();
        let renamed = Column::Text(TextColumn::new(&rows));
        table.columns[i] = renamed;
        table.written.remove(&i);
        let mut diagnostics = Vec::new();
        let file = table.file();
        let mut say = |severity: fn(String, String) -> Diagnostic, code: &str, what: &str, names: Vec<String>| {
            if !names.is_empty() {
                let more = if names.len() > 5 { ", …" } else { "" };
                let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
                diagnostics.push(severity(
                    code.to_owned(),
                    format!("`{file}`, column `{column}`: {} {what}: {shown}{more}", names.len()),
                ));
            }
        };
        say(
            Diagnostic::note,
            "city-renamed",
            "spellings were made canonical",
            report.renamed.iter().map(|(old, new)| format!("{old} → {new}")).collect(),
        );
        say(Diagnostic::warning, "city-ambiguous", "names fit more than one city", report.ambiguous.clone());
        say(Diagnostic::warning, "city-unknown", "names are no known city", report.unknown.clone());
        Ok((report, diagnostics))
    }
}

/// A spelling without blanks, suffix and case.
fn normal(spelling: &str) -> String {
    let text: String = half_width(trim(spelling))
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .flat_map(char::to_lowercase)
        .collect();
    for suffix in SUFFIXES {
        // `州` belongs to the name in 广州: it is a suffix only behind at least three characters.
        let least = if suffix == "州" { 3 } else { 2 };
        if let Some(stem) = text.strip_suffix(suffix).filter(|stem| stem.chars().count() >= least) {
            return stem.to_owned();
        }
    }
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{ReadOptions, read_bytes};

    const CITIES: &str = "adcode,name_zh,name_en\n110000,北京市,Beijing\n320500,苏州市,Suzhou\n341300,宿州市,Suzhou\n420600,襄阳市,Xiangyang\n440100,广州市,Guangzhou\n530800,普洱市,Pu'er\n";

    fn gazetteer() -> Gazetteer {
        let table = read_bytes("cities.csv", CITIES.as_bytes(), &ReadOptions::default()).expect("valid");
        Gazetteer::new(&table, "name_zh", &["adcode", "name_en"]).expect("unique names")
    }

    #[test]
    fn spellings_lead_to_one_name() {
        let gazetteer = gazetteer();
        let cases = [
            ("北京", "北京市"),
            ("110000", "北京市"),
            ("1100", "北京市"),
            (" 襄樊市 ", "襄阳市"),
            ("beijing", "北京市"),
            ("广州", "广州市"),
            ("Puer", "普洱市"),
            ("思茅", "普洱市"),
        ];
        for (spelling, name) in cases {
            assert_eq!(gazetteer.canonical(spelling), Some(name), "{spelling}");
        }
        assert_eq!(gazetteer.canonical("Suzhou"), None);
        assert_eq!(gazetteer.canonical("莱芜"), None);
    }

    #[test]
    fn a_column_is_rewritten_and_reported() {
        let mut table =
            read_bytes("d.csv", "city,x\n北京,1\n襄樊,2\nSuzhou,3\n某地,4\n".as_bytes(), &ReadOptions::default())
                .expect("valid");
        let (report, diagnostics) = gazetteer().apply(&mut table, "city").expect("a column");
        assert_eq!(report.renamed.len(), 2);
        assert_eq!((report.ambiguous, report.unknown), (vec!["Suzhou".to_owned()], vec!["某地".to_owned()]));
        assert_eq!(diagnostics.len(), 3);
        assert_eq!(table.key_text("city").expect("there").get(1), Some("襄阳市"));
    }
}
