//! Any text as a formula: parsing never panics, an error names a place inside the text, and what parses names columns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_fe::Formula;

fuzz_target!(|text: &str| {
    match Formula::parse(text) {
        Ok(formula) => {
            assert!(!formula.response.factors.is_empty());
            assert_eq!(formula.endogenous.is_empty(), !formula.is_iv());
        }
        Err(error) => assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}"),
    }
});
