//! Any bytes as a text file: reading and making a panel never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::io::{ReadOptions, read_bytes};

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let options =
        ReadOptions { header_rows: usize::from(first & 3), skip_rows: usize::from(first >> 2 & 3), ..ReadOptions::default() };
    if let Ok(table) = read_bytes("f.csv", bytes, &options) {
        assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
        let (entity, time) = (table.names()[0].clone(), table.names().get(1).cloned());
        let _ = table.into_panel(Some(&entity), time.as_deref());
    }
});
