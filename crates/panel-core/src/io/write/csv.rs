//! A panel as comma-separated text.

use crate::column::Column;
use crate::panel::Panel;
use std::fmt::Write;

/// UTF-8 text: the two keys, then the columns in order; the shortest digits that read back to the same number;
/// missing is empty; `\n` ends lines.
#[must_use]
pub fn to_csv(panel: &Panel) -> Vec<u8> {
    let mut out = String::new();
    let quote = |out: &mut String, text: &str| {
        if text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
            out.push('"');
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(text);
        }
    };
    quote(&mut out, panel.entity_name());
    out.push(',');
    quote(&mut out, panel.time_name());
    let columns: Vec<&Column> = panel.names().iter().filter_map(|name| panel.column(name).ok()).collect();
    for name in panel.names() {
        out.push(',');
        quote(&mut out, name);
    }
    out.push('\n');
    for row in 0..panel.n_rows() {
        quote(&mut out, panel.entity_label(row));
        out.push(',');
        quote(&mut out, panel.time_label(row));
        for column in &columns {
            out.push(',');
            match column {
                Column::Float(values) if values[row].is_nan() => {}
                Column::Float(values) => {
                    // Writing to a string does not fail.
                    let _ = write!(out, "{}", values[row]);
                }
                Column::Text(text) => quote(&mut out, text.get(row).unwrap_or_default()),
            }
        }
        out.push('\n');
    }
    out.into_bytes()
}
