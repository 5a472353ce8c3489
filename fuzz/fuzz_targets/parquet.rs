//! Any bytes as the footer of a Parquet file with a small body: reading never ends the program, whatever it promises.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::io::{ReadOptions, read_bytes};

const SMALL: &[u8] = include_bytes!("../../crates/panel-core/tests/golden/dates.parquet");

// The readers catch a decoder that panics; libFuzzer's hook would end the program before they can. A panic that nobody
// catches still does.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    // The pages stay, so that a footer which is nearly right leads the decoder into them.
    let length = SMALL[SMALL.len() - 8..SMALL.len() - 4].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let mut file = SMALL[..SMALL.len() - 8 - length].to_vec();
    file.extend(bytes);
    file.extend((bytes.len() as u32).to_le_bytes());
    file.extend(b"PAR1");
    if let Ok(table) = read_bytes("f.parquet", &file, &ReadOptions::default()) {
        assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
    }
});
