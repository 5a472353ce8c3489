//! Inequality measures against PySAL: inequality 1.1.2.
//!
//! Data: y_k = (37 k mod 23) / 2 + k / 10. Calls: `Gini(y + 1).g`, `Theil(y + 1).T`, `TheilD(y + 1, k mod 3)`.

use va_index::companions::{gini, theil};

fn values() -> Vec<f64> {
    (0..25).map(|k| f64::from((k * 37) % 23) / 2.0 + 0.1 * f64::from(k)).collect()
}

#[test]
fn inequality() {
    let y: Vec<f64> = values().iter().map(|y| y + 1.0).collect();
    let groups: Vec<u32> = (0..25).map(|k| k % 3).collect();
    assert!((gini(&y).unwrap() / 0.268816976127321 - 1.0).abs() < 1e-13);
    let parts = theil(&y, Some(&groups)).unwrap();
    assert!((parts.index / 0.12117689858084384 - 1.0).abs() < 1e-12);
    assert!((parts.between.unwrap() - 0.00596441).abs() < 5e-9 && (parts.within.unwrap() - 0.11521249).abs() < 5e-9);
    assert!((parts.between.unwrap() + parts.within.unwrap() - parts.index).abs() < 1e-15);
}
