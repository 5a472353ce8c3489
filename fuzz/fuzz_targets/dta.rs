//! Any bytes as a Stata file: reading never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::io::{ReadOptions, read_bytes};

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions { value_labels: true, ..ReadOptions::default() };
    if let Ok(table) = read_bytes("f.dta", bytes, &options) {
        assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
    }
});
