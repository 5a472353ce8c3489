//! What a run has estimated so far, beside its results: a run that was stopped goes on where it stopped.
//!
//! A header says what the estimates are of: the declaration, and everything else that decides them. A record per design
//! follows, in the order in which designs were finished, each with a checksum: what was cut short by a crash is left out.

use super::estimate::{DesignEstimates, Estimated, Numbers, Rows};
use panel_multiverse::reading::Curve;
use panel_multiverse::record::FiellerRecord;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use study::Error;

/// Estimates by design: those of a stopped run, and where those of this one are noted.
#[derive(Debug)]
pub(super) struct Journal {
    known: Mutex<BTreeMap<u64, DesignEstimates>>,
    /// None where the disk refuses: such a run cannot be continued, and is not worse for it.
    file: Mutex<Option<File>>,
    /// What became of a stopped run.
    pub(super) remark: Option<String>,
}

/// First line of the file.
const KIND: &str = "estimates of an unfinished multiverse";

impl Journal {
    /// Opens the journal of a declaration; `made_from` is a hash of everything else that decides its estimates.
    pub(super) fn open(path: &Path, declaration: &str, made_from: &str) -> Self {
        let header = format!("{KIND}\n{declaration}\n{made_from}\n");
        let bytes = std::fs::read(path).unwrap_or_default();
        let found = bytes.strip_prefix(header.as_bytes()).map(records);
        let (known, remark, file) = match found {
            Some((known, length)) => {
                let file = File::options().append(true).open(path);
                let file = file.and_then(|file| file.set_len((header.len() + length) as u64).map(|()| file));
                let remark = format!("goes on where a stopped run stood: {} designs were estimated", known.len());
                (known, Some(remark), file)
            }
            None => {
                let file = File::create(path).and_then(|mut file| file.write_all(header.as_bytes()).map(|()| file));
                (BTreeMap::new(), other(&bytes, declaration), file)
            }
        };
        Self { known: Mutex::new(known), file: Mutex::new(file.ok()), remark }
    }

    /// What is known of a design.
    pub(super) fn take(&self, design: usize) -> Option<DesignEstimates> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&(design as u64))
    }

    /// Notes a design.
    pub(super) fn note(&self, design: usize, found: &DesignEstimates) {
        let mut record = Out::default();
        record.design(found);
        let mut bytes = Out::default();
        bytes.count(design);
        bytes.count(record.0.len());
        bytes.0.extend_from_slice(&record.0);
        let sum = checksum(&bytes.0);
        bytes.0.extend_from_slice(&sum);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.as_mut().is_some_and(|file| file.write_all(&bytes.0).is_err()) {
            *file = None;
        }
    }
}

/// Why a journal is not that of this run; nothing where there is none.
fn other(bytes: &[u8], declaration: &str) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).into_owned();
    let mut lines = head.lines();
    if lines.next() != Some(KIND) {
        return None;
    }
    let theirs = lines.next().unwrap_or_default();
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    Some(if theirs == declaration {
        "starts anew: what a stopped run had estimated is of other data, another study or another program".to_owned()
    } else {
        let (theirs, ours) = (short(theirs), short(declaration));
        format!("starts anew: what a stopped run had estimated is of declaration {theirs}, this one is {ours}")
    })
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::digest(bytes)[..8]);
    sum
}

/// Whole records, and the bytes that they take.
fn records(bytes: &[u8]) -> (BTreeMap<u64, DesignEstimates>, usize) {
    let mut known = BTreeMap::new();
    let mut rest = In(bytes);
    let mut length = 0;
    while let Some((design, found, left)) = record(&rest) {
        known.insert(design, found);
        length = bytes.len() - left.0.len();
        rest = left;
    }
    (known, length)
}

fn record<'a>(from: &In<'a>) -> Option<(u64, DesignEstimates, In<'a>)> {
    let mut rest = In(from.0);
    let design = rest.word()?;
    let length = rest.count()?;
    let mut body = In(rest.bytes(length)?);
    let read = from.0.len() - rest.0.len();
    let sum = rest.bytes(8)?;
    let intact = checksum(&from.0[..read]) == sum;
    let found = intact.then(|| body.design())??;
    Some((design, found, rest))
}

/// Bytes that are written, all numbers little-endian.
#[derive(Debug, Default)]
struct Out(Vec<u8>);

impl Out {
    fn word(&mut self, word: u64) {
        self.0.extend_from_slice(&word.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.word(count as u64);
    }

    fn numbers(&mut self, numbers: &[f64]) {
        numbers.iter().for_each(|number| self.word(number.to_bits()));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Whether there is a value, and the value.
    fn option<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }

    fn design(&mut self, found: &DesignEstimates) {
        self.option(found.rows.as_ref(), |out, rows| {
            out.count(rows.sorted_x.len());
            out.numbers(&rows.sorted_x);
            out.numbers(&[rows.sd_x]);
        });
        self.count(found.outcomes.len());
        for outcome in &found.outcomes {
            self.numbers(&[outcome.sd_y, outcome.mean_y]);
            self.0.extend_from_slice(&outcome.fingerprint.to_le_bytes());
            self.count(outcome.numbers.len());
            for numbers in &outcome.numbers {
                self.option(numbers.as_ref().err(), |out, why| out.refusal(why));
                self.option(numbers.as_ref().ok(), Self::estimate);
            }
        }
    }

    /// Kind, stage and message of an error.
    fn refusal(&mut self, why: &Error) {
        let (kind, stage, message) = match why {
            Error::Stage { stage, message } => (0, stage.as_str(), message.clone()),
            Error::NotComputed { stage, message } => (1, stage.as_str(), message.clone()),
            other => (2, "", other.to_string()),
        };
        self.0.push(kind);
        self.text(stage);
        self.text(&message);
    }

    fn estimate(&mut self, numbers: &Numbers) {
        let Numbers { curve, p, lind_mehlum, u, fieller, clusters } = numbers;
        self.numbers(&[curve.b1, curve.v[0], curve.v[1], curve.v[2], curve.df, curve.low, curve.high]);
        self.option(curve.b2, |out, b2| out.numbers(&[b2]));
        self.numbers(p);
        self.option(*lind_mehlum, |out, (t, p)| out.numbers(&[t, p]));
        self.0.push(u8::from(*u));
        self.option(fieller.as_ref(), |out, set| {
            out.text(&set.kind);
            out.option(set.low, |out, low| out.numbers(&[low]));
            out.option(set.high, |out, high| out.numbers(&[high]));
        });
        self.option(*clusters, Self::count);
    }
}

/// Bytes that are read; nothing where they end too early.
#[derive(Debug)]
struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn word(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.word()?).ok()
    }

    /// A count of things of at least so many bytes.
    fn count_of(&mut self, size: usize) -> Option<usize> {
        self.count().filter(|&count| count <= self.0.len() / size)
    }

    fn number(&mut self) -> Option<f64> {
        self.word().map(f64::from_bits)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.count()?;
        String::from_utf8(self.bytes(length)?.to_vec()).ok()
    }

    fn option<T>(&mut self, get: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.bytes(1)? {
            [0] => Some(None),
            _ => get(self).map(Some),
        }
    }

    fn design(&mut self) -> Option<DesignEstimates> {
        let rows = self.option(|from| {
            let count = from.count_of(8)?;
            let sorted_x = (0..count).map(|_| from.number()).collect::<Option<Vec<f64>>>()?;
            Some(Rows { sorted_x, sd_x: from.number()? })
        })?;
        let count = self.count_of(8)?;
        let outcomes = (0..count).map(|_| self.outcome()).collect::<Option<Vec<Estimated>>>()?;
        Some(DesignEstimates { rows, outcomes })
    }

    fn outcome(&mut self) -> Option<Estimated> {
        let (sd_y, mean_y) = (self.number()?, self.number()?);
        let fingerprint = u128::from_le_bytes(self.bytes(16)?.try_into().ok()?);
        let count = self.count_of(2)?;
        let numbers = (0..count)
            .map(|_| {
                let why = self.option(Self::refusal)?;
                let numbers = self.option(Self::estimate)?;
                numbers.map(Ok).or_else(|| why.map(|why| Err(Arc::new(why))))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Estimated { sd_y, mean_y, fingerprint, numbers })
    }

    fn refusal(&mut self) -> Option<Error> {
        let kind = self.bytes(1)?[0];
        let (stage, message) = (self.text()?, self.text()?);
        Some(match kind {
            0 => Error::Stage { stage, message },
            1 => Error::NotComputed { stage, message },
            _ => Error::Usage(message),
        })
    }

    fn estimate(&mut self) -> Option<Numbers> {
        let b1 = self.number()?;
        let v = [self.number()?, self.number()?, self.number()?];
        let (df, low, high) = (self.number()?, self.number()?, self.number()?);
        let b2 = self.option(Self::number)?;
        let p = [self.number()?, self.number()?];
        let lind_mehlum = self.option(|from| Some((from.number()?, from.number()?)))?;
        let u = self.bytes(1)? == [1];
        let fieller = self.option(|from| {
            let kind = from.text()?;
            Some(FiellerRecord { kind, low: from.option(Self::number)?, high: from.option(Self::number)? })
        })?;
        let clusters = self.option(Self::count)?;
        Some(Numbers { curve: Curve { b1, b2, v, df, low, high }, p, lind_mehlum, u, fieller, clusters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(seed: f64) -> DesignEstimates {
        let curve = Curve { b1: seed, b2: Some(-0.0), v: [1.0, -0.5, 2.0], df: 11.0, low: 0.25, high: f64::MAX };
        let fieller = FiellerRecord { kind: "complement".into(), low: None, high: Some(3.5) };
        let full = Numbers {
            curve,
            p: [0.25, f64::NAN],
            lind_mehlum: Some((1.5, 0.07)),
            u: true,
            fieller: Some(fieller),
            clusters: Some(12),
        };
        let plain = Numbers {
            curve: Curve { b2: None, ..curve },
            lind_mehlum: None,
            fieller: None,
            clusters: None,
            ..full.clone()
        };
        let why = |error: Error| Err(Arc::new(error));
        let (one, other) = (Error::stage("m", "no such variable"), Error::not_computed("m", "no variation"));
        let numbers = vec![Ok(full), why(one), why(other), why(Error::Usage("no".into())), Ok(plain)];
        let outcome = Estimated { sd_y: 1.0 / 3.0, mean_y: -seed, fingerprint: u128::MAX - 7, numbers };
        DesignEstimates { rows: Some(Rows { sorted_x: vec![0.25, 1.0, f64::MAX], sd_x: 0.1 }), outcomes: vec![outcome] }
    }

    /// What a design is to the last bit: not a number prints alike, too.
    fn words(design: &DesignEstimates) -> String {
        format!("{design:?}")
    }

    #[test]
    fn what_was_noted_is_known_to_the_next_run_and_what_was_cut_short_is_not() {
        let folder = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("journal");
        let first = Journal::open(&path, "declaration", "data");
        assert_eq!(first.remark, None);
        first.note(4, &design(1.0));
        first.note(2, &design(2.0));
        drop(first);
        let bytes = std::fs::read(&path).unwrap();
        let second = Journal::open(&path, "declaration", "data");
        assert!(second.remark.as_ref().is_some_and(|remark| remark.contains("2 designs")), "{second:?}");
        assert_eq!(second.take(4).map(|found| words(&found)), Some(words(&design(1.0))));
        assert_eq!(second.take(2).map(|found| words(&found)), Some(words(&design(2.0))));
        assert!(second.take(2).is_none() && second.take(0).is_none());
        drop(second);
        for cut in [1, 9, 100] {
            std::fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
            let cut_short = Journal::open(&path, "declaration", "data");
            assert!(cut_short.take(4).is_some() && cut_short.take(2).is_none(), "{cut} bytes are missing");
            cut_short.note(2, &design(2.0));
            drop(cut_short);
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "the end was cut off before more was noted");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_changed_byte_and_another_declaration_are_seen() {
        let folder = std::env::temp_dir().join(format!("journal-other-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("journal");
        let note = || {
            let journal = Journal::open(&path, "declaration-one", "data");
            journal.note(0, &design(1.0));
        };
        note();
        let mut bytes = std::fs::read(&path).unwrap();
        let place = bytes.len() - 40;
        bytes[place] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert!(Journal::open(&path, "declaration-one", "data").take(0).is_none());
        std::fs::remove_file(&path).unwrap();
        note();
        let other = Journal::open(&path, "declaration-two", "data");
        assert!(other.take(0).is_none());
        assert!(other.remark.is_some_and(|remark| remark.contains("of declaration declaration-")));
        std::fs::remove_file(&path).unwrap();
        note();
        let other = Journal::open(&path, "declaration-one", "other data");
        assert!(other.take(0).is_none() && other.remark.is_some_and(|remark| remark.contains("other data")));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
