//! Any text as a formula: no panic, and what was parsed can be written and read again.

use panel_fe::Formula;
use proptest::prelude::*;

fn check(text: &str) {
    let Ok(formula) = Formula::parse(text) else { return };
    let again = Formula::parse(&formula.to_string()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(formula.variables(), again.variables(), "{text}");
    assert_eq!(formula.effect_names(), again.effect_names(), "{text}");
    assert_eq!(formula.is_iv(), formula.reduced_form().is_some(), "{text}");
    for place in 0..formula.endogenous.len() {
        let stage = formula.first_stage(place).unwrap_or_else(|| panic!("{text}: no first stage {place}"));
        assert_eq!(stage.response.factors, formula.endogenous[place].factors, "{text}");
        assert!(!stage.is_iv(), "{text}");
        for instrument in &formula.instruments {
            assert!(stage.regressors.iter().any(|term| term.name == instrument.name), "{text}");
        }
    }
}

/// Found by fuzzing: a product among the endogenous regressors has a first stage, too.
#[test]
fn a_product_has_a_first_stage() {
    let formula = Formula::parse("y ~ w | city | Va * Infra ~ z1 + z2 + z3").expect("a formula");
    let stage = formula.first_stage(2).expect("Va:Infra");
    assert_eq!(stage.to_string(), "Va:Infra ~ z1 + z2 + z3 + w | city");
    check("y ~ 1 | Va + V* vin ~ i");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text(text in "\\PC{0,60}") {
        check(&text);
    }

    /// Text that is likely to be a formula.
    #[test]
    fn any_formula(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "y", "x", "x^2", "a:b", "a*b", "lag(x, 2)", "log(z)", "`a b`", "城市", "0", "1", "+", "+", "+", "-", "~", "|",
                "^", "[", "]", "[[t]]", "[x]", " ", ":", "D", "w",
            ]),
            1..24,
        ),
    ) {
        check(&parts.concat());
        check(&format!("y ~ {}", parts.concat()));
        check(&format!("y ~ w | city | D ~ {}", parts.concat()));
        check(&format!("y ~ w | {} | D + D^2 ~ z + z^2", parts.concat()));
    }
}
