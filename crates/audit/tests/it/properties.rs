//! Properties of intervals and words.

use panel_audit::{Check, Interval, Status};
use proptest::prelude::*;

#[test]
fn every_word_reads_back() {
    for check in Check::ALL {
        assert_eq!(check.to_string().parse::<Check>().ok(), Some(check));
    }
    for status in Status::ALL {
        assert_eq!(status.to_string().parse::<Status>().ok(), Some(status));
    }
    let error = "strs".parse::<Check>().expect_err("no check").to_string();
    assert!(error.starts_with("unknown check `strs`; did you mean `stars`?"), "{error}");
}

proptest! {
    /// Results of operations on members lie in the results of operations on intervals.
    #[test]
    fn intervals_enclose(a in -5f64..5.0, b in -5f64..5.0, s in 0f64..1.0, t in 0f64..1.0, w in 0.01f64..1.0) {
        let (x, y) = (Interval::new(a, a + w), Interval::new(b, b + w));
        let (p, q) = (a + s * w, b + t * w);
        prop_assert!((x + y).contains(p + q) && (x - y).contains(p - q) && (x * y).contains(p * q));
        if !y.contains(0.0) {
            prop_assert!((x / y).contains(p / q));
        }
        prop_assert!(x.abs().contains(p.abs()));
    }
}
