//! Any text as a study file: reading it never panics, an error is one line, and what can be read can be changed by path
//! and written out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panelstudy::study;
use std::path::Path;

fuzz_target!(|text: &str| {
    match study::Loaded::parse(text, "s.toml", Path::new("")) {
        Ok(loaded) => {
            let written = toml::to_string(&loaded.study).expect("a study can be written");
            study::Loaded::parse(&written, "s.toml", Path::new("")).expect("and read again");
            for path in ["va.form", "gtfp.main.rts", "table.t.column.(1).vcov", "variables.x", text] {
                let mut changes = toml::Table::new();
                changes.insert(path.to_owned(), toml::Value::String("x".into()));
                let _ = loaded.with(&changes);
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
});
