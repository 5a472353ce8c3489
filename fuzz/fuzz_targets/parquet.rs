//! Any bytes as a Parquet file, pages and footer: reading never ends the program, whatever the file promises.
//!
//! An input is the length of the pages in two bytes, the pages and the footer, so that mutations need not keep the length
//! that a file states of its footer. Half of the mutations put a number of any size in the place of a byte, as footers and
//! page headers write numbers.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use panel_core::io::{ReadOptions, read_bytes};

// The readers catch a decoder that panics; libFuzzer's hook would end the program before they can. A panic that nobody
// catches still does.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (pages, footer) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*length))));
    let file = [b"PAR1", pages, footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat();
    if let Ok(table) = read_bytes("f.parquet", &file, &ReadOptions::default()) {
        assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let at = 2 + (seed >> 8) as usize % size.max(1);
    if seed & 1 == 0 || at >= size {
        return fuzzer_mutate(data, size, most);
    }
    // Powers of two and what is next to them, seven bits a byte.
    let mut number = (1_u64 << (seed >> 1 & 63)).wrapping_add(u64::from(seed >> 7 & 3)).wrapping_sub(1);
    let mut written = Vec::new();
    while number > 0x7f {
        written.push(number as u8 | 0x80);
        number >>= 7;
    }
    written.push(number as u8);
    let end = size + written.len() - 1;
    if end > most {
        return fuzzer_mutate(data, size, most);
    }
    data.copy_within(at + 1..size, at + written.len());
    data[at..at + written.len()].copy_from_slice(&written);
    end
});
