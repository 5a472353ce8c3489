//! Any bytes as a workbook: reading never panics, and room is made for no more than the file can hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::io::{ReadOptions, read_bytes};

// The readers catch a decoder that panics; libFuzzer's hook would end the program before they can. A panic that nobody
// catches still does.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    for name in ["f.xlsx", "f.xls"] {
        if let Ok(table) = read_bytes(name, bytes, &ReadOptions::default()) {
            assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
        }
    }
});
