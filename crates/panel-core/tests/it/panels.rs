//! Random panels with a column of numbers `x` and one of words `w`.

use panel_core::{Panel, TextColumn};
use proptest::prelude::*;

pub(crate) fn panels() -> impl Strategy<Value = Panel> {
    let number = prop_oneof![3 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(-0.0)];
    let word = prop_oneof![2 => "[a-c]{1,2}".prop_map(Some), 1 => Just(None)];
    let row = ("[a-d]", 1990..2010_u32, number, word);
    prop::collection::btree_map(row.clone().prop_map(|row| (row.0, row.1)), row, 1..40).prop_map(|rows| {
        let keys = |label: fn(&(String, u32)) -> String| rows.keys().map(label).collect::<Vec<_>>();
        let values: Vec<f64> = rows.values().map(|row| row.2).collect();
        let texts: Vec<Option<String>> = rows.values().map(|row| row.3.clone()).collect();
        let panel = Panel::builder("city", "year").keys(keys(|key| key.0.clone()), keys(|key| key.1.to_string()));
        panel.column("x", values).column("w", TextColumn::new(&texts)).build().expect("unique keys")
    })
}

/// The bits of `x`; those of a missing number say nothing.
fn bits(panel: &Panel) -> Vec<u64> {
    panel.float("x").expect("numbers").iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect()
}

/// Two panels of [`panels`] with the same keys in the same order, and the same bits.
pub(crate) fn same_bits(panel: &Panel, back: &Panel) -> Result<(), TestCaseError> {
    prop_assert_eq!(panel.entities(), back.entities());
    prop_assert_eq!(panel.entity_of_row(), back.entity_of_row());
    prop_assert_eq!(panel.times(), back.times());
    prop_assert_eq!(panel.time_of_row(), back.time_of_row());
    prop_assert_eq!(bits(panel), bits(back));
    prop_assert_eq!(panel.column("w").expect("there"), back.column("w").expect("there"));
    Ok(())
}
