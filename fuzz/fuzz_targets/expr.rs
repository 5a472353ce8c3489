//! Any text: parsing and evaluating never panics, and never gives an infinity.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_core::expr::Expr;
use panel_core::{Column, Panel, TextColumn};
use std::sync::LazyLock;

static PANEL: LazyLock<Panel> = LazyLock::new(|| {
    Panel::builder("city", "year")
        .keys(["a", "a", "a", "b", "b"], ["2013", "2014", "2016", "2013", "2014"])
        .column("x", vec![1.0, f64::NAN, 0.0, -4.0, 1e300])
        .column("y", vec![0.0, 2.0, 3.0, 1e-300, 5.0])
        .column("t", TextColumn::new(&[Some("a"), None, Some("b"), Some("a"), Some("年")]))
        .build()
        .expect("a valid panel")
});

fuzz_target!(|text: &str| {
    let Ok(expr) = Expr::parse(text) else { return };
    if let Ok(Column::Float(values)) = expr.eval(&PANEL) {
        assert_eq!(values.len(), PANEL.n_rows());
        assert!(values.iter().all(|value| !value.is_infinite()), "{text}");
    }
    let _ = expr.eval_mask(&PANEL);
});
