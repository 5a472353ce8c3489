//! Any text as a study file: reading it never panics, an error is one line, and what can be read can be changed by path
//! and written out again.
//!
//! Three of four mutations keep the text a TOML file: a value is left out, or replaced by one of another kind or from
//! elsewhere in the study.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use panelstudy::study;
use std::path::Path;
use toml::{Table, Value};

fuzz_target!(|text: &str| {
    match study::Loaded::parse(text, "s.toml", Path::new("")) {
        Ok(loaded) => {
            let written = toml::to_string(&loaded.study).expect("a study can be written");
            study::Loaded::parse(&written, "s.toml", Path::new("")).expect("and read again");
            for path in ["va.form", "gtfp.main.rts", "table.t.column.(1).vcov", "variables.x", text] {
                let mut changes = Table::new();
                changes.insert(path.to_owned(), Value::String("x".into()));
                let _ = loaded.with(&changes);
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let parsed = std::str::from_utf8(&data[..size]).ok().and_then(|text| text.parse::<Table>().ok());
    let mut dice = seed;
    let changed = parsed.filter(|_| throw(&mut dice, 4) > 0).map(|mut study| {
        change(&mut study, &mut dice);
        toml::to_string(&study).unwrap_or_default()
    });
    match changed {
        Some(text) if !text.is_empty() && text.len() <= most => {
            data[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }
        _ => fuzzer_mutate(data, size, most),
    }
});

/// A number below `n`.
fn throw(dice: &mut u32, n: usize) -> usize {
    *dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*dice >> 8) as usize % n.max(1)
}

/// Changes one value, somewhere.
fn change(table: &mut Table, dice: &mut u32) {
    let mut others = Vec::new();
    values(&Value::Table(table.clone()), &mut others);
    let mut at = table;
    loop {
        let names: Vec<String> = at.keys().cloned().collect();
        let Some(name) = names.get(throw(dice, names.len())) else { return };
        let inner = match &at[name] {
            Value::Table(inner) => !inner.is_empty(),
            Value::Array(list) => list.iter().any(Value::is_table),
            _ => false,
        };
        if !inner || throw(dice, 8) == 0 {
            match throw(dice, 4) {
                0 => _ = at.remove(name),
                1 => _ = at.insert(name.clone(), any(dice)),
                2 => _ = at.insert(name.clone(), others[throw(dice, others.len())].clone()),
                _ => {
                    let value = at[name].clone();
                    let other = names[throw(dice, names.len())].clone();
                    at.insert(other, value);
                }
            }
            return;
        }
        at = match at.get_mut(name) {
            Some(Value::Table(inner)) => inner,
            Some(Value::Array(list)) => {
                let n = list.len();
                let place = throw(dice, n);
                let Some(Value::Table(inner)) = list.get_mut(place) else { return };
                inner
            }
            _ => return,
        };
    }
}

/// A value of any kind.
fn any(dice: &mut u32) -> Value {
    const TEXTS: [&str; 12] =
        ["", "x", "y ~ x | city", "(", "cluster:city", "1e999", "\u{0}", "年份", "..", "\\n", "x^2:z", "dk:3"];
    const NUMBERS: [i64; 8] = [0, 1, -1, 2, 255, 1_000_000_000, i64::MAX, i64::MIN];
    match throw(dice, 8) {
        0 => Value::Integer(NUMBERS[throw(dice, NUMBERS.len())]),
        1 => Value::Float([0.0, -1.0, 0.5, f64::NAN, f64::INFINITY, 1e300][throw(dice, 6)]),
        2 => Value::Boolean(throw(dice, 2) > 0),
        3 => Value::Array(Vec::new()),
        4 => Value::Array(vec![any(dice)]),
        5 => Value::Table(Table::new()),
        _ => Value::String(TEXTS[throw(dice, TEXTS.len())].to_owned()),
    }
}

/// All values of a study, outer ones first.
fn values(value: &Value, found: &mut Vec<Value>) {
    found.push(value.clone());
    match value {
        Value::Table(table) => table.iter().for_each(|(_, inner)| values(inner, found)),
        Value::Array(list) => list.iter().for_each(|inner| values(inner, found)),
        _ => {}
    }
}
