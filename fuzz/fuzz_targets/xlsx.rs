//! Any bytes as a workbook: reading never panics, and room is made for no more than the file can hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::io::{ReadOptions, read_bytes};

fuzz_target!(|bytes: &[u8]| {
    for name in ["f.xlsx", "f.xls"] {
        if let Ok(table) = read_bytes(name, bytes, &ReadOptions::default()) {
            assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
        }
    }
});
