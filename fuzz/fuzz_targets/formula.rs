//! Any text as a formula: parsing never panics, and what was parsed can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use panel_fe::Formula;

fuzz_target!(|text: &str| {
    let Ok(formula) = Formula::parse(text) else { return };
    let again = Formula::parse(&formula.to_string()).expect("its own text");
    assert_eq!(formula.variables(), again.variables());
    assert_eq!(formula.effect_names(), again.effect_names());
    assert!(!formula.variables().is_empty());
    assert_eq!(formula.is_iv(), formula.reduced_form().is_some());
    for place in 0..formula.endogenous.len() {
        let stage = formula.first_stage(place).expect("one for each endogenous regressor");
        assert_eq!(stage.response.factors, formula.endogenous[place].factors);
        assert!(!stage.is_iv());
    }
});
