//! Properties of printing, reading back, and interval arithmetic.

use crate::snapshot::same_but_for_rounding;
use panel_core::transform::quantile;
use panel_report::csv::{CsvTable, push_record};
use panel_report::figure::bin_means;
use panel_report::numfmt::{Format, Printed, number};
use proptest::prelude::*;

proptest! {
    /// Every number lies in the interval of its own print.
    #[test]
    fn a_number_matches_its_print(x in -1e6f64..1e6, digits in 0u8..8) {
        let text = number(x, Format::Fixed(digits));
        let printed = Printed::parse(&text).expect("a printed number");
        prop_assert!(printed.matches(x), "{text} against {x}");
        prop_assert_eq!(printed.print_like(x), text);
    }

    /// Neighbors by one unit of the last digit pass the snapshot comparator, neighbors by three do not.
    #[test]
    fn the_comparator_knows_one_unit(x in -1e3f64..1e3, digits in 1u8..6) {
        let unit = 10f64.powi(-i32::from(digits));
        let print = |v: f64| format!("| b | {} |", number(v, Format::Fixed(digits)));
        prop_assert!(same_but_for_rounding(&print(x), &print(x + 0.9 * unit)));
        prop_assert!(!same_but_for_rounding(&print(x), &print(x + 3.0 * unit)));
    }

    /// What is written as CSV reads back, whatever the fields hold.
    #[test]
    fn csv_reads_back(fields in prop::collection::vec("[a-z,\"\n 中]{1,6}", 2..5)) {
        let mut text = String::new();
        let names: Vec<String> = (0..fields.len()).map(|i| format!("c{i}")).collect();
        push_record(&mut text, names.iter().map(String::as_str));
        push_record(&mut text, fields.iter().map(String::as_str));
        let table = CsvTable::parse(&text, "a test").expect("well formed");
        prop_assert_eq!(&table.records[0].1, &fields);
    }

    /// Bins keep every observation and the mean; quantiles do not decrease.
    #[test]
    fn bins_keep_the_mean(values in prop::collection::vec(-10f64..10.0, 1..60), bins in 1usize..12) {
        let binned = bin_means(&values, &values, bins);
        let n: usize = binned.iter().map(|bin| bin.n).sum();
        prop_assert_eq!(n, values.len());
        let mean: f64 = binned.iter().map(|bin| bin.y * bin.n as f64).sum::<f64>() / n as f64;
        prop_assert!((mean - values.iter().sum::<f64>() / n as f64).abs() < 1e-9);
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let qs: Vec<f64> = (0..=10).map(|i| quantile(&sorted, f64::from(i) / 10.0)).collect();
        prop_assert!(qs.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
